"""Field types of the JSON API: one place where text, times and bounds are defined."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

LONGEST_TEXT = 8000
LARGEST_ID = 2**31 - 1


class Body(BaseModel):
    """A request's body: exact types, and a field it does not know is refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Body):
    """A request that carries nothing; an empty object is taken too."""


class Query(BaseModel):
    """A request's query string; an empty value is the same as none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """A response's body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def iso(moment: datetime) -> str:
    """ISO 8601 UTC with milliseconds, as every time of the API is written."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# PostgreSQL's text takes every character but NUL.
def _no_nul(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise ValueError("holds a NUL character")
    return value


def _storable(value: Any) -> Any:
    """Any JSON, but what PostgreSQL's has no word for."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("holds a number that is not finite")
    if isinstance(value, dict):
        for name, inner in value.items():
            _no_nul(name)
            _storable(inner)
    for inner in value if isinstance(value, list) else ():
        _storable(inner)
    return _no_nul(value)


def _spelled(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return value.strip().lower().replace("-", "_").replace(" ", "_")


def _day_or_moment(value: str) -> str:
    try:
        year = datetime.fromisoformat(value).year
    except ValueError as problem:
        raise ValueError("must be a date or an ISO 8601 time") from problem
    # A margin keeps every zone's arithmetic inside datetime's range.
    if not 1900 <= year <= 9000:
        raise ValueError("must be between 1900 and 9000")
    return value


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as problem:
        raise ValueError("must be a date: YYYY-MM-DD") from problem


Text = Annotated[str, BeforeValidator(_no_nul), Field(max_length=LONGEST_TEXT)]
Word = Annotated[str, BeforeValidator(_no_nul), Field(min_length=1, max_length=200, pattern=r"\S")]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164")]
# A form's open question: yes or no, words, or an object of them.
Said = Annotated[JsonValue, AfterValidator(_storable)]
# "Co-response" and "family or friend" are how people write these choices.
Spelled = BeforeValidator(_spelled)
PartyId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Since = Annotated[
    str,
    AfterValidator(_day_or_moment),
    Field(
        max_length=40,
        description="A date, in the agencies' zone (UTC when they have several), or an ISO 8601 "
        "time: from then on.",
    ),
]
Until = Annotated[
    str,
    AfterValidator(_day_or_moment),
    Field(
        max_length=40,
        description="A date, in the agencies' zone (UTC when they have several): that day is "
        "included. Or an ISO 8601 time: before then.",
    ),
]
Day = Annotated[
    date, BeforeValidator(_day), Field(ge=date(1900, 1, 1), le=date(9000, 1, 1), strict=True)
]
