"""What one decision leaves behind, as plain rows: events, effects and the columns of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from models.calls import View
from routing import commands as c
from routing import effects as f
from routing import events as e
from routing.call import Call
from routing.codec import event_to_plain
from routing.outcomes import CODES

Plain = dict[str, Any]

_KINDS: dict[type, str] = {
    f.Dial: "dial",
    f.HangUp: "hang_up",
    f.SyncHold: "sync_hold",
    f.Announce: "announce",
    f.HandOver: "hand_over",
    f.Lookup: "lookup",
}
LAW = "law_enforcement"


def event_rows(before: Call, events: tuple[e.Event, ...]) -> list[Plain]:
    """New events as rows of the log."""
    return [
        {
            "seq": before.version + number,
            "name": event.name,
            "leg": getattr(event, "leg", None),
            "data": event_to_plain(event),
        }
        for number, event in enumerate(events, start=1)
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """What events lead to: the state, its outbox rows, the timers (`name:subject`) stopped."""

    call: Call
    outbox: list[Plain]
    stopped: list[str]


def result_of(states: Sequence[Call], events: Sequence[e.Event]) -> Result:
    """What new events ask for; `states` are those around each of them, one more than events."""
    rows: list[Plain] = []
    timers: dict[str, Plain | None] = {}
    for call, event in zip(states[1:], events, strict=True):
        for effect in f.effects_of(call, event):
            if isinstance(effect, (f.StartTimer, f.StopTimer)):
                timers[f"{effect.timer}:{effect.subject}"] = _timer_row(effect)
            else:
                rows.append(_carrier_row(effect))
    started = [row for row in timers.values() if row]
    return Result(states[-1], rows + started, list(timers))


def _timer_row(effect: f.StartTimer | f.StopTimer) -> Plain | None:
    if isinstance(effect, f.StopTimer):
        return None
    named = {"timer": effect.timer, "subject": effect.subject, "token": effect.token}
    return {"leg": 0, "kind": "timer", "payload": {}, "seconds": effect.seconds, **named}


def _carrier_row(effect: f.Effect) -> Plain:
    payload = {field.name: getattr(effect, field.name) for field in fields(effect)}
    leg = payload.pop("leg")
    return {"leg": leg, "kind": _KINDS[type(effect)], "payload": payload, "seconds": 0}


def view_of(call: Call, events: tuple[e.Event, ...]) -> View:
    """The columns that lists and reports read."""
    disposition = next((x.disposition for x in events if isinstance(x, e.CallEnded)), None)
    proved = disposition if disposition in CODES else None
    specialist = call.specialist
    return View(
        stage=call.stage.value,
        alarm=call.alarm,
        specialist=specialist.user if specialist else call.last_specialist,
        closed=call.closed,
        outcome=call.outcome or proved,
        disposition=disposition,
        requested=call.requested,
        specialist_joined=call.specialist_joined,
        law_arrived=any(_law_arrived(event) for event in events),
    )


def _law_arrived(event: e.Event) -> bool:
    return isinstance(event, e.ResponderArrived) and event.kind == LAW


def actor_of(command: c.Command) -> str:
    """Who is to be named beside a command's events: a user's id, caller, carrier or service."""
    if isinstance(command, c.REQUESTS):
        user: str = command.by.user  # type: ignore[union-attr]
        return user
    if isinstance(command, c.ReportTimer):
        return "service"
    return "caller" if _by_caller(command) else "carrier"


def _by_caller(command: c.Command) -> bool:
    if isinstance(command, c.ReportArrival):
        return True
    said = isinstance(command, (c.ReportKey, c.ReportStar, c.ReportEnded))
    return said and getattr(command, "leg", 0) == 1
