"""The helper library's HTTP client, with a timeout, a pool, no retry and no chatter."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response

_POOL = 16


class Transport(TwilioHttpClient):  # type: ignore[misc]  # the library has no types
    """Sends requests to the carrier, or to `carrier_url` in its place (local only)."""

    def __init__(self, timeout_seconds: float, carrier_url: str | None = None) -> None:
        super().__init__(timeout=timeout_seconds)
        self._stand_in = urlsplit(carrier_url) if carrier_url else None
        adapter = HTTPAdapter(pool_maxsize=max(_POOL, os.cpu_count() or 1), max_retries=0)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """One request, once; only requests' own exceptions come out of it."""
        return super().request(method, self._actual(url), *args, **kwargs)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Nothing: the library would log numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing, for the same reason."""

    def _actual(self, url: str) -> str:
        parts = urlsplit(url)
        if self._stand_in is None or not (parts.hostname or "").endswith(".twilio.com"):
            return url
        path = self._stand_in.path.rstrip("/") + parts.path
        return urlunsplit(
            parts._replace(scheme=self._stand_in.scheme, netloc=self._stand_in.netloc, path=path)
        )
