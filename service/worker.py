"""The worker process: performs effects as they are rung, finds those that were not, keeps watch.

Redis carries only row ids. Whatever Redis loses, the due-row loop finds; whatever this process
was doing when it died, its lease gives back.
"""

import logging
import platform
import signal
import threading
from types import FrameType

import rq

from handlers.outbox import Outbox
from handlers.ports import Carrier
from models.workers import Attendance, free_leases
from service import bell, wiring
from service.config import Settings
from service.effects import Effects
from service.health import BEAT_SECONDS, WORKER
from service.loops import Loop, run_until_stopped
from service.wiring import Chores, Core

log = logging.getLogger("metline.worker")

THREADS = 16
# Lost rings are found this soon.
POLL_SECONDS = 0.25
# An id waits at Redis for a free thread at most this long before the loop looks up.
LISTEN_SECONDS = 1
SWEEP_SECONDS = 2.0
RECONCILE_SECONDS = 5.0
TIDY_SECONDS = 3600.0
STOP_SECONDS = 8.0
# Longer than one carrier request; a dial whose fate is unknown is looked up, never repeated.
LEASE_SECONDS = 8.0


def main(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT, then finish what is at the carrier."""
    stopped = threading.Event()

    def stop(_signum: int, _frame: FrameType | None) -> None:
        stopped.set()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)
    run(settings, wiring.carrier(settings), stopped)


def run(settings: Settings, carrier: Carrier, stopped: threading.Event) -> None:
    """Work until stopped."""
    parts = wiring.core(settings, pool=THREADS)
    chores = wiring.chores(parts, carrier, lease_seconds=LEASE_SECONDS)
    effects = Effects(chores.outbox.perform, THREADS)
    attendance = Attendance(settings.database_url)
    beat = Loop("beat", lambda: _beat(parts, attendance), BEAT_SECONDS)
    log.info("working", extra={"event": "worker_started"})
    run_until_stopped((beat, *_loops(settings, chores, effects, stopped)), stopped)
    if not effects.close(STOP_SECONDS):
        log.warning("a carrier request did not end in time", extra={"event": "worker_cut_short"})
    attendance.leave()
    parts.close()
    log.info("stopped", extra={"event": "worker_stopped"})


def _beat(parts: Core, attendance: Attendance) -> None:
    if attendance.keep() and (freed := parts.store.run(free_leases)):
        log.warning("took over %d effects", freed, extra={"event": "leases_freed"})
    process = f"{WORKER}:{platform.node()}"
    parts.store.run(lambda work: work.records.beat(process, wiring.now()))


def _loops(
    settings: Settings, chores: Chores, effects: Effects, stopped: threading.Event
) -> tuple[Loop, ...]:
    ear = Ear(settings.redis_url, effects)
    return (
        Loop("listen", ear.listen, 0.0),
        Loop("due", lambda: perform_due(chores.outbox, effects, stopped), 0.0),
        Loop("sweep", chores.specialists.sweep, SWEEP_SECONDS),
        Loop("reconcile", chores.reconciler.run, RECONCILE_SECONDS),
        Loop("tidy", chores.housekeeping.run, TIDY_SECONDS),
    )


class Ear:
    """Takes row ids from the queue as threads become free."""

    def __init__(self, redis_url: str, effects: Effects) -> None:
        # Blocking for a second is not silence.
        self._client = bell.connect(redis_url, patience=LISTEN_SECONDS + 2)
        self._queue = rq.Queue(bell.QUEUE, connection=self._client)
        self._effects = effects

    def listen(self) -> None:
        """Perform the next id rung within a second."""
        if not self._effects.wait_for_room(LISTEN_SECONDS):
            return
        try:
            _, row_id = rq.Queue.lpop([self._queue.key], LISTEN_SECONDS, connection=self._client)
        except rq.exceptions.DequeueTimeout:
            return
        if row_id.isdigit():
            self._effects.submit(int(row_id))


def perform_due(outbox: Outbox, effects: Effects, stopped: threading.Event) -> None:
    """Perform what is due and was not rung, then wait for what is due next."""
    taken = [effects.submit(row_id) for row_id in outbox.due(THREADS)]
    pause = POLL_SECONDS
    if not any(taken) and (due := outbox.next_due()):
        pause = min(max((due - wiring.now()).total_seconds(), 0.01), POLL_SECONDS)
    stopped.wait(pause)
