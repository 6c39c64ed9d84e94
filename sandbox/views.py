"""Calls and conferences as the control interface shows them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.calls import Call
from sandbox.conferences import participant_of
from sandbox.rooms import Room
from sandbox.world import World


def call_view(world: World, call: Call, *, history: bool = False) -> dict[str, Any]:
    participant = participant_of(world, call)
    room = participant.room if participant and participant.joined else None
    view = {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "direction": call.direction,
        "status": call.status,
        "parent_sid": call.parent_sid,
        "created_at": _milliseconds(call.created),
        "answered_at": _milliseconds(call.answered_at),
        "ended_at": _milliseconds(call.ended_at),
        "conference": {"sid": room.sid, "name": room.name} if room else None,
        "label": participant.label if participant else None,
        "muted": participant.muted if participant else False,
        "on_hold": participant.hold if participant else False,
        "hears": _hears(call),
        "parameters": {**call.extra, **call.custom},
    }
    return view | {"history": list(call.history)} if history else view


def _hears(call: Call) -> list[dict[str, str]]:
    if call.status == "ringing" and not call.sounds:
        return [{"kind": "ring", "text": ""}]
    return [asdict(sound) for sound in call.sounds]


def room_view(room: Room) -> dict[str, Any]:
    return {
        "sid": room.sid,
        "name": room.name,
        "status": room.status,
        "created_at": _milliseconds(room.created),
        "reason_ended": room.reason,
        "participants": [
            {
                "sid": each.call.sid,
                "label": each.label or None,
                "status": each.status,
                "muted": each.muted,
                "on_hold": each.hold,
                "coaching": each.coach or None,
                "end_on_exit": each.end_on_exit,
            }
            for each in room.participants.values()
        ],
    }


def _milliseconds(moment: float | None) -> int | None:
    return None if moment is None else round(moment * 1000)
