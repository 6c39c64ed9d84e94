"""Effects are done once each, in order, and whatever the carrier says comes back as a report."""

from functools import partial

import pytest

from handlers.ports import CarrierError, LegStatus, Retry, Where
from routing import commands as c
from routing.call import Call
from routing.states import LegState
from tests.handlers.world import Killed, World, at_once, busy, gone, lost, never


def _state(world: World, call: Call, leg: int) -> LegState:
    return world.call(call.id).legs[leg - 1].state


def _drain(world: World, seconds: float = 0) -> None:
    """Perform what is due now and until that many seconds later."""
    end = world.clock().timestamp() + seconds
    while True:
        due = world.outbox.due()
        for row in due:
            world.outbox.perform(row)
        coming = world.outbox.next_due()
        if not due and (coming is None or coming.timestamp() > end):
            return
        if not due and coming:
            world.clock.at = max(coming, world.clock())


def test_a_dial_binds_the_carriers_id_to_its_leg(world: World) -> None:
    call = world.arrive()
    world.outbox.perform(world.row(call, kind="dial"))
    (dialed,) = world.carrier.dials
    assert (dialed.address, dialed.leg) == ("+16615550100", 2)
    assert world.query("SELECT leg FROM call_legs WHERE sid = %s", dialed.sid) == [{"leg": 2}]
    assert [row["state"] for row in world.rows(call, kind="dial")] == ["done"]


def test_a_row_performed_twice_is_done_once(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.outbox.perform(row)
    world.outbox.perform(row)
    assert len(world.carrier.dials) == 1


@pytest.mark.parametrize("_round", range(5))
def test_many_workers_at_once_dial_once(world: World, _round: int) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    results = at_once(*[partial(world.outbox.perform, row)] * 8)
    assert results == [None] * 8
    assert len(world.carrier.dials) == 1


def test_a_refused_dial_ends_its_leg_with_the_reason_and_rings_on(world: World) -> None:
    call = world.arrive()
    world.carrier.fail("dial", never("the number is not in service"))
    world.outbox.perform(world.row(call, kind="dial"))
    leg = world.call(call.id).legs[1]
    assert (leg.state, leg.reason) == (LegState.FAILED, "the number is not in service")
    assert [row["leg"] for row in world.rows(call, kind="dial", state="pending")] == [3]


def test_a_dial_that_was_not_processed_is_tried_again_later_and_later(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    waits = []
    for _ in range(3):
        world.carrier.fail("dial", busy())
        world.outbox.perform(row)
        (again,) = world.rows(call, id=row)
        waits.append((again["due_at"] - world.clock()).total_seconds())
        world.clock.at = again["due_at"]
    world.outbox.perform(row)
    assert waits == [0.5, 1.0, 2.0]
    assert len(world.carrier.dials) == 1


def test_a_dial_that_is_never_processed_ends_its_leg(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    for _ in range(5):
        world.carrier.fail("dial", busy())
        world.outbox.perform(row)
        world.clock.forward(10)
    leg = world.call(call.id).legs[1]
    assert (leg.state, leg.reason) == (LegState.FAILED, "carrier did not answer")


def test_a_dial_of_unknown_fate_is_found_and_never_repeated(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.carrier.fail("dial", lost(), when="after")
    world.outbox.perform(row)
    assert world.outbox.due() == ()
    world.clock.forward(1)
    world.outbox.perform(row)
    assert len(world.carrier.dials) == 1
    assert world.query("SELECT sid, leg FROM call_legs WHERE leg = 2") == [
        {"sid": world.carrier.dials[0].sid, "leg": 2}
    ]


def test_a_dial_that_nobody_can_find_ends_its_leg_after_two_looks(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.carrier.fail("dial", lost())
    world.outbox.perform(row)
    for seconds in (1, 2):
        assert _state(world, call, 2) is LegState.DIALING
        world.clock.forward(seconds)
        world.outbox.perform(row)
    leg = world.call(call.id).legs[1]
    assert (leg.state, leg.reason) == (LegState.FAILED, "dial unknown")
    assert world.carrier.dials == []


def test_a_worker_killed_between_dial_and_save_does_not_make_the_next_one_dial(
    world: World,
) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.carrier.fail("dial", Killed(), when="after")
    with pytest.raises(Killed):
        world.outbox.perform(row)
    assert world.outbox.due() == ()
    world.clock.forward(15)
    assert row in world.outbox.due()
    world.outbox.perform(row)
    assert len(world.carrier.dials) == 1
    assert world.query("SELECT leg FROM call_legs WHERE sid = %s", world.carrier.dials[0].sid)


def test_a_worker_killed_before_the_dial_leaves_a_leg_that_ends_as_unknown(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.carrier.fail("dial", Killed())
    with pytest.raises(Killed):
        world.outbox.perform(row)
    for seconds in (15, 1, 2):
        world.clock.forward(seconds)
        world.outbox.perform(row)
    assert world.call(call.id).legs[1].reason == "dial unknown"
    assert world.carrier.dials == []


def test_a_worker_killed_after_its_report_is_not_heard_twice(world: World) -> None:
    call = world.with_specialist()
    world.tell(call, c.ReportEnded(1, "hung up"))
    row = world.rows(call, kind="hang_up")[0]
    world.calls.bind(call.id, row["leg"], "CAx")
    world.outbox.perform(row["id"])
    version = world.call(call.id).version
    world.query("UPDATE outbox SET state = 'pending', lease_until = NULL WHERE id = %s", row["id"])
    world.outbox.perform(row["id"])
    assert world.call(call.id).version == version


def test_an_answer_that_comes_before_the_dials_own_answer_binds_the_leg(world: World) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")

    def answered(method: str) -> None:
        sid = world.carrier.dials[0].sid
        world.calls.report(call.id, c.ReportAnswered(2), sid=sid)

    world.carrier.during = answered
    world.carrier.fail("dial", lost(), when="after")
    world.outbox.perform(row)
    world.carrier.during = lambda _: None
    world.clock.forward(1)
    world.outbox.perform(row)
    assert len(world.carrier.dials) == 1
    assert _state(world, call, 2) is LegState.JOINING


def test_a_wrong_guess_gives_way_to_the_legs_own_word(world: World) -> None:
    call = world.arrive()
    world.calls.bind(call.id, 2, "CAguess", guessed=True)
    handled = world.calls.report(call.id, c.ReportAnswered(2), sid="CAtruth")
    assert handled.events
    with world.store.begin() as work:
        assert work.outbox.sid(call.id, 2) == "CAtruth"


def test_an_id_that_is_another_legs_is_not_taken_for_the_lost_dial(world: World) -> None:
    first, second = world.arrive(), world.arrive()
    world.outbox.perform(world.row(first, kind="dial"))
    world.carrier.fail("dial", lost())
    row = world.row(second, kind="dial")
    world.outbox.perform(row)
    world.clock.forward(1)
    world.outbox.perform(row)
    assert world.query("SELECT 1 FROM call_legs WHERE call_id = %s AND leg = 2", second.id) == []


def test_what_is_done_for_one_leg_keeps_its_order(world: World) -> None:
    call = world.arrive()
    dial = world.row(call, kind="dial")
    world.tell(call, c.ReportEnded(1, "hung up"))
    (hang_up,) = (row["id"] for row in world.rows(call, kind="hang_up", leg=2))
    assert hang_up not in world.outbox.due()
    world.outbox.perform(hang_up)
    assert world.carrier.done == []
    world.outbox.perform(dial)
    assert world.carrier.dials == []
    assert world.bell.rung[-1] == hang_up
    world.outbox.perform(hang_up)
    assert _state(world, call, 2) is LegState.FAILED


def test_a_leg_that_the_call_let_go_while_it_was_dialed_is_hung_up(world: World) -> None:
    call = world.arrive()

    def hang_up(_method: str) -> None:
        world.tell(call, c.ReportEnded(1, "hung up"))

    world.carrier.during = hang_up
    world.outbox.perform(world.row(call, kind="dial"))
    world.carrier.during = lambda _: None
    _drain(world)
    assert world.carrier.done == [("stop_ringing", world.carrier.dials[0].sid)]
    assert _state(world, call, 2) is LegState.FAILED


def test_a_leg_that_the_carrier_no_longer_has_counts_as_hung_up(world: World) -> None:
    call = world.arrive()
    world.outbox.perform(world.row(call, kind="dial"))
    world.tell(call, c.ReportEnded(1, "hung up"))
    world.carrier.fail("stop_ringing", gone())
    _drain(world)
    assert _state(world, call, 2) is LegState.FAILED


def test_a_hang_up_is_repeated_until_it_is_done(world: World) -> None:
    call = world.arrive()
    world.outbox.perform(world.row(call, kind="dial"))
    world.tell(call, c.ReportEnded(1, "hung up"))
    world.carrier.fail("stop_ringing", lost())
    world.carrier.fail("stop_ringing", busy())
    _drain(world, seconds=5)
    assert len(world.carrier.done) == 1


def test_a_farewell_is_heard_out_and_the_carrier_says_when_the_leg_is_over(world: World) -> None:
    call = world.with_specialist()
    leg = world.leg_of(call, "maria")
    world.calls.report(call.id, c.ReportHold(leg, hold=False), sid="CAmaria")
    world.tell(call, c.ReportEnded(1, "hung up"))
    _drain(world)
    assert ("hang_up", "CAmaria", "caller_gone") in world.carrier.done
    assert _state(world, call, leg) is LegState.LEAVING


def test_hold_is_made_what_the_call_wants_when_it_is_performed(world: World) -> None:
    call = world.with_specialist()
    world.ask(call, "maria", lambda by: c.SetHold(by, 1, hold=True))
    world.ask(call, "maria", lambda by: c.SetHold(by, 1, hold=False))
    _drain(world)
    assert world.carrier.done == []
    world.ask(call, "maria", lambda by: c.SetHold(by, 1, hold=True))
    _drain(world)
    assert [what[0] for what in world.carrier.done] == ["hold"]
    assert world.call(call.id).legs[0].held


def test_an_announcement_that_fails_is_tried_once_more_and_left(world: World) -> None:
    call = world.with_dispatcher()
    world.tell(call, c.ReportStar(2))
    (row,) = world.rows(call, kind="announce")
    world.carrier.fail("announce", busy())
    world.carrier.fail("announce", busy())
    _drain(world, seconds=3)
    (row,) = world.rows(call, id=row["id"])
    assert (row["state"], row["attempts"]) == ("failed", 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (LegStatus(Where.IN_CONFERENCE, held=False), LegState.JOINED),
        (LegStatus(Where.ENDED, "hung up"), LegState.LEFT),
        (LegStatus(Where.UNKNOWN), LegState.JOINING),
    ],
)
def test_a_leg_of_which_nothing_was_heard_is_looked_up(
    world: World, status: LegStatus, state: LegState
) -> None:
    call = world.arrive()
    world.outbox.perform(world.row(call, kind="dial"))
    world.tell(call, c.ReportJoined(1, 1), c.ReportAnswered(2))
    world.carrier.where[world.carrier.dials[0].sid] = status
    world.clock.forward(5)
    world.outbox.perform(world.row(call, timer="join", subject=2, state="pending"))
    world.outbox.perform(world.row(call, kind="lookup"))
    assert _state(world, call, 2) is state


def test_a_timer_fires_when_it_is_due_and_not_before(world: World) -> None:
    call = world.arrive()
    row = world.row(call, timer="ring")
    world.clock.forward(19)
    world.outbox.perform(row)
    assert _state(world, call, 2) is LegState.DIALING
    world.clock.forward(1)
    world.outbox.perform(row)
    assert _state(world, call, 2) is LegState.LEAVING


def test_the_next_due_time_is_that_of_the_earliest_row_or_lease(world: World) -> None:
    assert world.outbox.next_due() is None
    call = world.arrive()
    assert world.outbox.next_due() == world.clock()
    world.carrier.fail("dial", CarrierError("lost", Retry.UNKNOWN))
    world.outbox.perform(world.row(call, kind="dial"))
    due = world.outbox.next_due()
    assert due
    assert (due - world.clock()).total_seconds() == 1


def test_a_fault_of_our_own_is_tried_five_times_and_never_dials_twice(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")
    world.carrier.fail("dial", KeyError("a number that no log may show"), when="after")
    for _ in range(9):
        world.carrier.fail("find_dial", KeyError("the same"))
    _drain(world, seconds=10)
    assert [each["state"] for each in world.rows(call, id=row)] == ["failed"]
    assert (len(world.carrier.dials), len(world.carrier.faults["find_dial"])) == (2, 5)
    leg = world.call(call.id).legs[1]
    assert (leg.state, leg.reason) == (LegState.FAILED, "internal fault")
    told = [x for x in caplog.records if getattr(x, "event", "") == "effect_failed"]
    assert [x.levelname for x in told] == ["ERROR"] * 5
    assert not any("number" in x.getMessage() for x in told)


def test_a_row_that_cannot_even_be_given_up_fails_and_lets_its_leg_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = world.arrive()
    row = world.row(call, kind="dial")

    def broken(*_about: object, **_more: object) -> None:
        raise RuntimeError("no decision comes of this")

    monkeypatch.setattr(world.calls, "bind", broken)
    monkeypatch.setattr(world.calls, "report", broken)
    _drain(world, seconds=10)
    assert [each["state"] for each in world.rows(call, id=row)] == ["failed"]
    assert len(world.carrier.dials) == 1


def test_a_timer_that_cannot_be_decided_is_not_tried_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = world.with_dispatcher()
    world.ask(call, "dana", lambda by: c.RequestTransfer(by, "met"))
    timer = next(row["id"] for row in world.rows(call, kind="timer", state="pending"))
    world.clock.at = world.rows(call, id=timer)[0]["due_at"]
    tried: list[object] = []

    def broken(call_id: str, report: c.Report, **_more: object) -> None:
        tried.append(report)
        raise RuntimeError("no decision comes of this")

    monkeypatch.setattr(world.calls, "report", broken)
    for _ in range(9):
        world.outbox.perform(timer)
        world.clock.forward(30)
    assert [each["state"] for each in world.rows(call, id=timer)] == ["failed"]
    assert len(tried) == 5
