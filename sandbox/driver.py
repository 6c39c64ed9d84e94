"""A synchronous client of the control interface, for tests and demonstrations."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

import requests
from requests import Response as HttpResponse
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

Json = dict[str, Any]


class SandboxError(Exception):
    """The sandbox refused, with its reason."""


class SandboxDriver:
    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._session = requests.Session()
        self._session.trust_env = False

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Json:
        response = self._session.request(
            method, f"{self.url}{path}", json=body, params=query, timeout=self._timeout
        )
        return self._checked(response)

    def _checked(self, response: HttpResponse) -> Json:
        if response.status_code >= 400:
            raise SandboxError(f"{response.status_code}: {response.text}")
        return cast("Json", response.json())

    def close(self) -> None:
        self._session.close()

    def health(self) -> Json:
        return self._call("GET", "/sandbox/healthz")

    def place_call(
        self,
        from_: str,
        to: str = "",
        *,
        phone: Json | None = None,
        sip_headers: Mapping[str, str] | None = None,
        application_sid: str = "",
        parameters: Mapping[str, str] | None = None,
    ) -> str:
        """An inbound call; answers its sid. A client's call names an application instead."""
        body: Json = {"from": from_, "to": to}
        optional: Json = {
            "phone": phone,
            "sip_headers": sip_headers and dict(sip_headers),
            "application_sid": application_sid,
            "parameters": parameters and dict(parameters),
        }
        body |= {name: value for name, value in optional.items() if value}
        return str(self._call("POST", "/sandbox/calls", body)["sid"])

    def press(self, sid: str, digits: str) -> Json:
        return self._call("POST", f"/sandbox/calls/{sid}/press", {"digits": digits})

    def hangup(self, sid: str) -> Json:
        return self._call("POST", f"/sandbox/calls/{sid}/hangup")

    def answer(self, sid: str) -> Json:
        return self._call("POST", f"/sandbox/calls/{sid}/answer")

    def decline(self, sid: str) -> Json:
        return self._call("POST", f"/sandbox/calls/{sid}/decline")

    def calls(self, **query: str) -> list[Json]:
        return cast("list[Json]", self._call("GET", "/sandbox/calls", **query)["calls"])

    def call(self, sid: str) -> Json:
        return self._call("GET", f"/sandbox/calls/{sid}")

    def conferences(self) -> list[Json]:
        return cast("list[Json]", self._call("GET", "/sandbox/conferences")["conferences"])

    def set_phone(self, address: str, does: str, **script: Any) -> Json:
        """`does`: answer, busy, no_answer, fail, voicemail or manual; see `phones.py`."""
        path = f"/sandbox/phones/{quote(address, safe='')}"
        return self._call("PUT", path, {"does": does, **script})

    def phones(self) -> Json:
        return cast("Json", self._call("GET", "/sandbox/phones")["phones"])

    def log(self, after: int = 0, wait: float = 0.0) -> list[Json]:
        answer = self._call("GET", "/sandbox/log", after=after, wait=wait)
        return cast("list[Json]", answer["entries"])

    def audible(self, sid: str) -> Json:
        return self._call("GET", "/sandbox/audible", sid=sid)

    def set_faults(self, *rules: Json) -> Json:
        return self._call("PUT", "/sandbox/faults", {"faults": list(rules)})

    def clear_faults(self) -> Json:
        return self._call("DELETE", "/sandbox/faults")

    def set_numbers(self, *numbers: Json, verified: Sequence[str] = ()) -> Json:
        body = {"numbers": list(numbers), "verified": list(verified)}
        return self._call("PUT", "/sandbox/numbers", body)

    def set_application(self, sid: str, **values: str) -> Json:
        return self._call("PUT", "/sandbox/applications", {"sid": sid, **values})

    def set_routes(self, routes: Mapping[str, str]) -> Json:
        return self._call("PUT", "/sandbox/routes", dict(routes))

    def set_habits(self, **values: float | None) -> Json:
        return self._call("PUT", "/sandbox/settings", values)

    def set_clock(self, mode: str) -> Json:
        return self._call("PUT", "/sandbox/clock", {"mode": mode})

    def advance(self, seconds: float) -> Json:
        return self._call("POST", "/sandbox/clock/advance", {"seconds": seconds})

    def put_file(self, name: str, content: str, content_type: str = "text/xml") -> str:
        """Hosts a static document; answers its URL."""
        response = self._session.put(
            f"{self.url}/sandbox/files/{quote(name, safe='')}",
            data=content.encode(),
            headers={"Content-Type": content_type},
            timeout=self._timeout,
        )
        self._checked(response)
        return f"{self.url}/files/{quote(name, safe='')}"

    def wait_for(
        self, wanted: Callable[[Json], bool], *, after: int = 0, seconds: float = 20.0
    ) -> Json:
        """The first log entry that is wanted; TimeoutError with the last entries otherwise."""
        deadline = time.monotonic() + seconds
        seen: list[Json] = []
        while (left := deadline - time.monotonic()) > 0:
            for entry in self.log(after, wait=min(left, 5.0)):
                if wanted(entry):
                    return entry
                after = entry["id"]
                seen = [*seen[-14:], entry]
        raise TimeoutError("nothing of the kind happened; last:\n" + "\n".join(map(str, seen)))

    def wait_until(
        self, wanted: Callable[[], Any], *, seconds: float = 20.0, after: int | None = None
    ) -> Any:
        """Looks again after every new log entry until `wanted` answers something true."""
        deadline = time.monotonic() + seconds
        last = self.health()["log"] if after is None else after
        while not (result := wanted()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the sandbox never came into the awaited state")
            entries = self.log(last, wait=min(left, 1.0))
            last = entries[-1]["id"] if entries else last
        return result


class SandboxHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """The real library's HTTP client with scheme and host of the carrier swapped."""

    def __init__(self, base_url: str, timeout: float = 10.0) -> None:
        super().__init__(timeout=timeout, pool_connections=False)
        self._base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        parts = urlsplit(url)
        moved = (self._base.scheme, self._base.netloc, parts.path, parts.query, parts.fragment)
        return super().request(method, urlunsplit(moved), *args, **kwargs)


def carrier_client(url: str, account_sid: str, auth_token: str, timeout: float = 10.0) -> Client:
    """The real helper library, talking to the sandbox."""
    http = SandboxHttpClient(url, timeout)
    return Client(account_sid, auth_token, http_client=http)
