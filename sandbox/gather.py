"""Gather: keys while prompts play, then the action, or the next verb when nothing came."""

from __future__ import annotations

import asyncio

from sandbox.calls import Source
from sandbox.markup import Element
from sandbox.pages import Repertoire, Stage, Step
from sandbox.speech import hang_up, pause, play, redirect, say

Keys = asyncio.Queue[str]
_PROMPTS = {"Say": say, "Play": play, "Pause": pause}


async def gather(stage: Stage, verb: Element) -> Step:
    with stage.call.keypad() as keys:
        digits, finished_on = await _collect(stage, verb, keys)
    if not digits and not verb.flag("actionOnEmptyResult"):
        return None
    extra = {"Digits": digits, "msg": "Gather End"}
    if finished_on:
        extra["FinishedOnKey"] = finished_on
    address = stage.resolve(verb.attributes.get("action", ""))
    return Source(address, verb.attributes.get("method", "POST"), extra, "gather-action")


async def _collect(stage: Stage, verb: Element, keys: Keys) -> tuple[str, str]:
    first = await _during_prompts(stage, verb, keys)
    finish = verb.attributes.get("finishOnKey", "#")
    most = verb.number("numDigits", 10_000)
    digits, key = "", first
    while True:
        if key is None:
            key = await _key(stage, keys, verb.number("timeout", 5))
        if key is None:
            return digits, ""
        if key == finish:
            return digits, finish
        digits += key
        if len(digits) >= most:
            return digits, ""
        key = None


async def _during_prompts(stage: Stage, verb: Element, keys: Keys) -> str | None:
    """Plays the prompts; a key stops them. The timeout starts when they have ended."""
    prompts = asyncio.ensure_future(_prompt(stage, verb))
    pressed = asyncio.ensure_future(keys.get())
    try:
        await asyncio.wait({prompts, pressed}, return_when=asyncio.FIRST_COMPLETED)
        return pressed.result() if pressed.done() else None
    finally:
        prompts.cancel()
        pressed.cancel()


async def _prompt(stage: Stage, verb: Element) -> None:
    for child in verb.children:
        await _PROMPTS[child.name](stage, child)


async def _key(stage: Stage, keys: Keys, seconds: float) -> str | None:
    pressed = asyncio.ensure_future(keys.get())
    silence = asyncio.ensure_future(stage.world.clock.sleep(seconds))
    try:
        await asyncio.wait({pressed, silence}, return_when=asyncio.FIRST_COMPLETED)
        return pressed.result() if pressed.done() else None
    finally:
        pressed.cancel()
        silence.cancel()


WHISPER = Repertoire(
    {
        "Say": say,
        "Play": play,
        "Pause": pause,
        "Gather": gather,
        "Redirect": redirect,
        "Hangup": hang_up,
    },
    forbidden=13222,
)
