"""Dial: into a conference, or to numbers, clients and SIP addresses of which one is bridged."""

from __future__ import annotations

import asyncio

from sandbox import conferences, lines
from sandbox.bridge import bridge, talk
from sandbox.calls import Call, Callback, Sound, Source
from sandbox.handset import handset_for
from sandbox.markup import DocumentError, Element
from sandbox.pages import Stage, Step, report
from sandbox.rooms import JoinOptions, RoomCallback, RoomError
from sandbox.sids import new_sid

EMERGENCY = frozenset({"911", "+911", "112", "+112", "933", "+933"})


async def dial(stage: Stage, verb: Element) -> Step:
    first = verb.children[0] if verb.children else Element("Number", text=verb.text)
    if first.name == "Conference":
        result = await _conference(stage, verb, first)
    else:
        result = await _targets(stage, verb, list(verb.children) or [first])
    if result is None or "action" not in verb.attributes:
        return None
    address = stage.resolve(verb.attributes["action"])
    return Source(address, verb.attributes.get("method", "POST"), result, "dial-action")


async def _conference(stage: Stage, verb: Element, noun: Element) -> dict[str, str] | None:
    """None when the leg could not be added: then the next verb runs, not the action."""
    world, call = stage.world, stage.call
    options = _options(stage, noun)
    try:
        room = conferences.room_for(world, noun.text, options)
        participant = conferences.admit(world, call, room, options, by_api=False)
    except RoomError as error:
        report(world, call, DocumentError(error.code, error.message, stage.url))
        return None
    with call.keypad() as keys:
        conferences.enter(world, participant)
        assert participant.left is not None, "a participant was admitted without its future"
        try:
            await bridge(stage, verb, keys, participant.left)
        finally:
            conferences.leave(world, participant, conferences.HUNG_UP)
    return {"DialCallStatus": "answered"}


def _options(stage: Stage, noun: Element) -> JoinOptions:
    given = noun.attributes
    wait = given.get("waitUrl")
    return JoinOptions(
        label=given.get("participantLabel", ""),
        muted=noun.flag("muted"),
        beep=given.get("beep", "true"),
        start_on_enter=noun.flag("startConferenceOnEnter", default=True),
        end_on_exit=noun.flag("endConferenceOnExit"),
        wait=Source(stage.resolve(wait), given.get("waitMethod", "POST"), purpose="wait")
        if wait
        else None,
        silent_wait=wait == "",
        max_participants=noun.number("maxParticipants", 250),
        region=given.get("region", ""),
        coach=given.get("coach", ""),
        callback=_room_callback(stage, noun),
    )


def _room_callback(stage: Stage, noun: Element) -> RoomCallback | None:
    url = noun.attributes.get("statusCallback")
    if not url:
        return None
    events = noun.attributes.get("statusCallbackEvent", "start end")
    method = noun.attributes.get("statusCallbackMethod", "POST")
    return RoomCallback(stage.resolve(url), method, frozenset(events.split()))


async def _targets(stage: Stage, verb: Element, nouns: list[Element]) -> dict[str, str]:
    legs = [_leg(stage, verb, noun) for noun in nouns]
    for leg in legs:
        stage.world.add_call(leg)
        lines.dial(stage.world, leg)
    try:
        winner = await _first_answer(stage, legs)
        for leg in legs:
            if leg is not winner:
                lines.hang_up(stage.world, leg)
        if winner is None:
            return {"DialCallStatus": _failure(legs), "DialCallSid": legs[0].sid}
        return await _bridged(stage, verb, winner, nouns[legs.index(winner)])
    finally:
        for leg in legs:
            if not leg.redirects:
                lines.hang_up(stage.world, leg)


async def _bridged(stage: Stage, verb: Element, winner: Call, noun: Element) -> dict[str, str]:
    if stage.call.status == "ringing":
        lines.answer(stage.world, stage.call)
    await talk(stage, verb, winner, noun)
    if not winner.redirects:
        lines.hang_up(stage.world, winner)
    began, now = winner.answered_at or 0.0, stage.world.clock.now()
    seconds = round((winner.ended_at or now) - began)
    return {
        "DialCallStatus": "completed",
        "DialCallSid": winner.sid,
        "DialCallDuration": str(max(0, seconds)),
        "DialBridged": "true",
    }


async def _first_answer(stage: Stage, legs: list[Call]) -> Call | None:
    waits = [asyncio.ensure_future(leg.settled("in-progress")) for leg in legs]
    try:
        with lines.hearing(stage.world, stage.call, Sound("ring")):
            while not any(leg.in_progress for leg in legs):
                pending = [wait for wait in waits if not wait.done()]
                if not pending:
                    return None
                await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            return next(leg for leg in legs if leg.in_progress)
    finally:
        for wait in waits:
            wait.cancel()


def _failure(legs: list[Call]) -> str:
    statuses = {leg.status for leg in legs}
    return next((s for s in ("busy", "no-answer", "failed") if s in statuses), "canceled")


def _leg(stage: Stage, verb: Element, noun: Element) -> Call:
    world, parent = stage.world, stage.call
    address = _address(noun)
    leg = Call(
        sid=new_sid("CA"),
        account_sid=parent.account_sid,
        from_=_caller_id(stage, verb, noun),
        to=address,
        direction="outbound-dial",
        created=world.clock.now(),
        handset=handset_for(world, address),
        parent_sid=parent.sid,
        callback=_callback(stage, noun),
        ring_seconds=verb.number("timeout", 30) + world.habits.ring_buffer_seconds,
        custom={
            each.attributes["name"]: each.attributes["value"]
            for each in noun.children
            if each.name == "Parameter"
        },
    )
    leg.updated = leg.created
    return leg


def _address(noun: Element) -> str:
    if noun.name == "Client":
        named = [each.text for each in noun.children if each.name == "Identity"]
        return f"client:{named[0] if named else noun.text}"
    number = noun.text.replace(" ", "").replace("-", "")
    if noun.name == "Number" and number in EMERGENCY:
        raise DocumentError(13225, f"{number} must never be dialed from here")
    if noun.name == "Number" and not (number.startswith("+") and number[1:].isdecimal()):
        raise DocumentError(13223, f"{noun.text!r} is not a phone number")
    return number


def _caller_id(stage: Stage, verb: Element, noun: Element) -> str:
    call = stage.call
    asked = verb.attributes.get("callerId", call.from_)
    if noun.name != "Number":
        return asked
    over_phone = call.direction == "inbound" and "SipCallId" not in call.extra
    own = {call.from_, call.to} if over_phone else set()
    if asked in own or stage.world.directory.may_call_from(asked):
        return asked
    raise DocumentError(13214, f"{asked!r} may not be used as caller id")


def _callback(stage: Stage, noun: Element) -> Callback | None:
    url = noun.attributes.get("statusCallback")
    if not url:
        return None
    events = noun.attributes.get("statusCallbackEvent", "completed")
    method = noun.attributes.get("statusCallbackMethod", "POST")
    return Callback(stage.resolve(url), method, frozenset(events.split()))
