"""Conference callbacks, as the first participant asked for them."""

from __future__ import annotations

import json

from sandbox.courier import Request
from sandbox.parameters import rfc2822
from sandbox.rooms import Participant, Room
from sandbox.world import World

SUBSCRIPTIONS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


def emit(
    world: World, room: Room, event: str, participant: Participant | None = None, **extra: str
) -> None:
    callback = room.callback
    if callback is None or SUBSCRIPTIONS[event] not in callback.events:
        return
    room.sequence += 1
    params = {
        "ConferenceSid": room.sid,
        "FriendlyName": room.name,
        "AccountSid": world.account.sid,
        "SequenceNumber": str(room.sequence),
        "Timestamp": rfc2822(world.clock.now()),
        "StatusCallbackEvent": event,
    }
    if participant is not None:
        params |= _of(participant)
    sid = participant.call.sid if participant else None
    request = Request(callback.url, callback.method, params | extra, "conference", sid, room.sid)
    world.streams.post(f"conference {room.sid}", request)


def _of(participant: Participant) -> dict[str, str]:
    params = {
        "CallSid": participant.call.sid,
        "Muted": json.dumps(participant.muted),
        "Hold": json.dumps(participant.hold),
        "Coaching": json.dumps(participant.coaching),
        "StartConferenceOnEnter": json.dumps(participant.start_on_enter),
        "EndConferenceOnExit": json.dumps(participant.end_on_exit),
    }
    if participant.label:
        params["ParticipantLabel"] = participant.label
    return params
