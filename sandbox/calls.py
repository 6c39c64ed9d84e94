"""A leg at the carrier: what it is, what it hears, what was pressed on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.clock import Timer

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
UNANSWERED = frozenset({"queued", "initiated", "ringing"})
EVENTS = ("initiated", "ringing", "answered", "completed")


@dataclass(frozen=True)
class Endpoint:
    url: str
    method: str = "POST"


@dataclass(frozen=True)
class Callback:
    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})
    purpose: str = "call-status"


@dataclass(frozen=True)
class Source:
    """Where a document comes from: a URL with extra parameters, or the text itself."""

    url: str
    method: str = "POST"
    extra: Mapping[str, str] = field(default_factory=dict)
    purpose: str = "voice"
    inline: str | None = None


@dataclass(frozen=True, eq=False)
class Sound:
    """Each its own: a leg may hear the same text twice at once."""

    kind: str
    text: str = ""


class Handset(Protocol):
    """Whoever is at the far end of a leg: a script, a browser, a person with a page."""

    def rings(self, call: Call) -> None: ...

    def answered(self, call: Call) -> None: ...

    def hears(self, call: Call, sound: Sound) -> None: ...

    def ended(self, call: Call, /) -> None: ...


@dataclass(eq=False)
class Call:
    sid: str
    account_sid: str
    from_: str
    to: str
    direction: str
    created: float
    handset: Handset
    status: str = "queued"
    parent_sid: str | None = None
    updated: float = 0.0
    answered_at: float | None = None
    ended_at: float | None = None
    callback: Callback | None = None
    fallback: Endpoint | None = None
    ring_seconds: float = 65.0
    time_limit: float | None = None
    extra: dict[str, str] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    on_answer: Callable[[Call], Coroutine[Any, Any, None]] | None = None
    at_end: list[Callable[[], None]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    timers: list[Timer] = field(default_factory=list)
    sounds: list[Sound] = field(default_factory=list)
    history: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=400))
    sequence: int = 0
    conference_sid: str | None = None
    admitted_to: str | None = None
    redirects: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _listeners: list[asyncio.Queue[str]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def in_progress(self) -> bool:
        return self.status == "in-progress"

    @contextmanager
    def keypad(self) -> Iterator[asyncio.Queue[str]]:
        """Keys pressed while nothing listens are lost, as on the network."""
        keys: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.append(keys)
        try:
            yield keys
        finally:
            self._listeners.remove(keys)

    def press(self, digits: str) -> bool:
        for keys in self._listeners:
            for digit in digits:
                keys.put_nowait(digit)
        return bool(self._listeners)

    async def settled(self, *statuses: str) -> None:
        """Waits until the call has one of these statuses or has ended."""
        while self.status not in statuses and not self.ended:
            self.changed.clear()
            await self.changed.wait()
