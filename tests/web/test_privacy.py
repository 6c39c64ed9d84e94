"""Nothing that identifies a person reaches the log, whatever is sent."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from handlers.log import CallLog
from service import logs
from tests.web.stage import CALLER, Person, World

SECRETS = ("Jane Roe", "661 555 0142", "6615550142", "6615550177", "5 Elm Street", "takes pills")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything this process logs, at every level that production shows."""
    written = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure(written)
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def test_what_is_said_of_a_person_is_not_logged(
    world: World, dana: Person, maria: Person, ada: Person, lines: io.StringIO
) -> None:
    call = world.with_specialist("maria")
    path = f"/calls/{call.id}"
    dana.patch(path, {
        "incident_number": "26-004411",
        "context": {"caller": "Jane Roe", "location": "5 Elm Street",
                    "callback_number": "+16615550177", "note": "takes pills"},
    })  # fmt: skip
    dana.patch(path, {"context": {"Jane Roe": "takes pills"}})
    dana.get(f"/calls?q=Jane%20Roe%20{CALLER[1:]}&status=Jane%20Roe")
    dana.get(f"{path}/caller-number")
    ada.get(f"{path}/caller-number")
    dana.ask("POST", f"/calls/{call.id}/Jane Roe 661 555 0142")
    maria.send("PUT", f"{path}/outcome/draft", b'{"note": "takes pills"', {})
    maria.post(f"{path}/escalate", {"reason": "takes pills"})
    maria.post(f"{path}/end")
    text = lines.getvalue()
    for secret in SECRETS:
        assert secret not in text
    assert CALLER not in text
    assert "denied" in text


def test_a_failure_is_logged_by_its_place_and_told_to_nobody(
    world: World, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Jane Roe at 5 Elm Street")

    monkeypatch.setattr(CallLog, "call", broken)
    call = world.arrived()
    answer = world.person("dana").get(f"/calls/{call.id}")
    assert (answer.status_code, answer.json()["title"]) == (500, "failed")
    assert "Jane" not in answer.text + lines.getvalue()
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert any("RuntimeError" in line.get("error", "") for line in logged)
