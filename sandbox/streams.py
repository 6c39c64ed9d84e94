"""Callbacks in order within one stream (a call's, a conference's), and none across streams."""

from __future__ import annotations

import asyncio

from sandbox.courier import Courier, Request


class Streams:
    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._tails: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def post(self, stream: str, request: Request) -> None:
        delay = self._courier.postponed(request)
        previous = None if delay else self._tails.get(stream)
        task = asyncio.get_running_loop().create_task(self._deliver(previous, request, delay or 0))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if not delay:
            # A delayed one leaves its place, so that the following ones overtake it.
            self._tails[stream] = task
            task.add_done_callback(lambda done: self._forget(stream, done))

    def _forget(self, stream: str, task: asyncio.Task[None]) -> None:
        if self._tails.get(stream) is task:
            del self._tails[stream]

    async def _deliver(
        self, previous: asyncio.Task[None] | None, request: Request, delay: float
    ) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        if delay:
            await self._courier.clock.sleep(delay)
        await self._courier.notify(request)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
