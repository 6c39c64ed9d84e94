"""The life of a leg, each step as a plain function: dialing, ringing, answered, ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.calls import UNANSWERED, Call, Sound
from sandbox.courier import Request
from sandbox.parameters import progress
from sandbox.world import World


def dial(world: World, call: Call) -> None:
    """Rings the far end, at once or when the account's calls per second allow it."""
    rate = world.habits.calls_per_second
    now = world.clock.now()
    start = now
    if rate is not None and call.direction == "outbound-api":
        start = max(now, world.next_dial_at)
        world.next_dial_at = start + 1 / rate
    if start > now:
        call.timers.append(world.clock.later(start - now, lambda: initiate(world, call)))
    else:
        asyncio.get_running_loop().call_soon(initiate, world, call)


def initiate(world: World, call: Call) -> None:
    if call.status != "queued":
        return
    _become(world, call, "initiated")
    _report(world, call, "initiated")
    if world.habits.setup_delay:
        call.timers.append(world.clock.later(world.habits.setup_delay, lambda: ring(world, call)))
    else:
        ring(world, call)


def ring(world: World, call: Call) -> None:
    if call.status != "initiated":
        return
    call.handset.rings(call)
    if call.status != "initiated":
        return
    _become(world, call, "ringing")
    _report(world, call, "ringing")
    hear_once(world, call, Sound("ring"))
    call.timers.append(world.clock.later(call.ring_seconds, lambda: fail(world, call, "no-answer")))


def answer(world: World, call: Call) -> bool:
    """False when it is too late: canceled, or answered before."""
    if call.status not in ("initiated", "ringing"):
        return False
    _cancel_timers(call)
    call.answered_at = world.clock.now()
    _become(world, call, "in-progress")
    _report(world, call, "answered")
    if call.time_limit:
        call.timers.append(world.clock.later(call.time_limit, lambda: hang_up(world, call)))
    call.handset.answered(call)
    if call.on_answer is not None and call.in_progress:
        start(call, call.on_answer)
    return True


def start(call: Call, run: Callable[[Call], Coroutine[Any, Any, None]]) -> None:
    """Begins what the leg does now; whatever it did before is given up."""
    if call.task is not None and call.task is not asyncio.current_task():
        call.task.cancel()
    call.task = asyncio.get_running_loop().create_task(run(call))


def fail(world: World, call: Call, status: str) -> None:
    """Ends a leg that was never answered: busy, failed, no-answer or canceled."""
    if call.status not in UNANSWERED:
        return
    silent = call.status == "queued" and status == "canceled"
    _end(world, call, status, silent=silent)


def hang_up(world: World, call: Call) -> None:
    if call.ended:
        return
    if call.status in UNANSWERED and call.direction != "inbound":
        fail(world, call, "canceled")
    else:
        _end(world, call, "completed" if call.in_progress else "no-answer")


def _end(world: World, call: Call, status: str, *, silent: bool = False) -> None:
    _cancel_timers(call)
    call.ended_at = world.clock.now()
    _become(world, call, status)
    for action in list(call.at_end):
        action()
    # A call canceled while still queued was never dialed: the carrier reports nothing.
    if not silent:
        _report(world, call, "completed")
    if call.task is not None and call.task is not asyncio.current_task():
        call.task.cancel()
    call.sounds.clear()
    call.handset.ended(call)


def press(world: World, call: Call, digits: str) -> None:
    heard = call.press(digits)
    note(world, call, "pressed", digits=digits, noticed=heard)


@contextmanager
def hearing(world: World, call: Call, sound: Sound) -> Iterator[None]:
    hear_once(world, call, sound)
    call.sounds.append(sound)
    try:
        yield
    finally:
        if sound in call.sounds:
            call.sounds.remove(sound)


def hear_once(world: World, call: Call, sound: Sound) -> None:
    note(world, call, "heard", what=sound.kind, text=sound.text)
    call.handset.hears(call, sound)


def note(world: World, call: Call, kind: str, **facts: object) -> None:
    entry = world.journal.add(kind, call_sid=call.sid, **facts)
    call.history.append({key: value for key, value in entry.items() if key != "call_sid"})


def _become(world: World, call: Call, status: str) -> None:
    call.status = status
    call.updated = world.clock.now()
    note(world, call, "call", status=status, to=call.to, direction=call.direction)
    call.changed.set()


def _cancel_timers(call: Call) -> None:
    for timer in call.timers:
        timer.cancel()
    call.timers.clear()


def _report(world: World, call: Call, event: str) -> None:
    callback = call.callback
    if callback is None or event not in callback.events:
        return
    params = progress(call, world.clock.now(), event)
    call.sequence += 1
    world.streams.post(
        f"call {call.sid}",
        Request(callback.url, callback.method, params, callback.purpose, call.sid),
    )
