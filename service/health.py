"""How this installation is: the database, Redis and the worker, each asked anew."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import redis

from handlers.errors import Unavailable
from handlers.ports import Clock
from models.store import Store
from web.services import PartHealth, State

WORKER = "worker"
BEAT_SECONDS = 2.0
# A worker whose beats are older is taken for dead.
STALE = timedelta(seconds=10)


class HealthCheck:
    """web.services.Health."""

    def __init__(self, store: Store, client: "redis.Redis", clock: Clock) -> None:
        self._store = store
        self._redis = client
        self._clock = clock

    def __call__(self) -> Mapping[str, PartHealth]:
        """The state of each part."""
        database, worker = self._database_and_worker()
        return {"database": database, "redis": self._redis_state(), "worker": worker}

    def _database_and_worker(self) -> tuple[PartHealth, PartHealth]:
        try:
            beat = self._store.run(lambda work: work.records.last_beat(WORKER))
        except Unavailable:
            unknown = PartHealth(State.DOWN, "not known while the database does not answer")
            return PartHealth(State.DOWN, "does not answer"), unknown
        return PartHealth(State.OK, "answers"), self._worker(beat)

    def _worker(self, beat: datetime | None) -> PartHealth:
        if beat is None:
            return PartHealth(State.DOWN, "no worker has ever run: start `metline worker`")
        age = self._clock() - beat
        if age > STALE:
            return PartHealth(State.DOWN, f"last heard of {age.total_seconds():.0f} s ago")
        return PartHealth(State.OK, "alive")

    def _redis_state(self) -> PartHealth:
        try:
            self._redis.ping()
        except (redis.RedisError, OSError):
            reason = "does not answer: effects and screens may be a second late"
            return PartHealth(State.DEGRADED, reason)
        return PartHealth(State.OK, "answers")
