"""Checks REST traffic against the carrier's own description of its interface."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from tests.oracle.fetch import document

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    parameters: Mapping[str, Schema]
    required: frozenset[str]
    responses: Mapping[str, Schema]


def check_request(method: str, path: str, form: Mapping[str, Sequence[str]]) -> list[str]:
    """Names, types, enums and required parameters; an unknown name is a violation."""
    operation = _operation(method, path)
    if operation is None:
        return [f"{method} {path}: the carrier has no such operation"]
    found = [f"{name} is required" for name in sorted(operation.required - set(form))]
    for name, values in form.items():
        if name not in operation.parameters:
            found.append(f"{name} is no parameter")
        else:
            found += _values(name, operation.parameters[name], values)
    return [f"{method} {path}: {each}" for each in found]


def check_response(method: str, path: str, status: int, body: Any) -> list[str]:
    """A success as the schema says, nothing missing in its properties; else an error body."""
    operation = _operation(method, path)
    if status >= 400:
        found = _error_body(status, body)
    elif operation is None or str(status) not in operation.responses:
        found = [f"status {status} is not described"]
    elif status == 204:
        found = ["a 204 has a body"] if body is not None else []
    else:
        found = _conforms("$", operation.responses[str(status)], body)
    return [f"{method} {path} -> {status}: {each}" for each in found]


def violations(log: Iterable[Mapping[str, Any]], *, refused: bool = False) -> list[str]:
    """Everything wrong in a sandbox log; requests the sandbox refused (4xx) too if asked."""
    found: list[str] = []
    for entry in log:
        if entry["kind"] != "rest" or entry["status"] is None:
            continue
        call = (entry["method"], entry["path"])
        if entry["status"] < 400 or refused:
            found += check_request(*call, entry["params"])
        found += check_response(*call, entry["status"], entry["body"])
    return found


@cache
def _operations() -> list[tuple[re.Pattern[str], Mapping[str, Operation]]]:
    content = json.loads(document().read_text())
    table = []
    for path, item in content["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path)))
        methods = {
            method.upper(): _read(content, operation)
            for method, operation in item.items()
            if method in ("get", "post", "delete", "put")
        }
        table.append((pattern, methods))
    # A literal path goes before one with a variable in the same place.
    return sorted(table, key=lambda row: row[0].pattern.count("[^/]+"))


def _read(content: Schema, operation: Schema) -> Operation:
    query = [each for each in operation.get("parameters", []) if each["in"] == "query"]
    form = operation.get("requestBody", {}).get("content", {})
    schema = form.get("application/x-www-form-urlencoded", {}).get("schema", {})
    named = {each["name"]: each["schema"] for each in query} | schema.get("properties", {})
    must = {each["name"] for each in query if each.get("required")} | set(
        schema.get("required", [])
    )
    responses = {
        status: _resolved(
            content, reply.get("content", {}).get("application/json", {}).get("schema", {})
        )
        for status, reply in operation["responses"].items()
    }
    return Operation(
        {name: _resolved(content, each) for name, each in named.items()}, frozenset(must), responses
    )


def _resolved(content: Schema, schema: Any) -> Any:
    """The schema with its references followed; this document has no cycles where we look."""
    if isinstance(schema, list):
        return [_resolved(content, each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(content, content["components"]["schemas"][name])
    return {key: _resolved(content, value) for key, value in schema.items()}


def _operation(method: str, path: str) -> Operation | None:
    bare = urlsplit(path).path
    for pattern, methods in _operations():
        if pattern.fullmatch(bare) and method in methods:
            return methods[method]
    return None


def _values(name: str, schema: Schema, values: Sequence[str]) -> list[str]:
    if schema.get("type") == "array":
        return [f for value in values for f in _text(name, schema["items"], value)]
    if len(values) != 1:
        return [f"{name} is given {len(values)} times"]
    return _text(name, schema, values[0])


def _text(name: str, schema: Schema, value: str) -> list[str]:
    kind = schema.get("type")
    if kind == "integer" and not re.fullmatch(r"-?\d+", value):
        return [f"{name}={value!r} is not an integer"]
    if kind == "boolean" and value.lower() not in ("true", "false"):
        return [f"{name}={value!r} is not a boolean"]
    typed: Any = int(value) if kind == "integer" else value
    return [] if kind == "boolean" else _constraints(name, schema, typed)


def _error_body(status: int, body: Any) -> list[str]:
    if not isinstance(body, dict) or set(body) != {"code", "message", "more_info", "status"}:
        return ["an error body has code, message, more_info and status"]
    return [] if body["status"] == status else ["the body tells another status"]


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
}


def _conforms(place: str, schema: Schema, value: Any) -> list[str]:
    # Enumerations are referred to, and a reference cannot carry `nullable`: null may stand.
    if value is None:
        return [] if schema.get("nullable") or "enum" in schema else [f"{place} is null"]
    kind = schema.get("type", "object" if "properties" in schema else "")
    if kind and not _is(kind, value):
        return [f"{place} is {type(value).__name__}, not {kind}"]
    if kind == "array":
        items = schema.get("items", {})
        return [f for n, each in enumerate(value) for f in _conforms(f"{place}[{n}]", items, each)]
    if kind == "object":
        return _object(place, schema, value)
    return _constraints(place, schema, value)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _object(place: str, schema: Schema, value: Mapping[str, Any]) -> list[str]:
    properties = schema.get("properties")
    if not properties:
        return []
    found = [f"{place}.{name} is missing" for name in sorted(set(properties) - set(value))]
    found += [f"{place}.{name} is unknown" for name in sorted(set(value) - set(properties))]
    for name in sorted(set(value) & set(properties)):
        found += _conforms(f"{place}.{name}", properties[name], value[name])
    return found


def _constraints(place: str, schema: Schema, value: Any) -> list[str]:
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}={value!r} is none of {schema['enum']}"]
    if isinstance(value, str):
        return _string(place, schema, value)
    if value < schema.get("minimum", value) or value > schema.get("maximum", value):
        return [f"{place}={value!r} is out of range"]
    return []


def _string(place: str, schema: Schema, value: str) -> list[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{place}={value!r} does not match {schema['pattern']}"]
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return [f"{place} has {len(value)} characters"]
    return [] if _format(schema.get("format", ""), value) else [f"{place}={value!r}: bad format"]


def _format(name: str, value: str) -> bool:
    if name == "date-time-rfc-2822":
        try:
            return parsedate_to_datetime(value).utcoffset() is not None
        except ValueError:
            return False
    if name == "uri":
        return value == "" or value.startswith("/") or bool(urlsplit(value).netloc)
    patterns = {
        "http-method": "GET|POST|PUT|DELETE|HEAD|PATCH",
        "phone-number": r"\+?[0-9]{3,15}",
        "endpoint": r"\+?[0-9]{3,15}|client:\S+|sips?:\S+|app:AP\w+",
        "currency": "[A-Za-z]{3}",
    }
    return name not in patterns or re.fullmatch(patterns[name], value) is not None
