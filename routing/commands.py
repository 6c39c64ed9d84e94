"""What people ask (requests, which may be refused) and what the network reports (never refused)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from routing.plan import Entry, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a user's id and role."""

    user: str
    role: Role


# Requests: people ask, and hear a reason when it cannot be.


@dataclass(frozen=True, slots=True)
class RequestTransfer:
    """`to` is `met` or a destination key."""

    by: Actor
    to: str


@dataclass(frozen=True, slots=True)
class AcceptTransfer:
    by: Actor
    transfer: int


@dataclass(frozen=True, slots=True)
class CompleteTransfer:
    by: Actor
    transfer: int


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    by: Actor
    transfer: int


@dataclass(frozen=True, slots=True)
class NextNumber:
    by: Actor
    transfer: int


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """An offer's id is its leg's."""

    by: Actor
    leg: int


@dataclass(frozen=True, slots=True)
class Rejoin:
    by: Actor


@dataclass(frozen=True, slots=True)
class SetHold:
    by: Actor
    leg: int
    hold: bool


@dataclass(frozen=True, slots=True)
class Escalate:
    by: Actor
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    by: Actor


@dataclass(frozen=True, slots=True)
class RecordResponder:
    by: Actor
    status: Literal["requested", "dispatched", "arrived", "contact_confirmed"]
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class MarkReleased:
    by: Actor


@dataclass(frozen=True, slots=True)
class Leave:
    by: Actor


@dataclass(frozen=True, slots=True)
class End:
    by: Actor


@dataclass(frozen=True, slots=True)
class UpdateContext:
    """Which fields were written; the language also orders offers."""

    by: Actor
    fields: tuple[str, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptCallback:
    by: Actor
    result: str


@dataclass(frozen=True, slots=True)
class SubmitOutcome:
    by: Actor
    code: str
    reason: str | None = None


# Reports: the network tells; late, repeated or unknown ones are recorded and change nothing.


@dataclass(frozen=True, slots=True)
class ReportArrival:
    call: str
    agency: str
    line: str
    entry: Entry
    drill: bool = False


@dataclass(frozen=True, slots=True)
class ReportRinging:
    leg: int


@dataclass(frozen=True, slots=True)
class ReportAnswered:
    """The leg's answer URL was fetched: media is up."""

    leg: int


@dataclass(frozen=True, slots=True)
class ReportKey:
    """A key pressed in the menu or at the acceptance prompt; None is silence."""

    leg: int
    digit: str | None


@dataclass(frozen=True, slots=True)
class ReportStar:
    """The leg pressed `*` and asks for the menu."""

    leg: int


@dataclass(frozen=True, slots=True)
class ReportJoined:
    """The leg is in the conference; `sequence` is the conference's, 0 when unknown."""

    leg: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class ReportAway:
    """The leg is no longer in the conference."""

    leg: int
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class ReportEnded:
    """The leg is over at the carrier, answered or not; `reason` in our words."""

    leg: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReportHold:
    leg: int
    hold: bool


@dataclass(frozen=True, slots=True)
class ReportTimer:
    """A timer came due; `token` is the sequence number of the event that started it."""

    timer: str
    subject: int
    token: int


Request = (
    RequestTransfer | AcceptTransfer | CompleteTransfer | CancelTransfer | NextNumber
    | DeclineOffer | Rejoin | SetHold | Escalate | Acknowledge | RecordResponder | MarkReleased
    | Leave | End | UpdateContext | AttemptCallback | SubmitOutcome
)  # fmt: skip
Report = (
    ReportArrival | ReportRinging | ReportAnswered | ReportKey | ReportStar | ReportJoined
    | ReportAway | ReportEnded | ReportHold | ReportTimer
)  # fmt: skip
Command = Request | Report
REQUESTS: tuple[type, ...] = get_args(Request)
