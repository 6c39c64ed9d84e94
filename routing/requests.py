"""What people ask of a call. What cannot be done is refused with a reason they can read."""

from __future__ import annotations

from routing import climb
from routing import commands as c
from routing import events as e
from routing.call import DISPATCH, MET, Call, Leg, Transfer
from routing.draft import Draft, Refused
from routing.ladder import (
    REJOIN_SECONDS,
    Rung,
    RungKind,
    destination_ladder,
    dispatch_ladder,
    specialist_ladder,
)
from routing.plan import Destination, Role
from routing.states import LegState, TransferStage


def open_transfer(draft: Draft, to: str, asker: Leg | None, cause: str) -> int:
    """Bring in a specialist (`met`) or a destination for whoever is on the asking leg."""
    if to == MET:
        return _open_met(draft, asker, cause)
    destination = draft.roster.plan.destination(to)
    if destination is None:
        raise Refused(f"There is no destination called {to}.")
    return _open_destination(draft, destination, asker)


def _open_met(draft: Draft, asker: Leg | None, cause: str) -> int:
    call = draft.call
    if call.specialist:
        raise Refused(f"{draft.name_of(call.specialist)} is already on the call.")
    if any(t.unanswered for t in call.active(MET)):
        raise Refused("Specialists are being rung already.")
    _refuse_while_outward(draft)
    transfer = len(call.transfers) + 1
    rungs = specialist_ladder(draft.roster.plan)
    draft.emit(e.TransferRequested(transfer, MET, rungs, asker.id if asker else None, cause=cause))
    draft.emit(e.SpecialistRequested(transfer, cause))
    climb.advance(draft, transfer)
    return transfer


def _open_destination(draft: Draft, destination: Destination, asker: Leg | None) -> int:
    interpreter = destination.kind is Role.INTERPRETER
    if not destination.numbers:
        raise Refused(f"{destination.name} has no number.")
    if interpreter:
        _refuse_second_interpreter(draft.call)
    else:
        _refuse_while_outward(draft)
        _refuse_while_met_rings(draft.call)
    transfer = len(draft.call.transfers) + 1
    ladder = destination_ladder(destination)
    owner = asker.id if asker else None
    hold = destination.hold and not interpreter and _may_hold_for(draft.call, asker)
    draft.emit(e.TransferRequested(transfer, destination.key, ladder, owner, hold))
    if interpreter:
        draft.emit(e.InterpreterRequested(transfer))
    climb.advance(draft, transfer)
    return transfer


def _may_hold_for(call: Call, asker: Leg | None) -> bool:
    by_specialist = asker is not None and asker.role is Role.SPECIALIST
    return by_specialist and call.caller.role is Role.CALLER


def _refuse_while_outward(draft: Draft) -> None:
    outward = draft.call.outward
    if outward:
        destination = draft.roster.plan.destination(outward.to)
        name = destination.name if destination else outward.to
        raise Refused(f"{name} is being brought in already: cancel that first.")


def _refuse_while_met_rings(call: Call) -> None:
    if any(t.unanswered for t in call.active(MET)):
        raise Refused("Specialists are being rung: cancel that first.")


def _refuse_second_interpreter(call: Call) -> None:
    if any(t.for_interpreter for t in call.active()):
        raise Refused("An interpreter is being brought in already.")


def request_transfer(draft: Draft, request: c.RequestTransfer) -> None:
    """The press on screen: the same as the phone menu, and nobody leaves the conference."""
    if request.by.role is Role.SPECIALIST:
        open_transfer(draft, request.to, _own_leg(draft.call, request.by), "console")
    else:
        open_for_dispatcher(draft, request.to, draft.call.dispatcher, "console")


def open_for_dispatcher(draft: Draft, to: str, asker: Leg | None, cause: str) -> None:
    """What a dispatcher may ask for, by key or on screen."""
    specialist = draft.call.specialist
    if specialist and to != MET:
        raise Refused(f"{draft.name_of(specialist)} has the call and can bring others in.")
    open_transfer(draft, to, asker, cause)


def _own_leg(call: Call, by: c.Actor) -> Leg:
    specialist = call.specialist
    if specialist is None or specialist.user != by.user:
        raise Refused("You are not on this call.")
    return specialist


def _controlled(draft: Draft, by: c.Actor, transfer_id: int) -> Transfer:
    transfer = draft.call.transfer(transfer_id)
    if transfer is None:
        raise Refused("There is no such transfer on this call.")
    if not transfer.active:
        raise Refused(f"That transfer is over: it was {transfer.stage}.")
    owner = draft.call.leg(transfer.owner or 0)
    if by.role is Role.SPECIALIST:
        _own_leg(draft.call, by)
        if transfer.to == MET or (owner and owner.role is not Role.SPECIALIST):
            raise Refused("The dispatcher owns that transfer.")
    elif owner is not None and owner.role is Role.SPECIALIST:
        raise Refused(f"{draft.name_of(owner)} owns that transfer.")
    return transfer


def accept(draft: Draft, request: c.AcceptTransfer) -> None:
    """A person on the line says that a human, not a recording, has accepted."""
    transfer = _controlled(draft, request.by, request.transfer)
    target = draft.call.leg(transfer.target or 0)
    if target is None or transfer.climbing:
        raise Refused("Nobody has answered yet.")
    if transfer.stage is TransferStage.ACCEPTED:
        raise Refused("It is accepted already.")
    if target.keypress:
        raise Refused("They accept by pressing 1 on their phone.")
    if target.role is Role.SPECIALIST or target.state is not LegState.JOINED:
        raise Refused("They are still joining.")
    draft.emit(e.TargetAccepted(transfer.id, target.id, target.role, "attended"))


def complete(draft: Draft, request: c.CompleteTransfer) -> None:
    """The owner leaves; caller and target go on."""
    transfer = _controlled(draft, request.by, request.transfer)
    _refuse_incomplete(draft, transfer)
    by_specialist = request.by.role is Role.SPECIALIST
    owner = draft.call.specialist if by_specialist else draft.call.dispatcher
    draft.emit(e.TransferCompleted(transfer.id))
    if owner and owner.role is Role.CENTER:
        draft.emit(e.DispatcherLeft(owner.id, marked=True))
    elif owner:
        draft.release(owner, "handed over")


def _refuse_incomplete(draft: Draft, transfer: Transfer) -> None:
    target = draft.call.leg(transfer.target or 0)
    caller = draft.call.caller
    if transfer.for_interpreter:
        raise Refused("An interpreter stays until they hang up.")
    if transfer.stage is not TransferStage.ACCEPTED:
        raise Refused("Nobody has accepted yet.")
    if target is None or target.state is not LegState.JOINED:
        raise Refused("They are still joining.")
    if caller.hold_wanted or caller.held:
        raise Refused("The caller is still on hold: bring the caller in first.")
    if target.hold_wanted or target.held:
        raise Refused("They are on hold: bring them in first.")


def cancel(draft: Draft, request: c.CancelTransfer) -> None:
    """Give up and take the caller back."""
    transfer = _controlled(draft, request.by, request.transfer)
    target = draft.call.leg(transfer.target or 0)
    if target and target.role is Role.SPECIALIST:
        raise Refused(f"{draft.name_of(target)} has answered and is on the call.")
    if transfer.to == DISPATCH and not draft.call.company:
        raise Refused("The caller would be alone: dispatch is being rung for them.")
    climb.cancel(draft, transfer.id, "cancelled")
    if transfer.to == DISPATCH and "escalation" in draft.call.alarms:
        draft.emit(e.AlarmAcknowledged("escalation"))


def next_number(draft: Draft, request: c.NextNumber) -> None:
    """Leave what this rung reached, a recording perhaps, and ring the next."""
    transfer = _controlled(draft, request.by, request.transfer)
    if transfer.stage is TransferStage.ACCEPTED:
        raise Refused("Somebody has accepted: cancel instead.")
    target = draft.call.leg(transfer.target or 0)
    if target and target.role is Role.SPECIALIST:
        raise Refused(f"{draft.name_of(target)} has answered and is joining.")
    climb.skip(draft, transfer.id, "next number")


def decline(draft: Draft, request: c.DeclineOffer) -> None:
    """The specialist who is rung says no; the ring moves on at once."""
    leg = draft.call.leg(request.leg)
    if leg is None or leg.role is not Role.SPECIALIST or leg.user != request.by.user:
        raise Refused("That offer is not yours.")
    if leg.state not in (LegState.DIALING, LegState.RINGING, LegState.SCREENING):
        raise Refused("That offer is over.")
    draft.release(leg, "declined")
    draft.emit(e.SpecialistDeclined(leg.transfer, leg.id, request.by.user))


def rejoin(draft: Draft, request: c.Rejoin) -> None:
    """Ring the devices of the specialist whose browser or network died."""
    _refuse_rejoin(draft, request.by.user)
    person = draft.roster.person(request.by.user)
    if person is None:
        raise Refused("You are not on this agency's roster.")
    rung = Rung(RungKind.REJOIN, REJOIN_SECONDS, Role.SPECIALIST, key=person.user)
    under_way = next((t for t in draft.call.active(MET) if t.climbing), None)
    if under_way:
        climb.dial(draft, under_way.id, rung, person.address, person.user)
    else:
        climb.start(draft, MET, (rung,), cause="rejoin")


def _refuse_rejoin(draft: Draft, user: str) -> None:
    specialist = draft.call.specialist
    if specialist and specialist.user != user:
        raise Refused(f"{draft.name_of(specialist)} joined first.")
    if draft.call.last_specialist != user:
        raise Refused("You were not on this call.")
    if any(leg.user == user and leg.live and not leg.on_line for leg in draft.call.legs):
        raise Refused("Your devices are being rung already.")
    if specialist is None and draft.call.lost is None:
        raise Refused("The time to rejoin is over.")
    if specialist and specialist.state is LegState.JOINING:
        raise Refused("You are joining already.")


def set_hold(draft: Draft, request: c.SetHold) -> None:
    """Put one party on hold, or take it off."""
    leg = draft.call.leg(request.leg)
    if leg is None or leg.state is not LegState.JOINED:
        raise Refused("That party is not in the conference.")
    if leg.role is Role.CENTER:
        raise Refused("Dispatcher and caller share this leg: it cannot be held.")
    if request.by.role is Role.SPECIALIST:
        _refuse_own_hold(_own_leg(draft.call, request.by), leg)
    elif request.hold:
        raise Refused("Only the specialist on the call can put a party on hold.")
    climb.ask_hold(draft, leg, hold=request.hold)


def _refuse_own_hold(own: Leg, leg: Leg) -> None:
    if own.id == leg.id:
        raise Refused("You cannot hold yourself: mute instead.")
    if own.state is not LegState.JOINED:
        raise Refused("You are still joining.")


def escalate(draft: Draft, request: c.Escalate) -> None:
    """Bring the dispatcher back into this conference; never dials an emergency number."""
    _own_leg(draft.call, request.by)
    there = draft.call.center_leg or draft.call.active(DISPATCH)
    if draft.call.escalated and there:
        _explain(draft, request.reason)
        return
    if not draft.call.awaited:
        draft.emit(e.EscalationTriggered(request.reason))
    draft.emit(e.AlarmRaised("escalation"))
    dispatcher = draft.call.center_leg
    if dispatcher is None:
        climb.recall_dispatch(draft, dispatch_ladder(draft.roster.plan), "escalation")
    elif dispatcher.state is LegState.JOINED:
        draft.emit(e.DispatcherRejoined(dispatcher.id))


def _explain(draft: Draft, reason: str | None) -> None:
    if reason is not None:
        draft.emit(e.EscalationExplained(reason))
    elif draft.call.awaited:
        raise Refused("Dispatch is being brought back already.")
    else:
        raise Refused("Dispatch is on the line already.")


def acknowledge(draft: Draft) -> None:
    """Somebody has seen the alarm."""
    if draft.call.alarm is None:
        raise Refused("There is no alarm on this call.")
    draft.emit(e.AlarmAcknowledged(draft.call.alarm))


ResponderEvent = (
    e.ResponderRequested | e.ResponderDispatched | e.ResponderArrived | e.ContactConfirmed
)
_RESPONDER_EVENTS: dict[str, type[ResponderEvent]] = {
    "requested": e.ResponderRequested,
    "dispatched": e.ResponderDispatched,
    "arrived": e.ResponderArrived,
    "contact_confirmed": e.ContactConfirmed,
}


def record_responder(draft: Draft, request: c.RecordResponder) -> None:
    """The in-person response moves on."""
    draft.emit(_RESPONDER_EVENTS[request.status](request.kind))


def mark_released(draft: Draft) -> None:
    """The dispatcher says that they left the leg which they shared with the caller."""
    caller = draft.call.caller
    if caller.role is not Role.CENTER:
        raise Refused("On this line your leaving is seen by itself.")
    if draft.call.released:
        raise Refused("Your leaving is marked already.")
    draft.emit(e.DispatcherLeft(caller.id, marked=True))


def leave(draft: Draft, request: c.Leave) -> None:
    """One party leaves, and the caller stays with somebody."""
    leg = _leaving_leg(draft.call, request.by)
    outward = draft.call.outward
    if outward and outward.owner == leg.id and outward.unanswered:
        raise Refused("Nobody has accepted yet.")
    if outward and outward.owner == leg.id:
        complete(draft, c.CompleteTransfer(request.by, outward.id))
        return
    _refuse_alone(draft.call, leg)
    draft.release(leg, "left")


def _leaving_leg(call: Call, by: c.Actor) -> Leg:
    if by.role is Role.SPECIALIST:
        return _own_leg(call, by)
    dispatcher = call.dispatcher
    if dispatcher is None:
        raise Refused("No dispatcher is on this call.")
    if dispatcher.role is Role.CENTER:
        raise Refused("You share the caller's leg: mark that you have left instead.")
    return dispatcher


def _refuse_alone(call: Call, leaving: Leg) -> None:
    center = call.caller.role is Role.CENTER and not call.released
    stays = any(leg.id != leaving.id for leg in call.sure_company)
    if not (stays or (center and leaving.role is Role.SPECIALIST)):
        raise Refused("The caller would be alone: nobody has joined yet.")


def check_end(draft: Draft, request: c.End) -> None:
    """Whether this person may end the call for everybody."""
    specialist = draft.call.specialist
    if request.by.role is Role.SPECIALIST:
        _own_leg(draft.call, request.by)
        _refuse_over_dispatch(draft.call)
    elif specialist:
        raise Refused(f"{draft.name_of(specialist)} has the call: leave instead.")
    elif draft.call.dispatcher is None:
        raise Refused("No dispatcher is on this call.")


def _refuse_over_dispatch(call: Call) -> None:
    if call.center_leg:
        raise Refused("Dispatch is on the call: leave instead.")
    if call.awaited and "escalation" in call.alarms:
        raise Refused("Dispatch is being brought back: stay until they are here.")
