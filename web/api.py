"""The JSON API as a blueprint: parse, call one handler, answer."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from handlers.access import Account, require_role
from handlers.errors import Elsewhere, Forbidden
from web import openapi, parsing
from web.asked import Asked, Json, Route
from web.auth import account_of
from web.errors import problem_of
from web.fields import Query
from web.problems import MEDIA_TYPE
from web.services import Services
from web.table import ROUTES

PREFIX = "/api/v1"
CONVERTERS = {
    "call": "uuid",
    "user": "uuid",
    "offer": "int(max=2147483647)",
    "transfer": "int(max=2147483647)",
}

log = logging.getLogger("metline.web")


def blueprint(services: Services) -> Blueprint:
    """Every route of the table, and the document that describes them."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        api.add_url_rule(
            _rule(route.path), route.name, _endpoint(route, services), methods=[route.method]
        )
    document = json.dumps(openapi.document(), ensure_ascii=False)
    api.add_url_rule(
        "/openapi.json", "openapi", lambda: Response(document, mimetype="application/json")
    )
    api.after_request(_never_stored)
    return api


def _rule(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: f"<{CONVERTERS[found[1]]}:{found[1]}>", path)


def _never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _endpoint(route: Route, services: Services) -> Callable[..., Response]:
    def endpoint(**path: Any) -> Response:
        account = account_of(request, services.accounts)
        _admit(services, account, route, path)
        asked = _parsed(route, services, account, path)
        key = parsing.idempotency_key_of(request) if route.method != "GET" else None
        return _once(asked, key, route) if key else _answer(asked, route)

    return endpoint


def _admit(services: Services, account: Account, route: Route, path: Json) -> None:
    try:
        require_role(account, *route.roles)
    except Forbidden as error:
        _denied(services, account, route, _about(path), error)
        raise


def _about(path: Json, query: Query | None = None) -> str | None:
    """Whom or what it was about: an id in the path, or the agency asked for."""
    named = next((str(path[name]) for name in ("call", "user") if name in path), None)
    return named or getattr(query, "agency", None)


def _denied(
    services: Services, account: Account, route: Route, about: str | None, error: Exception
) -> None:
    denial = {"event": "denied", "kind": route.name, "reason": account.role}
    log.warning("denied", extra=denial)
    services.trail.denied(account, route.name, about, str(error))


def _parsed(route: Route, services: Services, account: Account, path: Json) -> Asked:
    return Asked(
        services,
        account,
        path,
        body=parsing.body_of(request, route.body) if route.body else None,
        query=parsing.query_of(request, route.query) if route.query else None,
        if_match=parsing.version_of(request) if route.about_call else None,
    )


def _answer(asked: Asked, route: Route) -> Response:
    try:
        found = route.view(asked)
    except (Forbidden, Elsewhere) as error:
        about = _about(asked.path, asked.query)
        _denied(asked.services, asked.account, route, about, error)
        raise
    return found if isinstance(found, Response) else _json(found, route.status)


def _json(found: Json, status: int) -> Response:
    text = json.dumps(found, ensure_ascii=False)
    media_type = MEDIA_TYPE if status >= 400 else "application/json"
    response = Response(text, status, mimetype=media_type)
    if isinstance(version := found.get("version"), int):
        response.set_etag(str(version))
    return response


def _once(asked: Asked, key: str, route: Route) -> Response:
    """The first answer to this key; a failure on our side leaves the key free."""
    answers = asked.services.answers
    first = answers.first(asked.account, key, parsing.fingerprint(request))
    if first is not None:
        return _json(first[1], first[0])
    response = _attempt(asked, route)
    if response.status_code >= 500:
        answers.forget(asked.account, key)
    else:
        answers.keep(asked.account, key, response.status_code, response.get_json(force=True))
    return response


def _attempt(asked: Asked, route: Route) -> Response:
    try:
        return _answer(asked, route)
    except Exception as error:  # noqa: BLE001 - every failure must free the key
        return problem_of(error).response()
