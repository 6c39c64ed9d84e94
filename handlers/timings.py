"""How long each step of a call took, from its recorded events; seconds, None when not reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from routing import events as e
from routing.call import Call
from routing.evolve import evolve
from routing.plan import Role


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the log with its time."""

    seq: int
    at: datetime
    event: e.Event


Match = Callable[[Recorded], bool]


def timings_of(history: Sequence[Recorded]) -> dict[str, float | None]:
    """T1 to T10 of the domain's list, and `alone` and `held`: how long the caller was so."""
    first = _Firsts(history)
    requested, joined = first.of("specialist_requested"), first.of("specialist_joined")
    answered, escalated = first.of("call_answered"), first.of("escalation_triggered")
    accepted = first.of("target_accepted")
    released = first.of("dispatcher_left", after=joined)
    alone, held = _unheard(history)
    return {
        "T1": _between(first.of("call_arrived"), answered),
        "T2": _between(answered, requested),
        "T3": _between(requested, joined),
        "T4": _between(joined, released),
        "T5": _between(requested, released),
        "T6": _between(first.dial_of(accepted), accepted),
        "T7": _between(accepted, first.of("specialist_left", after=accepted)),
        "T8": _between(escalated, first.of("dispatcher_rejoined", after=escalated)),
        "T9": _wrap_up(first),
        "T10": _between(first.of("interpreter_requested"), first.of("interpreter_joined")),
        "alone": alone,
        "held": held,
    }


class _Firsts:
    def __init__(self, history: Sequence[Recorded]) -> None:
        self._history = history

    def of(self, name: str, after: Recorded | None = None) -> Recorded | None:
        start = after.seq if after else 0
        found = (x for x in self._history if x.event.name == name and x.seq > start)
        return next(found, None)

    def last_before(self, name: str, end: Recorded | None) -> Recorded | None:
        stop = end.seq if end else 0
        found = (x for x in reversed(self._history) if x.event.name == name and x.seq < stop)
        return next(found, None)

    def dial_of(self, accepted: Recorded | None) -> Recorded | None:
        leg = getattr(accepted.event, "leg", 0) if accepted else 0
        dials = (x for x in self._history if isinstance(x.event, e.TargetDialed))
        return next((x for x in dials if getattr(x.event, "leg", None) == leg), None)


def _wrap_up(first: _Firsts) -> float | None:
    submitted = first.of("outcome_submitted")
    return _between(first.last_before("specialist_left", submitted), submitted)


def _between(start: Recorded | None, end: Recorded | None) -> float | None:
    if start is None or end is None:
        return None
    return round((end.at - start.at).total_seconds(), 3)


def _unheard(history: Sequence[Recorded]) -> tuple[float, float]:
    """Seconds in which nobody heard the caller, and those of them on hold with an owner."""
    alone = held = 0.0
    call = Call()
    for this, following in pairwise(history):
        call = evolve(call, this.event)
        seconds = (following.at - this.at).total_seconds()
        if call.caller.held:
            held += seconds
        elif not _heard(call):
            alone += seconds
    return round(alone, 3), round(held, 3)


def _heard(call: Call) -> bool:
    shared = call.caller.role is Role.CENTER and not call.released
    return call.closed or not call.caller.live or shared or bool(call.company)
