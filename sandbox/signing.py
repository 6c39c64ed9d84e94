"""The carrier's signature over a request, as a receiver will check it."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from twilio.request_validator import RequestValidator


def signed_url(url: str) -> str:
    """What is signed: no fragment, no userinfo; over https voice drops the port as well."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port and parts.scheme != "https" else ""
    return urlunsplit((parts.scheme, host + port, parts.path, parts.query, ""))


def signature(auth_token: str, url: str, form: dict[str, str]) -> str:
    return str(RequestValidator(auth_token).compute_signature(signed_url(url), form))
