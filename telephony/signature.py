"""Lets in what the carrier signed, and nothing else: 403 before any view runs.

The signature covers the URL as the carrier was given it, so it is checked against the
configured public URL; what a proxy or a client says about the host is not looked at.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import quote

from flask import Response, request
from twilio.request_validator import RequestValidator

from telephony.settings import VoiceSettings

BODY_LIMIT = 64 * 1024

# What a path may hold unescaped (RFC 3986).
_PLAIN = "/:@!$&'()*+,;=~-._"

Guard = Callable[[], Response | None]


def guard(settings: VoiceSettings) -> Guard:
    """A `before_request` hook: None lets the request in, else the refusal (403 or 413)."""
    validator = RequestValidator(settings.auth_token)

    def check() -> Response | None:
        if (request.content_length or 0) > BODY_LIMIT:
            return _refusal(413, "too large")
        # Without a declared length the limit holds while the form is read.
        request.max_content_length = BODY_LIMIT
        given = request.headers.get("X-Twilio-Signature", "")
        # An empty token would sign for everybody.
        if not settings.auth_token or not given:
            return _refusal(403, "not signed")
        if not _signed(validator, _signed_url(settings), given):
            return _refusal(403, "not signed by the carrier")
        return None

    return check


def _signed(validator: RequestValidator, url: str, given: str) -> bool:
    # validate() always tries the URL with and without its port: as it is, it nearly always fits.
    exact = validator.compute_signature(url, request.form)
    fits = hmac.compare_digest(exact.encode(), given.encode())
    return fits or bool(validator.validate(url, request.form, given))


def _signed_url(settings: VoiceSettings) -> str:
    return settings.public_url + _path_as_sent()


def _path_as_sent() -> str:
    """Path and query as on the wire: decoding and encoding again would change some of them."""
    raw = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "")
    if raw.startswith("/"):
        return raw
    query = request.query_string.decode("latin-1")
    return quote(request.path, safe=_PLAIN) + (f"?{query}" if query else "")


def _refusal(status: int, why: str) -> Response:
    return Response(f"{why}\n", status, mimetype="text/plain")
