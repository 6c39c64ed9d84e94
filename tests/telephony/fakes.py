"""A working desk in memory, and the carrier's side of HTTP, for tests of the webhooks."""

from __future__ import annotations

import base64
import hmac
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from queue import Queue
from typing import Any

import requests
from flask import Flask
from werkzeug.serving import make_server

from handlers.calls import Handled
from handlers.errors import UnknownCall, UnknownLine
from routing.call import Call
from routing.commands import Command, Report, ReportArrival
from routing.decide import decide
from routing.effects import Effect, effects_of
from routing.evolve import evolve
from routing.plan import Destination, Entry, Plan, Role
from routing.roster import Presence, Roster, Specialist
from telephony.settings import VoiceSettings
from telephony.webhooks import blueprint

ACCOUNT = "AC" + "0" * 32
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
KEY, SECRET = "SK" + "1" * 32, "fedcba9876543210fedcba9876543210"
APPLICATION = "AP" + "2" * 32
BRIDGED, DIRECT, DISPATCH, FALLBACK = "+16615550110", "+16615550111", "+16615550100", "+16615550199"
PUBLIC_URL = "https://voice.example.org"

PLAN = Plan(
    agency="bakersfield-pd",
    dispatch_number=DISPATCH,
    fallback_number=FALLBACK,
    prompts=("en", "es"),
    overflow=("on_call", "kern-988"),
    menu=(("1", "met"), ("2", "kern-988"), ("3", "adult-outpatient")),
    destinations=(
        Destination("kern-988", Role.LIFELINE, "Kern 988", ("+16615550180",)),
        Destination(
            "adult-outpatient", Role.TREATMENT_TEAM, "Adult", ("+16615550170",), accept="keypress"
        ),
    ),
)
MARIA = Specialist("maria", "Maria Lopez", "client:user_maria", Presence.AVAILABLE)
ENTRIES = {BRIDGED: Entry.BRIDGED, DIRECT: Entry.DIRECT}


def voice_settings(**changes: Any) -> VoiceSettings:
    values: dict[str, Any] = {
        "public_url": PUBLIC_URL,
        "account_sid": ACCOUNT,
        "auth_token": AUTH_TOKEN,
        "api_key_sid": KEY,
        "api_key_secret": SECRET,
        "twiml_app_sid": APPLICATION,
    }
    return VoiceSettings(**values | changes)


class BrokenStore(Exception):
    """Stands for any failure of the store; its text holds what must not reach a log."""


@dataclass
class DeskInMemory:
    """Decides with the real core, remembers in dictionaries, and can be broken."""

    plan: Plan = PLAN
    specialists: tuple[Specialist, ...] = (MARIA,)
    broken: bool = False
    calls: dict[str, Call] = field(default_factory=dict)
    sids: dict[str, str] = field(default_factory=dict)
    conferences: dict[str, str] = field(default_factory=dict)
    receipts: set[str] = field(default_factory=set)
    reports: list[Report] = field(default_factory=list)
    arrivals: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    legs: dict[tuple[str, int], str] = field(default_factory=dict)
    effects: Queue[tuple[str, Effect]] = field(default_factory=Queue)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def arrive(
        self,
        line: str,
        sid: str,
        caller_number: str | None,
        incident_number: str | None,
        receipt: str,
        *,
        from_number: str | None = None,
    ) -> Handled:
        with self._lock:
            caller = caller_number or from_number
            return self._arrived(line, sid, caller, incident_number, receipt)

    def _arrived(
        self, line: str, sid: str, caller: str | None, incident: str | None, receipt: str
    ) -> Handled:
        self._check()
        if line not in ENTRIES:
            raise UnknownLine(line)
        if sid in self.sids:
            return self.reply(self.sids[sid])
        self.arrivals.append((line, caller, incident))
        call_id = str(uuid.uuid4())
        self.calls[call_id], self.sids[sid] = Call(), call_id
        report = ReportArrival(call_id, self.plan.agency, line, ENTRIES[line])
        self.legs[call_id, 1] = sid
        return self.report(call_id, report, receipt=receipt)

    def report(
        self,
        call_id: str,
        report: Report,
        *,
        receipt: str | None = None,
        sid: str | None = None,
        conference: str | None = None,
    ) -> Handled:
        with self._lock:
            handled = self.reply(call_id)
            if receipt in self.receipts:
                return handled
            self.receipts |= {receipt} if receipt else set()
            self.reports.append(report)
            self._bind(call_id, getattr(report, "leg", 0), sid, conference)
            return self.decided(call_id, report)

    def decided(self, call_id: str, command: Command) -> Handled:
        """Any command's events, kept, with their effects queued."""
        with self._lock:
            roster = Roster(self.plan, self.specialists)
            events = decide(self.calls[call_id], command, roster)
            for event in events:
                self.calls[call_id] = evolve(self.calls[call_id], event)
                for effect in effects_of(self.calls[call_id], event):
                    self.effects.put((call_id, effect))
            return Handled(self.calls[call_id], self.plan, events)

    def _bind(self, call_id: str, leg: int, sid: str | None, conference: str | None) -> None:
        if sid:
            self.legs.setdefault((call_id, leg), sid)
        if conference:
            self.conferences[call_id] = conference

    def reply(self, call_id: str) -> Handled:
        self._check()
        if call_id not in self.calls:
            raise UnknownCall(call_id)
        return Handled(self.calls[call_id], self.plan)

    def call_of(self, sid: str) -> str | None:
        self._check()
        return self.sids.get(sid)

    def fallback_number(self, line: str) -> str | None:
        return self.plan.fallback_number if line in ENTRIES else None

    def _check(self) -> None:
        if self.broken:
            raise BrokenStore("row (+16615550123, Maria Lopez) could not be written")


def signature(url: str, form: Mapping[str, str], token: str = AUTH_TOKEN) -> str:
    """As the carrier computes it: the URL, then each name and value in order of names."""
    text = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


@dataclass(frozen=True)
class CarrierSide:
    """Posts forms as the carrier does: signed for the public URL, sent to where it listens."""

    actual: str
    public: str = PUBLIC_URL
    token: str = AUTH_TOKEN

    def post(
        self, path: str, form: Mapping[str, str], *, idempotency: str = "", **headers: str
    ) -> requests.Response:
        path = path.partition("#")[0].removeprefix(self.public)
        signed = {"X-Twilio-Signature": signature(self.public + path, form, self.token)}
        if idempotency:
            signed["I-Twilio-Idempotency-Token"] = idempotency
        return requests.post(self.actual + path, data=form, headers=signed | headers, timeout=10)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a real port; yields its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def application(desk: Any, settings: VoiceSettings) -> Flask:
    app = Flask(__name__)
    app.register_blueprint(blueprint(desk, settings))
    return app


def sid(number: int = 1) -> str:
    return f"CA{number:032x}"


def came_in(line: str = DIRECT, **more: str) -> dict[str, str]:
    """The form of a new call."""
    basic = {"CallSid": sid(), "To": line, "From": "+16615550123", "CallStatus": "ringing"}
    return (
        basic | {"Direction": "inbound", "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"} | more
    )


def goes_on(number: int, **more: str) -> dict[str, str]:
    """The form of a leg that we dialed from the direct line."""
    basic = {"CallSid": sid(number), "To": DISPATCH, "From": DIRECT, "CallStatus": "in-progress"}
    return basic | {"Direction": "outbound-api", "AccountSid": ACCOUNT} | more
