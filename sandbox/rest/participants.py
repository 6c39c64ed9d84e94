"""Participants: create (which dials), list, fetch, update, remove."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox import conferences, lines
from sandbox.ambience import announce, refresh
from sandbox.calls import Call, Source
from sandbox.rest import forms
from sandbox.rest.calls import UNOFFERED, outbound
from sandbox.rest.conferences import found
from sandbox.rest.errors import invalid, not_found
from sandbox.rest.forms import Form, Reader
from sandbox.rest.pages import PAGING, page
from sandbox.rest.render import base, participant_json
from sandbox.room_events import emit
from sandbox.rooms import JoinOptions, Participant, Room, RoomCallback, RoomError
from sandbox.sids import is_sid
from sandbox.world import World

_CREATE: dict[str, Reader] = {
    "From": forms.text,
    "To": forms.text,
    "StatusCallback": forms.url(21209),
    "StatusCallbackMethod": forms.METHOD,
    "StatusCallbackEvent": forms.CALL_EVENTS,
    "Label": forms.text,
    "Timeout": forms.whole(5, 600),
    "TimeLimit": forms.whole(1, 86_400),
    "Muted": forms.flag,
    "Beep": forms.one_of("true", "false", "onEnter", "onExit"),
    "StartConferenceOnEnter": forms.flag,
    "EndConferenceOnExit": forms.flag,
    "EarlyMedia": forms.flag,
    "WaitUrl": forms.url(),
    "WaitMethod": forms.METHOD,
    "MaxParticipants": forms.whole(2, 250),
    "ConferenceRecord": forms.one_of("true", "false", "record-from-start", "do-not-record"),
    "ConferenceTrim": forms.one_of("trim-silence", "do-not-trim"),
    "ConferenceStatusCallback": forms.url(21209),
    "ConferenceStatusCallbackMethod": forms.METHOD,
    "ConferenceStatusCallbackEvent": forms.conference_events,
    "Region": forms.one_of("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1"),
    "Coaching": forms.flag,
    "CallSidToCoach": forms.text,
    "JitterBufferSize": forms.one_of("off", "small", "medium", "large"),
    "CallerId": forms.text,
    "CallReason": forms.text,
    "CallToken": forms.text,
    "CallerDisplayName": forms.text,
}
_LIST: dict[str, Reader] = PAGING | {
    "Muted": forms.flag,
    "Hold": forms.flag,
    "Coaching": forms.flag,
}
_UPDATE: dict[str, Reader] = {
    "Muted": forms.flag,
    "Hold": forms.flag,
    "HoldUrl": forms.url(),
    "HoldMethod": forms.METHOD,
    "AnnounceUrl": forms.url(),
    "AnnounceMethod": forms.METHOD,
    "WaitUrl": forms.url(),
    "WaitMethod": forms.METHOD,
    "BeepOnExit": forms.flag,
    "EndConferenceOnExit": forms.flag,
    "Coaching": forms.flag,
    "CallSidToCoach": forms.text,
}


def create(world: World, key: str, form: Form) -> dict[str, Any]:
    values = forms.read(form, _CREATE, UNOFFERED)
    if is_sid(key, "CF") and not (key in world.rooms and world.rooms[key].active):
        raise invalid(16003, f"Conference {key} is not active")
    call = outbound(world, values)
    participant = _admit(world, key, call, values)

    async def enter(_: Call) -> None:
        conferences.enter(world, participant)
        await asyncio.Event().wait()

    call.on_answer = enter
    world.add_call(call)
    answer = participant_json(participant)
    lines.dial(world, call)
    return answer


def _admit(world: World, key: str, call: Call, values: dict[str, Any]) -> Participant:
    options = _options(values)
    try:
        conferences.check_label(options.label)
        room = conferences.room_for(world, key, options)
        return conferences.admit(world, call, room, options, by_api=True)
    except RoomError as error:
        raise invalid(error.code, error.message) from error


def _options(values: dict[str, Any]) -> JoinOptions:
    callback, wait = values.get("ConferenceStatusCallback"), values.get("WaitUrl")
    if values.get("Coaching") and not values.get("CallSidToCoach"):
        raise invalid(13240, "Coaching needs CallSidToCoach")
    return JoinOptions(
        label=values.get("Label", ""),
        muted=values.get("Muted", False),
        beep=values.get("Beep", "true"),
        start_on_enter=values.get("StartConferenceOnEnter", True),
        end_on_exit=values.get("EndConferenceOnExit", False),
        wait=Source(wait, values.get("WaitMethod", "POST"), purpose="wait") if wait else None,
        silent_wait=wait == "",
        max_participants=values.get("MaxParticipants", 250),
        region=values.get("Region", ""),
        coach=values.get("CallSidToCoach", "") if values.get("Coaching") else "",
        callback=RoomCallback(
            callback,
            values.get("ConferenceStatusCallbackMethod", "POST"),
            values.get("ConferenceStatusCallbackEvent", frozenset({"start", "end"})),
        )
        if callback
        else None,
    )


def listed(world: World, sid: str, form: Form) -> dict[str, Any]:
    room = found(world, sid)
    values = forms.read(form, _LIST)
    filters = {name: given for name, given in form.items() if name not in PAGING}
    items = [each for each in room.participants.values() if _visible(world, each, values)]
    path = f"{base(world.account.sid)}/Conferences/{sid}/Participants.json"
    return page(path, "participants", items[::-1], participant_json, values=values, filters=filters)


def _visible(world: World, participant: Participant, values: dict[str, Any]) -> bool:
    return (
        participant.created + world.habits.listing_lag <= world.clock.now()
        and values.get("Muted", participant.muted) == participant.muted
        and values.get("Hold", participant.hold) == participant.hold
        and values.get("Coaching", participant.coaching) == participant.coaching
    )


def _found(world: World, sid: str, key: str) -> Participant:
    participant = found(world, sid).find(key)
    if participant is None:
        raise not_found(f"{base(world.account.sid)}/Conferences/{sid}/Participants/{key}.json")
    return participant


def fetch(world: World, sid: str, key: str, form: Form) -> dict[str, Any]:
    forms.read(form, {})
    return participant_json(_found(world, sid, key))


def remove(world: World, sid: str, key: str, form: Form) -> None:
    forms.read(form, {})
    conferences.leave(world, _found(world, sid, key), conferences.BY_API)


def update(world: World, sid: str, key: str, form: Form) -> dict[str, Any]:
    participant = _found(world, sid, key)
    values = forms.read(form, _UPDATE)
    if not participant.joined:
        raise invalid(20404, "The participant has not joined yet")
    if values.get("Coaching"):
        _check_coach(participant.room, values)
    participant.updated = world.clock.now()
    _mute(world, participant, values)
    # A leg that was held before this request keeps its flag, silently: the carrier's habit.
    held = participant.hold
    _hold(world, participant, values)
    _modify(world, participant, values, held=held)
    refresh(world, participant.room)
    if values.get("AnnounceUrl"):
        method = values.get("AnnounceMethod", "POST")
        announce(world, participant, Source(values["AnnounceUrl"], method, purpose="announce"))
    return participant_json(participant)


def _check_coach(room: Room, values: dict[str, Any]) -> None:
    try:
        conferences.check_coach(room, values.get("CallSidToCoach", ""))
    except RoomError as error:
        raise invalid(error.code, error.message) from error


def _mute(world: World, participant: Participant, values: dict[str, Any]) -> None:
    muted = values.get("Muted", participant.muted)
    if muted != participant.muted:
        participant.muted = muted
        event = "participant-mute" if muted else "participant-unmute"
        emit(world, participant.room, event, participant)


def _hold(world: World, participant: Participant, values: dict[str, Any]) -> None:
    hold = values.get("Hold", participant.hold)
    if hold and values.get("HoldUrl"):
        method = values.get("HoldMethod", "GET")
        participant.hold_source = Source(values["HoldUrl"], method, purpose="hold")
    if hold == participant.hold:
        return
    participant.hold = hold
    if not hold:
        participant.hold_source = None
    emit(world, participant.room, "participant-hold" if hold else "participant-unhold", participant)


def _modify(world: World, participant: Participant, values: dict[str, Any], *, held: bool) -> None:
    before = (participant.end_on_exit, participant.coaching, participant.coach)
    if not held:
        participant.end_on_exit = values.get("EndConferenceOnExit", participant.end_on_exit)
    participant.coaching = values.get("Coaching", participant.coaching)
    participant.coach = values.get("CallSidToCoach", participant.coach)
    if not participant.coaching:
        participant.coach = ""
    if values.get("WaitUrl"):
        method = values.get("WaitMethod", "POST")
        participant.wait = Source(values["WaitUrl"], method, purpose="wait")
    if before != (participant.end_on_exit, participant.coaching, participant.coach):
        emit(world, participant.room, "participant-modify", participant)
