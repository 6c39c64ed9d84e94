"""The worker as a process of its own: killed at the worst moment, nothing is lost or done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from models.store import Store
from sandbox.driver import SandboxDriver
from sandbox.runner import start_sandbox
from sandbox.settings import Account
from service.config import Settings
from tests.oracle import carrier_schema
from tests.service.effects_stage import DISPATCH, arrived, desk
from tests.service.running import ROOT
from tests.waiting import eventually
from tests.web.stage import settings as settings_of

CALLS = "/Calls.json"


@pytest.fixture
def carrier(database_url: str, valkey_url: str) -> Iterator[tuple[SandboxDriver, Settings]]:
    chosen = settings_of(database_url, valkey_url)
    key = (chosen.twilio_api_key_sid, chosen.twilio_api_key_secret)
    with start_sandbox(Account(chosen.twilio_account_sid, chosen.twilio_auth_token, (key,))) as at:
        at.set_numbers({"phone_number": "+16615550111"})
        yield at, replace(chosen, carrier_url=at.url)
        assert carrier_schema.violations(at.log(), refused=True) == []


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    environ = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "METLINE_SECRET_KEY": settings.secret_key,
        "METLINE_CARRIER_URL": settings.carrier_url,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "TWILIO_API_KEY_SID": settings.twilio_api_key_sid,
        "TWILIO_API_KEY_SECRET": settings.twilio_api_key_secret,
        "TWILIO_TWIML_APP_SID": settings.twilio_twiml_app_sid,
    }
    command = [sys.executable, "-m", "service.cli", "worker"]
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("METLINE_", "TWILIO_"))}
    with subprocess.Popen(command, env=plain | environ, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.kill()


def dials(at: SandboxDriver) -> list[Any]:
    return [
        entry
        for entry in at.log()
        if entry["kind"] == "rest"
        and entry["method"] == "POST"
        and entry["path"].endswith(CALLS)
        and entry["params"]["To"] == [DISPATCH]
    ]


def test_what_waited_for_a_dead_worker_is_done_by_the_next(
    carrier: tuple[SandboxDriver, Settings],
) -> None:
    at, settings = carrier
    with desk(settings) as calls:
        with worker(settings) as first:
            arrived(calls)
            eventually(lambda: len(dials(at)) == 1)
            first.send_signal(signal.SIGKILL)
            first.wait()
        arrived(calls)
        with worker(settings):
            eventually(lambda: len(dials(at)) == 2)


def test_a_dial_that_was_at_the_carrier_when_the_worker_died_is_not_dialed_again(
    carrier: tuple[SandboxDriver, Settings],
) -> None:
    at, settings = carrier
    at.set_faults(
        {"target": "rest", "action": "timeout_but_done", "path": CALLS, "seconds": 30, "count": 1}
    )
    with desk(settings) as calls:
        with worker(settings) as first:
            call = arrived(calls)
            eventually(lambda: to_dispatch(at))
            first.send_signal(signal.SIGKILL)
            first.wait()
        with worker(settings):
            # The next worker finds the call that the first one made.
            eventually(lambda: [sid_of(settings, call.id)] == to_dispatch(at))
    assert len(to_dispatch(at)) == 1


def to_dispatch(at: SandboxDriver) -> list[str]:
    """The carrier's ids of all calls to the dispatcher; a slow start may ring others too."""
    return [call["sid"] for call in at.calls() if call["to"] == DISPATCH]


def sid_of(settings: Settings, call_id: str) -> str | None:
    """The carrier's id of the dispatcher's leg, when it is known."""
    store = Store.connect(settings.database_url, pool=1)
    try:
        return store.run(lambda work: work.outbox.sid(call_id, 2))
    finally:
        store.close()


def test_sigterm_ends_the_worker_with_0(carrier: tuple[SandboxDriver, Settings]) -> None:
    at, settings = carrier
    with desk(settings) as calls, worker(settings) as process:
        arrived(calls)
        eventually(lambda: dials(at))
        process.terminate()
        assert process.wait(30) == 0
