"""One caller's whole conversation, as a value, and how events change it.

The theory in short. A *call* is its *legs* (each party's connection at the carrier) and its
*transfers* (each attempt to bring somebody in). A transfer climbs a *ladder* of rungs, each of
which rings one or more legs under one timer; whoever is let in first wins, in the database,
before anyone is joined. Nobody is moved by intention: a leg is JOINED when the carrier says so.
The caller is *attended* while a human who can hear them is in the conference, and *helped* while
something with a timer behind it is on its way. `routing.settle` keeps one of the two true after
every decision; `routing.invariants` says so as functions, which the model checker asserts.

`evolve` is total over stored events and knows no clock, no network and no configuration, so
`replay(events) == state` always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TypeVar

from routing import events as e
from routing.ladder import Rung, RungKind
from routing.plan import Entry, Role
from routing.states import (
    LegState,
    Stage,
    TransferStage,
    next_leg_state,
    next_transfer_stage,
)

OVER = (LegState.LEFT, LegState.FAILED)
PENDING = (LegState.DIALING, LegState.RINGING, LegState.SCREENING)
ON_LINE = (LegState.JOINING, LegState.JOINED, LegState.AWAY, LegState.MENU)
CLIMBING = (TransferStage.DIALING, TransferStage.RINGING)
ACTIVE = (*CLIMBING, TransferStage.ANSWERED, TransferStage.ACCEPTED)

NO_COMPANY = (Role.CALLER, Role.INTERPRETER, Role.SUPERVISOR)

MET = "met"
DISPATCH = "dispatch"


@dataclass(frozen=True, slots=True)
class Leg:
    """One party's connection. `transfer` is the transfer that dialed it, 0 for the caller's."""

    id: int
    role: Role
    state: LegState
    transfer: int = 0
    address: str = ""
    user: str | None = None
    keypress: bool = False
    fallback: bool = False
    answered: bool = False
    ever_joined: bool = False
    hold_wanted: bool = False
    held: bool = False
    sequence: int = 0
    unconfirmed: bool = False
    reason: str | None = None
    farewell: str | None = None

    @property
    def is_caller(self) -> bool:
        """Whether the caller is on this leg (alone, or with the dispatcher on a bridged line)."""
        return self.role in (Role.CALLER, Role.CENTER)

    @property
    def live(self) -> bool:
        """Whether the leg may still be used: not over, and no hang-up asked for."""
        return self.state not in OVER and self.state is not LegState.LEAVING

    @property
    def on_line(self) -> bool:
        """Whether the leg was let into the conference and may still be there."""
        return self.state in ON_LINE


@dataclass(frozen=True, slots=True)
class Transfer:
    """One attempt to bring somebody in: `met`, `dispatch` or a destination."""

    id: int
    to: str
    stage: TransferStage
    rungs: tuple[Rung, ...]
    owner: int | None = None
    hold: bool = False
    cause: str = "request"
    rung: int = -1
    offered: tuple[str, ...] = ()
    target: int | None = None

    @property
    def active(self) -> bool:
        """Whether the transfer is still under way."""
        return self.stage in ACTIVE

    @property
    def climbing(self) -> bool:
        """Whether it is still ringing for somebody."""
        return self.stage in CLIMBING

    @property
    def unanswered(self) -> bool:
        """Whether nobody has accepted yet."""
        return self.stage in (*CLIMBING, TransferStage.ANSWERED)

    @property
    def current(self) -> Rung | None:
        """The rung being rung, None before the first and after the last."""
        return self.rungs[self.rung] if 0 <= self.rung < len(self.rungs) else None

    @property
    def for_interpreter(self) -> bool:
        """Whether it brings an interpreter, who joins and never takes over."""
        return bool(self.rungs) and self.rungs[0].role is Role.INTERPRETER


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer under way; `token` is the sequence number of the event that started it."""

    name: str
    subject: int
    token: int


@dataclass(frozen=True, slots=True)
class Call:
    """The state of one call. `version` counts its events."""

    id: str = ""
    agency: str = ""
    line: str = ""
    entry: Entry = Entry.DIRECT
    drill: bool = False
    version: int = 0
    legs: tuple[Leg, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    timers: tuple[Timer, ...] = ()
    released: bool = False
    answered: bool = False
    requested: bool = False
    specialist_joined: bool = False
    accepted_roles: tuple[Role, ...] = ()
    exhausted: tuple[str, ...] = ()
    lost: str | None = None
    last_specialist: str | None = None
    alarm: str | None = None
    escalated: bool = False
    language: str | None = None
    caller_gone: bool = False
    handed_over: bool = False
    closed: bool = False
    outcome: str | None = None

    def leg(self, leg_id: int) -> Leg | None:
        """The leg of that id, or None."""
        return self.legs[leg_id - 1] if 0 < leg_id <= len(self.legs) else None

    def transfer(self, transfer_id: int) -> Transfer | None:
        """The transfer of that id, or None."""
        found = 0 < transfer_id <= len(self.transfers)
        return self.transfers[transfer_id - 1] if found else None

    @property
    def caller(self) -> Leg:
        """The leg that the caller is on: always the first."""
        return self.legs[0]

    @property
    def live_legs(self) -> tuple[Leg, ...]:
        """The legs that may still be used."""
        return tuple(leg for leg in self.legs if leg.live)

    @property
    def specialist(self) -> Leg | None:
        """The leg of the specialist who owns the call, if one does."""
        return next((x for x in self.legs if x.role is Role.SPECIALIST and x.on_line), None)

    @property
    def dispatcher(self) -> Leg | None:
        """The leg on which the center's dispatcher is, if one is."""
        return next((x for x in self.legs if self._holds_dispatcher(x)), None)

    def _holds_dispatcher(self, leg: Leg) -> bool:
        bridged = leg.role is Role.CENTER and not self.released
        return leg.on_line and (bridged or leg.role is Role.DISPATCHER)

    @property
    def company(self) -> tuple[Leg, ...]:
        """The legs from which a human hears the caller now, by the carrier's word."""
        return tuple(leg for leg in self.legs if self._hears_caller(leg))

    def _hears_caller(self, leg: Leg) -> bool:
        if leg.role is Role.CENTER:
            return not self.released and leg.on_line and leg.state is not LegState.MENU
        return leg.role not in NO_COMPANY and leg.state is LegState.JOINED

    @property
    def helped(self) -> bool:
        """Whether somebody is being rung, let in or in the menu, with a timer behind it."""
        waiting = (*PENDING, LegState.JOINING, LegState.AWAY)
        others = any(x.state in waiting and x.role not in NO_COMPANY for x in self.legs[1:])
        menu = any(leg.state is LegState.MENU for leg in self.legs)
        return others or menu or self.has_timer("rescue", 0)

    def legs_of(self, transfer_id: int) -> tuple[Leg, ...]:
        """The legs that a transfer dialed."""
        return tuple(leg for leg in self.legs if leg.transfer == transfer_id)

    def active(self, *to: str) -> tuple[Transfer, ...]:
        """Transfers under way, to those targets or to any."""
        return tuple(t for t in self.transfers if t.active and (not to or t.to in to))

    @property
    def outward(self) -> Transfer | None:
        """The transfer under way that may take the caller elsewhere, if there is one."""
        outside = (t for t in self.active() if t.to not in (MET, DISPATCH))
        return next((t for t in outside if not t.for_interpreter), None)

    def has_timer(self, name: str, subject: int) -> bool:
        """Whether that timer is under way."""
        return any(t.name == name and t.subject == subject for t in self.timers)

    @property
    def stage(self) -> Stage:
        """Where the call stands, read off its legs and transfers."""
        return _stage(self)


def _stage(call: Call) -> Stage:
    if call.closed:
        return Stage.CLOSED
    if call.outward or _overflow_answered(call):
        return Stage.TRANSFERRING
    if call.specialist:
        return Stage.WITH_SPECIALIST
    if _handed_to_target(call):
        return Stage.TRANSFERRED
    if any(t.climbing for t in call.active(MET)):
        return Stage.RINGING_SPECIALIST
    if any(leg.state is LegState.MENU for leg in call.legs):
        return Stage.MENU
    return Stage.WITH_DISPATCHER


def _overflow_answered(call: Call) -> bool:
    return any(
        t.current is not None
        and t.current.kind is RungKind.DESTINATION
        and t.stage in (TransferStage.ANSWERED, TransferStage.ACCEPTED)
        for t in call.active(MET)
    )


def _handed_to_target(call: Call) -> bool:
    done = [t for t in call.transfers if t.stage is TransferStage.COMPLETED and t.to != DISPATCH]
    targets = [call.leg(t.target) for t in done if t.target]
    return any(leg and leg.live and leg.role is not Role.SPECIALIST for leg in targets)


T = TypeVar("T", Call, Leg, Transfer)


def changed(value: T, **changes: object) -> T:
    """`dataclasses.replace` at a third of its cost: the model checker makes millions of states."""
    new = object.__new__(type(value))
    for name in value.__slots__:
        object.__setattr__(new, name, changes[name] if name in changes else getattr(value, name))
    return new


def replay(history: Iterable[e.Event]) -> Call:
    """The state that a history leads to."""
    return reduce(evolve, history, Call())


def evolve(call: Call, event: e.Event) -> Call:
    """The state after one event. KeyError when the table has no such transition."""
    return changed(_applied(call, event), version=call.version + 1)


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
        case e.TargetAccepted() | e.SpecialistJoined() | e.DispatcherJoined():
            return _accepted(call, event)
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
            return changed(leg, ever_joined=True, sequence=sequence)
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
        case e.HoldOn() | e.HoldOff():
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
        case e.RungEntered(transfer=transfer_id, rung=rung):
            moved = _transfer_moved(call, transfer_id, event.name)
            return _with_transfer(moved, transfer_id, rung=rung, target=None)


def _accepted(
    call: Call, event: e.TargetAccepted | e.SpecialistJoined | e.DispatcherJoined
) -> Call:
    call = _transfer_moved(call, event.transfer, event.name)
    match event:
        case e.TargetAccepted(role=role):
            roles = tuple(sorted({*call.accepted_roles, role}))
            return changed(call, accepted_roles=roles)
        case e.SpecialistJoined(user=user):
            return changed(call, specialist_joined=True, last_specialist=user, lost=None)
        case e.DispatcherJoined(leg=leg):
            return _with_transfer(call, event.transfer, target=leg)


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
        case e.SpecialistLeft(user=user, lost=True):
            return changed(call, lost=user)
        case e.DispatcherLeft(marked=True):
            return changed(call, released=True)
        case e.EscalationTriggered():
            return changed(call, escalated=True)
        case e.AlarmRaised(alarm=alarm):
            return changed(call, alarm=alarm)
        case e.AlarmAcknowledged():
            return changed(call, alarm=None)
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
