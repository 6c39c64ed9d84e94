"""Errors as `application/problem+json` (RFC 9457): every refusal says why, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field of a request that cannot be taken, by its path (`context.note`)."""

    field: str
    reason: str


@dataclass(frozen=True)
class Problem(Exception):
    """An answer other than success: `kind` is a stable word, `reason` is for a person."""

    status: int
    kind: str
    reason: str
    faults: tuple[FieldFault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The problem document."""
        document: dict[str, object] = {
            "type": f"urn:metline:problem:{self.kind}",
            "title": self.kind,
            "status": self.status,
            "detail": self.reason,
            "reason": self.reason,
        }
        if self.faults:
            document["errors"] = [{"field": f.field, "reason": f.reason} for f in self.faults]
        return document

    def response(self) -> Response:
        """The HTTP response."""
        text = json.dumps(self.body(), ensure_ascii=False)
        return Response(text, self.status, {**self.headers}, mimetype=MEDIA_TYPE)


def unauthorized() -> Problem:
    """No token, or one that is not known; never says which."""
    reason = "Send a valid token: Authorization: Bearer TOKEN."
    return Problem(401, "unauthorized", reason, headers={"WWW-Authenticate": "Bearer"})


def forbidden(reason: str) -> Problem:
    """The role may not do this."""
    return Problem(403, "forbidden", reason)


def not_found(what: str = "This") -> Problem:
    """It does not exist, or is another agency's: the two are not told apart."""
    return Problem(404, "not_found", f"{what} does not exist.")


def refused(reason: str) -> Problem:
    """What was asked cannot be done in the present state."""
    return Problem(409, "refused", reason)


def invalid(*faults: FieldFault) -> Problem:
    """Fields that cannot be taken, each with its reason."""
    named = ", ".join(fault.field or "body" for fault in faults)
    return Problem(422, "invalid", f"Cannot take: {named}.", faults)


def invalid_fields(error: ValidationError) -> Problem:
    """The same, from a schema's own findings; the value sent is never repeated."""
    return invalid(*_faults(error))


def _faults(error: ValidationError) -> Iterable[FieldFault]:
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        path = ".".join(str(step) for step in found["loc"])
        yield FieldFault(path, _plainer(found["type"], found["msg"]))


def _plainer(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "is not a field of this request"
    if kind == "json_invalid":
        return "the body is not JSON"
    return message.removeprefix("Value error, ")


def from_http(error: HTTPException) -> Problem:
    """werkzeug's own refusals (wrong method, too large, unknown path) as problems."""
    if error.code == HTTPStatus.NOT_FOUND:
        return not_found()
    status = error.code or 500
    kind = HTTPStatus(status).name.lower()
    headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
    return Problem(status, kind, error.description or HTTPStatus(status).phrase, headers=headers)
