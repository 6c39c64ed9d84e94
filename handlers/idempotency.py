"""The first answer to a repeated request: one per account and Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import sleep
from typing import Any

from handlers.access import Account
from handlers.errors import Invalid, Stale
from handlers.ports import Clock
from models.store import Store

Plain = dict[str, Any]

KEPT = timedelta(days=1)
# An answer that takes longer than this died with its process: the key may be used again.
ANSWERED_WITHIN = timedelta(minutes=1)
# Seconds between looks at a key that is being answered; about five in all.
LOOKS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 2.0)


class Answers:
    """Remembers answers for a day. `wait` pauses for that many seconds."""

    def __init__(self, store: Store, clock: Clock, wait: Callable[[float], None] = sleep) -> None:
        self._store = store
        self._clock = clock
        self._wait = wait

    def first(self, account: Account, key: str, request: str) -> tuple[int, Any] | None:
        """(status, body) given before, None when the key is fresh (and is now claimed).

        `request` is method + path + body digest. Raises Invalid when the key was used for another
        request, Stale when the first is still being answered after a while.
        """
        for pause in LOOKS:
            found = self._look(account, key, request)
            if found is None:
                return None
            if found["status"] is not None:
                return found["status"], found["body"]
            self._wait(pause)
        raise Stale("The same request is being answered at this moment.")

    def _look(self, account: Account, key: str, request: str) -> Plain | None:
        now = self._clock()
        with self._store.begin() as work:
            old = {"before": now - KEPT, "stuck": now - ANSWERED_WITHIN}
            if work.records.claim(account.id, key, request, now, **old):
                return None
            kept = work.records.kept(account.id, key)
        if kept and kept["request"] != request:
            raise Invalid((("Idempotency-Key", "used for another request before"),))
        return kept or {"status": None}

    def keep(self, account: Account, key: str, status: int, body: Any) -> None:
        """Remember the answer of a claimed key."""
        with self._store.begin() as work:
            work.records.keep(account.id, key, status, body)

    def forget(self, account: Account, key: str) -> None:
        """Free a claimed key whose request failed on our side."""
        with self._store.begin() as work:
            work.records.forget(account.id, key)
