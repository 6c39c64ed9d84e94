"""The bell between the processes: Redis carries row ids and nudges, and may be lost at any time.

RQ's queue holds outbox row ids and nothing else: no job, no arguments, nothing to unpickle.
Everything here is a hint; the database holds the truth and the due-row loop finds what was lost.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import redis
import rq

log = logging.getLogger("metline.bell")

QUEUE = "effects"
CHANGES = "metline:changes"
# A Redis that does not answer may cost a request this much, once a second.
PATIENCE_SECONDS = 0.25
REST_SECONDS = 1.0
# Web processes look no more often than this anyway.
NUDGE_SECONDS = 0.02
# Ids nobody fetched for so long were found by the due-row loop.
KEEP_SECONDS = 60


class Resting:
    """Calls Redis unless it failed within the last second; what it cannot do is dropped."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until = 0.0

    def attempt(self, act: Callable[[], object]) -> bool:
        """Whether act was done; never raises for Redis's sake."""
        if self._monotonic() < self._until:
            return False
        try:
            act()
        except (redis.RedisError, OSError) as problem:
            self._rest(problem)
            return False
        return True

    def _rest(self, problem: Exception) -> None:
        with self._lock:
            self._until = self._monotonic() + REST_SECONDS
        log.warning(
            "Redis does not answer: effects may be a second late",
            extra={"event": "redis_lost", "reason": type(problem).__name__},
        )


class QueueBell:
    """handlers.ports.Bell over an RQ queue."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._queue = rq.Queue(QUEUE, connection=client)
        self._resting = Resting()

    def ring(self, row_ids: tuple[int, ...]) -> None:
        """Enqueue the ids; never raises."""
        if row_ids:
            self._resting.attempt(lambda: self._push(row_ids))

    def _push(self, row_ids: tuple[int, ...]) -> None:
        with self._client.pipeline(transaction=False) as pipe:
            for row_id in row_ids:
                self._queue.push_job_id(str(row_id), pipeline=pipe)
            pipe.expire(self._queue.key, KEEP_SECONDS)
            pipe.execute()


class Nudge:
    """Tells every web process that some call has changed; which one, they ask the database."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client
        self._resting = Resting()

    def __call__(self) -> None:
        """Publish; never raises."""
        self._resting.attempt(lambda: self._client.publish(CHANGES, b""))


class Soon:
    """Acts on a thread of its own, once for all who asked meanwhile; `act` must not raise.

    The thread begins when first asked, so that a process may fork before.
    """

    def __init__(self, act: Callable[[], None], pause: float = 0.0) -> None:
        self._act = act
        self._pause = pause
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Act soon; returns at once."""
        if not self._asked.is_set():
            self._asked.set()
            self._begin()

    def close(self) -> None:
        """Act a last time, and end the thread."""
        self._closed.set()
        self._asked.set()
        if self._thread is not None:
            self._thread.join()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="soon", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._asked.wait()
            self._asked.clear()
            self._act()
            self._closed.wait(self._pause)
        if self._asked.is_set():
            self._act()


class PromptBell:
    """handlers.ports.Bell that no request waits for: Redis is told right after, all ids at once."""

    def __init__(self, bell: QueueBell) -> None:
        self._bell = bell
        self._ids: deque[int] = deque()
        self._soon = Soon(self._ring_all)

    def ring(self, row_ids: tuple[int, ...]) -> None:
        """Enqueue the ids soon; never raises."""
        if row_ids:
            self._ids.extend(row_ids)
            self._soon.ask()

    def close(self) -> None:
        """Ring what is left, and ring no more."""
        self._soon.close()

    def _ring_all(self) -> None:
        self._bell.ring(tuple(self._ids.popleft() for _ in range(len(self._ids))))


def connect(url: str, *, patience: float = PATIENCE_SECONDS) -> "redis.Redis":
    """A client that gives up after patience seconds; it connects when first used."""
    return redis.Redis.from_url(
        url, socket_timeout=patience, socket_connect_timeout=patience, health_check_interval=30
    )
