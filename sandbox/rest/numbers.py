"""IncomingPhoneNumbers and Applications: what calls to the account are handled by."""

from __future__ import annotations

from typing import Any

from sandbox.directory import Voice
from sandbox.rest import forms
from sandbox.rest.errors import not_found
from sandbox.rest.forms import Form, Reader
from sandbox.rest.pages import PAGING, page
from sandbox.rest.render import application_json, base, number_json
from sandbox.world import World

_VOICE: dict[str, Reader] = {
    "FriendlyName": forms.text,
    "VoiceUrl": forms.url(21205),
    "VoiceMethod": forms.METHOD,
    "VoiceFallbackUrl": forms.url(21209),
    "VoiceFallbackMethod": forms.METHOD,
    "StatusCallback": forms.url(21209),
    "StatusCallbackMethod": forms.METHOD,
    "VoiceCallerIdLookup": forms.flag,
}
_NUMBER = _VOICE | {"VoiceApplicationSid": forms.text}
_FIELDS = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "VoiceCallerIdLookup": "voice_caller_id_lookup",
    "VoiceApplicationSid": "voice_application_sid",
}


def list_numbers(world: World, form: Form) -> dict[str, Any]:
    values = forms.read(form, PAGING | {"PhoneNumber": forms.text, "FriendlyName": forms.text})
    items = [
        each
        for each in world.directory.numbers()
        if values.get("PhoneNumber", "") in each.phone_number
        and values.get("FriendlyName", each.friendly_name) == each.friendly_name
    ]
    return _page(world, "IncomingPhoneNumbers", items, form, values)


def list_applications(world: World, form: Form) -> dict[str, Any]:
    values = forms.read(form, PAGING | {"FriendlyName": forms.text})
    items = [
        each
        for each in world.directory.applications()
        if values.get("FriendlyName", each.friendly_name) == each.friendly_name
    ]
    return _page(world, "Applications", items, form, values)


def _page(
    world: World, name: str, items: list[Voice], form: Form, values: dict[str, Any]
) -> dict[str, Any]:
    numbers = name == "IncomingPhoneNumbers"
    key = "incoming_phone_numbers" if numbers else "applications"
    shown = number_json if numbers else application_json
    filters = {each: given for each, given in form.items() if each not in PAGING}
    account = world.account.sid
    path = f"{base(account)}/{name}.json"
    return page(path, key, items, lambda each: shown(each, account), values=values, filters=filters)


def _number(world: World, sid: str) -> Voice:
    number = world.directory.number(sid) if sid.startswith("PN") else None
    if number is None:
        raise not_found(f"{base(world.account.sid)}/IncomingPhoneNumbers/{sid}.json")
    return number


def fetch_number(world: World, sid: str, form: Form) -> dict[str, Any]:
    forms.read(form, {})
    return number_json(_number(world, sid), world.account.sid)


def update_number(world: World, sid: str, form: Form) -> dict[str, Any]:
    number = _number(world, sid)
    saved = world.directory.save_number(number, _changes(forms.read(form, _NUMBER)))
    return number_json(saved, world.account.sid)


def create_application(world: World, form: Form) -> dict[str, Any]:
    saved = world.directory.save_application(None, _changes(forms.read(form, _VOICE)))
    return application_json(saved, world.account.sid)


def _application(world: World, sid: str) -> Voice:
    application = world.directory.application(sid)
    if application is None:
        raise not_found(f"{base(world.account.sid)}/Applications/{sid}.json")
    return application


def fetch_application(world: World, sid: str, form: Form) -> dict[str, Any]:
    forms.read(form, {})
    return application_json(_application(world, sid), world.account.sid)


def update_application(world: World, sid: str, form: Form) -> dict[str, Any]:
    known = _application(world, sid)
    saved = world.directory.save_application(known, _changes(forms.read(form, _VOICE)))
    return application_json(saved, world.account.sid)


def _changes(values: dict[str, Any]) -> dict[str, Any]:
    return {_FIELDS[name]: value for name, value in values.items()}
