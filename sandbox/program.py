"""A leg's own document: verb after verb, page after page, with the fallback behind it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from sandbox import lines
from sandbox.calls import Call, Sound, Source
from sandbox.dial import dial
from sandbox.gather import gather
from sandbox.markup import DocumentError, Element
from sandbox.pages import Leave, Performer, Repertoire, Stage, Step, fetch, perform, report
from sandbox.speech import hang_up, pause, play, redirect, say
from sandbox.world import World


def answering(performer: Performer) -> Performer:
    """An inbound leg is answered by its first verb, except by those that need no answer."""

    async def answered(stage: Stage, verb: Element) -> Step:
        bridging = verb.name == "Dial" and verb.flag("answerOnBridge")
        if not bridging:
            lines.answer(stage.world, stage.call)
        return await performer(stage, verb)

    return answered


async def first_pause(stage: Stage, verb: Element) -> Step:
    # A document that begins with a pause lets the caller hear ringing for that long.
    step = await pause(stage, verb)
    lines.answer(stage.world, stage.call)
    return step


async def reject(stage: Stage, verb: Element) -> Step:
    if stage.call.status != "ringing":
        raise DocumentError(12200, "<Reject> is for a leg that is not answered yet")
    busy = verb.attributes.get("reason", "rejected") == "busy"
    lines.fail(stage.world, stage.call, "busy" if busy else "no-answer")
    return Leave()


FULL = Repertoire(
    {
        "Say": answering(say),
        "Play": answering(play),
        "Pause": first_pause,
        "Gather": answering(gather),
        "Dial": answering(dial),
        "Redirect": redirect,
        "Hangup": answering(hang_up),
        "Reject": reject,
    }
)


def runner(world: World, source: Source) -> Callable[[Call], Coroutine[Any, Any, None]]:
    async def run_source(call: Call) -> None:
        await run(world, call, source)

    return run_source


async def run(world: World, call: Call, source: Source) -> None:
    """Follows the documents until one ends; then the leg hangs up."""
    current: Source | None = source
    while current is not None and not call.ended:
        current = await _one_page(world, call, current)
    lines.hang_up(world, call)


async def _one_page(world: World, call: Call, source: Source) -> Source | None:
    try:
        page = await fetch(world, call, source)
        step = await perform(world, call, page, FULL)
    except DocumentError as error:
        return _after_failure(world, call, source, error)
    return step if isinstance(step, Source) else None


def _after_failure(world: World, call: Call, source: Source, error: DocumentError) -> Source | None:
    url = error.url or source.url
    report(world, call, DocumentError(error.code, error.message, url))
    if source.purpose == "fallback" or call.fallback is None:
        lines.answer(world, call)
        lines.hear_once(world, call, Sound("application error", error.message))
        lines.note(world, call, "application error", code=error.code)
        return None
    facts = {"ErrorCode": str(error.code), "ErrorUrl": url}
    return Source(call.fallback.url, call.fallback.method, facts, "fallback")
