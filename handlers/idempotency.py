"""The first answer to a repeated request: one per account and Idempotency-Key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.access import Account
from handlers.errors import Invalid, Stale
from handlers.ports import Clock
from models.store import Store

KEPT = timedelta(days=1)


class Answers:
    """Remembers answers for a day."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def first(self, account: Account, key: str, request: str) -> tuple[int, Any] | None:
        """(status, body) given before, None when the key is fresh (and is now claimed).

        `request` is method + path + body digest. Raises Invalid when the key was used for another
        request, Stale when the first is still being answered.
        """
        now = self._clock()
        with self._store.begin() as work:
            if work.records.claim(account.id, key, request, now, now - KEPT):
                return None
            kept = work.records.kept(account.id, key)
        if kept is None or (kept["request"] == request and kept["status"] is None):
            raise Stale("The same request is being answered at this moment.")
        if kept["request"] != request:
            raise Invalid((("Idempotency-Key", "used for another request before"),))
        return kept["status"], kept["body"]

    def keep(self, account: Account, key: str, status: int, body: Any) -> None:
        """Remember the answer of a claimed key."""
        with self._store.begin() as work:
            work.records.keep(account.id, key, status, body)

    def forget(self, account: Account, key: str) -> None:
        """Free a claimed key whose request failed on our side."""
        with self._store.begin() as work:
            work.records.forget(account.id, key)
