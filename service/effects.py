"""A bounded set of threads that perform outbox rows, no row twice at a time."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from handlers.errors import Unavailable

log = logging.getLogger("metline.worker")


class Effects:
    """`perform` takes a row id; it may block on the carrier, so it has threads of its own."""

    def __init__(self, perform: Callable[[int], object], threads: int) -> None:
        self._perform = perform
        self._threads = threads
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="effect")
        self._changed = threading.Condition()
        self._busy: dict[int, Future[None]] = {}

    def submit(self, row_id: int) -> bool:
        """Begin with a row unless it is being performed or no thread is free."""
        with self._changed:
            if row_id in self._busy or len(self._busy) >= self._threads:
                return False
            self._busy[row_id] = self._executor.submit(self._run, row_id)
        return True

    def wait_for_room(self, seconds: float) -> bool:
        """Whether a thread is free within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self._busy) < self._threads, seconds)

    def close(self, seconds: float) -> bool:
        """Begin nothing more; whether all that was begun ended within that time."""
        with self._changed:
            begun = list(self._busy.values())
        self._executor.shutdown(wait=False, cancel_futures=True)
        return not wait(begun, timeout=seconds).not_done

    def _run(self, row_id: int) -> None:
        try:
            self._perform(row_id)
        except Unavailable:
            # Its lease runs out and the due-row loop comes back to it.
            log.warning("an effect waits for the database", extra={"event": "effect_waits"})
        except Exception:
            log.exception("an effect failed", extra={"event": "effect_failed"})
        finally:
            with self._changed:
                self._busy.pop(row_id, None)
                self._changed.notify_all()
