"""What specialists say of themselves, and what the service sees of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from handlers.access import SPECIALIST, SUPERVISOR, Account, require_role
from handlers.accounts import is_id
from handlers.calls import Calls
from handlers.errors import Elsewhere, Invalid, NotFound
from handlers.ports import Clock
from handlers.presence import FRESH_SECONDS, STATUSES, presence_of
from handlers.trail import note
from handlers.views import moment
from models.store import Store
from models.work import Work

Plain = dict[str, Any]

FRESH = timedelta(seconds=FRESH_SECONDS)


class Specialists:
    """Presence: available, break or offline by wish; ringing, on_call and wrap_up by fact."""

    def __init__(self, store: Store, clock: Clock, calls: Calls) -> None:
        self._store = store
        self._clock = clock
        self._calls = calls

    def set_presence(self, account: Account, status: str) -> Plain:
        """Set it, or repeat it as a heartbeat; returns `{"status", "asked", "call", ...}`.

        Raises Forbidden (not a specialist) and Invalid (no such status).
        """
        require_role(account, SPECIALIST)
        if status not in STATUSES:
            raise Invalid((("status", f"expected one of {', '.join(STATUSES)}"),))
        now = self._clock()
        row = self._store.run(lambda w: w.presences.ask(account.id, status, now, now - FRESH))
        self._calls.ring(())
        return self._shown({"id": account.id, "name": account.name, **row})

    def release(self, account: Account, user_id: str, reason: str) -> Plain:
        """A supervisor takes somebody out of a stuck wrap-up. Raises Forbidden, NotFound."""
        require_role(account, SUPERVISOR)
        released = self._store.run(lambda work: self._release(work, account, user_id, reason))
        self._calls.ring(())
        return released

    def board(self, account: Account) -> list[Plain]:
        """The specialists of the account's agencies, by name."""
        with self._store.begin() as work:
            rows = work.presences.board()
        ours = set(account.agencies)
        return [self._shown(row) for row in rows if ours.intersection(row["agencies"])]

    def sweep(self) -> tuple[str, ...]:
        """Set those whose heartbeat is stale to offline; returns their ids."""
        now = self._clock()
        return self._store.run(lambda work: work.presences.sweep(now - FRESH, now))

    def _release(self, work: Work, account: Account, user_id: str, reason: str) -> Plain:
        row = _colleague(work, account, user_id)
        now = self._clock()
        result = "done" if work.presences.release(user_id, now) else "not in wrap-up"
        note(work, now, account, "wrap-up released", user_id, reason=reason, result=result)
        return self._shown(row | {"wrap_up_call": None})

    def _shown(self, row: Plain) -> Plain:
        busy = row.get("busy_call", row.get("on_call"))
        facts = seconds_of(row) | {"busy_call": busy}
        call = busy or row["wrap_up_call"] or row["ringing_call"]
        return {
            "id": str(row["id"]),
            "name": row["name"],
            "status": presence_of(facts, self._clock().timestamp()).value,
            "asked": row["asked"] or "offline",
            "call": str(call) if call else None,
            "since": moment(row["changed_at"]),
        }


def _colleague(work: Work, account: Account, user_id: str) -> Plain:
    person = work.accounts.by_id(user_id) if is_id(user_id) else None
    if person and not set(account.agencies).intersection(person["agencies"]):
        raise Elsewhere("it is another agency's")
    known = {str(row["id"]): row for row in work.presences.board()}
    if person is None or person["id"] not in known:
        raise NotFound("There is no such specialist.")
    return known[person["id"]]


def seconds_of(row: Plain) -> Plain:
    """A row with its heartbeat as seconds since the epoch."""
    beat = row["heartbeat_at"]
    return row | {"heartbeat_at": beat.timestamp() if beat else 0}
