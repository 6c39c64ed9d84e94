"""Two parties in talk until one hangs up, the star is pressed or the time is over."""

from __future__ import annotations

import asyncio

from sandbox import lines
from sandbox.calls import Call, Sound, Source
from sandbox.gather import WHISPER
from sandbox.markup import DocumentError, Element
from sandbox.pages import Leave, Stage, play_through, report


async def bridge(
    stage: Stage, verb: Element, keys: asyncio.Queue[str], over: asyncio.Future[str]
) -> None:
    """Returns when `over` is done, or the star or the time limit of this Dial ends it."""
    waits: set[asyncio.Future[object]] = {asyncio.ensure_future(_only(over))}
    limit = verb.number("timeLimit", 14_400)
    waits.add(asyncio.ensure_future(stage.world.clock.sleep(limit)))
    if verb.flag("hangupOnStar"):
        waits.add(asyncio.ensure_future(_star(keys)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def _only(over: asyncio.Future[str]) -> None:
    await asyncio.shield(over)


async def _star(keys: asyncio.Queue[str]) -> None:
    while await keys.get() != "*":
        pass


async def talk(stage: Stage, verb: Element, other: Call, noun: Element) -> None:
    """The whisper to the answering party first, then both hear each other."""
    if not await _whispered(stage, other, noun):
        return
    world, call = stage.world, stage.call
    group = f"bridge {other.sid}"
    pairs = [(call.sid, other.sid), (other.sid, call.sid)]
    world.audible.report(group, pairs, pairs)
    over = asyncio.ensure_future(_gone(other))
    try:
        with (
            call.keypad() as keys,
            lines.hearing(world, call, Sound("bridge", other.to)),
            lines.hearing(world, other, Sound("bridge", call.from_)),
        ):
            await bridge(stage, verb, keys, over)
    finally:
        over.cancel()
        world.audible.report(group, [], [])


async def _gone(other: Call) -> str:
    before = other.redirects
    while not other.ended and other.redirects == before:
        other.changed.clear()
        await other.changed.wait()
    return "gone"


async def _whispered(stage: Stage, other: Call, noun: Element) -> bool:
    url = noun.attributes.get("url")
    if not url:
        return True
    source = Source(stage.resolve(url), noun.attributes.get("method", "POST"), purpose="whisper")
    whisper = asyncio.ensure_future(play_through(stage.world, other, source, WHISPER))
    gone = asyncio.ensure_future(_gone(other))
    try:
        await asyncio.wait({whisper, gone}, return_when=asyncio.FIRST_COMPLETED)
        return whisper.done() and not isinstance(whisper.result(), Leave)
    except DocumentError as error:
        report(stage.world, other, error)
        return False
    finally:
        whisper.cancel()
        gone.cancel()
