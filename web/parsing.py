"""From the request to typed values: body, query and headers, each refused by name."""

from __future__ import annotations

import hashlib
import re

from flask import Request
from pydantic import ValidationError

from web.fields import LARGEST_ID, Body, Query
from web.problems import FieldFault, Problem, invalid, invalid_fields

LARGEST_BODY = 64 * 1024
VERSION = re.compile(r'(?:W/)?"?([0-9]{1,10})"?')
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def body_of(request: Request, kind: type[Body]) -> Body:
    """The body as `kind`. Raises Problem 413 and 422."""
    raw = _raw(request) or b"{}"
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        raise invalid_fields(error) from None


def _raw(request: Request) -> bytes:
    # The limit also holds for a body that does not tell its length.
    request.max_content_length = LARGEST_BODY
    if (request.content_length or 0) > LARGEST_BODY:
        raise Problem(413, "too_large", f"A body may hold {LARGEST_BODY // 1024} KB at most.")
    return request.get_data()


def query_of(request: Request, kind: type[Query]) -> Query:
    """The query string as `kind`; an empty value is none. Raises Problem 422."""
    given = {name: values for name, values in request.args.lists() if any(values)}
    if twice := [name for name, values in given.items() if len(values) > 1]:
        raise invalid(*(FieldFault(name, "is given more than once") for name in twice))
    try:
        return kind.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise invalid_fields(error) from None


def version_of(request: Request) -> int | None:
    """The version that the press was made for, None without If-Match. Raises Problem 422."""
    given = request.headers.get("If-Match", "").strip()
    if given in ("", "*"):
        return None
    found = VERSION.fullmatch(given)
    if found is None or int(found[1]) > LARGEST_ID:
        raise invalid(FieldFault("If-Match", "must be the call's version: a number"))
    return int(found[1])


def idempotency_key_of(request: Request) -> str | None:
    """The Idempotency-Key, None without one. Raises Problem 422."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(given):
        fault = FieldFault("Idempotency-Key", "must be 1 to 200 visible ASCII characters")
        raise invalid(fault)
    return given


def fingerprint(request: Request) -> str:
    """Method, path and a digest of the body: the same for a repeated request."""
    digest = hashlib.sha256(request.get_data()).hexdigest()
    return f"{request.method} {request.path} {digest}"
