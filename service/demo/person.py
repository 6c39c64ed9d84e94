"""One signed-in person of the demo, speaking the JSON API as any integrator would."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any

import requests

Json = dict[str, Any]
TIMEOUT_SECONDS = 10.0


class ApiRefusedError(Exception):
    """The API answered with a problem; `status` and `reason` are its own."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class Person:
    """Requests with this person's token; paths are below `/api/v1`."""

    def __init__(self, base: str, email: str, token: str) -> None:
        self.email = email
        self.token = token
        self._base = f"{base}/api/v1"
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}"

    @cached_property
    def phone(self) -> str:
        """The address of this person's softphone at the carrier."""
        return f"client:{self.get('/me/voice-token')['identity']}"

    def get(self, path: str, **query: str) -> Json:
        """GET; raises ApiRefusedError."""
        return self._asked("GET", path, params=query)

    def post(self, path: str, body: Json | None = None) -> Json:
        """POST; raises ApiRefusedError."""
        return self._asked("POST", path, json=body or {})

    def put(self, path: str, body: Json) -> Json:
        """PUT; raises ApiRefusedError."""
        return self._asked("PUT", path, json=body)

    def patch(self, path: str, body: Json) -> Json:
        """PATCH; raises ApiRefusedError."""
        return self._asked("PATCH", path, json=body)

    def try_put(self, path: str, body: Json) -> None:
        """PUT that may fail, on a connection of its own: a heartbeat is repeated anyway."""
        with contextlib.suppress(requests.RequestException):
            headers = dict(self._session.headers)
            url = f"{self._base}{path}"
            requests.put(url, json=body, headers=headers, timeout=TIMEOUT_SECONDS)

    def _asked(self, method: str, path: str, **how: Any) -> Json:
        url = f"{self._base}{path}"
        answer = self._session.request(method, url, timeout=TIMEOUT_SECONDS, **how)
        told: Json = answer.json() if answer.content else {}
        if answer.status_code >= requests.codes.bad_request:
            raise ApiRefusedError(answer.status_code, str(told.get("detail") or told.get("title")))
        return told
