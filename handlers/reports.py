"""The diversion report, with counts beside every rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.access import ADMIN, SUPERVISOR, Account, require_agency, require_role
from handlers.errors import Invalid, NotFound
from handlers.ports import Clock
from handlers.suppression import Relation, visible
from handlers.views import moment
from models.reports import Cell
from models.store import Store
from routing.outcomes import CODES, DIVERTED, EXCLUDED, NOT_DIVERTED

Plain = dict[str, Any]
Counts = dict[str, int]

DEFINITION = "1"
UNITS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}
COPIES = ("internal", "public")
TOTAL = "total"
# diverted of decided is the diversion rate; strict leaves EMS out; handled has every joined call
MEASURES = ("diverted", "strict", "decided", "handled")
EMS_ONLY = "E01"


class Reports:
    """Reports over calls; drills never count."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def diversion(
        self,
        account: Account | None,
        agency: str,
        start: date,
        end: date,
        *,
        by: str | None = None,
        definition: str | None = None,
        copy: str = "internal",
    ) -> Plain:
        """Both days included, in the agency's time zone; `account` None is the operator.

        Raises NotFound (agency), Forbidden, Invalid.
        """
        _check(by, definition, copy)
        if start > end:
            raise Invalid((("from", "after `to`"),))
        if account:
            require_role(account, SUPERVISOR, ADMIN)
            require_agency(account, agency)
        starts = _starts(start, end, UNITS[by] if by else None)
        cells, zone = self._cells(agency, [*starts.values(), end + timedelta(days=1)])
        periods = list(starts) if by else []
        counts = _counts(cells, periods)
        shown = _public(counts, periods) if copy == "public" else None
        made = {"agency": agency, "from": start.isoformat(), "to": end.isoformat()}
        more = {"by": by, "copy": copy, "timezone": zone, "definition": DEFINITION}
        made_at = {"made_at": moment(self._clock())}
        return made | more | _report(counts, shown, periods) | made_at

    def _cells(self, agency: str, days: list[date]) -> tuple[list[Cell], str]:
        with self._store.begin() as work:
            row = work.directory.agency(agency)
            if row is None:
                raise NotFound("There is no such agency.")
            zone = ZoneInfo(row["timezone"])
            return work.reports.counts(agency, [_midnight(d, zone) for d in days]), zone.key


def _check(by: str | None, definition: str | None, copy: str) -> None:
    if by is not None and by not in UNITS:
        raise Invalid((("by", f"expected one of {', '.join(UNITS)}"),))
    if definition not in (None, DEFINITION):
        raise Invalid((("definition", f"only {DEFINITION} is known"),))
    if copy not in COPIES:
        raise Invalid((("copy", "expected internal or public"),))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _starts(start: date, end: date, form: str | None) -> dict[str, date]:
    """Each period's first day within the report, by the period's name."""
    days = (start + timedelta(days=number) for number in range((end - start).days + 1))
    starts: dict[str, date] = {}
    for day in days:
        starts.setdefault(day.strftime(form) if form else TOTAL, day)
    return starts


def _counts(cells: Iterable[Cell], periods: list[str]) -> Counts:
    """Counts by name: `total diverted`, `2026-07 decided`, `code R01`, `without_outcome`."""
    counts: Counter[str] = Counter()
    for cell in cells:
        scopes = (TOTAL, periods[cell.period - 1]) if periods else (TOTAL,)
        for scope in scopes:
            counts.update({f"{scope} {name}": cell.calls for name in _measures(cell)})
        if cell.outcome:
            counts[f"code {cell.outcome}"] += cell.calls
        elif cell.closed and cell.disposition == "asked":
            counts["without_outcome"] += cell.calls
    return counts


def _measures(cell: Cell) -> list[str]:
    # Law enforcement that arrived overrides whatever code was chosen.
    diverted = cell.outcome in DIVERTED and not cell.law_arrived
    found = {
        "diverted": diverted,
        "strict": diverted and cell.outcome != EMS_ONLY,
        "decided": cell.outcome in (*DIVERTED, *NOT_DIVERTED),
        "handled": cell.specialist_joined,
    }
    return [name for name, true in found.items() if true]


def _report(counts: Counts, shown: frozenset[str] | None, periods: list[str]) -> Plain:
    """`shown` None shows everything."""

    def cell(name: str) -> int | None:
        return counts.get(name, 0) if shown is None or name in shown else None

    def row(scope: str) -> Plain:
        diverted, strict, decided, handled = (cell(f"{scope} {name}") for name in MEASURES)
        return {
            "diversion": _rate(diverted, decided),
            "strict": _rate(strict, decided),
            "all_handled": _rate(diverted, handled),
        }

    by_code = {code: cell(f"code {code}") for code in CODES}
    return {
        "total": row(TOTAL),
        "rows": [{"period": period, **row(period)} for period in periods],
        "excluded": {code: by_code[code] for code in EXCLUDED},
        "without_outcome": cell("without_outcome"),
        "by_code": by_code,
    }


def _rate(count: int | None, of: int | None) -> Plain:
    rate = round(count / of, 4) if count is not None and of else None
    return {"count": count, "of": of, "rate": rate}


def _public(counts: Counts, periods: list[str]) -> frozenset[str]:
    """The counts that a published copy may show."""
    printed = [f"{scope} {name}" for scope in (TOTAL, *periods) for name in MEASURES]
    printed += [*(f"code {code}" for code in CODES), "without_outcome"]
    cells = {name: counts.get(name, 0) for name in printed}
    relations = []
    for scope in (TOTAL, *periods):
        relations += _split(cells, scope)
    if periods:
        parts = {name: tuple(f"{period} {name}" for period in periods) for name in MEASURES}
        relations += [Relation(f"{TOTAL} {name}", parts[name]) for name in MEASURES]
    relations += _coded(cells)
    return visible(cells, tuple(relations), printed)


def _split(cells: Counts, scope: str) -> list[Relation]:
    """What subtraction tells of a row: the rest of each rate, never printed itself."""
    pairs = (("decided", "diverted"), ("diverted", "strict"), ("decided", "strict"),
             ("handled", "diverted"))  # fmt: skip
    relations = []
    for whole, part in pairs:
        rest = f"{scope} {whole} but {part}"
        cells[rest] = max(cells[f"{scope} {whole}"] - cells[f"{scope} {part}"], 0)
        relations.append(Relation(f"{scope} {whole}", (f"{scope} {part}", rest)))
    return relations


def _coded(cells: Counts) -> list[Relation]:
    """What the codes' own counts tell of the total row."""
    kept = tuple(f"code {code}" for code in NOT_DIVERTED)
    diverted = tuple(f"code {code}" for code in DIVERTED)
    lost, overridden = f"{TOTAL} decided but diverted", "overridden"
    cells[overridden] = cells[lost] - sum(cells[name] for name in kept)
    return [
        Relation(f"{TOTAL} decided", (*diverted, *kept)),
        Relation(lost, (*kept, overridden)),
    ]
