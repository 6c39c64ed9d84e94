"""Events and states as plain JSON data, and back.

Unknown fields are dropped, missing ones take their default. An event says everything; of a state
only what differs from its default is written, so the default of a state's field never changes.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from routing.call import Call
from routing.events import EVENT_TYPES, Event

Plain = dict[str, Any]
# None: the value is plain as it is.
Step = Callable[[Any], Any] | None


class UnknownEventError(ValueError):
    """A stored event has a name that this version does not know."""


def event_to_plain(event: Event) -> Plain:
    """An event's data without its name."""
    kind: Any = type(event)
    plain: Plain = _dataclass_encoder(kind, brief=False)(event)
    return plain


def event_from_plain(name: str, data: Plain) -> Event:
    """The event of that name. UnknownEventError when there is none."""
    if name not in EVENT_TYPES:
        raise UnknownEventError(f"stored event {name!r} is not known to this version")
    event: Event = _dataclass_decoder(EVENT_TYPES[name])(data)
    return event


def call_to_plain(call: Call) -> Plain:
    """A call's state as JSON data."""
    plain: Plain = _dataclass_encoder(Call, brief=True)(call)
    return plain


def call_from_plain(data: Plain) -> Call:
    """The state that `call_to_plain` wrote."""
    call: Call = _dataclass_decoder(Call)(data)
    return call


@cache
def _encoder(kind: Any, *, brief: bool) -> Step:
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_encoder(kind, brief=brief)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return attrgetter("_value_")
    if get_origin(kind) is tuple:
        return _each(list, _encoder(get_args(kind)[0], brief=brief))
    return _unless_none(_encoder(_optional(kind), brief=brief)) if _optional(kind) else None


@cache
def _dataclass_encoder(kind: Any, *, brief: bool) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    rows = tuple(
        (f.name, f.default if brief else MISSING, _encoder(hints[f.name], brief=brief))
        for f in fields(kind)
    )

    def encode(value: Any) -> Plain:
        plain = {}
        for name, default, step in rows:
            # Identity never takes 0 for False; an equal value that is another object is written.
            if (found := getattr(value, name)) is not default:
                plain[name] = step(found) if step else found
        return plain

    return encode


@cache
def _decoder(kind: Any) -> Step:
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass_decoder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    origin = get_origin(kind)
    if origin is tuple:
        return _each(tuple, _decoder(get_args(kind)[0]))
    if _optional(kind):
        return _unless_none(_decoder(_optional(kind)))
    assert kind in (str, int, bool, float) or origin is Literal, kind
    return None


@cache
def _dataclass_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    steps = {f.name: _decoder(hints[f.name]) for f in fields(kind)}

    def decode(data: Plain) -> Any:
        known = {}
        for name, value in data.items():
            if name in steps:
                step = steps[name]
                known[name] = step(value) if step else value
        return kind(**known)

    return decode


def _optional(kind: Any) -> Any:
    """What `kind` is when it is not None, for a kind that may be; else None."""
    if get_origin(kind) not in (Union, types.UnionType):
        return None
    return next(arg for arg in get_args(kind) if arg is not type(None))


def _each(sequence: type[list[Any] | tuple[Any, ...]], step: Step) -> Callable[[Any], Any]:
    return sequence if step is None else lambda value: sequence(map(step, value))


def _unless_none(step: Step) -> Step:
    return step and (lambda value: None if value is None else step(value))
