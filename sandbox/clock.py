"""One clock for every timer: the wall's, or a virtual one that moves only when told to."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# A chain of tasks may hand over this many times without touching the network.
_QUIET_ROUNDS = 60


@dataclass(order=True)
class Timer:
    due: float
    order: int
    action: Callable[[], object] = field(compare=False)
    canceled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.canceled = True


class Clock:
    def __init__(self) -> None:
        self._timers: list[Timer] = []
        self._order = itertools.count()
        self._frozen: float | None = None
        self._offset = 0.0
        self._wake: asyncio.TimerHandle | None = None
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def mode(self) -> str:
        return "real" if self._frozen is None else "virtual"

    def now(self) -> float:
        return time.time() + self._offset if self._frozen is None else self._frozen

    def milliseconds(self) -> int:
        return round(self.now() * 1000)

    def later(self, seconds: float, action: Callable[[], object]) -> Timer:
        timer = Timer(self.now() + max(0.0, seconds), next(self._order), action)
        heapq.heappush(self._timers, timer)
        self._schedule()
        return timer

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.later(seconds, lambda: None if done.done() else done.set_result(None))
        try:
            await done
        finally:
            timer.cancel()

    def use(self, mode: str) -> None:
        if mode == "virtual" and self._frozen is None:
            self._frozen = self.now()
        elif mode == "real" and self._frozen is not None:
            self._offset = self._frozen - time.time()
            self._frozen = None
        self._schedule()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Marks work on the network, for which virtual time must wait."""
        self._busy += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._busy -= 1
            if self._busy == 0:
                self._idle.set()

    async def settle(self) -> None:
        quiet = 0
        while quiet < _QUIET_ROUNDS:
            await self._idle.wait()
            await asyncio.sleep(0)
            quiet = 0 if self._busy else quiet + 1

    async def advance(self, seconds: float) -> None:
        if self._frozen is None:
            raise ValueError("the clock is real; set it to virtual before advancing it")
        target = self._frozen + seconds
        await self.settle()
        while (due := self._next_due()) is not None and due <= target:
            self._frozen = max(self._frozen, due)
            self._run_due()
            await self.settle()
        self._frozen = target

    def _next_due(self) -> float | None:
        while self._timers and self._timers[0].canceled:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def _run_due(self) -> None:
        now = self.now()
        while (due := self._next_due()) is not None and due <= now:
            heapq.heappop(self._timers).action()

    def _schedule(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        due = self._next_due()
        if self._frozen is None and due is not None:
            delay = max(0.0, due - self.now())
            self._wake = asyncio.get_running_loop().call_later(delay, self._awake)

    def _awake(self) -> None:
        self._wake = None
        self._run_due()
        self._schedule()
