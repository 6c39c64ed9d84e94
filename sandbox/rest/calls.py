"""Calls: create, list, fetch, update."""

from __future__ import annotations

from typing import Any

from sandbox import conferences, lines, program
from sandbox.calls import UNANSWERED, Call, Callback, Endpoint, Source
from sandbox.dial import EMERGENCY
from sandbox.handset import handset_for
from sandbox.rest import forms
from sandbox.rest.errors import invalid, not_found
from sandbox.rest.forms import Form, Reader
from sandbox.rest.pages import PAGING, page
from sandbox.rest.render import base, call_json
from sandbox.sids import new_sid
from sandbox.world import World

_ANSWER: dict[str, Reader] = {
    "Url": forms.url(21205),
    "Method": forms.METHOD,
    "FallbackUrl": forms.url(21209),
    "FallbackMethod": forms.METHOD,
    "StatusCallback": forms.url(21209),
    "StatusCallbackMethod": forms.METHOD,
    "Twiml": forms.text,
    "TimeLimit": forms.whole(1, 86_400),
}
_CREATE: dict[str, Reader] = _ANSWER | {
    "To": forms.text,
    "From": forms.text,
    "ApplicationSid": forms.text,
    "StatusCallbackEvent": forms.CALL_EVENTS,
    "Timeout": forms.whole(1, 600),
    "CallReason": forms.text,
    "CallToken": forms.text,
    "CallerId": forms.text,
}
UNOFFERED = frozenset(
    {
        "AmdStatusCallback",
        "AmdStatusCallbackMethod",
        "AsyncAmd",
        "AsyncAmdStatusCallback",
        "AsyncAmdStatusCallbackMethod",
        "Byoc",
        "ClientNotificationUrl",
        "ConferenceRecordingStatusCallback",
        "ConferenceRecordingStatusCallbackEvent",
        "ConferenceRecordingStatusCallbackMethod",
        "MachineDetection",
        "MachineDetectionSilenceTimeout",
        "MachineDetectionSpeechEndThreshold",
        "MachineDetectionSpeechThreshold",
        "MachineDetectionTimeout",
        "Record",
        "RecordingChannels",
        "RecordingStatusCallback",
        "RecordingStatusCallbackEvent",
        "RecordingStatusCallbackMethod",
        "RecordingTrack",
        "SendDigits",
        "SipAuthPassword",
        "SipAuthUsername",
        "Trim",
    }
)
_UPDATE: dict[str, Reader] = _ANSWER | {"Status": forms.one_of("canceled", "completed")}
_STATUSES = forms.one_of(
    "queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"
)
_LIST: dict[str, Reader] = PAGING | {
    "Status": _STATUSES,
    "To": forms.text,
    "From": forms.text,
    "ParentCallSid": forms.text,
}


def create(world: World, form: Form) -> dict[str, Any]:
    values = forms.read(form, _CREATE, UNOFFERED)
    call = outbound(world, values)
    call.on_answer = program.runner(world, _answer_source(world, call, values))
    world.add_call(call)
    answer = call_json(call)
    lines.dial(world, call)
    return answer


def outbound(world: World, values: dict[str, Any]) -> Call:
    """The leg of a create request, for Calls and Participants alike; not dialed yet."""
    to, from_ = _callable(world, values)
    callback = values.get("StatusCallback")
    now = world.clock.now()
    return Call(
        sid=new_sid("CA"),
        account_sid=world.account.sid,
        from_=values.get("CallerId") or from_,
        to=to,
        direction="outbound-api",
        created=now,
        updated=now,
        handset=handset_for(world, to),
        callback=Callback(
            callback,
            values.get("StatusCallbackMethod", "POST"),
            values.get("StatusCallbackEvent", frozenset({"completed"})),
        )
        if callback
        else None,
        ring_seconds=values.get("Timeout", 60) + world.habits.ring_buffer_seconds,
        time_limit=values.get("TimeLimit"),
    )


def _callable(world: World, values: dict[str, Any]) -> tuple[str, str]:
    to, from_ = forms.require(values, "To", 21201), forms.require(values, "From", 21213)
    if to in EMERGENCY:
        raise invalid(21202, f"{to} must never be dialed from here")
    forms.address(21211)("To", [to])
    forms.address(21212)("From", [from_])
    if not to.startswith("client:") and not _may_show(world, from_, values.get("CallToken")):
        raise invalid(21210, f"The source phone number provided, {from_}, is not yet verified")
    return to, from_


def _may_show(world: World, from_: str, token: str | None) -> bool:
    if token:
        return any(
            call.extra.get("CallToken") == token and call.from_ == from_
            for call in world.calls.values()
        )
    return world.directory.may_call_from(from_)


def _answer_source(world: World, call: Call, values: dict[str, Any]) -> Source:
    given = [name for name in ("Url", "Twiml", "ApplicationSid") if values.get(name)]
    if len(given) != 1:
        raise invalid(21205, "Exactly one of Url, Twiml or ApplicationSid is required")
    if values.get("FallbackUrl"):
        call.fallback = Endpoint(values["FallbackUrl"], values.get("FallbackMethod", "POST"))
    if given == ["ApplicationSid"]:
        application = world.directory.application(values["ApplicationSid"])
        if application is None or not application.voice_url:
            raise invalid(21218, f"Invalid ApplicationSid {values['ApplicationSid']}")
        call.fallback = call.fallback or application.fallback
        return Source(application.voice_url, application.voice_method)
    return _document(values)


def _document(values: dict[str, Any]) -> Source:
    if twiml := values.get("Twiml"):
        if len(twiml) > 4_000:
            raise invalid(21219, "Twiml may have 4000 characters at most")
        return Source("", inline=twiml)
    return Source(values["Url"], values.get("Method", "POST"))


def listed(world: World, form: Form) -> dict[str, Any]:
    values = forms.read(form, _LIST, frozenset())
    filters = {name: given for name, given in form.items() if name not in PAGING}
    items = [call for call in world.calls.values() if _matches(call, values)]
    path = f"{base(world.account.sid)}/Calls.json"
    return page(path, "calls", items[::-1], call_json, values=values, filters=filters)


def _matches(call: Call, values: dict[str, Any]) -> bool:
    shown = {
        "Status": call_json(call)["status"],
        "To": call.to,
        "From": call.from_,
        "ParentCallSid": call.parent_sid,
    }
    return all(shown[name] == values[name] for name in shown if name in values)


def found(world: World, sid: str) -> Call:
    call = world.calls.get(sid)
    if call is None:
        raise not_found(f"{base(world.account.sid)}/Calls/{sid}.json")
    return call


def fetch(world: World, sid: str, form: Form) -> dict[str, Any]:
    forms.read(form, {})
    return call_json(found(world, sid))


def update(world: World, sid: str, form: Form) -> dict[str, Any]:
    call = found(world, sid)
    values = forms.read(form, _UPDATE, frozenset())
    if call.ended:
        raise invalid(21220, "Call is not in-progress. Cannot redirect.")
    document = [name for name in ("Url", "Twiml") if values.get(name)]
    if len(document) + ("Status" in values) > 1:
        raise invalid(20001, "Url, Twiml and Status exclude each other")
    if document and not call.in_progress:
        raise invalid(21220, "Call is not in-progress. Cannot redirect.")
    _settings(call, values)
    if document:
        redirect(world, call, _document(values))
    elif "Status" in values:
        _finish(world, call, values["Status"])
    return call_json(call)


def _settings(call: Call, values: dict[str, Any]) -> None:
    if values.get("FallbackUrl"):
        call.fallback = Endpoint(values["FallbackUrl"], values.get("FallbackMethod", "POST"))
    if values.get("StatusCallback"):
        method = values.get("StatusCallbackMethod", "POST")
        call.callback = Callback(values["StatusCallback"], method)


def redirect(world: World, call: Call, source: Source) -> None:
    """Pulls the leg out of wherever it is, its conference included."""
    participant = conferences.participant_of(world, call)
    if participant is not None:
        conferences.leave(world, participant, conferences.BY_API, keep_call=True)
    call.redirects += 1
    call.changed.set()
    lines.start(call, program.runner(world, source))


def _finish(world: World, call: Call, status: str) -> None:
    if status == "completed":
        lines.hang_up(world, call)
    elif call.status in UNANSWERED:
        # `canceled` does not touch a call that was answered meanwhile.
        lines.fail(world, call, "canceled")
