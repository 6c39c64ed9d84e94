"""How events change a call: the state is what its events say, always.

`evolve` is total over stored events and knows no clock, no network and no configuration, so
`replay(events) == state`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import attrgetter
from typing import TypeVar

from routing import events as e
from routing.call import DISPATCH, MET, Call, Leg, Timer, Transfer
from routing.plan import Entry, Role
from routing.states import LegState, TransferStage, next_leg_state, next_transfer_stage

T = TypeVar("T", Call, Leg, Transfer)


_READERS = {kind: attrgetter(*kind.__slots__) for kind in (Call, Leg, Transfer)}


def changed(value: T, **changes: object) -> T:
    """`dataclasses.replace` at a third of its cost: the model checker makes millions of states."""
    kind = type(value)
    new = object.__new__(kind)
    for name, was in zip(kind.__slots__, _READERS[kind](value), strict=True):
        object.__setattr__(new, name, changes.get(name, was))
    return new


def replay(history: Iterable[e.Event]) -> Call:
    """The state that a history leads to."""
    return reduce(evolve, history, Call())


def evolve(call: Call, event: e.Event) -> Call:
    """The state after one event. KeyError when the table has no such transition."""
    applied = _applied(call, event)
    after = changed(call) if applied is call else applied
    # Nobody else has seen this value yet: a second copy for its number alone would cost a third.
    object.__setattr__(after, "version", call.version + 1)
    return after


def _applied(call: Call, event: e.Event) -> Call:
    match event:
        case e.CallArrived(call=call_id, agency=agency, line=line, entry=entry, drill=drill):
            fresh = Call(call_id, agency, line, entry, drill)
            return changed(fresh, legs=(_caller_leg(entry),))
        case e.LegDialed() | e.LegRinging() | e.LegAnswered() | e.LegAdmitted() | e.LegJoined():
            return _leg_moved(call, event)
        case e.LegAway() | e.LegLeaving() | e.LegLeft() | e.LegFailed() | e.MenuOpened():
            return _leg_moved(call, event)
        case e.LegUnconfirmed() | e.HoldAsked() | e.HoldOn() | e.HoldOff():
            return _leg_noted(call, event)
        case e.TransferRequested() | e.RungEntered():
            return _transfer_noted(call, event)
        case e.TargetAnswered() | e.SpecialistAnswered():
            moved = _transfer_moved(call, event.transfer, event.name)
            return _with_transfer(moved, event.transfer, target=event.leg)
        case e.TargetAccepted() | e.SpecialistJoined():
            return _accepted(call, event)
        case e.DispatcherJoined() | e.InterpreterJoined():
            moved = _transfer_moved(call, event.transfer, event.name)
            return _with_transfer(moved, event.transfer, target=event.leg)
        case e.TransferOwned(transfer=transfer, owner=owner):
            return _with_transfer(call, transfer, owner=owner)
        case e.TransferCompleted() | e.TransferCancelled() | e.TransferFailed():
            return _transfer_over(call, event)
        case e.TimerStarted(timer=name, subject=subject):
            timer = Timer(name, subject, call.version + 1)
            return changed(call, timers=(*_timers_but(call, name, subject), timer))
        case e.TimerStopped() | e.TimerFired():
            lost = None if event.timer == "rejoin" else call.lost
            return changed(call, lost=lost, timers=_timers_but(call, event.timer, event.subject))
        case _:
            return _noted(call, event)


def _caller_leg(entry: Entry) -> Leg:
    if entry is Entry.BRIDGED:
        return Leg(1, Role.CENTER, LegState.MENU, answered=True)
    return Leg(1, Role.CALLER, LegState.JOINING, answered=True)


LegMove = (
    e.LegDialed
    | e.LegRinging
    | e.LegAnswered
    | e.LegAdmitted
    | e.LegJoined
    | e.LegAway
    | e.LegLeaving
    | e.LegLeft
    | e.LegFailed
    | e.MenuOpened
)


def _leg_moved(call: Call, event: LegMove) -> Call:
    if isinstance(event, e.LegDialed):
        return _with_dialed(call, event)
    leg = call.legs[event.leg - 1]
    moved = changed(leg, state=next_leg_state(leg.state, event.name), unconfirmed=False)
    call = _put_leg(call, _leg_facts(moved, event))
    if isinstance(event, e.LegRinging) and leg.transfer:
        return _rung_heard(call, leg.transfer)
    if isinstance(event, e.LegJoined) and not leg.is_caller:
        return changed(call, exhausted=())
    return call


def _with_dialed(call: Call, event: e.LegDialed) -> Call:
    offered = call.transfers[event.transfer - 1].offered
    if event.user:
        call = _with_transfer(call, event.transfer, offered=(*offered, event.user))
    leg = Leg(
        event.leg,
        event.role,
        LegState.DIALING,
        transfer=event.transfer,
        address=event.address,
        user=event.user,
        keypress=event.keypress,
        fallback=event.fallback,
    )
    return changed(call, legs=(*call.legs, leg))


def _leg_facts(leg: Leg, event: LegMove) -> Leg:
    match event:
        case e.LegAnswered():
            return changed(leg, answered=True)
        case e.LegJoined(sequence=sequence):
            return changed(leg, ever_joined=True, sequence=sequence, held=False)
        case e.LegAway(sequence=sequence):
            return changed(leg, sequence=sequence)
        case e.LegLeaving(reason=reason, farewell=farewell):
            return changed(leg, reason=reason, farewell=farewell, hold_wanted=False)
        case e.LegLeft(reason=reason) | e.LegFailed(reason=reason):
            said = leg.reason or reason
            return changed(leg, reason=said, hold_wanted=False, held=False)
        case _:
            return leg


def _rung_heard(call: Call, transfer_id: int) -> Call:
    transfer = call.transfers[transfer_id - 1]
    if transfer.stage is not TransferStage.DIALING:
        return call
    return _transfer_moved(call, transfer_id, e.LegRinging.name)


def _leg_noted(call: Call, event: e.LegUnconfirmed | e.HoldAsked | e.HoldOn | e.HoldOff) -> Call:
    leg = call.legs[event.leg - 1]
    match event:
        case e.LegUnconfirmed():
            return _put_leg(call, changed(leg, unconfirmed=True))
        case e.HoldAsked(hold=hold):
            return _put_leg(call, changed(leg, hold_wanted=hold))
        case _:
            return _put_leg(call, changed(leg, held=isinstance(event, e.HoldOn)))


def _transfer_noted(call: Call, event: e.TransferRequested | e.RungEntered) -> Call:
    match event:
        case e.TransferRequested():
            transfer = Transfer(
                event.transfer,
                event.to,
                TransferStage.DIALING,
                event.rungs,
                owner=event.owner,
                hold=event.hold,
                cause=event.cause,
            )
            return changed(call, transfers=(*call.transfers, transfer))
        case _:
            transfer_id, rung = event.transfer, event.rung
            moved = _transfer_moved(call, transfer_id, event.name)
            return _with_transfer(moved, transfer_id, rung=rung, target=None)


def _accepted(call: Call, event: e.TargetAccepted | e.SpecialistJoined) -> Call:
    call = _transfer_moved(call, event.transfer, event.name)
    match event:
        case e.TargetAccepted(role=role):
            roles = tuple(sorted({*call.accepted_roles, role}))
            return changed(call, accepted_roles=roles)
        case _:
            user = event.user
            joined = changed(call, specialist_joined=True, last_specialist=user, lost=None)
            return changed(joined, handed_off=True)


def _transfer_over(
    call: Call, event: e.TransferCompleted | e.TransferCancelled | e.TransferFailed
) -> Call:
    before = call.transfers[event.transfer - 1]
    moved = _transfer_moved(call, event.transfer, event.name)
    nobody = isinstance(event, e.TransferFailed) and before.unanswered and not call.company
    if not nobody or before.to not in (MET, DISPATCH):
        return moved
    return changed(moved, exhausted=tuple(sorted({*moved.exhausted, before.to})))


def _noted(call: Call, event: e.Event) -> Call:
    match event:
        case e.SpecialistRequested():
            return changed(call, requested=True)
        case e.CallAnswered():
            return changed(call, answered=True)
        case e.SpecialistLeft(user=user, lost=lost):
            return changed(call, lost=user) if lost else changed(call, handed_off=False)
        case e.DispatcherLeft(marked=True):
            return changed(call, released=True)
        case e.EscalationTriggered():
            return changed(call, escalated=True, awaited=True)
        case e.DispatcherRejoined():
            return changed(call, awaited=False)
        case e.AlarmRaised(alarm=alarm):
            return changed(call, alarms=tuple(sorted({*call.alarms, alarm})))
        case e.AlarmAcknowledged(alarm=alarm):
            return changed(call, alarms=tuple(x for x in call.alarms if x != alarm))
        case e.ContextUpdated(language=language) if language:
            return changed(call, language=language)
        case e.HandedOver():
            return changed(call, handed_over=True)
        case e.CallerDisconnected():
            return changed(call, caller_gone=True)
        case e.CallEnded():
            return changed(call, closed=True, lost=None, timers=())
        case e.OutcomeSubmitted(code=code) | e.OutcomeRevised(code=code):
            return changed(call, outcome=code)
        case _:
            return call


def _put_leg(call: Call, leg: Leg) -> Call:
    legs = (*call.legs[: leg.id - 1], leg, *call.legs[leg.id :])
    return changed(call, legs=legs)


def _transfer_moved(call: Call, transfer_id: int, event: str) -> Call:
    stage = next_transfer_stage(call.transfers[transfer_id - 1].stage, event)
    return _with_transfer(call, transfer_id, stage=stage)


def _with_transfer(call: Call, transfer_id: int, **changes: object) -> Call:
    transfer = changed(call.transfers[transfer_id - 1], **changes)
    before, after = call.transfers[: transfer_id - 1], call.transfers[transfer_id:]
    return changed(call, transfers=(*before, transfer, *after))


def _timers_but(call: Call, name: str, subject: int) -> tuple[Timer, ...]:
    return tuple(t for t in call.timers if (t.name, t.subject) != (name, subject))
