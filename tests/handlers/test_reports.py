"""Diversion with its denominators, and public copies that give no small count away."""

from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.errors import Forbidden, Invalid, NotFound
from handlers.reports import Reports
from handlers.suppression import LEAST, Relation, visible, worked_out
from tests.handlers.world import World

JULY, AUGUST = "2026-07-15T12:00:00Z", "2026-08-15T12:00:00Z"
INSERT = """
    INSERT INTO calls (id, agency, line, entry, drill, stage, version, state, sids, caller_sid,
        opened_at, closed_at, changed_at, outcome, disposition, requested, specialist_joined,
        law_arrived)
    SELECT gen_random_uuid(), %s, '+16615550111', 'direct', %s, 'closed', 1, '{}', '{}', %s || n,
        %s, %s, %s, %s, 'asked', true, %s, %s
    FROM generate_series(1, %s) n
"""
SERIES = count()


def _calls(world: World, number: int, outcome: str | None, at: str = JULY, **more: Any) -> None:
    joined = outcome not in ("X01", "X02")
    values = {"agency": "bakersfield-pd", "drill": False, "law_arrived": False} | more
    with world.store.begin() as work:
        work.connection.exec_driver_sql(
            INSERT,
            (
                values["agency"], values["drill"], f"series {next(SERIES)} ", at, at, at, outcome,
                joined, values["law_arrived"], number,
            ),
        )  # fmt: skip


def _report(world: World, **more: Any) -> dict[str, Any]:
    start, end = date(2026, 7, 1), date(2026, 8, 31)
    reports = Reports(world.store, world.clock)
    return reports.diversion(world.account("sue"), "bakersfield-pd", start, end, **more)


def test_the_three_rates_are_counted_as_the_domain_defines_them(world: World) -> None:
    for outcome, number in {"R01": 6, "R04": 2, "E01": 1, "C01": 1, "L02": 2, "X01": 4}.items():
        _calls(world, number, outcome)
    _calls(world, 3, None)
    report = _report(world)
    assert report["total"] == {
        "diversion": {"count": 9, "of": 12, "rate": 0.75},
        "strict": {"count": 8, "of": 12, "rate": 0.6667},
        "all_handled": {"count": 9, "of": 15, "rate": 0.6},
    }
    assert report["excluded"]["X01"] == 4
    assert report["without_outcome"] == 3
    assert report["by_code"]["R01"] == 6
    assert report["definition"] == "1"


def test_no_calls_are_no_rate(world: World) -> None:
    assert _report(world)["total"]["diversion"] == {"count": 0, "of": 0, "rate": None}


def test_drills_and_other_agencies_never_count(world: World) -> None:
    _calls(world, 5, "R01", drill=True)
    _calls(world, 5, "R01", agency="kern-sheriff")
    assert _report(world)["total"]["diversion"]["of"] == 0


def test_law_enforcement_that_arrived_overrides_the_code(world: World) -> None:
    _calls(world, 2, "R01")
    _calls(world, 2, "R01", law_arrived=True)
    assert _report(world)["total"]["diversion"] == {"count": 2, "of": 4, "rate": 0.5}


def test_months_are_the_agencys_own(world: World) -> None:
    _calls(world, 1, "R01", at="2026-08-01T06:59:59Z")
    _calls(world, 2, "L01", at="2026-08-01T07:00:00Z")
    rows = _report(world, by="month")["rows"]
    assert [(row["period"], row["diversion"]["of"]) for row in rows] == [
        ("2026-07", 1),
        ("2026-08", 2),
    ]


def test_both_days_are_included(world: World) -> None:
    _calls(world, 1, "R01", at="2026-07-01T07:00:00Z")
    _calls(world, 1, "R01", at="2026-07-01T06:59:59Z")
    reports = Reports(world.store, world.clock)
    day = date(2026, 7, 1)
    report = reports.diversion(None, "bakersfield-pd", day, day)
    assert report["total"]["diversion"]["of"] == 1


def test_who_may_not_read_it_and_what_makes_no_sense(world: World) -> None:
    reports = Reports(world.store, world.clock)
    span = (date(2026, 7, 1), date(2026, 7, 2))
    with pytest.raises(Forbidden):
        reports.diversion(world.account("dana"), "bakersfield-pd", *span)
    with pytest.raises(NotFound):
        reports.diversion(world.account("sue"), "kern-sheriff", *span)
    with pytest.raises(NotFound):
        reports.diversion(None, "nowhere", *span)
    for wrong in ({"by": "moon"}, {"definition": "9"}, {"copy": "secret"}):
        with pytest.raises(Invalid):
            _report(world, **wrong)


def test_a_public_copy_withholds_small_counts_and_what_would_give_them_away(world: World) -> None:
    for outcome, number in {"R01": 60, "R02": 30, "E01": 4, "L01": 20, "C01": 15}.items():
        _calls(world, number, outcome)
    _calls(world, 5, "L02", at=AUGUST)
    report = _report(world, by="month", copy="public")
    assert report["by_code"]["E01"] is None
    assert report["by_code"]["L02"] is None
    hidden = [code for code, number in report["by_code"].items() if number is None]
    assert len(hidden) > 2
    shown = [
        cell
        for row in (report["total"], *report["rows"])
        for rate in ("diversion", "strict", "all_handled")
        for cell in (row[rate]["count"], row[rate]["of"])
        if cell is not None
    ]
    assert all(cell >= LEAST for cell in shown)


@given(st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=4), min_size=2, max_size=4))
def test_no_small_count_can_be_worked_out_from_what_is_shown(table: list[list[int]]) -> None:
    width = min(map(len, table))
    cells = {f"{y},{x}": row[x] for y, row in enumerate(table) for x in range(width)}
    rows = [tuple(f"{y},{x}" for x in range(width)) for y in range(len(table))]
    columns = [tuple(f"{y},{x}" for y in range(len(table))) for x in range(width)]
    relations = []
    for number, parts in enumerate((*rows, *columns)):
        cells[f"sum {number}"] = sum(cells[part] for part in parts)
        relations.append(Relation(f"sum {number}", parts))
    shown = visible(cells, tuple(relations), tuple(cells))
    known, _ = worked_out(tuple(relations), shown)
    assert all(cells[name] >= LEAST for name in known)
    for relation in relations:
        hidden = [name for name in relation.parts if name not in known]
        assert relation.total not in known or not hidden or _sum(cells, hidden) >= LEAST


def _sum(cells: dict[str, int], names: list[str]) -> int:
    return sum(cells[name] for name in names)
