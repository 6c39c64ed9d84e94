"""How a REST request enters: authenticated, possibly made to fail, answered and logged."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BasicAuth, web

from sandbox.faults import REST, Rule, Subject
from sandbox.rest.errors import RestError, not_found
from sandbox.rest.forms import Form, grouped
from sandbox.world import World

Perform = Callable[[Form], tuple[int, dict[str, Any] | None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(world: World, request: web.Request, perform: Perform) -> web.StreamResponse:
    form = grouped(request.query) | grouped(await request.post())
    flat = {name: " ".join(values) for name, values in form.items()}
    rule = world.faults.take(Subject("rest", request.method, request.path, flat), REST)
    if rule and rule.action in ("drop", "refuse"):
        return _cut(world, request, form, "not processed (fault)")
    if rule and rule.action == "delay":
        await world.clock.sleep(rule.seconds)
    status, body = _outcome(world, request, form, perform, rule)
    if rule and rule.action == "timeout_but_done":
        await asyncio.sleep(rule.seconds)
        note = f"done ({status}) but not answered (fault)"
        return _cut(world, request, form, note, status=status, body=body)
    _log(world, request, form, status=status, body=body)
    if rule and rule.action == "slow":
        await world.clock.sleep(rule.seconds)
    return web.Response(status=204) if body is None else web.json_response(body, status=status)


def _outcome(
    world: World, request: web.Request, form: Form, perform: Perform, rule: Rule | None
) -> tuple[int, dict[str, Any] | None]:
    try:
        _authenticate(world, request)
        _fail_by(rule)
        return perform(form)
    except RestError as error:
        return error.status, error.as_json()


def _fail_by(rule: Rule | None) -> None:
    if rule and rule.action == "status":
        code = 20429 if rule.status == 429 else 20500
        raise RestError(rule.status, code, "made to fail by a fault rule")


def _authenticate(world: World, request: web.Request) -> None:
    if _caller(world, request) is None:
        raise RestError(401, 20003, "Authenticate")
    if request.match_info["account"] != world.account.sid:
        raise not_found(request.path)


def _caller(world: World, request: web.Request) -> str | None:
    """Which credentials were shown, when they are right: the account's or an API key's."""
    header = request.headers.get("Authorization", "")
    try:
        shown = BasicAuth.decode(header, encoding="utf-8")
    except ValueError:
        return None
    known = {world.account.sid: world.account.auth_token, **dict(world.account.api_keys)}
    secret = known.get(shown.login)
    if secret is None or not hmac.compare_digest(secret.encode(), shown.password.encode()):
        return None
    return "account" if shown.login == world.account.sid else "api_key"


def _log(
    world: World,
    request: web.Request,
    form: Form,
    *,
    status: int | None,
    body: dict[str, Any] | None,
    note: str | None = None,
) -> None:
    world.journal.add(
        "rest",
        method=request.method,
        path=request.path,
        params=dict(form),
        auth=_caller(world, request) or "none",
        status=status,
        body=body,
        error=note,
    )


def _cut(
    world: World,
    request: web.Request,
    form: Form,
    note: str,
    *,
    status: int | None = None,
    body: dict[str, Any] | None = None,
) -> web.StreamResponse:
    """The client sees its connection end without an answer."""
    _log(world, request, form, status=status, body=body, note=note)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
