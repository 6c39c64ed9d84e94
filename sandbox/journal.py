"""The log of everything that happened, in order, bounded in entries and in bytes."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from sandbox.clock import Clock

Entry = dict[str, Any]


class Journal:
    def __init__(self, clock: Clock, entries: int = 20_000, size: int = 48 * 1024 * 1024) -> None:
        self._clock = clock
        self._entries: deque[tuple[Entry, int]] = deque()
        self._limits = (entries, size)
        self._size = 0
        self._last = 0
        self._news: asyncio.Event = asyncio.Event()

    @property
    def last_id(self) -> int:
        return self._last

    def add(self, kind: str, **facts: Any) -> Entry:
        self._last += 1
        entry = {"id": self._last, "at": self._clock.milliseconds(), "kind": kind, **facts}
        weight = len(json.dumps(entry, default=str))
        self._entries.append((entry, weight))
        self._size += weight
        self._trim()
        self._news.set()
        return entry

    def after(self, number: int, limit: int = 20_000) -> list[Entry]:
        found: list[Entry] = []
        for entry, _ in reversed(self._entries):
            if entry["id"] <= number:
                break
            found.append(entry)
        return found[::-1][:limit]

    async def wait_after(self, number: int, seconds: float) -> list[Entry]:
        # The wait is a reader's patience, so it runs on real time in both modes.
        deadline = asyncio.get_running_loop().time() + seconds
        while self._last <= number:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await self._news_within(left)
        return self.after(number)

    async def _news_within(self, seconds: float) -> None:
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return

    def _trim(self) -> None:
        entries, size = self._limits
        while len(self._entries) > entries or (self._size > size and len(self._entries) > 1):
            self._size -= self._entries.popleft()[1]
