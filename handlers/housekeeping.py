"""What has to be done now and then so that the tables stay small and next month has its place."""

from __future__ import annotations

from datetime import timedelta

from handlers.ports import Clock
from models.store import Store
from models.work import Work

# No carrier repeats a webhook, and nobody a request, after so long.
RECEIPTS_KEPT = timedelta(days=7)
ANSWERS_KEPT = timedelta(days=1)
EFFECTS_KEPT = timedelta(days=7)


class Housekeeping:
    """Safe to run at any time, in any number of processes; once an hour is plenty."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def run(self) -> tuple[str, ...]:
        """Make months ahead and forget what is old; returns the partitions made."""
        return self._store.run(self._tidy)

    def _tidy(self, work: Work) -> tuple[str, ...]:
        now = self._clock()
        work.records.prune(now - RECEIPTS_KEPT, now - ANSWERS_KEPT)
        work.outbox.prune(now - EFFECTS_KEPT)
        return work.ensure_months(now.date())
