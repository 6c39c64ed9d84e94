"""A service on a real port, people with tokens, and calls brought to where a test needs them."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
import yaml
from flask import Flask
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from werkzeug.serving import ThreadedWSGIServer, make_server

from handlers.accounts import Accounts
from handlers.calls import Calls
from handlers.directory import apply, parse
from models.store import Store
from routing import commands as c
from routing.call import Call
from routing.plan import Role
from service import config, wiring
from service.app import create_app
from service.config import Settings

DEMO = Path(__file__).parent.parent.parent / "service" / "demo.yaml"
BRIDGED, DIRECT, SHERIFF = "+16615550110", "+16615550111", "+16615550122"
CALLER = "+16615550142"
PEOPLE = ("maria", "jon", "dana", "sam", "ada", "dee", "kim")
# The validator knows JSON by its plain name only.
READING = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
_numbers = itertools.count(1)


def settings(database_url: str, redis_url: str) -> Settings:
    """A local installation's settings, with a carrier account that nobody has."""
    return config.read(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "METLINE_SECRET_KEY": "5d" * 32,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "1" * 32,
            "TWILIO_API_KEY_SID": "SK" + "2" * 32,
            "TWILIO_API_KEY_SECRET": "3" * 32,
            "TWILIO_TWIML_APP_SID": "AP" + "4" * 32,
            "METLINE_CARRIER_URL": "http://127.0.0.1:9",
        }
    )


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The application on that port or a free one; its base URL."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    assert isinstance(server, ThreadedWSGIServer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        app.extensions["metline"].close()
        server.shutdown()
        thread.join()
        server.server_close()


class Person:
    """Somebody with a token. Every answer is held against the published document."""

    def __init__(self, base: str, token: str | None, document: OpenAPI) -> None:
        self.base = base
        self._session = requests.Session()
        self._session.trust_env = False
        self._document = document
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """One request with a JSON body; header names may be written with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        raw = None if body is None else json.dumps(body).encode()
        return self.send(method, path, raw, {"Content-Type": "application/json", **given})

    def send(
        self, method: str, path: str, raw: bytes | None, headers: Mapping[str, str | bytes]
    ) -> requests.Response:
        """One request as it is."""
        url = f"{self.base}/api/v1{path}"
        asked = requests.Request(method, url, data=raw, headers=headers)
        prepared = self._session.prepare_request(asked)
        response = self._session.send(prepared, timeout=30)
        self._hold_against_document(prepared, response)
        return response

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.ask("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.ask("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        return self.ask("PATCH", path, body, **headers)

    def events(self, path: str = "/stream") -> Iterator[tuple[str, Any]]:
        """The server-sent events of a stream, as (name, data)."""
        url = f"{self.base}/api/v1{path}"
        with self._session.get(url, stream=True, timeout=30) as response:
            assert response.status_code == 200, response.text
            name = ""
            for line in response.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))

    def _hold_against_document(
        self, prepared: requests.PreparedRequest, response: requests.Response
    ) -> None:
        # What no route takes is answered, but is not in the document.
        if response.status_code in (404, 405) and "/api/v1/" in (prepared.url or ""):
            assert response.headers["Content-Type"] == "application/problem+json"
            return
        if "openapi.json" in response.url:
            return
        self._document.validate_response(
            RequestsOpenAPIRequest(prepared), RequestsOpenAPIResponse(response)
        )


@dataclass
class World:
    """One service with its people and its calls."""

    base: str
    calls: Calls
    store: Store
    document: OpenAPI
    tokens: dict[str, str] = field(repr=False)
    ids: dict[str, str] = field(default_factory=dict)
    _busy: dict[str, Call] = field(default_factory=dict, repr=False)

    def person(self, name: str) -> Person:
        return Person(self.base, self.tokens[name], self.document)

    def stranger(self, token: str | None = None) -> Person:
        return Person(self.base, token, self.document)

    def arrived(self, line: str = DIRECT) -> Call:
        """A call that has just come in, from CALLER."""
        sid = f"CA{next(_numbers):032x}"
        return self.calls.arrive(line, sid, CALLER, None, f"{sid}:arrived").call

    def with_dispatcher(self, line: str = DIRECT) -> Call:
        """The caller's own leg, and the dispatcher in the conference with them."""
        call = self.arrived(line)
        self.tell(call, c.ReportJoined(1, sequence=1))
        return self.join(call.id, Role.DISPATCHER)

    def with_specialist(self, name: str = "maria", line: str = DIRECT) -> Call:
        """The same, and a specialist who answered the ring has joined them."""
        self.available(name)
        call = self.with_dispatcher(line)
        dispatcher = "dee" if line == SHERIFF else "dana"
        asked = self.person(dispatcher).post(f"/calls/{call.id}/transfers", {"to": "met"})
        assert asked.status_code == 201, asked.text
        return self.join(call.id, Role.SPECIALIST, self.ids[name])

    def audited(self, action: str, about: str | None) -> list[dict[str, Any]]:
        """The rows that say so, the newest last."""
        with self.store.begin() as work:
            found = work.connection.exec_driver_sql(
                "SELECT * FROM audit WHERE action = %s AND object IS NOT DISTINCT FROM %s"
                " ORDER BY id",
                (action, about),
            )
            return [dict(row) for row in found.mappings()]

    def free(self, name: str) -> None:
        """An earlier call of that specialist is over, its form no longer waited for."""
        if call := self._busy.pop(self.ids[name], None):
            for leg in self.calls.reply(call.id).call.live_legs:
                self.tell(call, c.ReportEnded(leg.id, "completed"))
            released = self.person("sam").post(f"/users/{self.ids[name]}/release", {"reason": "-"})
            assert released.status_code == 200, released.text

    def available(self, name: str) -> None:
        """That specialist may be rung."""
        self.free(name)
        answer = self.person(name).put("/me/presence", {"status": "available"})
        assert answer.status_code == 200, answer.text

    def tell(self, call: Call, report: c.Report) -> Call:
        return self.calls.report(call.id, report).call

    def ringing(self, call_id: str, role: Role, user: str | None = None) -> int:
        """The leg on which that role (that person) is being rung."""
        call = self.calls.reply(call_id).call
        legs = [x for x in call.legs if x.role is role and x.live and not x.answered]
        return next(x.id for x in legs if user in (None, x.user))

    def join(self, call_id: str, role: Role, user: str | None = None) -> Call:
        """That role answers and is in the conference."""
        leg = self.ringing(call_id, role, user)
        self._busy |= {user: self.calls.reply(call_id).call} if user else {}
        call = self.calls.report(call_id, c.ReportAnswered(leg)).call
        return self.tell(call, c.ReportJoined(leg, sequence=10 + leg))


@contextmanager
def world(database_url: str, redis_url: str, *, worker: bool = True) -> Iterator[World]:
    """A service on that database with the demo directory and a token for everybody.

    A `worker` is alive for longer than any test: without one no new call is answered.
    """
    chosen = replace(settings(database_url, redis_url))
    parts = wiring.core(chosen, pool=4)
    apply(parts.store, parse(yaml.safe_load(DEMO.read_text())))
    if worker:
        alive = wiring.now() + timedelta(hours=6)
        parts.store.run(lambda work: work.records.beat("worker:stage", alive))
    accounts = Accounts(parts.store, wiring.now)
    tokens = {name: accounts.create_token(f"{name}@example.org") for name in PEOPLE}
    found = {name: accounts.by_token(token) for name, token in tokens.items()}
    ids = {name: account.id for name, account in found.items() if account}
    try:
        with served(create_app(chosen)) as base:
            published = requests.get(f"{base}/api/v1/openapi.json", timeout=30).json()
            document = OpenAPI.from_dict(published, READING)
            yield World(base, parts.calls, parts.store, document, tokens, ids)
    finally:
        parts.close()
