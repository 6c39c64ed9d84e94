"""Every refusal is a sentence for the person who asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing import commands as c
from routing.call import Call
from routing.decide import Refused, decide
from routing.plan import Entry
from routing.roster import Roster
from tests.routing.story import (
    AS_LUIS,
    AS_MARIA,
    DISPATCHER,
    LUIS,
    MARIA,
    PLAN,
    Story,
    alone_with_maria,
    bridged,
    bridged_with_maria,
    with_dispatcher,
    with_maria,
)

Case = tuple[Callable[[], Story], c.Request, str]


def met_rings() -> Story:
    return with_dispatcher(MARIA).ask(c.RequestTransfer(DISPATCHER, "met"))


def maria_joins() -> Story:
    return met_rings().answered(3)


def lifeline_rings() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline"))


def lifeline_talks() -> Story:
    return lifeline_rings().up(4).held()


def interpreter_talks() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "spanish")).up(4)


def team_joins() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "team")).answered(4).key(4)


def lost() -> Story:
    return alone_with_maria().ended(3)


def over() -> Story:
    return alone_with_maria().ask(c.End(AS_MARIA))


def without_lifeline() -> Story:
    """The configuration changed while the lifeline is rung."""
    story = with_dispatcher().ask(c.RequestTransfer(DISPATCHER, "lifeline"))
    story.roster = Roster(replace(PLAN, destinations=()))
    return story


TRANSFERS: list[Case] = [
    (over, c.Leave(AS_MARIA), "The call is over."),
    (
        with_dispatcher,
        c.RequestTransfer(DISPATCHER, "moon"),
        "There is no destination called moon.",
    ),
    (with_maria, c.RequestTransfer(DISPATCHER, "met"), "Maria Lopez is already on the call."),
    (
        with_maria,
        c.RequestTransfer(DISPATCHER, "lifeline"),
        "Maria Lopez has the call and can bring others in.",
    ),
    (met_rings, c.RequestTransfer(DISPATCHER, "met"), "Specialists are being rung already."),
    (
        met_rings,
        c.RequestTransfer(DISPATCHER, "lifeline"),
        "Specialists are being rung: cancel that first.",
    ),
    (
        lifeline_rings,
        c.RequestTransfer(AS_MARIA, "team"),
        "Kern 988 direct line is being brought in already: cancel that first.",
    ),
    (
        without_lifeline,
        c.RequestTransfer(DISPATCHER, "met"),
        "lifeline is being brought in already: cancel that first.",
    ),
    (
        interpreter_talks,
        c.RequestTransfer(AS_MARIA, "spanish"),
        "An interpreter is being brought in already.",
    ),
    (with_maria, c.RequestTransfer(AS_LUIS, "lifeline"), "You are not on this call."),
    (with_dispatcher, c.RequestTransfer(AS_MARIA, "lifeline"), "You are not on this call."),
    (
        with_dispatcher,
        c.AcceptTransfer(DISPATCHER, 9),
        "There is no such transfer on this call.",
    ),
    (
        alone_with_maria,
        c.CancelTransfer(AS_MARIA, 2),
        "That transfer is over: it was completed.",
    ),
    (lifeline_rings, c.CancelTransfer(DISPATCHER, 3), "Maria Lopez owns that transfer."),
    (lifeline_rings, c.AcceptTransfer(AS_MARIA, 3), "Nobody has answered yet."),
    (
        lambda: lifeline_talks().ask(c.AcceptTransfer(AS_MARIA, 3)),
        c.AcceptTransfer(AS_MARIA, 3),
        "It is accepted already.",
    ),
    (
        lambda: alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "team")).answered(4),
        c.AcceptTransfer(AS_MARIA, 3),
        "They accept by pressing 1 on their phone.",
    ),
    (
        lambda: lifeline_rings().answered(4),
        c.AcceptTransfer(AS_MARIA, 3),
        "They are still joining.",
    ),
    (maria_joins, c.AcceptTransfer(DISPATCHER, 2), "They are still joining."),
    (
        interpreter_talks,
        c.CompleteTransfer(AS_MARIA, 3),
        "An interpreter stays until they hang up.",
    ),
    (lifeline_talks, c.CompleteTransfer(AS_MARIA, 3), "Nobody has accepted yet."),
    (team_joins, c.CompleteTransfer(AS_MARIA, 3), "They are still joining."),
    (
        lambda: team_joins().joined(4),
        c.CompleteTransfer(AS_MARIA, 3),
        "The caller is still on hold: bring the caller in first.",
    ),
    (
        maria_joins,
        c.CancelTransfer(DISPATCHER, 2),
        "Maria Lopez has answered and is on the call.",
    ),
    (
        lambda: Story(Entry.DIRECT).joined(1),
        c.CancelTransfer(DISPATCHER, 1),
        "The caller would be alone: dispatch is being rung for them.",
    ),
    (maria_joins, c.NextNumber(DISPATCHER, 2), "Maria Lopez has answered and is joining."),
    (team_joins, c.NextNumber(AS_MARIA, 3), "Somebody has accepted: cancel instead."),
]

OFFERS: list[Case] = [
    (met_rings, c.DeclineOffer(AS_LUIS, 3), "That offer is not yours."),
    (met_rings, c.DeclineOffer(AS_MARIA, 99), "That offer is not yours."),
    (met_rings, c.DeclineOffer(AS_MARIA, 2), "That offer is not yours."),
    (maria_joins, c.DeclineOffer(AS_MARIA, 3), "That offer is over."),
    (with_maria, c.Rejoin(AS_LUIS), "Maria Lopez joined first."),
    (with_dispatcher, c.Rejoin(AS_MARIA), "You were not on this call."),
    (lost, c.Rejoin(AS_MARIA), "Your devices are being rung already."),
    (
        lambda: lost().ended(4).due("rejoin"),
        c.Rejoin(AS_MARIA),
        "The time to rejoin is over.",
    ),
    (lambda: lost().answered(4), c.Rejoin(AS_MARIA), "You are joining already."),
]

PARTIES: list[Case] = [
    (
        met_rings,
        c.SetHold(DISPATCHER, 3, hold=True),
        "That party is not in the conference.",
    ),
    (with_maria, c.SetHold(AS_MARIA, 99, hold=True), "That party is not in the conference."),
    (
        bridged_with_maria,
        c.SetHold(AS_MARIA, 1, hold=True),
        "Dispatcher and caller share this leg: it cannot be held.",
    ),
    (
        with_maria,
        c.SetHold(DISPATCHER, 1, hold=True),
        "Only the specialist on the call can put a party on hold.",
    ),
    (
        with_maria,
        c.SetHold(AS_MARIA, 3, hold=True),
        "You cannot hold yourself: mute instead.",
    ),
    (maria_joins, c.SetHold(AS_MARIA, 1, hold=True), "You are still joining."),
    (
        lambda: alone_with_maria().ask(c.Escalate(AS_MARIA)),
        c.Escalate(AS_MARIA),
        "Dispatch is being brought back already.",
    ),
    (with_dispatcher, c.Acknowledge(DISPATCHER), "There is no alarm on this call."),
    (with_maria, c.MarkReleased(DISPATCHER), "On this line your leaving is seen by itself."),
    (
        lambda: bridged_with_maria().ask(c.MarkReleased(DISPATCHER)),
        c.MarkReleased(DISPATCHER),
        "Your leaving is marked already.",
    ),
    (
        with_dispatcher,
        c.Leave(DISPATCHER),
        "The caller would be alone: nobody has joined yet.",
    ),
    (
        alone_with_maria,
        c.Leave(AS_MARIA),
        "The caller would be alone: nobody has joined yet.",
    ),
    (alone_with_maria, c.Leave(DISPATCHER), "No dispatcher is on this call."),
    (
        bridged_with_maria,
        c.Leave(DISPATCHER),
        "You share the caller's leg: mark that you have left instead.",
    ),
    (lifeline_talks, c.Leave(AS_MARIA), "Nobody has accepted yet."),
    (with_maria, c.End(DISPATCHER), "Maria Lopez has the call: leave instead."),
    (with_maria, c.End(AS_LUIS), "You are not on this call."),
    (lambda: Story(Entry.DIRECT), c.End(DISPATCHER), "No dispatcher is on this call."),
    (
        with_dispatcher,
        c.AttemptCallback(AS_MARIA, "no answer"),
        "The caller is still on the call.",
    ),
]

OUTCOMES: list[Case] = [
    (alone_with_maria, c.SubmitOutcome(AS_MARIA, "Z99"), "There is no outcome Z99."),
    (
        alone_with_maria,
        c.SubmitOutcome(AS_MARIA, "R03"),
        "R03 needs a lifeline that accepted, and none did.",
    ),
    (
        alone_with_maria,
        c.SubmitOutcome(AS_MARIA, "R04"),
        "R04 needs a treatment team that accepted, and none did.",
    ),
    (
        alone_with_maria,
        c.SubmitOutcome(AS_MARIA, "X01"),
        "X01 means that no specialist joined, and one did.",
    ),
    (
        with_dispatcher,
        c.SubmitOutcome(AS_MARIA, "R01"),
        "R01 needs a specialist on the call, and none joined.",
    ),
    (
        lambda: alone_with_maria().ask(c.SubmitOutcome(AS_MARIA, "R01")),
        c.SubmitOutcome(AS_MARIA, "R02"),
        "An outcome is recorded already: a revision needs a reason.",
    ),
]


@pytest.mark.parametrize(("story", "request_", "reason"), TRANSFERS + OFFERS + PARTIES + OUTCOMES)
def test_what_cannot_be_is_refused_with_a_reason(
    story: Callable[[], Story], request_: c.Request, reason: str
) -> None:
    assert story().refused(request_) == reason


def test_a_specialist_who_has_left_the_agency_cannot_rejoin() -> None:
    story = lost().ended(4)
    story.roster = Roster(PLAN, (LUIS,))
    assert story.refused(c.Rejoin(AS_MARIA)) == "You are not on this agency's roster."


def test_a_call_that_never_arrived_is_refused() -> None:
    with pytest.raises(Refused, match=r"^There is no such call\.$"):
        decide(Call(), c.Leave(DISPATCHER), Roster(PLAN))


def test_a_dispatcher_in_the_menu_shares_the_callers_leg_too() -> None:
    reason = bridged(MARIA).refused(c.Leave(DISPATCHER))
    assert reason == "You share the caller's leg: mark that you have left instead."
