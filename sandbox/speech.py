"""Say, Play, Pause, Redirect, Hangup: verbs that need nobody but the leg."""

from __future__ import annotations

from itertools import count

from sandbox import lines
from sandbox.calls import Sound, Source
from sandbox.markup import Element
from sandbox.pages import Leave, Repertoire, Stage, Step

_LEAST_LOOP_SECONDS = 0.2


async def say(stage: Stage, verb: Element) -> Step:
    rate = stage.world.habits.speech_characters_per_second
    seconds = len(verb.text) / rate if rate else 0.0
    await _repeat(stage, verb, Sound("say", verb.text), seconds)
    return None


async def play(stage: Stage, verb: Element) -> Step:
    tones = verb.attributes.get("digits")
    sound = Sound("tones", tones) if tones else Sound("play", stage.resolve(verb.text))
    seconds = 0.5 * len(tones) if tones else stage.world.habits.play_seconds
    await _repeat(stage, verb, sound, seconds)
    return None


async def _repeat(stage: Stage, verb: Element, sound: Sound, seconds: float) -> None:
    """Zero loops means for ever; only the first round is written down."""
    loops = verb.number("loop", 1)
    pause = seconds if loops == 1 else max(seconds, _LEAST_LOOP_SECONDS)
    with lines.hearing(stage.world, stage.call, sound):
        for _ in count() if loops == 0 else range(loops):
            await stage.world.clock.sleep(pause)


async def pause(stage: Stage, verb: Element) -> Step:
    with lines.hearing(stage.world, stage.call, Sound("silence")):
        await stage.world.clock.sleep(verb.number("length", 1))
    return None


async def redirect(stage: Stage, verb: Element) -> Step:
    return Source(stage.resolve(verb.text), verb.attributes.get("method", "POST"))


async def hang_up(_: Stage, __: Element) -> Step:
    return Leave()


AMBIENT = Repertoire(
    {"Say": say, "Play": play, "Pause": pause, "Redirect": redirect}, forbidden=13238
)
