"""From a dispatcher's press on the screen to the dial request at the carrier."""

from __future__ import annotations

import time
from typing import Any

from bench.load import LoadError, percentile
from bench.results import Figure
from sandbox.driver import SandboxDriver
from service import accounts
from service.config import Settings
from service.demo.person import Person

OPEN_CALLS = 50
PRESSES = 150
P50_MS, P99_MS = 100.0, 300.0
LINE, DISPATCH, CALLER = "+16615550111", "+16615550100", "+16615550123"
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.02

Json = dict[str, Any]


def measure(settings: Settings) -> list[Figure]:
    """Presses `met`, one after the other, with many calls open. Raises LoadError, TimeoutError."""
    sandbox = SandboxDriver(settings.carrier_url)
    dana, jon = (_person(settings, name) for name in ("dana", "jon"))
    sandbox.set_phone(DISPATCH, "answer")
    sandbox.set_phone(jon.phone, "no_answer")
    calls = _opened(sandbox, dana)
    for call in calls[:5]:
        _pressed(sandbox, dana, jon, call)
    took = [
        _pressed(sandbox, dana, jon, calls[number % len(calls)]) * 1000 for number in range(PRESSES)
    ]
    beside = {"presses": PRESSES, "calls open": len(calls)}
    return [
        Figure("press to dial: p50", percentile(took, 0.5), P50_MS, " ms", beside),
        Figure("press to dial: p99", percentile(took, 0.99), P99_MS, " ms", beside),
    ]


def _person(settings: Settings, name: str) -> Person:
    email = f"{name}@example.org"
    token = accounts.create_token(settings, email)
    return Person(f"http://127.0.0.1:{settings.port}", email, token)


def _opened(sandbox: SandboxDriver, dana: Person) -> list[str]:
    """Calls on which caller and dispatcher talk."""
    for _ in range(OPEN_CALLS):
        sandbox.place_call(CALLER, LINE, phone={"does": "answer"})
    _until(
        lambda: sum(len(room["participants"]) for room in sandbox.conferences()) == 2 * OPEN_CALLS
    )
    found = dana.get("/calls", status="open", limit=str(2 * OPEN_CALLS))["items"]
    return [call["id"] for call in found]


def _pressed(sandbox: SandboxDriver, dana: Person, jon: Person, call: str) -> float:
    """Seconds until the carrier was asked to dial; then the press is taken back."""
    _until(lambda: jon.put("/me/presence", {"status": "available"})["status"] == "available")
    last = sandbox.health()["log"]
    began = time.time()
    asked = dana.post(f"/calls/{call}/transfers", {"to": "met"})
    entry = sandbox.wait_for(lambda entry: _dials(entry, jon.phone), after=last)
    dana.post(f"/calls/{call}/transfers/{asked['id']}/cancel")
    return float(entry["at"]) / 1000 - began


def _dials(entry: Json, address: str) -> bool:
    if entry["kind"] != "rest" or not entry["path"].endswith("/Calls.json"):
        return False
    return entry["method"] == "POST" and any(address in to for to in entry["params"]["To"])


def _until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise LoadError("the calls to be measured never came about")
        time.sleep(LOOK_SECONDS)
