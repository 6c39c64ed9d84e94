"""What happened on a call, in the past tense. Names are those of the contract's event list.

Each event knows its name; who did it, when and in which order is added by the log that
keeps it (`models`). Leg and transfer ids count from 1 within their call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from routing.ladder import Rung
from routing.plan import Entry, Role


@dataclass(frozen=True, slots=True)
class CallArrived:
    name: ClassVar[str] = "call_arrived"
    call: str
    agency: str
    line: str
    entry: Entry
    drill: bool = False


@dataclass(frozen=True, slots=True)
class LegDialed:
    name: ClassVar[str] = "leg_dialed"
    leg: int
    role: Role
    transfer: int
    address: str
    seconds: int
    user: str | None = None
    keypress: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class LegRinging:
    name: ClassVar[str] = "leg_ringing"
    leg: int


@dataclass(frozen=True, slots=True)
class LegAnswered:
    name: ClassVar[str] = "leg_answered"
    leg: int


@dataclass(frozen=True, slots=True)
class LegAdmitted:
    """The leg may enter the conference: its next document is the conference."""

    name: ClassVar[str] = "leg_admitted"
    leg: int


@dataclass(frozen=True, slots=True)
class LegJoined:
    name: ClassVar[str] = "leg_joined"
    leg: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class LegAway:
    """The leg left the conference; whether it left the call is not known yet."""

    name: ClassVar[str] = "leg_away"
    leg: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class LegLeaving:
    """A hang-up was asked for; `farewell` names what the leg hears first, if anything."""

    name: ClassVar[str] = "leg_leaving"
    leg: int
    reason: str
    farewell: str | None = None


@dataclass(frozen=True, slots=True)
class LegLeft:
    name: ClassVar[str] = "leg_left"
    leg: int
    reason: str


@dataclass(frozen=True, slots=True)
class LegFailed:
    """The leg ended without ever being answered."""

    name: ClassVar[str] = "leg_failed"
    leg: int
    reason: str


@dataclass(frozen=True, slots=True)
class LegUnconfirmed:
    """Nothing was heard of the leg for too long: the carrier is asked."""

    name: ClassVar[str] = "leg_unconfirmed"
    leg: int


@dataclass(frozen=True, slots=True)
class MenuOpened:
    name: ClassVar[str] = "menu_opened"
    leg: int


@dataclass(frozen=True, slots=True)
class MenuChosen:
    """`digit` is None when silence chose."""

    name: ClassVar[str] = "menu_chosen"
    leg: int
    digit: str | None
    to: str | None


@dataclass(frozen=True, slots=True)
class CallAnswered:
    name: ClassVar[str] = "call_answered"
    leg: int


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """`rungs` is the whole ladder; `owner` is the leg that asked, None for the service itself."""

    name: ClassVar[str] = "transfer_requested"
    transfer: int
    to: str
    rungs: tuple[Rung, ...]
    owner: int | None = None
    hold: bool = False
    cause: str = "request"


@dataclass(frozen=True, slots=True)
class SpecialistRequested:
    """`cause` is menu, console, phone or rejoin; only the first of a call counts as demand."""

    name: ClassVar[str] = "specialist_requested"
    transfer: int
    cause: str


@dataclass(frozen=True, slots=True)
class InterpreterRequested:
    name: ClassVar[str] = "interpreter_requested"
    transfer: int


@dataclass(frozen=True, slots=True)
class RungEntered:
    """The transfer rings the rung of that index; a repeated index is the next batch of offers."""

    name: ClassVar[str] = "rung_entered"
    transfer: int
    rung: int


@dataclass(frozen=True, slots=True)
class OverflowEntered:
    name: ClassVar[str] = "overflow_entered"
    transfer: int
    rung: int


@dataclass(frozen=True, slots=True)
class SpecialistRinging:
    name: ClassVar[str] = "specialist_ringing"
    transfer: int
    leg: int
    user: str


@dataclass(frozen=True, slots=True)
class SpecialistDeclined:
    name: ClassVar[str] = "specialist_declined"
    transfer: int
    leg: int
    user: str


@dataclass(frozen=True, slots=True)
class SpecialistMissed:
    name: ClassVar[str] = "specialist_missed"
    transfer: int
    leg: int
    user: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpecialistAnswered:
    name: ClassVar[str] = "specialist_answered"
    transfer: int
    leg: int
    user: str


@dataclass(frozen=True, slots=True)
class SpecialistJoined:
    name: ClassVar[str] = "specialist_joined"
    transfer: int
    leg: int
    user: str


@dataclass(frozen=True, slots=True)
class SpecialistLeft:
    """`lost` when neither the specialist nor the service had asked for it."""

    name: ClassVar[str] = "specialist_left"
    leg: int
    user: str
    lost: bool = False


@dataclass(frozen=True, slots=True)
class TargetDialed:
    name: ClassVar[str] = "target_dialed"
    transfer: int
    leg: int
    to: str


@dataclass(frozen=True, slots=True)
class TargetAnswered:
    """Media only: a menu or a voicemail may be talking."""

    name: ClassVar[str] = "target_answered"
    transfer: int
    leg: int
    role: Role


@dataclass(frozen=True, slots=True)
class TargetAccepted:
    """A human accepted; `by` is keypress or attended."""

    name: ClassVar[str] = "target_accepted"
    transfer: int
    leg: int
    role: Role
    by: str


@dataclass(frozen=True, slots=True)
class InterpreterJoined:
    name: ClassVar[str] = "interpreter_joined"
    transfer: int
    leg: int


@dataclass(frozen=True, slots=True)
class DispatcherJoined:
    name: ClassVar[str] = "dispatcher_joined"
    transfer: int
    leg: int


@dataclass(frozen=True, slots=True)
class DispatcherRejoined:
    name: ClassVar[str] = "dispatcher_rejoined"
    leg: int


@dataclass(frozen=True, slots=True)
class DispatcherLeft:
    """`marked` when a person said so, on a leg that cannot show it."""

    name: ClassVar[str] = "dispatcher_left"
    leg: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class FallbackReached:
    name: ClassVar[str] = "fallback_reached"
    leg: int


@dataclass(frozen=True, slots=True)
class TransferOwned:
    """The one who asked goes on by another leg."""

    name: ClassVar[str] = "transfer_owned"
    transfer: int
    owner: int


@dataclass(frozen=True, slots=True)
class TransferCompleted:
    name: ClassVar[str] = "transfer_completed"
    transfer: int


@dataclass(frozen=True, slots=True)
class TransferCancelled:
    name: ClassVar[str] = "transfer_cancelled"
    transfer: int
    reason: str


@dataclass(frozen=True, slots=True)
class TransferFailed:
    name: ClassVar[str] = "transfer_failed"
    transfer: int
    reason: str


@dataclass(frozen=True, slots=True)
class HoldAsked:
    name: ClassVar[str] = "hold_asked"
    leg: int
    hold: bool


@dataclass(frozen=True, slots=True)
class HoldOn:
    name: ClassVar[str] = "hold_on"
    leg: int


@dataclass(frozen=True, slots=True)
class HoldOff:
    name: ClassVar[str] = "hold_off"
    leg: int


@dataclass(frozen=True, slots=True)
class Announced:
    """One party is told something by voice; `prompt` is a key of the prompt catalog."""

    name: ClassVar[str] = "announced"
    leg: int
    prompt: str


@dataclass(frozen=True, slots=True)
class EscalationTriggered:
    name: ClassVar[str] = "escalation_triggered"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationExplained:
    """The reason came by a second press."""

    name: ClassVar[str] = "escalation_explained"
    reason: str


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    name: ClassVar[str] = "alarm_raised"
    alarm: str


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    name: ClassVar[str] = "alarm_acknowledged"
    alarm: str


@dataclass(frozen=True, slots=True)
class ResponderRequested:
    name: ClassVar[str] = "responder_requested"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ResponderDispatched:
    name: ClassVar[str] = "responder_dispatched"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ResponderArrived:
    name: ClassVar[str] = "responder_arrived"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ContactConfirmed:
    name: ClassVar[str] = "contact_confirmed"
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ContextUpdated:
    """Which fields changed, never what they say: the words live beside the log."""

    name: ClassVar[str] = "context_updated"
    fields: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class TimerStarted:
    """`subject` is a leg, a transfer, or 0 for the call; a second start replaces the first."""

    name: ClassVar[str] = "timer_started"
    timer: str
    subject: int
    seconds: int


@dataclass(frozen=True, slots=True)
class TimerStopped:
    name: ClassVar[str] = "timer_stopped"
    timer: str
    subject: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    name: ClassVar[str] = "timer_fired"
    timer: str
    subject: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Every ladder is exhausted: the caller's leg runs the fallback document by itself."""

    name: ClassVar[str] = "handed_over"
    leg: int


@dataclass(frozen=True, slots=True)
class CallerDisconnected:
    name: ClassVar[str] = "caller_disconnected"
    leg: int


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """Work that remains: `callback`, `follow_up` or `outcome`."""

    name: ClassVar[str] = "task_opened"
    task: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class CallEnded:
    """`disposition` is an outcome code the events prove, `asked` of a person, or `no_request`."""

    name: ClassVar[str] = "call_ended"
    reason: str
    disposition: str


@dataclass(frozen=True, slots=True)
class CallbackAttempted:
    name: ClassVar[str] = "callback_attempted"
    result: str


@dataclass(frozen=True, slots=True)
class OutcomeSubmitted:
    name: ClassVar[str] = "outcome_submitted"
    code: str


@dataclass(frozen=True, slots=True)
class OutcomeRevised:
    name: ClassVar[str] = "outcome_revised"
    code: str


@dataclass(frozen=True, slots=True)
class ReportIgnored:
    """A late, repeated or unknown report, kept for the record; it changes nothing."""

    name: ClassVar[str] = "report_ignored"
    report: str
    leg: int
    why: str


Event = (
    CallArrived | LegDialed | LegRinging | LegAnswered | LegAdmitted | LegJoined | LegAway
    | LegLeaving | LegLeft | LegFailed | LegUnconfirmed | MenuOpened | MenuChosen | CallAnswered
    | TransferRequested | SpecialistRequested | InterpreterRequested | RungEntered
    | OverflowEntered | SpecialistRinging | SpecialistDeclined | SpecialistMissed
    | SpecialistAnswered | SpecialistJoined | SpecialistLeft | TargetDialed | TargetAnswered
    | TargetAccepted | InterpreterJoined | DispatcherJoined | DispatcherRejoined | DispatcherLeft
    | FallbackReached | TransferOwned | TransferCompleted | TransferCancelled | TransferFailed
    | HoldAsked | HoldOn | HoldOff | Announced | EscalationTriggered | EscalationExplained
    | AlarmRaised | AlarmAcknowledged | ResponderRequested | ResponderDispatched
    | ResponderArrived | ContactConfirmed | ContextUpdated | TimerStarted | TimerStopped
    | TimerFired | HandedOver | CallerDisconnected | TaskOpened | CallEnded | CallbackAttempted
    | OutcomeSubmitted | OutcomeRevised | ReportIgnored
)  # fmt: skip

EVENT_TYPES: dict[str, type] = {kind.name: kind for kind in get_args(Event)}
