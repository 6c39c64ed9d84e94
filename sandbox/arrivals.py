"""Calls that reach the account from outside: a phone dials a number, a client its app."""

from __future__ import annotations

import re
import uuid

from sandbox import lines, program
from sandbox.calls import Call, Source
from sandbox.directory import Voice
from sandbox.handset import ScriptedHandset
from sandbox.phones import PhoneScript
from sandbox.sids import new_sid
from sandbox.world import World


def arrive(
    world: World,
    from_: str,
    to: str,
    *,
    script: PhoneScript | None = None,
    sip_headers: dict[str, str] | None = None,
    application_sid: str = "",
    parameters: dict[str, str] | None = None,
) -> Call:
    """Places the call; ValueError when no number or application of the account takes it."""
    handling, number = _handling(world, to, application_sid)
    known = world.phones.handset(from_)
    call = Call(
        sid=new_sid("CA"),
        account_sid=world.account.sid,
        from_=from_,
        to=to,
        direction="inbound",
        created=world.clock.now(),
        updated=world.clock.now(),
        handset=known or ScriptedHandset(world, script or world.phones.script(from_)),
        status="ringing",
        callback=(handling.callback or number.callback),
        fallback=handling.fallback,
        extra=_extra(from_, sip_headers) | (parameters or {}),
    )
    world.add_call(call)
    lines.note(world, call, "call", status="ringing", to=to, direction="inbound")
    source = Source(handling.voice_url, handling.voice_method)
    lines.start(call, program.runner(world, source))
    return call


def _handling(world: World, to: str, application_sid: str) -> tuple[Voice, Voice]:
    if application_sid:
        application = world.directory.application(application_sid)
        if application is None:
            raise ValueError(f"no application {application_sid}")
        return application, application
    number = world.directory.number(_number_in(to))
    if number is None:
        raise ValueError(f"{to} is not one of this account's numbers")
    handling = world.directory.handling(number)
    if not handling.voice_url:
        raise ValueError(f"{to} has no voice URL")
    return handling, number


def _number_in(address: str) -> str:
    found = re.fullmatch(r"sips?:([^@;]+)(?:[@;].*)?", address)
    return found.group(1) if found else address


def _extra(from_: str, sip_headers: dict[str, str] | None) -> dict[str, str]:
    extra: dict[str, str] = {}
    if from_.startswith("+"):
        extra = {"CallToken": uuid.uuid4().hex, "StirVerstat": "TN-Validation-Passed-A"}
    if sip_headers is None:
        return extra
    for name in sip_headers:
        if not name.startswith(("X-", "User-to-User")):
            raise ValueError(f"the carrier passes X- headers only, not {name!r}")
    return (
        extra
        | {"SipCallId": uuid.uuid4().hex, "SipSourceIp": "127.0.0.1", "SipDomain": "psap.invalid"}
        | {f"SipHeader_{name}": value for name, value in sip_headers.items()}
    )
