"""What remains to be done after calls: callbacks, follow-ups, forms; and attempts to call back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handlers.access import DISPATCHER, Account, require_agency
from handlers.accounts import is_id
from handlers.calls import Calls
from handlers.errors import Forbidden, Invalid
from handlers.numbers import masked
from handlers.outcomes import require_own, visible
from handlers.saving import REACHED
from handlers.views import moment
from models.store import Store
from models.tasks import TaskFilter
from models.work import Work
from routing import commands as c

Plain = dict[str, Any]

CALLBACK, FOLLOW_UP, OUTCOME = "callback", "follow_up", "outcome"
KINDS = (CALLBACK, FOLLOW_UP, OUTCOME)
STATUSES = {None: None, "open": True, "closed": False}
MOST = 200


@dataclass(frozen=True, slots=True)
class Query:
    """What `GET /tasks` asks: `cursor` is a page's `next`."""

    agency: str | None = None
    status: str | None = None
    kind: str | None = None
    cursor: str | None = None
    limit: int = 50


class Tasks:
    """Tasks as accounts may see them, without a word that anybody wrote about the caller."""

    def __init__(self, store: Store, calls: Calls) -> None:
        self._store = store
        self._calls = calls

    def page(self, account: Account, query: Query) -> Plain:
        """`{"items", "next"}`: open ones oldest first, others newest first.

        Raises Invalid, NotFound (agency), Forbidden (a kind that the role may not see).
        """
        if query.agency:
            require_agency(account, query.agency)
        wanted = _filter(account, query)
        with self._store.begin() as work:
            rows = work.tasks.page(wanted)
            shown = _views(work, rows[: wanted.limit])
        more = len(rows) > wanted.limit
        return {"items": shown, "next": str(rows[wanted.limit - 1]["id"]) if more else None}

    def attempt(
        self, account: Account, call_id: str, result: str, *, if_match: int | None = None
    ) -> None:
        """One attempt by its specialist to reach a caller who dropped.

        Raises Refused, Forbidden, NotFound, Stale.
        """
        rung = self._store.run(lambda w: self._attempt(w, account, call_id, result, if_match))
        self._calls.ring(rung)

    def _attempt(
        self, work: Work, account: Account, call_id: str, result: str, if_match: int | None
    ) -> tuple[int, ...]:
        # A caller who dropped before any specialist joined is everybody's to find.
        if visible(work, account, call_id).specialist_joined:
            require_own(work, account, call_id)
        request = c.AttemptCallback(account.actor, result)
        return self._calls.ask(work, call_id, request, if_match, account)[1]


def _filter(account: Account, query: Query) -> TaskFilter:
    if query.status not in STATUSES:
        raise Invalid((("status", "expected open or closed"),))
    if not 1 <= query.limit <= MOST:
        raise Invalid((("limit", f"expected 1 to {MOST}"),))
    return TaskFilter(
        agencies=(query.agency,) if query.agency else account.agencies,
        kinds=_kinds(account, query.kind),
        limit=query.limit,
        is_open=STATUSES[query.status],
        after=_position(query.cursor),
    )


def _kinds(account: Account, kind: str | None) -> tuple[str, ...]:
    """That somebody is followed up is a fact of treatment; that a caller was lost is not."""
    if kind not in (None, *KINDS):
        raise Invalid((("kind", f"expected one of {', '.join(KINDS)}"),))
    seen = (CALLBACK,) if account.role == DISPATCHER else KINDS
    if kind and kind not in seen:
        raise Forbidden(f"{account.title} may not see tasks of that kind")
    return (kind,) if kind else seen


def _position(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and int(cursor) < 2**63):
        raise Invalid((("cursor", "not a cursor of this list"),))
    return int(cursor)


def _views(work: Work, rows: list[Plain]) -> list[Plain]:
    lost = tuple({str(row["call_id"]) for row in rows if row["task"] == CALLBACK})
    attempts = work.tasks.attempts(lost)
    tried = {str(each["user_id"]) for made in attempts.values() for each in made}
    owners = {owner for row in rows if (owner := _owner(row))}
    names = work.log.names(tuple(tried | owners))
    return [_view(row, attempts.get(str(row["call_id"]), []), names) for row in rows]


def _view(row: Plain, attempts: list[Plain], names: dict[str, str]) -> Plain:
    owner = _owner(row)
    return {
        "id": row["id"],
        "kind": row["task"],
        "call": str(row["call_id"]),
        "agency": row["agency"],
        "drill": row["drill"],
        "incident_number": row["incident_number"],
        "caller_number": row["caller_masked"] or masked(row["callback_number"]),
        "about": None if is_id(row["about"] or "") else row["about"],
        "specialist": _person(owner, names) if owner else None,
        "opened_at": moment(row["opened_at"]),
        "due_on": row["due_on"].isoformat() if row["due_on"] else None,
        "closed_at": moment(row["closed_at"]),
        "attempts": [_tried(each, names) for each in attempts if row["task"] == CALLBACK],
    }


def _tried(attempt: Plain, names: dict[str, str]) -> Plain:
    return {
        "at": moment(attempt["at"]),
        "by": _person(str(attempt["user_id"]), names),
        "reached": attempt["result"] == REACHED,
    }


def _owner(row: Plain) -> str | None:
    """Whose it is: a task is about a person, or about a destination and then the call's own."""
    about: str | None = row["about"]
    if about and is_id(about):
        return about
    return str(row["specialist"]) if row["specialist"] else None


def _person(user: str, names: dict[str, str]) -> Plain:
    return {"id": user, "name": names.get(user, "")}
