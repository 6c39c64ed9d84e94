"""What requests may carry: the schema that is checked is the schema that is published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from web.answers import Stage
from web.fields import (
    Body,
    Day,
    PartyId,
    Phone,
    Query,
    Said,
    Since,
    Spelled,
    Text,
    Until,
    Word,
)

Risk = Annotated[int, Field(ge=0, le=4)]
Limit = Annotated[int, Field(ge=1, le=200)]
OutcomeCode = Literal[
    "R01", "R02", "R03", "R04", "R05", "R06", "E01", "C01", "L01", "L02", "L03", "U01",
    "X01", "X02", "X03", "X04", "X05",
]  # fmt: skip

LawEnforcement = Annotated[Literal["none", "cancelled", "co_response", "primary"], Spelled]
CallerType = Annotated[
    Literal["self", "family_or_friend", "provider", "third_party", "other"], Spelled
]


class SetPresence(Body):
    """Repeating `available` is the heartbeat."""

    status: Literal["available", "break", "offline"]


class Preferences(Body):
    """What a person chose for their screens; a field left out stays."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    theme: Literal["light", "dark", "system"] | None = None


class Reason(Body):
    """Why; said to whoever reads the record."""

    reason: Word


class MaybeReason(Body):
    """Why, if there is time to say; it may follow by a second post."""

    reason: Word | None = None


class Context(Body):
    """What the specialist should know: every field optional, null clears it."""

    caller: Text | None = None
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    weapons: Text | bool | int | None = None
    officers: Text | bool | int | None = None
    location: Text | None = None
    callback_number: Phone | None = None
    note: Text | None = None


class EditCall(Body):
    """The incident number and the context; a field left out stays."""

    incident_number: Annotated[Text, Field(max_length=100)] | None = None
    context: Context = Context()


class AskTransfer(Body):
    """`met`, or the key of a destination."""

    to: Word


class SetHold(Body):
    """One party, by its id in the call."""

    party: PartyId
    hold: bool


class Responder(Body):
    """A step of the in-person response."""

    status: Literal["requested", "dispatched", "arrived", "contact_confirmed"]
    kind: Word | None = None


class CallbackResult(Body):
    """What came of one attempt to reach a caller who dropped."""

    result: Word


class OutcomeFields(Body):
    """Every answer of the wrap-up form; a draft may hold any of them."""

    code: OutcomeCode | None = None
    law_enforcement: LawEnforcement | None = None
    ems: Annotated[Literal["none", "requested", "transported"], Spelled] | None = None
    caller_type: CallerType | None = None
    problems: tuple[Word, ...] | None = Field(default=None, max_length=40)
    risk_start: Risk | None = None
    risk_end: Risk | None = None
    cssrs: Said = None
    safety_plan: Said = None
    means_discussed: Said = None
    linkage: Said = None
    transfer_accepted_by: Text | None = None
    escalation_reason: Text | None = None
    language: Text | None = None
    interpreter: Said = None
    follow_up: Said = None
    callback_number: Phone | None = None
    note: Text | None = None
    reason: Word | None = None


class SubmitOutcome(OutcomeFields):
    """The form as submitted; `reason` is asked of a revision."""

    code: OutcomeCode
    law_enforcement: LawEnforcement
    caller_type: CallerType
    risk_end: Risk


class CallFilter(Query):
    """Which calls to list; `from` and `to` speak of `opened_at`, and both days are included."""

    status: Literal["open", "closed"] | None = None
    agency: Word | None = None
    from_: Since | None = Field(default=None, alias="from")
    to: Until | None = None
    outcome: OutcomeCode | None = None
    stage: Stage | None = None
    alarm: bool | None = Field(default=None, description="Whether an alarm is raised.")
    q: Word | None = Field(default=None, description="An incident number, or how one begins.")
    cursor: Word | None = None
    limit: Limit = 50


class TaskFilter(Query):
    """Which tasks to list: open ones come oldest first, others newest first."""

    agency: Word | None = None
    status: Literal["open", "closed"] | None = None
    kind: Literal["callback", "follow_up", "outcome"] | None = None
    cursor: Word | None = None
    limit: Limit = 50


class DiversionQuery(Query):
    """Whole days in the agency's zone, both included."""

    agency: Word
    from_: Day = Field(alias="from")
    to: Day
    by: Literal["month"] | None = None
    definition: Word | None = None
    copy_: Literal["internal", "public"] = Field(default="internal", alias="copy")

    @model_validator(mode="after")
    def _in_order(self) -> DiversionQuery:
        if self.from_ > self.to:
            raise ValueError("`from` must not be after `to`")
        return self
