"""What remains to be done after calls: when it opens, when it closes, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.errors import Forbidden, Invalid, NotFound
from handlers.tasks import Query
from routing import commands as c
from routing.call import Call
from tests.handlers.world import SHERIFF, World

FORM = {"code": "R01", "law_enforcement": "none", "caller_type": "self", "risk_end": 1}
CONSENT = {"follow_up": {"consent": True, "due": "2026-07-03"}}


def listed(world: World, name: str = "maria", **wanted: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = world.tasks.page(world.account(name), Query(**wanted))["items"]
    return items


def kinds(world: World, name: str = "maria", **wanted: Any) -> list[str]:
    return sorted(item["kind"] for item in listed(world, name, **wanted))


def lost(world: World) -> Call:
    """A call whose caller dropped while Maria was with them."""
    call = world.with_specialist("maria")
    return world.tell(call, c.ReportEnded(1, "hung up"))


def submit(world: World, call: Call, **change: Any) -> None:
    world.outcomes.submit(world.account("maria"), call.id, FORM | change)


def test_a_dropped_caller_leaves_a_callback_and_a_form(world: World) -> None:
    call = lost(world)
    maria = {"id": world.account("maria").id, "name": "Maria Lopez"}
    assert kinds(world, status="open") == ["callback", "outcome"]
    for task in listed(world):
        assert (task["call"], task["specialist"], task["closed_at"]) == (call.id, maria, None)
        assert task["caller_number"] == "•••• 9999"
        assert task["opened_at"] == "2026-07-01T12:00:00.000Z"
    assert world.log.call(world.account("dana"), call.id)["needs_outcome"]


@pytest.mark.parametrize(
    ("code", "left"),
    [
        ("R01", []),  # an ordinary goodbye is no lost contact
        ("L02", []),
        ("X05", []),
        ("U01", ["callback"]),  # the contact is lost: somebody still has to find the caller
    ],
)
def test_an_outcome_closes_its_form_and_says_whether_the_caller_was_lost(
    world: World, code: str, left: list[str]
) -> None:
    submit(world, lost(world), code=code)
    assert kinds(world, status="open") == left


def test_a_revision_may_tell_that_the_caller_was_not_lost_after_all(world: World) -> None:
    call = lost(world)
    submit(world, call, code="U01")
    submit(world, call, code="R01", reason="they had said goodbye")
    assert kinds(world, status="open") == []


@pytest.mark.parametrize(("code", "left"), [("R01", []), ("U01", ["callback"])])
def test_a_form_that_was_in_before_the_end_leaves_the_same(
    world: World, code: str, left: list[str]
) -> None:
    call = world.with_specialist("maria")
    submit(world, call, code=code)
    world.tell(call, c.ReportEnded(1, "hung up"))
    assert kinds(world, status="open") == left


def test_a_callback_is_closed_by_reaching_the_caller_and_tells_its_attempts(world: World) -> None:
    call, maria = lost(world), world.account("maria")
    submit(world, call, code="U01")
    for seconds, result in ((60, "no answer, sounded drunk before"), (120, "reached")):
        world.clock.forward(seconds)
        world.tasks.attempt(maria, call.id, result)
    (task,) = listed(world, kind="callback")
    by = {"id": maria.id, "name": "Maria Lopez"}
    assert task["attempts"] == [
        {"at": "2026-07-01T12:01:00.000Z", "by": by, "reached": False},
        {"at": "2026-07-01T12:03:00.000Z", "by": by, "reached": True},
    ]
    assert task["closed_at"] == "2026-07-01T12:03:00.000Z"
    assert "drunk" not in str(task)


def test_only_the_calls_own_specialist_records_an_attempt(world: World) -> None:
    call = lost(world)
    with pytest.raises(Forbidden):
        world.tasks.attempt(world.account("sam"), call.id, "no answer")
    with pytest.raises(Forbidden):
        world.tasks.attempt(world.account("sue"), call.id, "no answer")
    theirs = world.tell(world.arrive(SHERIFF), c.ReportEnded(1, "hung up"))
    with pytest.raises(NotFound):
        world.tasks.attempt(world.account("sam"), theirs.id, "no answer")


def test_who_dropped_before_a_specialist_joined_is_everybodys_to_find(world: World) -> None:
    world.available("maria")
    call = world.tell(world.ringing(), c.ReportEnded(1, "hung up"))
    world.tasks.attempt(world.account("sam"), call.id, "reached")
    assert kinds(world, status="open") == []


def test_a_follow_up_is_its_specialists_and_kept_once_however_often_revised(
    world: World,
) -> None:
    call = lost(world)
    submit(world, call, **CONSENT)
    revised = FORM | CONSENT | {"code": "R02", "reason": "linked later"}
    world.outcomes.submit(world.account("sue"), call.id, revised)
    (task,) = listed(world, status="open")
    assert (task["kind"], task["about"], task["due_on"]) == ("follow_up", None, "2026-07-03")
    assert task["specialist"]["name"] == "Maria Lopez"


@pytest.mark.parametrize("due", [None, "soon", 7, ["2026-07-03"]])
def test_a_due_day_that_is_none_is_left_out(world: World, due: object) -> None:
    submit(world, lost(world), follow_up={"consent": True, "due": due})
    assert [task["due_on"] for task in listed(world, kind="follow_up")] == [None]


def test_a_treatment_team_that_nobody_reached_is_to_be_followed_up(world: World) -> None:
    call = world.with_specialist("maria")
    call = world.ask(call, "maria", lambda by: c.RequestTransfer(by, "adult-outpatient")).call
    for _ in range(2):
        call = world.tell(call, c.ReportEnded(len(call.legs), "busy"))
    (task,) = listed(world, kind="follow_up")
    assert (task["about"], task["specialist"]["name"]) == ("adult-outpatient", "Maria Lopez")


def test_dispatchers_see_callbacks_and_nobody_sees_another_agencys(world: World) -> None:
    submit(world, lost(world), code="U01", **CONSENT)
    assert kinds(world, "dana") == ["callback"]
    assert kinds(world, "sue") == kinds(world, "ada") == ["callback", "follow_up", "outcome"]
    assert kinds(world, "shay") == []
    for kind in ("follow_up", "outcome"):
        with pytest.raises(Forbidden):
            listed(world, "dana", kind=kind)
    with pytest.raises(NotFound):
        listed(world, "dana", agency="kern-sheriff")


def test_pages_hold_every_task_once_open_ones_oldest_first(world: World) -> None:
    calls = []
    for _ in range(5):
        calls.append(world.tell(world.with_dispatcher(), c.ReportEnded(1, "hung up")).id)
        world.clock.forward(1)
    sue = world.account("sue")

    def pages(status: str | None) -> list[str]:
        seen: list[str] = []
        page: dict[str, Any] = {"next": None}
        while not seen or page["next"]:
            page = world.tasks.page(sue, Query(status=status, limit=2, cursor=page["next"]))
            seen += [item["call"] for item in page["items"]]
        return seen

    assert pages("open") == calls
    assert pages(None) == calls[::-1]
    for call_id in calls:
        world.tasks.attempt(world.account("sam"), call_id, "reached")
    assert pages("closed") == calls[::-1]
    assert kinds(world, status="open") == []


@pytest.mark.parametrize(
    "query",
    [
        Query(status="odd"),
        Query(kind="odd"),
        Query(limit=0),
        Query(limit=201),
        Query(cursor="x"),
        Query(cursor="²"),
        Query(cursor="9" * 19),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(world: World, query: Query) -> None:
    with pytest.raises(Invalid):
        world.tasks.page(world.account("sue"), query)
