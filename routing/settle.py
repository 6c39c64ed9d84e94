"""What must be put right after any change, until nothing is left to put right.

Each rule looks at the state alone, not at what was asked, so that the caller is never alone
by construction: whatever happened, the rules run.
"""

from __future__ import annotations

from collections.abc import Callable

from routing import climb
from routing import events as e
from routing.call import DISPATCH, MET, OVER, Call, Leg, Timer, Transfer
from routing.draft import Draft
from routing.ladder import (
    RECALL_SECONDS,
    REJOIN_SECONDS,
    RESCUE_SECONDS,
    dispatch_ladder,
    specialist_ladder,
)
from routing.plan import Role
from routing.states import LegState, Stage, TransferStage

Rule = Callable[[Draft], None]


def settle(draft: Draft) -> None:
    """Apply the rules until the state is at rest."""
    if draft.call.closed:
        return
    before = -1
    while draft.call.version != before:
        before = draft.call.version
        _pass(draft)


def _pass(draft: Draft) -> None:
    for rule in RULES:
        if not draft.call.closed:
            rule(draft)


def close_without_caller(draft: Draft) -> None:
    """A call whose caller is gone is over."""
    if draft.call.caller.state in OVER:
        close(draft, "caller_disconnected")


def replace_lost_targets(draft: Draft) -> None:
    """A transfer whose target left rings on, or fails when it had been accepted."""
    for transfer in draft.call.active():
        target = draft.call.leg(transfer.target or 0)
        if target is None or target.live:
            continue
        if transfer.stage is TransferStage.ANSWERED:
            climb.skip(draft, transfer.id, "ended")
        elif transfer.for_interpreter:
            climb.cancel(draft, transfer.id, "the interpreter left")
        else:
            climb.give_up(draft, transfer.id, "the other party left")


def drop_orphaned_transfers(draft: Draft) -> None:
    """An unaccepted transfer is cancelled when the specialist who asked for it is gone."""
    for transfer in draft.call.active():
        owner = draft.call.leg(transfer.owner or 0)
        gone = owner is not None and owner.role is Role.SPECIALIST and not owner.live
        if gone and transfer.unanswered:
            climb.cancel(draft, transfer.id, "the specialist left")


def ring_on(draft: Draft) -> None:
    """A rung with nothing left ringing moves on at once."""
    for transfer in draft.call.active():
        if transfer.climbing and not any(leg.live for leg in draft.call.legs_of(transfer.id)):
            climb.advance(draft, transfer.id)


def unhold_without_owner(draft: Draft) -> None:
    """Nobody stays on hold when no specialist is connected."""
    specialist = draft.call.specialist
    if specialist and specialist.state is LegState.JOINED:
        return
    for leg in draft.call.legs:
        if leg.hold_wanted:
            climb.ask_hold(draft, leg, hold=False)


def complete_handed_over(draft: Draft) -> None:
    """An accepted transfer is complete once those who asked for it have left."""
    for transfer in draft.call.active():
        if transfer.stage is TransferStage.ACCEPTED and _goes_on_alone(draft.call, transfer):
            draft.emit(e.TransferCompleted(transfer.id))


def _goes_on_alone(call: Call, transfer: Transfer) -> bool:
    target = call.leg(transfer.target or 0)
    joined = target is not None and target.state is LegState.JOINED
    held = call.caller.hold_wanted or call.caller.held
    if not joined or held or transfer.for_interpreter:
        return False
    if target is not None and target.role is Role.DISPATCHER:
        return True
    return all(x is None or x is target for x in (call.dispatcher, call.specialist))


def stop_idle_timers(draft: Draft) -> None:
    """A timer that guards nothing any more is stopped."""
    for timer in draft.call.timers:
        if not _guards(draft.call, timer):
            draft.emit(e.TimerStopped(timer.name, timer.subject))


def _guards(call: Call, timer: Timer) -> bool:
    match timer.name:
        case "ring":
            return _rings(call, call.transfers[timer.subject - 1])
        case "join" | "away" | "menu":
            return call.legs[timer.subject - 1].state == _GUARDED[timer.name]
        case "rescue":
            return not call.company
        case "recall":
            return call_for_dispatch(call)
        case "hold":
            leg = call.legs[timer.subject - 1]
            return leg.live and leg.held != leg.hold_wanted
        case "rejoin":
            return call.lost is not None
        case _:
            return True


_GUARDED = {"join": LegState.JOINING, "away": LegState.AWAY, "menu": LegState.MENU}


def _rings(call: Call, transfer: Transfer) -> bool:
    target = call.leg(transfer.target or 0)
    screened = target is not None and target.state is LegState.SCREENING
    return transfer.climbing or (transfer.active and screened)


def attend_caller(draft: Draft) -> None:
    """A caller whom nobody hears and nobody is coming to gets somebody rung."""
    call = draft.call
    if call.company:
        return
    if call.lost and MET not in call.exhausted and not call.active(MET):
        _ring_back(draft, call.lost)
    elif not call.helped:
        _rescue(draft)


def _rescue(draft: Draft) -> None:
    call = draft.call
    if DISPATCH in call.exhausted:
        hand_over(draft)
    elif MET in call.exhausted:
        climb.recall_dispatch(draft, dispatch_ladder(draft.roster.plan), "rescue")
    else:
        draft.emit(e.Announced(call.caller.id, "stay_on_line"))
        draft.start_timer("rescue", 0, RESCUE_SECONDS)


def _ring_back(draft: Draft, user: str) -> None:
    draft.emit(e.AlarmRaised("caller_alone"))
    draft.emit(e.Announced(draft.call.caller.id, "stay_on_line"))
    rungs = specialist_ladder(draft.roster.plan, rejoin=user)
    transfer = climb.start(draft, MET, rungs, cause="rejoin")
    draft.emit(e.SpecialistRequested(transfer, "rejoin"))


def vouch_for_company(draft: Draft) -> None:
    """A caller left with a target that nobody vouched for is an alarm."""
    call = draft.call
    if call.company and not call.sure_company and "unconfirmed" not in call.alarms:
        draft.emit(e.AlarmRaised("unconfirmed"))


def bring_dispatch_back(draft: Draft) -> None:
    """An escalation that nobody of the center has answered is rung again."""
    if not call_for_dispatch(draft.call) or draft.call.has_timer("recall", 0):
        return
    if draft.call.dispatch_failed:
        draft.start_timer("recall", 0, RECALL_SECONDS)
    else:
        climb.recall_dispatch(draft, dispatch_ladder(draft.roster.plan), "escalation")


def call_for_dispatch(call: Call) -> bool:
    """Whether an escalation stands that nobody of the center has answered or acknowledged."""
    there = call.center_leg or call.active(DISPATCH)
    return "escalation" in call.alarms and not there


def hand_over(draft: Draft) -> None:
    """Every ladder is exhausted: the caller's leg goes to the fallback document."""
    caller = draft.call.caller
    draft.emit(e.HandedOver(caller.id))
    draft.emit(e.LegLeft(caller.id, "handed over"))
    close(draft, "handed_over")


def close(draft: Draft, reason: str) -> None:
    """End the call for everybody, with its outcome known or asked for."""
    stage = draft.call.stage
    disposition = _disposition(draft.call)
    for transfer in draft.call.active():
        draft.emit(e.TransferCancelled(transfer.id, reason))
    for timer in draft.call.timers:
        draft.emit(e.TimerStopped(timer.name, timer.subject))
    for leg in draft.call.live_legs:
        draft.release(leg, "call ended", _last_words(draft.call, leg))
    _open_tasks(draft, reason, stage)
    draft.emit(e.CallEnded(reason, disposition))


def _last_words(call: Call, leg: Leg) -> str | None:
    if leg.is_caller:
        return None
    return "caller_gone" if call.caller_gone else "ended"


def _disposition(call: Call) -> str:
    if call.specialist_joined:
        return "asked"
    if not call.requested:
        return "no_request"
    return "X02" if _unmet(call) else "X01"


def _unmet(call: Call) -> bool:
    beyond = (TransferStage.FAILED, TransferStage.ACCEPTED, TransferStage.COMPLETED)
    asked = [t for t in call.transfers if t.to == MET]
    outside = (call.leg(t.target or 0) for t in asked if t.stage is TransferStage.ANSWERED)
    answered = any(leg and leg.role is not Role.SPECIALIST for leg in outside)
    return answered or any(t.stage in beyond for t in asked)


def _open_tasks(draft: Draft, reason: str, stage: Stage) -> None:
    if reason != "ended" and stage is not Stage.TRANSFERRED:
        draft.emit(e.TaskOpened("callback"))
    if draft.call.specialist_joined:
        draft.emit(e.TaskOpened("outcome", draft.call.last_specialist))


def offer_rejoin(draft: Draft) -> None:
    """Whoever was lost may come back for a while, on any device."""
    if draft.call.lost and not draft.call.has_timer("rejoin", 0):
        draft.start_timer("rejoin", 0, REJOIN_SECONDS)


RULES: tuple[Rule, ...] = (
    close_without_caller,
    offer_rejoin,
    replace_lost_targets,
    drop_orphaned_transfers,
    ring_on,
    unhold_without_owner,
    complete_handed_over,
    stop_idle_timers,
    bring_dispatch_back,
    vouch_for_company,
    attend_caller,
)
