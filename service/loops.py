"""Things done over and over: each in a thread, none of which a failure can end."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import redis

from handlers.errors import Unavailable

log = logging.getLogger("metline.worker")

REST_SECONDS = 1.0
WAKE_SECONDS = 0.5


@dataclass(frozen=True)
class Loop:
    """`act`, again and again, with a pause of `seconds` after each."""

    name: str
    act: Callable[[], object]
    seconds: float

    def run(self, stopped: threading.Event) -> None:
        """Until stopped; a failure is told and costs a second."""
        while not stopped.is_set():
            stopped.wait(self.seconds if self._acted() else max(self.seconds, REST_SECONDS))

    def _acted(self) -> bool:
        try:
            self.act()
        except (Unavailable, redis.RedisError) as problem:
            self._tell("waits for what does not answer", problem)
            return False
        except Exception:
            log.exception("failed", extra={"event": "loop_failed", "kind": self.name})
            return False
        return True

    def _tell(self, words: str, problem: Exception) -> None:
        reason = type(problem).__name__
        log.warning(words, extra={"event": "loop_waits", "kind": self.name, "reason": reason})


def run_until_stopped(loops: Iterable[Loop], stopped: threading.Event) -> None:
    """Run each loop in a thread; returns when all have ended after `stopped` was set."""
    threads = [threading.Thread(target=loop.run, args=(stopped,), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    # A signal that comes just before a wait is handled after it, so no wait may be for ever.
    while not stopped.wait(WAKE_SECONDS):
        continue
    for thread in threads:
        thread.join()
