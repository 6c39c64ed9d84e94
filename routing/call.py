"""One caller's whole conversation, as a value.

The theory in short. A *call* is its *legs* (each party's connection at the carrier) and its
*transfers* (each attempt to bring somebody in). A transfer climbs a *ladder* of rungs, each of
which rings one or more legs under one timer; whoever is let in first wins, in the database,
before anyone is joined. Nobody is moved by intention: a leg is JOINED when the carrier says so.
The caller is *attended* while a human who can hear them is in the conference, and *helped* while
something with a timer behind it is on its way. `routing.settle` keeps one of the two true after
every decision; `routing.invariants` says so as functions, which the model checker asserts.

What events make of these values is `routing.evolve`; every transition is a row of
`routing.states`.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.ladder import Rung, RungKind
from routing.plan import Entry, Role
from routing.states import (
    LegState,
    Stage,
    TransferStage,
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
    alarms: tuple[str, ...] = ()
    escalated: bool = False
    awaited: bool = False
    handed_off: bool = False
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
    def alarm(self) -> str | None:
        """The alarm to show first; None when there is none."""
        return self.alarms[0] if self.alarms else None

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
            proved = not (self.released or self.handed_off)
            return proved and leg.on_line and leg.state is not LegState.MENU
        return leg.role not in NO_COMPANY and leg.state is LegState.JOINED

    @property
    def sure_company(self) -> tuple[Leg, ...]:
        """Those of the company who are known to be human: not a target that nobody vouched for."""
        return tuple(leg for leg in self.company if not self._unvouched(leg))

    def _unvouched(self, leg: Leg) -> bool:
        transfer = self.transfer(leg.transfer)
        outside = leg.role not in (Role.SPECIALIST, Role.DISPATCHER, Role.CENTER)
        return outside and transfer is not None and transfer.stage is TransferStage.ANSWERED

    @property
    def center_leg(self) -> Leg | None:
        """The leg of a dispatcher of their own, on the line or coming back to it."""
        return next((x for x in self.legs if x.role is Role.DISPATCHER and x.on_line), None)

    @property
    def helped(self) -> bool:
        """Whether somebody is being rung, let in or in the menu, with a timer behind it."""
        waiting = (*PENDING, LegState.JOINING, LegState.AWAY)
        others = any(x.state in waiting and x.role not in NO_COMPANY for x in self.legs[1:])
        menu = any(leg.state is LegState.MENU for leg in self.legs)
        return others or menu or self.has_timer("rescue", 0)

    @property
    def dispatch_failed(self) -> bool:
        """Whether the center was rung last without anybody answering."""
        tries = [t for t in self.transfers if t.to == DISPATCH]
        return bool(tries) and tries[-1].stage is TransferStage.FAILED

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
