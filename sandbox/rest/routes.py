"""The carrier's paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.rest import calls, conferences, numbers, participants
from sandbox.rest.entry import Handler, serve
from sandbox.rest.errors import RestError, not_found
from sandbox.rest.forms import Form
from sandbox.settings import API_VERSION
from sandbox.world import World

Action = Callable[..., Any]
_BASE = f"/{API_VERSION}/Accounts/{{account}}"
_PEOPLE = "/Conferences/{sid}/Participants"

# method, path, what to do (world, path names…, form), status of success
_ROUTES: tuple[tuple[str, str, Action, int], ...] = (
    ("POST", "/Calls.json", calls.create, 201),
    ("GET", "/Calls.json", calls.listed, 200),
    ("GET", "/Calls/{sid}.json", calls.fetch, 200),
    ("POST", "/Calls/{sid}.json", calls.update, 200),
    ("GET", "/Conferences.json", conferences.listed, 200),
    ("GET", "/Conferences/{sid}.json", conferences.fetch, 200),
    ("POST", "/Conferences/{sid}.json", conferences.update, 200),
    ("POST", _PEOPLE + ".json", participants.create, 201),
    ("GET", _PEOPLE + ".json", participants.listed, 200),
    ("GET", _PEOPLE + "/{key}.json", participants.fetch, 200),
    ("POST", _PEOPLE + "/{key}.json", participants.update, 200),
    ("DELETE", _PEOPLE + "/{key}.json", participants.remove, 204),
    ("GET", "/IncomingPhoneNumbers.json", numbers.list_numbers, 200),
    ("GET", "/IncomingPhoneNumbers/{sid}.json", numbers.fetch_number, 200),
    ("POST", "/IncomingPhoneNumbers/{sid}.json", numbers.update_number, 200),
    ("GET", "/Applications.json", numbers.list_applications, 200),
    ("POST", "/Applications.json", numbers.create_application, 201),
    ("GET", "/Applications/{sid}.json", numbers.fetch_application, 200),
    ("POST", "/Applications/{sid}.json", numbers.update_application, 200),
)


def add_routes(app: web.Application, world: World) -> None:
    for method, path, action, status in _ROUTES:
        app.router.add_route(method, _BASE + path, _handler(world, action, status))
    app.router.add_route("*", f"/{API_VERSION}/Accounts/{{account}}{{rest:.*}}", _unknown(world))


def _handler(world: World, action: Action, status: int) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        names = [request.match_info[name] for name in ("sid", "key") if name in request.match_info]

        def perform(form: Form) -> tuple[int, dict[str, Any] | None]:
            return status, action(world, *names, form)

        return await serve(world, request, perform)

    return handle


def _unknown(world: World) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        def perform(_: Form) -> tuple[int, dict[str, Any] | None]:
            known = any(path in request.path for path in ("/Calls", "/Conferences"))
            if known and request.method not in ("GET", "POST", "DELETE"):
                raise RestError(405, 20004, f"{request.method} is not allowed here")
            raise not_found(request.path)

        return await serve(world, request, perform)

    return handle
