"""The control interface under /sandbox: calls, phones, faults, numbers, clock, files, log."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import lines
from sandbox.arrivals import arrive
from sandbox.calls import UNANSWERED, Call
from sandbox.faults import parse_rule
from sandbox.phones import as_json, parse_script
from sandbox.views import call_view, room_view
from sandbox.world import World

Act = Callable[[web.Request], Awaitable[Any]]
_LONGEST_WAIT = 60.0
_VOICE_FIELDS = frozenset(
    {
        "friendly_name",
        "status_callback",
        "status_callback_method",
        "voice_fallback_method",
        "voice_fallback_url",
        "voice_method",
        "voice_url",
    }
)


class Control:
    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/sandbox/healthz", _json(self.health))
        app.router.add_post("/sandbox/calls", _json(self.place))
        app.router.add_get("/sandbox/calls", _json(self.calls))
        app.router.add_get("/sandbox/calls/{sid}", _json(self.call))
        app.router.add_post("/sandbox/calls/{sid}/{act}", _json(self.act))
        app.router.add_get("/sandbox/conferences", _json(self.conferences))
        app.router.add_get("/sandbox/phones", _json(self.phones))
        app.router.add_put("/sandbox/phones/{address}", _json(self.put_phone))
        app.router.add_delete("/sandbox/phones/{address}", _json(self.delete_phone))
        app.router.add_get("/sandbox/log", _json(self.log))
        app.router.add_get("/sandbox/audible", _json(self.audible))
        app.router.add_get("/sandbox/faults", _json(self.faults))
        app.router.add_put("/sandbox/faults", _json(self.put_faults))
        app.router.add_delete("/sandbox/faults", _json(self.delete_faults))
        app.router.add_get("/sandbox/numbers", _json(self.numbers))
        app.router.add_put("/sandbox/numbers", _json(self.put_numbers))
        app.router.add_put("/sandbox/applications", _json(self.put_application))
        app.router.add_put("/sandbox/routes", _json(self.put_routes))
        app.router.add_get("/sandbox/settings", _json(self.settings))
        app.router.add_put("/sandbox/settings", _json(self.put_settings))
        app.router.add_get("/sandbox/clock", _json(self.clock))
        app.router.add_put("/sandbox/clock", _json(self.put_clock))
        app.router.add_post("/sandbox/clock/advance", _json(self.advance))
        app.router.add_put("/sandbox/files/{name:.+}", _json(self.put_file))
        app.router.add_route("*", "/files/{name:.+}", self.file)
        app.router.add_route("*", "/fallback/{name:.+}", self.file)

    async def health(self, _: web.Request) -> Any:
        return {"status": "ok", "calls": len(self._world.calls), "log": self._world.journal.last_id}

    async def place(self, request: web.Request) -> Any:
        body = await _body(request)
        known = {"from", "to", "sip_headers", "phone", "application_sid", "parameters"}
        if unknown := sorted(set(body) - known):
            raise ValueError(f"unknown field {unknown[0]!r}")
        call = arrive(
            self._world,
            str(body["from"]),
            str(body.get("to", "")),
            script=parse_script(body["phone"]) if "phone" in body else None,
            sip_headers=body.get("sip_headers"),
            application_sid=body.get("application_sid", ""),
            parameters=body.get("parameters"),
        )
        return {"sid": call.sid}

    async def calls(self, request: web.Request) -> Any:
        wanted = request.query.get("status")
        found = [c for c in self._world.calls.values() if wanted in (None, c.status)]
        return {"calls": [call_view(self._world, call) for call in found[::-1][:500]]}

    async def call(self, request: web.Request) -> Any:
        return call_view(self._world, self._found(request), history=True)

    def _found(self, request: web.Request) -> Call:
        return self._world.calls[request.match_info["sid"]]

    async def act(self, request: web.Request) -> Any:
        call, act = self._found(request), request.match_info["act"]
        if act == "press":
            lines.press(self._world, call, str((await _body(request))["digits"]))
        elif act == "hangup":
            lines.hang_up(self._world, call)
        elif act == "answer" and call.direction != "inbound":
            lines.answer(self._world, call)
        elif act == "decline" and call.direction != "inbound":
            if call.status in UNANSWERED:
                lines.fail(self._world, call, "busy")
        else:
            raise ValueError(f"a phone cannot {act!r} this call")
        return call_view(self._world, call)

    async def conferences(self, _: web.Request) -> Any:
        rooms = list(self._world.rooms.values())[::-1][:500]
        return {"conferences": [room_view(room) for room in rooms]}

    async def phones(self, _: web.Request) -> Any:
        scripts = self._world.phones.scripts()
        return {"phones": {address: as_json(script) for address, script in scripts.items()}}

    async def put_phone(self, request: web.Request) -> Any:
        script = parse_script(await _body(request))
        self._world.phones.put(request.match_info["address"], script)
        return as_json(script)

    async def delete_phone(self, request: web.Request) -> Any:
        self._world.phones.remove(request.match_info["address"])
        return {}

    async def log(self, request: web.Request) -> Any:
        after = int(request.query.get("after", "0"))
        wait = min(float(request.query.get("wait", "0")), _LONGEST_WAIT)
        return {"entries": await self._world.journal.wait_after(after, wait)}

    async def audible(self, request: web.Request) -> Any:
        return self._world.audible.of(request.query["sid"])

    async def faults(self, _: web.Request) -> Any:
        return {"faults": self._world.faults.listed()}

    async def put_faults(self, request: web.Request) -> Any:
        body = await _body(request)
        self._world.faults.replace([parse_rule(each) for each in body["faults"]])
        return {"faults": self._world.faults.listed()}

    async def delete_faults(self, _: web.Request) -> Any:
        self._world.faults.replace([])
        return {}

    async def numbers(self, _: web.Request) -> Any:
        return {"numbers": [_number(each) for each in self._world.directory.numbers()]}

    async def put_numbers(self, request: web.Request) -> Any:
        body, directory = await _body(request), self._world.directory
        rows = [_voice_fields(dict(each)) for each in body["numbers"]]
        directory.forget_numbers({phone for phone, _ in rows})
        for phone, values in rows:
            directory.put_number(phone, values)
        directory.verify([str(each) for each in body.get("verified", [])])
        return await self.numbers(request)

    async def put_application(self, request: web.Request) -> Any:
        """Sets an application under a sid of the caller's choice, as a product is given one."""
        body = await _body(request)
        sid = str(body.pop("sid"))
        _, values = _voice_fields({"phone_number": sid, **body})
        directory = self._world.directory
        saved = directory.save_application(directory.application(sid), {"sid": sid, **values})
        return {"sid": saved.sid, "voice_url": saved.voice_url}

    async def put_routes(self, request: web.Request) -> Any:
        self._world.courier.routes = {str(k): str(v) for k, v in (await _body(request)).items()}
        return self._world.courier.routes

    async def settings(self, _: web.Request) -> Any:
        return vars(self._world.habits)

    async def put_settings(self, request: web.Request) -> Any:
        self._world.habits = self._world.habits.changed(await _body(request))
        return vars(self._world.habits)

    async def clock(self, _: web.Request) -> Any:
        return {"mode": self._world.clock.mode, "now": self._world.clock.milliseconds()}

    async def put_clock(self, request: web.Request) -> Any:
        mode = (await _body(request)).get("mode")
        if mode not in ("real", "virtual"):
            raise ValueError("mode is real or virtual")
        self._world.clock.use(mode)
        return await self.clock(request)

    async def advance(self, request: web.Request) -> Any:
        await self._world.clock.advance(float((await _body(request))["seconds"]))
        return await self.clock(request)

    async def put_file(self, request: web.Request) -> Any:
        kind = request.headers.get("Content-Type", "text/xml")
        self._world.files.put(request.match_info["name"], await request.read(), kind)
        return {}

    async def file(self, request: web.Request) -> web.StreamResponse:
        found = self._world.files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0], headers={"Content-Type": found[1]})


def _json(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await act(request))
        except KeyError as missing:
            status = 404 if "sid" in request.match_info else 400
            return web.json_response({"error": f"missing: {missing}"}, status=status)
        except (ValueError, TypeError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    return handle


async def _body(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    body = json.loads(text) if text.strip() else {}
    if not isinstance(body, dict):
        raise TypeError("the body is an object")
    return body


def _voice_fields(row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    phone = str(row.pop("phone_number"))
    if unknown := sorted(set(row) - _VOICE_FIELDS):
        raise ValueError(f"unknown field {unknown[0]!r} of a number")
    return phone, {name: str(value) for name, value in row.items()}


def _number(each: Any) -> dict[str, Any]:
    shown = ("sid", "phone_number", *sorted(_VOICE_FIELDS))
    return {name: getattr(each, name) for name in shown}
