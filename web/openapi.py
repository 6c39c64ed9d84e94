"""The API's document, OpenAPI 3.1, generated from the table that serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from web.answers import Problem
from web.asked import Json, Route
from web.table import ROUTES

REF = "#/components/schemas/{model}"
UUID = {"type": "string", "format": "uuid"}
SMALL = {"type": "integer", "minimum": 0, "maximum": 2147483647}
PATH_PARAMETERS: dict[str, Json] = {"call": UUID, "user": UUID, "offer": SMALL, "transfer": SMALL}
REFUSALS = {
    "401": "No valid token.",
    "403": "Your role may not do this.",
    "404": "It does not exist, or is another agency's.",
    "409": "Refused: `reason` says why, for a person.",
    "413": "The body is too large.",
    "422": "`errors` names each field that cannot be taken.",
    "500": "It failed here, and was recorded.",
    "503": "The service cannot answer now; nothing was changed.",
}


def document() -> Json:
    """The document, as JSON data."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "metline", "version": "1", "summary": "Calls and what came of them."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "responses": {status: _problem(words) for status, words in REFUSALS.items()},
        },
    }


def _paths() -> Json:
    paths: Json = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return paths


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.does,
        "description": f"For: {', '.join(route.roles)}.",
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {str(route.status): _success(route), **_refusals(route)},
    }
    if route.body:
        needed = bool(route.body.model_json_schema().get("required"))
        operation["requestBody"] = {"required": needed, "content": _content(route.body)}
    return operation


def _path_parameters(route: Route) -> Iterable[Json]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": PATH_PARAMETERS[name]}


def _query_parameters(route: Route) -> Iterable[Json]:
    if route.query is None:
        return
    schema = route.query.model_json_schema(by_alias=True)
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in required, "schema": field}


def _headers(route: Route) -> Iterable[Json]:
    if route.about_call:
        about = "The version the press was made for; refused when the call has moved on."
        yield _header("If-Match", about)
    if route.method != "GET":
        yield _header("Idempotency-Key", "The same key again returns the first answer.")


def _header(name: str, description: str) -> Json:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "description": description, "schema": schema}


def _success(route: Route) -> Json:
    if route.answer is None:
        return {"description": route.does, "content": {"text/event-stream": {}}}
    return {"description": route.does, "content": _content(route.answer)}


def _content(model: type[BaseModel]) -> Json:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _refusals(route: Route) -> Json:
    given = {"401", "403", "500", "503"}
    given |= {"404"} if "{" in route.path or route.query else set()
    given |= {"409", "413", "422"} if route.method != "GET" else set()
    given |= {"422"} if route.query else set()
    return {status: {"$ref": f"#/components/responses/{status}"} for status in sorted(given)}


def _problem(words: str) -> Json:
    schema = {"$ref": REF.format(model=Problem.__name__)}
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


def _schemas() -> Json:
    named = {kind.__name__: kind for kind in _models()}
    modes: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (named[name], "validation") for name in sorted(named)
    ]
    _, schemas = models_json_schema(modes, ref_template=REF, by_alias=True)
    found: Json = schemas["$defs"]
    return found


def _models() -> Iterable[type[BaseModel]]:
    yield Problem
    for route in ROUTES:
        yield from filter(None, (route.body, route.answer))
