"""Reading calls: the log, one call, its events, its context and the caller's number."""

from __future__ import annotations

import base64
import binascii
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from handlers.access import Account, require_agency
from handlers.accounts import is_id
from handlers.calls import Calls
from handlers.context import checked, write
from handlers.errors import Invalid, UnknownCall
from handlers.ports import Clock
from handlers.trail import note
from handlers.views import Beside, call_view, event_view
from models.call_log import Filter
from models.store import Store
from models.work import Work
from routing import commands as c

Plain = dict[str, Any]

MOST = 200
STATUSES = {None: None, "open": True, "closed": False}


@dataclass(frozen=True, slots=True)
class Query:
    """What `GET /calls` asks: `start` and `end` ISO dates or times, `cursor` a page's `next`.

    Both days are included, a time given as `end` is not; dates are those of the zone of the
    agencies asked for, UTC when they have several.
    """

    status: str | None = None
    agency: str | None = None
    start: str | None = None
    end: str | None = None
    outcome: str | None = None
    stage: str | None = None
    alarm: bool | None = None
    q: str | None = None
    cursor: str | None = None
    limit: int = 50


class CallLog:
    """Calls as accounts may see them, in the contract's shapes (plain JSON data)."""

    def __init__(self, store: Store, calls: Calls, clock: Clock) -> None:
        self._store = store
        self._calls = calls
        self._clock = clock

    def page(self, account: Account, query: Query) -> Plain:
        """`{"items", "next"}`, newest first. Raises Invalid, NotFound (agency)."""
        if query.agency:
            require_agency(account, query.agency)
        with self._store.begin() as work:
            wanted = _filter(account, query, self._zone(work, account, query.agency))
            rows = work.log.page(wanted)
            shown = self._views(work, rows[: wanted.limit], account, listed=True)
        more = len(rows) > wanted.limit
        return {"items": shown, "next": _cursor(rows[wanted.limit - 1]) if more else None}

    def call(self, account: Account, call_id: str) -> Plain:
        """One call. Raises NotFound."""
        with self._store.begin() as work:
            return self.view(work, account, call_id)

    def view(self, work: Work, account: Account, call_id: str) -> Plain:
        """One call, inside a transaction. Raises NotFound."""
        row = _visible(work, account, call_id)
        return self._views(work, [row], account, listed=False)[0]

    def events(self, account: Account, call_id: str) -> list[Plain]:
        """Its events in order. Raises NotFound."""
        with self._store.begin() as work:
            _visible(work, account, call_id)
            return [event_view(row, account) for row in work.log.events((call_id,))[call_id]]

    def patch(
        self, account: Account, call_id: str, body: Plain, *, if_match: int | None = None
    ) -> Plain:
        """Set incident number and context fields, keep the others; returns the call.

        Raises Invalid, Forbidden, NotFound, Stale.
        """
        fields = checked(body)
        if not fields:
            return self.call(account, call_id)
        shown, rung = self._store.run(lambda w: self._patch(w, account, call_id, fields, if_match))
        self._calls.ring(rung)
        return shown

    def _patch(
        self, work: Work, account: Account, call_id: str, fields: Plain, if_match: int | None
    ) -> tuple[Plain, tuple[int, ...]]:
        request = c.UpdateContext(account.actor, tuple(sorted(fields)), fields.get("language"))
        _, rung = self._calls.ask(work, call_id, request, if_match, account)
        write(work, call_id, fields)
        return self.view(work, account, call_id), rung

    def caller_number(self, account: Account, call_id: str) -> Plain:
        """`{"number", "callback_number"}` in full, None when nobody told; audited.

        `number` is the callback number when the caller's own is not known. Raises NotFound.
        """
        with self._store.begin() as work:
            row = _visible(work, account, call_id)
            note(work, self._clock(), account, "caller number shown", call_id)
        told = row["context_callback_number"]
        return {"number": row["caller_number"] or told, "callback_number": told}

    def _zone(self, work: Work, account: Account, agency: str | None) -> tzinfo:
        agencies = self._calls.plans.at(work, work.directory.version()).agencies
        asked = (agency,) if agency else account.agencies
        zones = {agencies[key]["timezone"] for key in asked if key in agencies}
        return ZoneInfo(zones.pop()) if len(zones) == 1 else UTC

    def _views(
        self, work: Work, rows: list[Plain], account: Account, *, listed: bool
    ) -> list[Plain]:
        ids = tuple(str(row["id"]) for row in rows)
        outcomes, events = work.log.outcomes(ids), work.log.events(ids)
        names = work.log.names(tuple({user for row in rows for user in _users(row)}))
        book = self._calls.plans.at(work, work.directory.version())
        return [
            call_view(
                row,
                Beside(book.plans[row["agency"]], names, outcomes.get(key), tuple(events[key])),
                account,
                listed=listed,
            )
            for key, row in zip(ids, rows, strict=True)
        ]


def _visible(work: Work, account: Account, call_id: str) -> Plain:
    row = work.log.one(call_id) if is_id(call_id) else None
    if row is None:
        raise UnknownCall("There is no such call.")
    require_agency(account, row["agency"])
    return row


def _users(row: Plain) -> set[str]:
    users = {leg["user"] for leg in row["state"]["legs"] if leg.get("user")}
    return users | ({row["specialist"]} if row["specialist"] else set())


def _filter(account: Account, query: Query, zone: tzinfo) -> Filter:
    if query.status not in STATUSES:
        raise Invalid((("status", "expected open or closed"),))
    if not 1 <= query.limit <= MOST:
        raise Invalid((("limit", f"expected 1 to {MOST}"),))
    return Filter(
        agencies=(query.agency,) if query.agency else account.agencies,
        limit=query.limit,
        is_open=STATUSES[query.status],
        start=_moment("from", query.start, zone, last=False),
        end=_moment("to", query.end, zone, last=True),
        outcome=query.outcome,
        stage=query.stage,
        alarm=query.alarm,
        q=query.q,
        after=_position(query.cursor),
    )


def _moment(name: str, value: str | None, zone: tzinfo, *, last: bool) -> datetime | None:
    if not value:
        return None
    with suppress(ValueError):
        day = date.fromisoformat(value) + timedelta(days=1 if last else 0)
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        raise Invalid(((name, "expected a date or a time in ISO 8601"),)) from error
    return at if at.tzinfo else at.replace(tzinfo=zone)


def _cursor(row: Plain) -> str:
    position = f"{row['opened_at'].isoformat()} {row['id']}"
    return base64.urlsafe_b64encode(position.encode()).decode()


def _position(cursor: str | None) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        at, call_id = base64.urlsafe_b64decode(cursor).decode().split(" ")
        position = datetime.fromisoformat(at), call_id
    except (ValueError, binascii.Error) as error:
        raise Invalid((("cursor", "not a cursor of this list"),)) from error
    if not is_id(call_id):
        raise Invalid((("cursor", "not a cursor of this list"),))
    return position
