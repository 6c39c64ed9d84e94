"""Silence is not trusted: the carrier is asked, and what it says becomes reports."""

from functools import partial

import pytest

from handlers.changes import Changes
from handlers.errors import Invalid, Stale
from handlers.idempotency import Answers
from handlers.ports import LegStatus, Where
from handlers.reconcile import Reconciler
from routing import commands as c
from routing.call import Call
from routing.states import LegState
from tests.handlers.world import World, at_once, busy


def _reconciler(world: World) -> Reconciler:
    return Reconciler(world.store, world.calls, world.carrier, world.clock)


def _talking(world: World) -> Call:
    call = world.arrive()
    world.outbox.perform(world.row(call, kind="dial"))
    return world.tell(call, c.ReportJoined(1, 1), c.ReportAnswered(2), c.ReportJoined(2, 2))


def test_a_call_of_which_something_was_heard_is_left_alone(world: World) -> None:
    _talking(world)
    world.clock.forward(19)
    assert _reconciler(world).run() == 0


def test_a_caller_who_is_gone_is_noticed_without_a_webhook(world: World) -> None:
    call = _talking(world)
    (sids,) = world.query("SELECT sids FROM calls")
    world.carrier.where[sids["sids"]["1"]] = LegStatus(Where.ENDED, "hung up")
    world.clock.forward(21)
    assert _reconciler(world).run() == 1
    assert world.call(call.id).closed


def test_a_silent_call_is_asked_about_once_a_minute(world: World) -> None:
    call = _talking(world)
    world.clock.forward(21)
    reconciler = _reconciler(world)
    assert reconciler.run() == 1
    assert reconciler.run() == 0
    world.clock.forward(61)
    assert reconciler.run() == 1
    assert world.call(call.id).version == call.version


def test_a_hold_that_the_call_does_not_know_is_put_right(world: World) -> None:
    call = _talking(world)
    (sids,) = world.query("SELECT sids FROM calls")
    world.carrier.where[sids["sids"]["1"]] = LegStatus(Where.IN_CONFERENCE, held=True)
    world.clock.forward(21)
    _reconciler(world).run()
    assert world.rows(call, kind="sync_hold", state="pending")


def test_a_leg_that_should_be_gone_and_is_not_is_hung_up_again(world: World) -> None:
    call = _talking(world)
    world.tell(call, c.ReportEnded(1, "hung up"))
    (row,) = world.rows(call, kind="hang_up")
    for _ in range(6):
        world.carrier.fail("hang_up", busy())
        world.outbox.perform(row["id"])
        world.clock.forward(40)
    assert world.rows(call, kind="hang_up", state="failed")
    sid = world.carrier.dials[0].sid
    world.carrier.where[sid] = LegStatus(Where.ANSWERED)
    _reconciler(world).run()
    assert world.carrier.done == [("hang_up", sid, None)]
    world.carrier.where[sid] = LegStatus(Where.ENDED, "hung up")
    world.clock.forward(61)
    _reconciler(world).run()
    assert world.call(call.id).legs[1].state is LegState.LEFT


def test_a_carrier_that_does_not_answer_changes_nothing(world: World) -> None:
    call = _talking(world)
    world.carrier.fail("where_is", busy())
    world.carrier.fail("where_is", busy())
    world.clock.forward(21)
    _reconciler(world).run()
    assert world.call(call.id) == call


def test_a_repeated_request_gets_the_first_answer(world: World) -> None:
    answers, dana = Answers(world.store, world.clock, lambda _: None), world.account("dana")
    assert answers.first(dana, "k", "POST /x 1") is None
    with pytest.raises(Stale):
        answers.first(dana, "k", "POST /x 1")
    answers.keep(dana, "k", 201, {"id": 7})
    assert answers.first(dana, "k", "POST /x 1") == (201, {"id": 7})
    assert answers.first(world.account("maria"), "k", "POST /x 1") is None
    with pytest.raises(Invalid):
        answers.first(dana, "k", "POST /y 2")
    world.clock.forward(86401)
    assert answers.first(dana, "k", "POST /y 2") is None
    answers.forget(dana, "k")
    assert answers.first(dana, "k", "POST /z 3") is None


def test_of_repeated_requests_at_once_one_is_answered(world: World) -> None:
    answers, dana = Answers(world.store, world.clock, lambda _: None), world.account("dana")
    results = at_once(*[partial(answers.first, dana, "k", "POST /x 1")] * 6)
    assert results.count(None) == 1
    assert sum(isinstance(result, Stale) for result in results) == 5


def test_a_repetition_waits_for_the_first_answer(world: World) -> None:
    dana = world.account("dana")
    answers = Answers(world.store, world.clock, lambda _: answers.keep(dana, "k", 201, {"id": 7}))
    assert answers.first(dana, "k", "POST /x 1") is None
    assert answers.first(dana, "k", "POST /x 1") == (201, {"id": 7})


def test_a_repetition_takes_over_from_a_first_one_that_failed_or_died(world: World) -> None:
    dana = world.account("dana")
    answers = Answers(world.store, world.clock, lambda _: answers.forget(dana, "k"))
    assert answers.first(dana, "k", "POST /x 1") is None
    assert answers.first(dana, "k", "POST /x 1") is None
    world.clock.forward(61)
    assert answers.first(dana, "k", "POST /x 1") is None


def test_a_change_of_a_call_or_a_presence_changes_its_mark(world: World) -> None:
    changes = Changes(world.store, world.clock)
    world.available("maria")
    call = world.arrive()
    before = {change.id: change for change in changes.look()}
    world.tell(call, c.ReportJoined(1, 1))
    world.specialists.set_presence(world.account("maria"), "break")
    after = {change.id: change for change in changes.look()}
    moved = {key for key, change in after.items() if before[key].mark != change.mark}
    assert moved == {call.id, world.account("maria").id}
    assert after[call.id].agencies == ("bakersfield-pd",)
    assert after[call.id].shown["version"] == world.call(call.id).version
