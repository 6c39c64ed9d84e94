"""Conferences: list, fetch, update."""

from __future__ import annotations

from typing import Any

from sandbox import conferences
from sandbox.ambience import announce
from sandbox.calls import Source
from sandbox.rest import forms
from sandbox.rest.errors import not_found
from sandbox.rest.forms import Form, Reader
from sandbox.rest.pages import PAGING, page
from sandbox.rest.render import base, room_json
from sandbox.rooms import Room
from sandbox.world import World

_LIST: dict[str, Reader] = PAGING | {
    "FriendlyName": forms.text,
    "Status": forms.one_of("init", "in-progress", "completed"),
}
_UPDATE: dict[str, Reader] = {
    "Status": forms.one_of("completed"),
    "AnnounceUrl": forms.url(),
    "AnnounceMethod": forms.METHOD,
}


def listed(world: World, form: Form) -> dict[str, Any]:
    values = forms.read(form, _LIST)
    filters = {name: given for name, given in form.items() if name not in PAGING}
    items = [room for room in world.rooms.values() if _visible(world, room, values)]
    path = f"{base(world.account.sid)}/Conferences.json"

    def render(room: Room) -> dict[str, Any]:
        return room_json(room, world.account.sid)

    return page(path, "conferences", items[::-1], render, values=values, filters=filters)


def _visible(world: World, room: Room, values: dict[str, Any]) -> bool:
    return (
        room.created + world.habits.listing_lag <= world.clock.now()
        and values.get("FriendlyName", room.name) == room.name
        and values.get("Status", room.status) == room.status
    )


def found(world: World, sid: str) -> Room:
    room = world.rooms.get(sid)
    if room is None:
        raise not_found(f"{base(world.account.sid)}/Conferences/{sid}.json")
    return room


def fetch(world: World, sid: str, form: Form) -> dict[str, Any]:
    forms.read(form, {})
    return room_json(found(world, sid), world.account.sid)


def update(world: World, sid: str, form: Form) -> dict[str, Any]:
    room = found(world, sid)
    values = forms.read(form, _UPDATE)
    if values.get("Status"):
        conferences.end_by_api(world, room)
    elif values.get("AnnounceUrl"):
        method = values.get("AnnounceMethod", "POST")
        for participant in room.joined:
            announce(world, participant, Source(values["AnnounceUrl"], method, purpose="announce"))
    return room_json(room, world.account.sid)
