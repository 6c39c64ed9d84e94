"""Parameters read by a table of names; a name outside the table is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from multidict import MultiMapping

from sandbox.calls import EVENTS
from sandbox.grammar import CONFERENCE_EVENTS
from sandbox.rest.errors import RestError, invalid

Reader = Callable[[str, list[str]], Any]
Form = Mapping[str, list[str]]

ADDRESS = re.compile(r"\+[1-9]\d{1,14}|client:[^\s/]{1,256}|sips?:\S{1,250}")


def _single(name: str, values: list[str]) -> str:
    if len(values) != 1:
        raise invalid(20001, f"Parameter {name} is given {len(values)} times")
    return values[0]


def text(name: str, values: list[str]) -> str:
    return _single(name, values)


def flag(name: str, values: list[str]) -> bool:
    value = _single(name, values).lower()
    if value not in ("true", "false"):
        raise invalid(20001, f"Parameter {name} must be true or false, not {value!r}")
    return value == "true"


def whole(low: int, high: int) -> Reader:
    def read(name: str, values: list[str]) -> int:
        value = _single(name, values)
        if not value.isdecimal() or not low <= int(value) <= high:
            raise invalid(20001, f"Parameter {name} must be {low} to {high}, not {value!r}")
        return int(value)

    return read


def one_of(*allowed: str) -> Reader:
    def read(name: str, values: list[str]) -> str:
        value = _single(name, values)
        if value not in allowed:
            raise invalid(20001, f"Parameter {name} is one of {', '.join(allowed)}, not {value!r}")
        return value

    return read


def url(code: int = 21205) -> Reader:
    def read(name: str, values: list[str]) -> str:
        value = _single(name, values)
        if value and (
            urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname
        ):
            raise invalid(code, f"{name} is not a valid URL: {value!r}")
        return value

    return read


def address(code: int) -> Reader:
    def read(name: str, values: list[str]) -> str:
        value = _single(name, values)
        if not ADDRESS.fullmatch(value):
            raise invalid(code, f"The '{name}' number {value!r} is not a valid address")
        return value

    return read


def events(*allowed: str) -> Reader:
    """A repeated parameter; values joined by commas or spaces are not understood."""

    def read(name: str, values: list[str]) -> frozenset[str]:
        for value in values:
            if value not in allowed:
                raise invalid(21626, f"{name} {value!r} is not one of {', '.join(allowed)}")
        return frozenset(values)

    return read


METHOD = one_of("GET", "POST")
CALL_EVENTS = events(*EVENTS)
_CONFERENCE_EVENTS = events(*CONFERENCE_EVENTS)


def conference_events(name: str, values: list[str]) -> Any:
    # This one parameter also takes its values separated by spaces.
    return _CONFERENCE_EVENTS(name, " ".join(values).split())


def read(
    form: Form, fields: Mapping[str, Reader], unsupported: frozenset[str] = frozenset()
) -> dict[str, Any]:
    for name in form:
        if name in unsupported:
            raise invalid(20001, f"Parameter {name} is not offered by this stand-in carrier")
        if name not in fields:
            raise invalid(20001, f"Unknown parameter {name}")
    return {name: fields[name](name, values) for name, values in form.items()}


def require(values: Mapping[str, Any], name: str, code: int) -> Any:
    if not values.get(name):
        raise RestError(400, code, f"Parameter '{name}' is required")
    return values[name]


def grouped(data: MultiMapping[Any]) -> dict[str, list[str]]:
    """The form's values by name; uploaded files are not part of this interface."""
    return {name: [str(value) for value in data.getall(name)] for name in data}
