"""What the web needs of the rest, handed in by the wiring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from handlers.access import Account
from handlers.accounts import Accounts
from handlers.agencies import Agencies
from handlers.calls import Calls
from handlers.idempotency import Answers
from handlers.log import CallLog
from handlers.outcomes import Outcomes
from handlers.ports import Clock
from handlers.reports import Reports
from handlers.specialists import Specialists
from handlers.tasks import Tasks
from handlers.trail import Trail


@dataclass(frozen=True, slots=True)
class VoiceToken:
    """A softphone's access token, for one identity."""

    token: str
    identity: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """Something changed: a call or a presence, never what it says."""

    kind: str
    data: Mapping[str, object]


class Listener(Protocol):
    """One open stream's side of the feed."""

    def wait(self, seconds: float) -> tuple[News, ...] | None:
        """What changed since the last wait, () when nothing did, None when the service stops."""


class Feed(Protocol):
    """Fans changes out to every open stream of this process."""

    def listen(self, account: Account) -> AbstractContextManager[Listener]:
        """What changes in that account's agencies. Raises Crowded."""


class Crowded(Exception):
    """More streams are open than this process can hold."""


class State(StrEnum):
    """How a part of the service is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part's state; `detail` says what it means, with nothing secret in it."""

    state: State
    detail: str


Health = Callable[[], Mapping[str, PartHealth]]
"""The state of `database`, `redis` and `worker`, asked anew."""


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases and ports behind the routes."""

    accounts: Accounts
    agencies: Agencies
    answers: Answers
    calls: Calls
    log: CallLog
    outcomes: Outcomes
    reports: Reports
    specialists: Specialists
    tasks: Tasks
    trail: Trail
    feed: Feed
    voice_token: Callable[[Account], VoiceToken]
    health: Health
    clock: Clock
