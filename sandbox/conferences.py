"""What happens in conferences: joining, starting, leaving, ending, and what is reported."""

from __future__ import annotations

import asyncio

from sandbox import lines
from sandbox.ambience import refresh, stop
from sandbox.calls import Call
from sandbox.room_events import emit
from sandbox.rooms import JoinOptions, Participant, Room, RoomError
from sandbox.sids import is_sid, new_sid
from sandbox.world import World

BY_API = "participant_updated_via_api"
HUNG_UP = "participant_hung_up"


def find_room(world: World, key: str) -> Room | None:
    """By sid, or the one active conference of that name."""
    if key in world.rooms:
        return world.rooms[key]
    return next((r for r in world.rooms.values() if r.active and r.name == key), None)


def room_for(world: World, name: str, options: JoinOptions) -> Room:
    """The active conference of this name, else a new one with the first leg's attributes."""
    room = find_room(world, name)
    if room is not None:
        return room
    room = Room(
        sid=new_sid("CF"),
        name=name,
        created=world.clock.now(),
        callback=options.callback,
        max_participants=options.max_participants,
        region=options.region,
    )
    world.add_room(room)
    world.journal.add("conference", conference_sid=room.sid, name=name, status="init")
    return room


def check_label(label: str) -> None:
    if len(label) > 128 or "/" in label or is_sid(label, "CA"):
        raise RoomError(16023, f"{label!r} cannot be a participant label")


def admit(
    world: World, call: Call, room: Room, options: JoinOptions, *, by_api: bool
) -> Participant:
    """Gives the leg its place; it is heard only once it has entered."""
    check_label(options.label)
    if options.label and room.find(options.label):
        raise RoomError(16026 if by_api else 16025, f"label {options.label!r} is in use")
    if len(room.participants) >= room.max_participants:
        raise RoomError(16020, "the conference is full")
    participant = Participant(
        call=call,
        room=room,
        label=options.label,
        muted=options.muted,
        start_on_enter=options.start_on_enter,
        end_on_exit=options.end_on_exit,
        wait=options.wait,
        silent_wait=options.silent_wait,
        created=world.clock.now(),
        updated=world.clock.now(),
        by_api=by_api,
    )
    _coach_from(room, participant, options.coach)
    participant.left = asyncio.get_running_loop().create_future()
    participant.at_end = lambda: _call_ended(world, participant)
    call.at_end.append(participant.at_end)
    room.participants[call.sid] = participant
    call.admitted_to = room.sid
    return participant


def _coach_from(room: Room, participant: Participant, coach: str) -> None:
    if coach:
        check_coach(room, coach)
        participant.coach, participant.coaching = coach, True


def check_coach(room: Room, coach: str) -> None:
    if not is_sid(coach, "CA"):
        raise RoomError(13240, f"{coach!r} is not a call to coach")
    coached = room.participants.get(coach)
    if coached is None or not coached.joined:
        raise RoomError(16028, "the call to coach is not in this conference")
    if coached.hold:
        raise RoomError(16027, "the call to coach is on hold")


def enter(world: World, participant: Participant) -> None:
    room, call = participant.room, participant.call
    participant.joined = True
    call.conference_sid = room.sid
    lines.note(world, call, "joined", conference_sid=room.sid, label=participant.label)
    emit(world, room, "participant-join", participant)
    start_if_ready(world, room)
    refresh(world, room)


def start_if_ready(world: World, room: Room) -> None:
    together = room.joined
    ready = len(together) >= 2 and any(each.start_on_enter for each in together)
    if room.status == "init" and room.established and ready:
        room.status = "in-progress"
        room.updated = world.clock.now()
        world.journal.add("conference", conference_sid=room.sid, status="in-progress")
        emit(world, room, "conference-start")


def _call_ended(world: World, participant: Participant) -> None:
    leave(world, participant, HUNG_UP if participant.joined else "participant_add_failed")


def leave(world: World, participant: Participant, reason: str, *, keep_call: bool = False) -> None:
    """Takes the leg out, at once; a leg that has left already stays as it is."""
    room, call = participant.room, participant.call
    if room.participants.get(call.sid) is not participant:
        return
    _remove(participant)
    lines.note(world, call, "left", conference_sid=room.sid, reason=reason)
    emit(
        world,
        room,
        "participant-leave",
        participant,
        ParticipantCallStatus=call.status,
        ReasonParticipantLeft=reason,
    )
    if participant.by_api and not keep_call:
        lines.hang_up(world, call)
    _end_if_over(world, participant, kicked=reason == BY_API)
    refresh(world, room)


def _remove(participant: Participant) -> None:
    call = participant.call
    del participant.room.participants[call.sid]
    stop(participant)
    if participant.at_end in call.at_end:
        call.at_end.remove(participant.at_end)
    call.conference_sid = call.admitted_to = None
    if participant.left is not None and not participant.left.done():
        participant.left.set_result("left")


def _end_if_over(world: World, participant: Participant, *, kicked: bool) -> None:
    room, how = participant.room, "kicked" if kicked else "left"
    if not room.active:
        return
    if participant.joined and participant.end_on_exit:
        reason = f"participant-with-end-conference-on-exit-{how}"
        end(world, room, reason, participant, "moderator_ended_conference")
    elif not room.participants:
        end(world, room, f"last-participant-{how}", participant, "")


def end(world: World, room: Room, reason: str, by: Participant | None, others_reason: str) -> None:
    room.status, room.reason = "completed", reason
    room.updated = world.clock.now()
    room.ended_by = by.call.sid if by else None
    for participant in list(room.participants.values()):
        leave(world, participant, others_reason)
    world.journal.add("conference", conference_sid=room.sid, status="completed", reason=reason)
    emit(world, room, "conference-end", None, **_ending(by), **_why(reason))


def _ending(by: Participant | None) -> dict[str, str]:
    if by is None:
        return {}
    label = {"ParticipantLabelEndingConference": by.label} if by.label else {}
    return {"CallSidEndingConference": by.call.sid} | label


def _why(reason: str) -> dict[str, str]:
    return {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}


def end_by_api(world: World, room: Room) -> None:
    if room.active:
        end(world, room, "conference-ended-via-api", None, "conference_ended_via_api")


def participant_of(world: World, call: Call) -> Participant | None:
    room = world.rooms.get(call.admitted_to or "")
    return room.participants.get(call.sid) if room else None
