"""A conference and its participants, as data."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.calls import Call, Source


class RoomError(Exception):
    """Why a leg cannot be added or changed, with the carrier's error code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


@dataclass(frozen=True)
class RoomCallback:
    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"start", "end"})


@dataclass(frozen=True)
class JoinOptions:
    """How a leg enters; from a document's attributes or from a REST request."""

    label: str = ""
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait: Source | None = None
    silent_wait: bool = False
    max_participants: int = 250
    region: str = ""
    coach: str = ""
    callback: RoomCallback | None = None


@dataclass(eq=False)
class Participant:
    call: Call
    room: Room
    label: str
    muted: bool
    start_on_enter: bool
    end_on_exit: bool
    wait: Source | None
    silent_wait: bool
    created: float
    by_api: bool = False
    hold: bool = False
    hold_source: Source | None = None
    coach: str = ""
    coaching: bool = False
    joined: bool = False
    updated: float = 0.0
    left: asyncio.Future[str] | None = None
    mood: str = ""
    ambience: asyncio.Task[None] | None = None
    at_end: Callable[[], None] | None = None
    announcements: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def status(self) -> str:
        if self.joined:
            return "connected"
        return self.call.status if self.call.status in ("queued", "ringing") else "connecting"


@dataclass(eq=False)
class Room:
    sid: str
    name: str
    created: float
    callback: RoomCallback | None
    max_participants: int
    region: str
    status: str = "init"
    updated: float = 0.0
    sequence: int = 0
    established: bool = True
    participants: dict[str, Participant] = field(default_factory=dict)
    reason: str | None = None
    ended_by: str | None = None

    @property
    def active(self) -> bool:
        return self.status != "completed"

    @property
    def joined(self) -> list[Participant]:
        return [each for each in self.participants.values() if each.joined]

    def find(self, key: str) -> Participant | None:
        """By call sid or by label."""
        if key in self.participants:
            return self.participants[key]
        return next((p for p in self.participants.values() if key and p.label == key), None)
