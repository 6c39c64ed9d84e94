"""`metline doctor` finds every fault of an installation and says how to mend it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.store import Store
from sandbox.driver import SandboxDriver
from sandbox.runner import start_sandbox
from sandbox.settings import Account
from service import directory_file, doctor, fallback, wiring
from service.app import create_app
from service.config import Settings
from telephony.account import wanted_hooks
from tests.oracle import carrier_schema
from tests.service.effects_stage import DEMO
from tests.web.stage import served, settings

LINES = ("+16615550110", "+16615550111", "+16615550112", "+16615550121", "+16615550122")


@pytest.fixture
def carrier(database_url: str, valkey_url: str) -> Iterator[SandboxDriver]:
    chosen = settings(database_url, valkey_url)
    key = (chosen.twilio_api_key_sid, chosen.twilio_api_key_secret)
    account = Account(chosen.twilio_account_sid, chosen.twilio_auth_token, (key,))
    with start_sandbox(account) as driver:
        yield driver
        assert carrier_schema.violations(driver.log(), refused=True) == []


@pytest.fixture
def installed(
    database_url: str, valkey_url: str, carrier: SandboxDriver, tmp_path: Path
) -> Iterator[Settings]:
    """Everything is as it should be."""
    chosen = replace(settings(database_url, valkey_url), carrier_url=carrier.url)
    directory_file.main(chosen, DEMO)
    fallback.write(chosen, tmp_path)
    hosted = [carrier.put_file(path.name, path.read_text()) for path in tmp_path.iterdir()]
    chosen = replace(chosen, fallback_url=hosted[0].rpartition("/")[0])
    port = free_port()
    chosen = replace(chosen, public_url=f"http://127.0.0.1:{port}")
    with served(create_app(chosen), port):
        beat(database_url)
        provision(carrier, chosen)
        yield chosen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def beat(url: str) -> None:
    store = Store.connect(url, pool=1)
    store.run(lambda work: work.records.beat("worker:here", wiring.now()))
    store.close()


def provision(carrier: SandboxDriver, chosen: Settings, **changes: str) -> None:
    numbers = []
    for line in LINES:
        hooks = wanted_hooks(wiring.voice_settings(chosen), line)
        urls = {
            "voice_url": hooks.voice,
            "voice_fallback_url": hooks.fallback,
            "status_callback": hooks.status,
        }
        numbers.append({"phone_number": line, **urls, **changes})
    carrier.set_numbers(*numbers)


def faults(chosen: Settings) -> dict[str, str]:
    found = doctor.examine(chosen)
    return {each.subject: each.mend for each in found if each.state == "fault"}


def test_a_sound_installation_has_no_fault(
    installed: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor.main(installed)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 5 + 4 * len(LINES)
    assert all(line.startswith("ok ") for line in lines)


def test_a_fault_ends_with_1_and_names_its_mend(
    installed: Settings, carrier: SandboxDriver, capsys: pytest.CaptureFixture[str]
) -> None:
    provision(carrier, installed, voice_url="http://elsewhere.example/voice")
    with pytest.raises(SystemExit) as ended:
        doctor.main(installed)
    assert ended.value.code == 1
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("fault")]
    assert len(said) == len(LINES)
    assert all("elsewhere.example" in line and "metline provision" in line for line in said)


def test_each_hook_of_each_number_is_looked_at(installed: Settings, carrier: SandboxDriver) -> None:
    provision(carrier, installed, voice_fallback_url="", status_callback="")
    found = faults(installed)
    assert set(found) == {
        f"line {line} {hook}" for line in LINES for hook in ("status", "fallback")
    }


def test_a_number_that_the_account_lacks_is_a_fault(
    installed: Settings, carrier: SandboxDriver
) -> None:
    carrier.set_numbers()
    assert set(faults(installed)) == {f"line {line}" for line in LINES}


def test_wrong_carrier_credentials_are_a_fault(installed: Settings) -> None:
    wrong = replace(installed, twilio_api_key_secret="4" * 32)
    assert "TWILIO_" in faults(wrong)["carrier"]


def test_a_wrong_auth_token_fails_at_our_own_door(installed: Settings) -> None:
    wrong = replace(installed, twilio_auth_token="5" * 32)
    assert set(faults(wrong)) == {"signed request"}


def test_a_public_address_that_leads_elsewhere_is_a_fault(installed: Settings) -> None:
    found = faults(replace(installed, public_url="http://127.0.0.1:9"))
    assert {"signed request", "unsigned request"} <= set(found)


def test_a_fallback_document_that_is_not_hosted_is_a_fault(installed: Settings) -> None:
    found = faults(replace(installed, fallback_url="http://127.0.0.1:9/nothing"))
    assert f"line {LINES[0]} document" in found


def test_stores_that_do_not_answer_are_faults(installed: Settings) -> None:
    gone = replace(
        installed,
        database_url="postgresql://nobody@127.0.0.1:9/none",
        redis_url="redis://127.0.0.1:9/0",
    )
    assert {"database", "redis", "worker", "directory"} <= set(faults(gone))


def test_nothing_running_is_one_fault(installed: Settings) -> None:
    found = faults(replace(installed, database_url="", redis_url=""))
    assert set(found) == {"stores"}
    assert "metline up" in found["stores"]
