"""The audit: who did what, or was refused it, from where. Rows hold ids, never words of a call."""

from __future__ import annotations

from datetime import datetime

from handlers.access import Account
from handlers.accounts import is_id
from handlers.plans import Plans
from handlers.ports import Clock
from models.store import Store
from models.work import Work


def note(
    work: Work,
    at: datetime,
    account: Account,
    action: str,
    about: str | None,
    *,
    reason: str | None = None,
    result: str = "done",
) -> None:
    """Write a row inside a transaction. `about` is the id of a call or user, or an agency's key."""
    what = {"action": action, "object": about, "reason": reason, "result": result}
    work.records.audit(at, account.id, account.role, origin=account.origin, **what)


class Trail:
    """Denials, which have no transaction of their own. Threads may share it."""

    def __init__(self, store: Store, clock: Clock, plans: Plans) -> None:
        self._store = store
        self._clock = clock
        self._plans = plans

    def denied(self, account: Account, action: str, about: str | None, reason: str) -> None:
        """Somebody may not do that. `about` is kept when it names something that is ours."""
        with self._store.begin() as work:
            known = about if about and self._names(work, about) else None
            note(work, self._clock(), account, action, known, reason=reason, result="denied")

    def _names(self, work: Work, about: str) -> bool:
        # What was typed as an agency may be anything, a caller's name included.
        return is_id(about) or about in self._plans.at(work, work.directory.version()).agencies
