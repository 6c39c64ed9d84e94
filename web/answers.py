"""What the API answers, as schemas: published in the document and held by the tests."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from web.fields import Answer, Moment

Stage = Literal[
    "menu", "with_dispatcher", "ringing_specialist", "with_specialist", "transferring",
    "transferred", "closed",
]  # fmt: skip
TransferStage = Literal[
    "dialing", "ringing", "answered", "accepted", "completed", "cancelled", "failed"
]
PartyRole = Literal[
    "caller", "center", "dispatcher", "specialist", "lifeline", "treatment_team", "mobile_crisis",
    "program", "interpreter", "supervisor",
]  # fmt: skip
Presence = Literal["available", "ringing", "on_call", "wrap_up", "break", "offline"]
Count = Annotated[int, Field(ge=0)]


class Loose(Answer):
    """An answer that may gain fields."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Problem(Loose):
    """RFC 9457. `reason` repeats `detail`: a sentence that a person can read."""

    type: str
    title: str
    status: int
    detail: str
    reason: str
    errors: list[FieldProblem] = Field(default_factory=list)


class FieldProblem(Answer):
    """One field that cannot be taken."""

    field: str
    reason: str


class Me(Answer):
    """The account that asks."""

    id: str
    email: str
    name: str
    role: Literal["dispatcher", "specialist", "supervisor", "admin"]
    agencies: list[str]
    languages: list[str]
    language: str
    theme: str


class VoiceToken(Answer):
    """A softphone's access token."""

    token: str
    identity: str
    expires_at: Moment


class PresenceShown(Loose):
    """What a specialist is doing; `asked` is what they wished."""

    status: Presence


class SpecialistShown(Loose):
    """One specialist, as consoles show them."""

    id: str
    name: str
    status: Presence


class Specialists(Answer):
    """The specialists of one's agencies."""

    items: list[SpecialistShown]
    next: str | None


class Ring(Answer):
    """How specialists are rung: `seconds` is how long one offer rings."""

    strategy: Literal["simultaneous", "longest_idle", "round_robin"]
    seconds: Annotated[int, Field(ge=1)]


class Choice(Answer):
    """One key of the phone menu: `to` is `met` or a destination's key."""

    digit: str
    to: str
    name: str | None
    kind: PartyRole | None


class Destination(Answer):
    """A place outside the center; `numbers` is null for roles that only ring it by its key."""

    key: str
    kind: PartyRole
    name: str
    accept: Literal["attended", "keypress"]
    number_count: Count
    numbers: list[str] | None


class Line(Answer):
    """One of the agency's numbers, in E.164, and how its calls arrive."""

    number: str
    entry: Literal["bridged", "direct"]
    drill: bool


class Agency(Loose):
    """One agency as screens need it; `overflow` holds `on_call` or destinations' keys."""

    key: str
    name: str
    timezone: str
    fiscal_year_starts: Annotated[int, Field(ge=1, le=12)]
    dispatch_line: bool
    fallback_number: str
    prompts: list[str]
    ring: Ring
    overflow: list[str]
    menu: list[Choice]
    destinations: list[Destination]
    lines: list[Line]


class Agencies(Answer):
    """One's own agencies, by key."""

    items: list[Agency]
    next: str | None


class Person(Answer):
    """Somebody of the agency."""

    id: str
    name: str


class Attempt(Answer):
    """One attempt to reach a caller who dropped."""

    at: Moment
    by: Person
    reached: bool


class TaskShown(Loose):
    """What remains to be done; `about` is a destination's key, when it is about one."""

    id: Annotated[int, Field(ge=1)]
    kind: Literal["callback", "follow_up", "outcome"]
    call: str
    agency: str
    drill: bool
    incident_number: str | None
    caller_number: str | None
    about: str | None
    specialist: Person | None
    opened_at: Moment
    due_on: str | None
    closed_at: Moment | None
    attempts: list[Attempt]


class Tasks(Answer):
    """A page of tasks."""

    items: list[TaskShown]
    next: str | None


class Party(Loose):
    """One party on the call, by the carrier's word."""

    id: int
    role: PartyRole
    status: Literal["dialing", "ringing", "connected", "left", "failed"]
    on_hold: bool


class TransferShown(Loose):
    """One attempt to bring somebody in."""

    id: int
    to: str
    stage: TransferStage


class TransferStepped(TransferShown):
    """The transfer after a press, and the call's version then."""

    call: str
    version: int


class CallShown(Loose):
    """One call. Dispatchers are never shown a clinical field.

    `alarms` holds `caller_alone`, `escalation` and `unconfirmed`; `alarm` is the one to show
    first; `awaited` says that the dispatcher was called back and is not there yet.
    """

    id: str
    agency: str
    line: str
    entry: Literal["bridged", "direct"]
    drill: bool
    stage: Stage
    version: int
    opened_at: Moment
    closed_at: Moment | None
    alarm: str | None
    alarms: list[str]
    awaited: bool
    incident_number: str | None
    context: dict[str, Any]
    parties: list[Party]
    transfers: list[TransferShown]
    outcome: Any
    timings: dict[str, float | None]


class CallListed(Loose):
    """One call in the log."""

    id: str
    agency: str
    line: str
    stage: Stage
    version: int
    opened_at: Moment
    closed_at: Moment | None
    alarm: str | None
    alarms: list[str]
    awaited: bool


class Calls(Answer):
    """A page of the log, newest first."""

    items: list[CallListed]
    next: str | None


class EventShown(Answer):
    """One thing that happened."""

    seq: Annotated[int, Field(ge=1)]
    name: str
    at: Moment
    actor: str | None
    leg: int | None
    data: dict[str, Any]


class Events(Answer):
    """Everything that happened on a call, in order."""

    items: list[EventShown]
    next: str | None


class CallerNumber(Loose):
    """The full numbers, null when none is known; `number` is the best that is known."""

    number: str | None
    callback_number: str | None


class OutcomeShown(Loose):
    """The outcome as the call shows it, or the form so far."""


class Revisions(Answer):
    """Every outcome of a call, the first one first."""

    items: list[OutcomeShown]
    next: str | None


class Rate(Answer):
    """`rate` is null when `of` is 0, or when a public copy suppresses the cell."""

    count: Count | None
    of: Count | None
    rate: float | None


class Row(Loose):
    """Diversion in three definitions."""

    diversion: Rate
    strict: Rate
    all_handled: Rate


class PeriodRow(Row):
    """The same, of one period."""

    period: str


class Diversion(Loose):
    """The diversion report."""

    agency: str
    from_: str = Field(alias="from")
    to: str
    definition: str
    total: Row
    rows: list[PeriodRow]
    excluded: dict[str, Count | None]
    without_outcome: Count | None
    by_code: dict[str, Count | None]
