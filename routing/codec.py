"""Events and states as plain JSON data, and back. Unknown fields are dropped, missing ones default."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from routing.call import Call
from routing.events import EVENT_TYPES, Event

Plain = dict[str, Any]


class UnknownEventError(ValueError):
    """A stored event has a name that this version does not know."""


def event_to_plain(event: Event) -> Plain:
    """An event's data without its name."""
    return _fields_to_plain(event)


def event_from_plain(name: str, data: Plain) -> Event:
    """The event of that name. UnknownEventError when there is none."""
    if name not in EVENT_TYPES:
        raise UnknownEventError(f"stored event {name!r} is not known to this version")
    event: Event = _decoder(EVENT_TYPES[name])(data)
    return event


def call_to_plain(call: Call) -> Plain:
    """A call's state as JSON data."""
    return _fields_to_plain(call)


def call_from_plain(data: Plain) -> Call:
    """The state that `call_to_plain` wrote."""
    call: Call = _decoder(Call)(data)
    return call


def _fields_to_plain(value: Any) -> Plain:
    return {f.name: _to_plain(getattr(value, f.name)) for f in fields(value)}


def _to_plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_to_plain(item) for item in value]
    return _fields_to_plain(value) if is_dataclass(value) else value


@cache
def _decoder(kind: Any) -> Callable[[Any], Any]:
    if is_dataclass(kind):
        return _dataclass_decoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    origin = get_origin(kind)
    if origin is tuple:
        item = _decoder(get_args(kind)[0])
        return lambda value: tuple(item(each) for each in value)
    if origin in (Union, types.UnionType):
        return _optional_decoder(kind)
    assert kind in (str, int, bool, float) or origin is Literal, kind
    return lambda value: value


def _dataclass_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    decoders = {f.name: _decoder(hints[f.name]) for f in fields(kind)}

    def decode(data: Plain) -> Any:
        return kind(**{key: decoders[key](data[key]) for key in decoders if key in data})

    return decode


def _optional_decoder(kind: Any) -> Callable[[Any], Any]:
    inner = _decoder(next(arg for arg in get_args(kind) if arg is not type(None)))
    return lambda value: None if value is None else inner(value)
