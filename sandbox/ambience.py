"""What each leg in a conference hears: the others, hold, waiting, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from sandbox import lines
from sandbox.calls import Sound, Source
from sandbox.markup import DocumentError
from sandbox.pages import play_through, report
from sandbox.room_events import emit
from sandbox.rooms import Participant, Room
from sandbox.speech import AMBIENT
from sandbox.world import World


def refresh(world: World, room: Room) -> None:
    """Gives every leg what it should hear now, and tells who hears whom."""
    for participant in room.joined:
        mood = _mood(participant)
        if mood != participant.mood:
            participant.mood = mood
            _restart(world, participant)
    talking = [p for p in room.joined if not p.hold] if room.status == "in-progress" else []
    together = [
        (one.call.sid, other.call.sid) for one in talking for other in talking if one is not other
    ]
    world.audible.report(room.sid, _hearing(talking), together)


def _hearing(talking: list[Participant]) -> Iterator[tuple[str, str]]:
    for listener in talking:
        for speaker in talking:
            if listener is speaker or speaker.muted:
                continue
            if not speaker.coaching or speaker.coach == listener.call.sid:
                yield listener.call.sid, speaker.call.sid


def _mood(participant: Participant) -> str:
    if participant.hold:
        return f"held {participant.hold_source.url if participant.hold_source else ''}"
    if participant.room.status == "init":
        return "waiting"
    return "talking" if len(participant.room.joined) > 1 else "alone"


def _restart(world: World, participant: Participant) -> None:
    if participant.ambience is not None:
        participant.ambience.cancel()
    participant.ambience = asyncio.get_running_loop().create_task(_sound(world, participant))


def stop(participant: Participant) -> None:
    if participant.ambience is not None:
        participant.ambience.cancel()
    for task in participant.announcements:
        task.cancel()


async def _sound(world: World, participant: Participant) -> None:
    name, mood = participant.room.name, participant.mood
    if mood == "talking":
        await _for_ever(world, participant, Sound("conference", name))
    elif mood == "alone":
        await _for_ever(world, participant, Sound("silence"))
    elif mood == "waiting":
        await _wait(world, participant)
    else:
        await _held(world, participant)


async def _for_ever(world: World, participant: Participant, sound: Sound) -> None:
    with lines.hearing(world, participant.call, sound):
        await asyncio.Event().wait()


async def _wait(world: World, participant: Participant) -> None:
    source = participant.wait
    if participant.silent_wait:
        await _for_ever(world, participant, Sound("silence"))
    if source is None:
        await _for_ever(world, participant, Sound("music", "wait"))
    elif not await _played(world, participant, source):
        # Without its wait document the carrier does not establish the conference.
        participant.room.established = False
    await _for_ever(world, participant, Sound("silence"))


async def _held(world: World, participant: Participant) -> None:
    if participant.hold_source is None:
        await _for_ever(world, participant, Sound("music", "hold"))
    else:
        await _played(world, participant, participant.hold_source)
        await _for_ever(world, participant, Sound("silence"))


async def _played(world: World, participant: Participant, source: Source) -> bool:
    try:
        await play_through(world, participant.call, source, AMBIENT)
    except DocumentError as error:
        report(world, participant.call, error)
        return False
    return True


def announce(world: World, participant: Participant, source: Source) -> None:
    """Only this leg hears it; the others talk on."""
    task = asyncio.get_running_loop().create_task(_announced(world, participant, source))
    participant.announcements.add(task)
    task.add_done_callback(participant.announcements.discard)


async def _announced(world: World, participant: Participant, source: Source) -> None:
    played = await _played(world, participant, source)
    event = "announcement-end" if played else "announcement-fail"
    emit(world, participant.room, event, participant)
