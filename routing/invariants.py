"""What must hold in every reachable state and over every step, as functions.

Each returns None, or a sentence that says what is broken. The numbers are those of
docs/architecture.md. `STATE_RULES` look at one state, `STEP_RULES` at one decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routing import events as e
from routing.call import DISPATCH, OVER, PENDING, Call, Leg
from routing.codec import event_from_plain, event_to_plain
from routing.evolve import evolve
from routing.ladder import RungKind
from routing.plan import Role, is_emergency
from routing.roster import Roster
from routing.states import LegState, TransferStage


@dataclass(frozen=True, slots=True)
class Step:
    """One decision: its events, the states before, between and after them, and the roster."""

    events: tuple[e.Event, ...]
    states: tuple[Call, ...]
    roster: Roster

    @property
    def before(self) -> Call:
        """The state before the decision."""
        return self.states[0]

    @property
    def after(self) -> Call:
        """The state after it."""
        return self.states[-1]

    def each(self) -> Iterator[tuple[Call, e.Event, Call]]:
        """The events one by one, each with the states around it."""
        return zip(self.states, self.events, self.states[1:], strict=False)


StateRule = Callable[[Call], str | None]
StepRule = Callable[[Step], str | None]


def caller_is_attended(call: Call) -> str | None:
    """1: with a human who hears them, or somebody is on the way with a timer behind it."""
    if call.closed:
        return None
    if not (call.company or call.helped):
        return "1: the caller is alone and nobody is coming"
    return next((why for leg in call.legs if (why := _untimed(call, leg))), None)


def _untimed(call: Call, leg: Leg) -> str | None:
    needed = _timer_behind(leg)
    if needed is None or call.has_timer(*needed):
        return None
    return f"1: leg {leg.id} is {leg.state} with no {needed[0]} timer behind it"


def _timer_behind(leg: Leg) -> tuple[str, int] | None:
    if leg.state in PENDING:
        return ("ring", leg.transfer)
    timers = {LegState.JOINING: "join", LegState.AWAY: "away", LegState.MENU: "menu"}
    return (timers[leg.state], leg.id) if leg.state in timers else None


def one_owner(call: Call) -> str | None:
    """2: at most one specialist owns a call, and at most one offer of a ring wins."""
    owners = [leg for leg in call.legs if leg.role is Role.SPECIALIST and leg.on_line]
    if len(owners) > 1:
        return f"2: {len(owners)} specialists own the call"
    for transfer in call.transfers:
        winners = [leg for leg in call.legs_of(transfer.id) if leg.on_line]
        if len(winners) > 1:
            return f"2: transfer {transfer.id} let {len(winners)} legs in"
    return None


def nothing_outlives(call: Call) -> str | None:
    """3: once closed, each leg has ended or has a hang-up pending, and no timer runs."""
    if call.closed and (call.live_legs or call.timers):
        return "3: a leg or a timer outlives the closed call"
    return None


def held_with_owner(call: Call) -> str | None:
    """5: whoever is on hold has a connected owner."""
    held = any(leg.hold_wanted for leg in call.legs)
    owner = call.specialist
    if held and not (owner and owner.state is LegState.JOINED):
        return "5: somebody is on hold and no specialist is connected"
    return None


def completed_for_real(step: Step) -> str | None:
    """4: a transfer completes only when a human accepted, is joined, and the caller is not held."""
    for before, event, _ in step.each():
        if isinstance(event, e.TransferCompleted):
            why = _incomplete(before, event.transfer)
            if why:
                return f"4: transfer {event.transfer} completed although {why}"
    return None


def _incomplete(call: Call, transfer_id: int) -> str | None:
    transfer = call.transfers[transfer_id - 1]
    target = call.leg(transfer.target or 0)
    if transfer.stage is not TransferStage.ACCEPTED:
        return "nobody accepted"
    if target is None or target.state is not LegState.JOINED:
        return "the target is not joined"
    return "the caller is on hold" if call.caller.hold_wanted or call.caller.held else None


def over_stays_over(step: Step) -> str | None:
    """6: what is over stays over."""
    if step.before.closed and not step.after.closed:
        return "6: a closed call was opened again"
    for leg in step.before.legs:
        if leg.state in OVER and step.after.legs[leg.id - 1].state is not leg.state:
            return f"6: leg {leg.id} was {leg.state} and came back"
    return None


def dials_once(step: Step) -> str | None:
    """7: each rung is entered once, each leg dialed once."""
    for before, event, _ in step.each():
        if isinstance(event, e.LegDialed) and event.leg != len(before.legs) + 1:
            return f"7: leg {event.leg} was dialed again"
        if isinstance(event, e.RungEntered) and _entered_again(before, event):
            return f"7: rung {event.rung} of transfer {event.transfer} was entered again"
    return None


def _entered_again(call: Call, event: e.RungEntered) -> bool:
    transfer = call.transfers[event.transfer - 1]
    batches = transfer.rungs[event.rung].kind is RungKind.SPECIALISTS
    return event.rung < transfer.rung or (event.rung == transfer.rung and not batches)


def replays(step: Step) -> str | None:
    """8: what is stored leads to the state: the events, written and read again, make it anew."""
    stored = [(event.name, event_to_plain(event)) for event in step.events]
    call = step.before
    for name, data in stored:
        call = evolve(call, event_from_plain(name, data))
    return None if call == step.after else "8: the stored events lead to another state"


def closes_with_disposition(step: Step) -> str | None:
    """9: a call closes with an outcome that its events prove, or with a task that asks for one."""
    ended = next((x for x in step.events if isinstance(x, e.CallEnded)), None)
    if ended is None:
        return None
    asked = any(isinstance(x, e.TaskOpened) and x.task == "outcome" for x in step.events)
    if ended.disposition == "asked" and not asked:
        return "9: the call closed and nobody is asked for its outcome"
    return None


def dials_known_numbers(step: Step) -> str | None:
    """10: only addresses of the agency's configuration, and never an emergency number."""
    for event in step.events:
        if isinstance(event, e.LegDialed) and not _allowed(step.roster, event.address):
            return f"10: leg {event.leg} was dialed at an address outside the configuration"
    return None


def _allowed(roster: Roster, address: str) -> bool:
    plan = roster.plan
    destinations = (number for d in plan.destinations for number in d.numbers)
    people = (a for s in roster.specialists for a in (s.address, s.phone))
    known = {plan.dispatch_number, plan.fallback_number, *destinations, *people}
    return address in known and not is_emergency(address)


def holds_are_chased(call: Call) -> str | None:
    """5: a hold that the carrier has not confirmed as wanted has a timer behind it."""
    if call.closed:
        return None
    for leg in call.legs:
        if leg.live and leg.held != leg.hold_wanted and not call.has_timer("hold", leg.id):
            return f"5: leg {leg.id}'s hold is not as wanted and nothing asks again"
    return None


def dispatch_is_called(call: Call) -> str | None:
    """1: an escalation has a dispatcher on the line, or being rung, or about to be."""
    asked = "escalation" in call.alarms and not call.closed
    if asked and not (call.center_leg or call.active(DISPATCH) or call.has_timer("recall", 0)):
        return "1: dispatch was wanted back and nobody is rung"
    return None


STATE_RULES: tuple[StateRule, ...] = (
    caller_is_attended,
    one_owner,
    nothing_outlives,
    held_with_owner,
    holds_are_chased,
    dispatch_is_called,
)
STEP_RULES: tuple[StepRule, ...] = (
    completed_for_real,
    over_stays_over,
    dials_once,
    closes_with_disposition,
    dials_known_numbers,
    replays,
)


def broken(step: Step) -> str | None:
    """The first invariant that a step or the state after it breaks, or None."""
    by_state = (why for rule in STATE_RULES if (why := rule(step.after)))
    by_step = (why for rule in STEP_RULES if (why := rule(step)))
    return next(by_state, None) or next(by_step, None)
