"""J9, J10: a specialist's device or the caller is lost, at any stage."""

import pytest

from routing import commands as c
from routing import events as e
from routing.effects import Lookup
from routing.ladder import AWAY_SECONDS
from routing.plan import Entry
from routing.replies import FarewellReply
from routing.roster import Presence
from routing.states import LegState, Stage
from tests.routing.story import (
    AS_MARIA,
    DISPATCHER,
    LUIS,
    MARIA,
    Story,
    alone_with_maria,
    bridged,
    with_dispatcher,
    with_maria,
)


def lost(*others: object) -> Story:
    """Maria's device died; her devices are rung as leg 4."""
    return alone_with_maria(*others).ended(3, "lost")  # type: ignore[arg-type]


def test_the_caller_is_told_to_stay_and_the_specialists_devices_are_rung_at_once() -> None:
    story = lost()
    assert story.just(e.SpecialistLeft) == [e.SpecialistLeft(3, "maria", lost=True)]
    assert story.just(e.AlarmRaised) == [e.AlarmRaised("caller_alone")]
    assert story.just(e.Announced) == [e.Announced(1, "stay_on_line")]
    assert story.newest().address == "client:maria"
    assert story.call.has_timer("rejoin", 0)


def test_the_specialist_who_comes_back_goes_on_as_before() -> None:
    story = lost().up(4)
    assert story.call.specialist == story.leg(4)
    assert story.call.lost is None
    assert story.call.stage is Stage.WITH_SPECIALIST


def test_when_they_do_not_come_back_the_ladder_is_climbed_again() -> None:
    story = lost(LUIS).due("ring")
    assert [x.address for x in story.just(e.LegDialed)] == ["client:luis"]
    assert story.up(5).call.last_specialist == "luis"


def test_a_leg_of_which_nothing_is_heard_is_looked_up_before_it_is_given_up() -> None:
    story = alone_with_maria().away(3)
    story.due("away", 3)
    assert Lookup(3) in story.effects
    story.due("away", 3)
    assert story.leg(3).state is LegState.LEFT
    assert story.newest().address == "client:maria"


def test_a_silent_loss_is_answered_within_ten_seconds() -> None:
    assert 2 * AWAY_SECONDS <= 10


def test_a_leg_that_turns_up_again_is_forgiven() -> None:
    story = alone_with_maria().away(3).due("away", 3).joined(3)
    assert story.call.specialist == story.leg(3)
    assert not story.leg(3).unconfirmed
    assert not story.call.has_timer("away", 3)


def test_a_specialist_who_answers_and_never_arrives_is_replaced() -> None:
    story = with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met")).answered(3)
    story.due("join", 3).due("join", 3)
    assert story.leg(3).reason == "lost"
    assert story.transfer().climbing


def test_the_callers_own_leg_is_looked_up_and_never_given_up() -> None:
    story = alone_with_maria().away(1).due("away", 1).due("away", 1)
    assert story.leg(1).state is LegState.AWAY
    assert story.joined(1).leg(1).state is LegState.JOINED


def test_a_specialist_asks_for_their_devices_to_be_rung_while_the_dispatcher_is_there() -> None:
    story = with_maria().ended(3).ask(c.Rejoin(AS_MARIA))
    assert story.newest().address == "client:maria"
    assert story.presence("maria", Presence.ON_CALL).up(4).call.specialist == story.leg(4)


def test_a_specialist_who_was_given_up_too_early_joins_the_ring_that_is_under_way() -> None:
    story = lost(LUIS).ended(4, "unreachable").ask(c.Rejoin(AS_MARIA))
    assert story.newest().transfer == story.transfer().id
    story.answered(6).joined(6)
    assert story.leg(5).state is LegState.LEAVING
    assert story.call.specialist == story.leg(6)


def test_a_new_device_replaces_the_old_connection() -> None:
    story = alone_with_maria().ask(c.Rejoin(AS_MARIA)).answered(4)
    assert story.leg(3).state is LegState.LEAVING
    assert story.joined(4).call.specialist == story.leg(4)


def test_a_rejoin_on_a_roster_that_lost_the_person_climbs_past_them() -> None:
    story = alone_with_maria(LUIS)
    story.roster = type(story.roster)(story.roster.plan, (LUIS,))
    assert story.ended(3).newest().address == "client:luis"


def test_an_alarm_for_a_caller_alone_is_acknowledged_like_any_other() -> None:
    assert lost().ask(c.Acknowledge(DISPATCHER)).call.alarm is None


@pytest.mark.parametrize(
    ("before", "disposition"),
    [
        (lambda: bridged(MARIA), "no_request"),  # in the menu
        (lambda: Story(Entry.DIRECT), "no_request"),  # while the dispatcher is rung
        (lambda: bridged(MARIA).key(1), "X01"),  # while specialists ring
        (lambda: bridged().key(1).joined(1).nobody_answers(), "X02"),  # nobody was available
        (alone_with_maria, "asked"),  # with the specialist
        (lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "team")), "asked"),
    ],
)
def test_a_caller_who_drops_ends_every_leg_and_is_called_back(
    before: object, disposition: str
) -> None:
    story = before().ended(1)  # type: ignore[operator]
    assert story.call.closed
    assert story.just(e.CallerDisconnected) == [e.CallerDisconnected(1)]
    assert e.TaskOpened("callback") in story.last
    assert story.just(e.CallEnded) == [e.CallEnded("caller_disconnected", disposition)]
    assert not story.call.live_legs


def test_an_answered_target_is_told_that_the_caller_has_gone() -> None:
    story = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")).up(4).ended(1)
    assert story.leg(4).farewell == "caller_gone"
    assert story.hears(4) == FarewellReply("caller_gone")


def test_a_target_that_answers_after_the_caller_has_gone_is_told_so() -> None:
    story = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline")).ended(1)
    assert story.answered(4).names() == ["report_ignored"]
    assert story.hears(4) == FarewellReply("caller_gone")


def test_attempts_to_call_back_are_recorded() -> None:
    story = alone_with_maria().ended(1).ask(c.AttemptCallback(AS_MARIA, "no answer"))
    assert story.last == (e.CallbackAttempted("no answer"),)


@pytest.mark.parametrize(
    "report",
    [
        c.ReportRinging(3),
        c.ReportAnswered(3),
        c.ReportKey(3, "1"),
        c.ReportStar(2),
        c.ReportJoined(3),
        c.ReportAway(3),
        c.ReportEnded(1, "hung up"),
        c.ReportTimer("ring", 2, 9),
    ],
)
def test_nothing_reopens_a_call_that_is_over(report: c.Report) -> None:
    story = alone_with_maria().ended(1)
    assert story.tell(report).names() == ["report_ignored"]
