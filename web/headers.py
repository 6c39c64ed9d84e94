"""Headers that every answer carries, and the id by which a request is found in the log."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask, Response, g, has_request_context, request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,100}")
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"


def install(app: Flask, new_id: Callable[[], str], *, https: bool) -> None:
    """Give every request its id and every answer its headers; a view's own headers win."""

    def name_request() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if REQUEST_ID.fullmatch(given) else new_id()

    def dress(response: Response) -> Response:
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
        if "request_id" in g:
            response.headers["X-Request-Id"] = g.request_id
        return response

    app.before_request(name_request)
    app.after_request(dress)


def current_request() -> str | None:
    """The id of the request that this thread is answering, None outside of any."""
    named = has_request_context() and "request_id" in g
    return str(g.request_id) if named else None
