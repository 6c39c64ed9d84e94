"""What the use cases need of the outside, as protocols with working fakes in the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

Clock = Callable[[], datetime]
"""The time now, timezone-aware UTC."""

NewId = Callable[[], str]
"""A fresh random id (UUID, 36 characters)."""


class Bell(Protocol):
    """Tells the workers that outbox rows are due; losing a ring delays them by a second."""

    def ring(self, row_ids: tuple[int, ...]) -> None:
        """Enqueue the ids; never raises, the due-row loop finds what was not rung."""


class Retry(StrEnum):
    """What a carrier failure says about trying again."""

    NEVER = "never"
    """Refused for good: the same request will be refused again."""
    SAFE = "safe"
    """Never processed (or harmless to repeat): try again with backoff."""
    UNKNOWN = "unknown"
    """It may have been done: look it up before anything else."""
    GONE = "gone"
    """The leg or conference is no longer there: the wish is already true."""


class CarrierError(Exception):
    """A carrier request failed.

    `reason` is in words an operator can read; `code` is the carrier's.
    """

    def __init__(self, reason: str, retry: Retry, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry = retry
        self.code = code


class Where(StrEnum):
    """Where the carrier says that a leg is."""

    QUEUED = "queued"
    RINGING = "ringing"
    ANSWERED = "answered"
    IN_CONFERENCE = "in_conference"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LegStatus:
    """The carrier's word about a leg.

    `reason` is in our words, when it ended; `held` is known when it is in the conference.
    """

    where: Where
    reason: str | None = None
    held: bool | None = None


class Carrier(Protocol):
    """The carrier's REST side. Every method raises CarrierError and nothing else.

    `sid` is the carrier's id of a leg; `conference` is the carrier's conference sid or None
    when not known yet (the implementation then looks it up by the call's name).
    """

    def dial(self, call_id: str, leg: int, address: str, line: str, seconds: int) -> str:
        """Ring an address from the line's number; returns the leg's sid."""

    def find_dial(self, address: str, line: str, since: datetime) -> tuple[str, ...]:
        """Sids of calls made to the address from the line since then: for an unknown dial."""

    def hang_up(self, sid: str, call_id: str, leg: int, farewell: str | None) -> None:
        """End a leg, ringing or answered; with a farewell prompt it hears that first."""

    def stop_ringing(self, sid: str) -> None:
        """End a leg unless it is answered by now: then its own document tells it why."""

    def hold(self, call_id: str, conference: str | None, sid: str, leg: int, *, on: bool) -> None:
        """Put a participant on hold with spoken reassurance, or take it off."""

    def announce(
        self, call_id: str, conference: str | None, sid: str, leg: int, prompt: str
    ) -> None:
        """Say a prompt to one participant of the conference."""

    def hand_over(self, sid: str, call_id: str, leg: int) -> None:
        """Send the leg to the fallback document."""

    def where_is(self, call_id: str, conference: str | None, sid: str) -> LegStatus:
        """Where a leg is now, from the call and its conference."""
