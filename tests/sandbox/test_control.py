"""The control interface: phones, faults, clock, log, and the sandbox as a process."""

from __future__ import annotations

import pytest

from sandbox.audible import merged
from sandbox.clock import Clock
from sandbox.driver import SandboxDriver, SandboxError, carrier_client
from sandbox.journal import Journal
from sandbox.launch import read_launch
from sandbox.runner import SandboxProcess
from tests.sandbox.stage import ACCOUNT, CALLER, LINE, OTHER, Stage, room


def test_unknown_numbers_never_answer_and_unknown_clients_are_unreachable(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.line("<Hangup/>")
    number = stage.dials(OTHER, "<Hangup/>", timeout=20)
    client = stage.dials("client:nobody", "<Hangup/>")
    stage.driver.advance(25)
    assert stage.driver.call(number)["status"] == "no-answer"
    assert stage.driver.call(client)["status"] == "failed"


def test_a_voicemail_answers_and_speaks_and_presses_nothing(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_phone(
        OTHER,
        "voicemail",
        after=3,
        speaks="leave a message",
        hang_up_after=8,
        press=[{"digits": "1", "when_hears": "press"}],
    )
    stage.line("<Hangup/>")
    stage.receiver.says("/action", "<Hangup/>")
    gather = (
        f'<Gather action="{stage.receiver.url}/action" timeout="60"><Say>press 1</Say></Gather>'
    )
    sid = stage.dials(OTHER, gather)
    stage.driver.advance(12)
    view = stage.driver.call(sid)
    assert view["status"] == "completed"
    assert [e["text"] for e in view["history"] if e["kind"] == "spoke"] == ["leave a message"]
    assert stage.receiver.received("/action") == []


def test_a_phone_presses_what_a_prompt_asks_for(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_phone(
        OTHER, "answer", after=2, press=[{"digits": "1", "when_hears": "PRESS 1", "after": 2}]
    )
    stage.line("<Hangup/>")
    accepted = stage.receiver.says("/accepted", room())
    prompt = "<Say>Press 1 to accept</Say>"
    gather = f'<Gather numDigits="1" action="{accepted}" timeout="9">{prompt}</Gather>'
    sid = stage.dials(OTHER, gather)
    stage.driver.advance(5)
    assert stage.driver.call(sid)["conference"]["name"] == "room"


def test_a_person_may_decline(stage: Stage) -> None:
    stage.line("<Hangup/>")
    stage.driver.set_phone("client:maria", "manual")
    sid = stage.dials("client:maria", "<Hangup/>")
    stage.rung("client:maria")
    assert stage.driver.decline(sid)["status"] == "busy"


WRONG_SCRIPTS = [
    {"does": "dance"},
    {"does": "answer", "volume": 3},
    {"does": "voicemail"},
    {"does": "answer", "after": -1},
    {"does": "answer", "press": [{"digits": "1"}]},
    {"does": "answer", "press": [{"digits": "x", "at": 1}]},
]


@pytest.mark.parametrize("script", WRONG_SCRIPTS)
def test_a_wrong_script_is_refused(driver: SandboxDriver, script: dict[str, object]) -> None:
    with pytest.raises(SandboxError):
        driver._call("PUT", f"/sandbox/phones/{OTHER}", script)


WRONG_RULES: list[dict[str, object]] = [
    {"target": "mail", "action": "drop"},
    {"target": "webhook", "action": "explode"},
    {"target": "rest", "action": "repeat"},
    {"target": "webhook", "action": "drop", "when": "now"},
]


@pytest.mark.parametrize("rule", WRONG_RULES)
def test_a_wrong_fault_rule_is_refused(driver: SandboxDriver, rule: dict[str, object]) -> None:
    with pytest.raises(SandboxError):
        driver.set_faults(rule)


def test_a_repeated_webhook_comes_twice_with_one_token(stage: Stage) -> None:
    stage.driver.set_faults({"target": "webhook", "event": "completed", "action": "repeat"})
    url = stage.receiver.says("/number", "")
    stage.line("<Hangup/>", status_callback=url)
    stage.arrives()
    twice = stage.got("/number", 2)
    assert twice[0].params == twice[1].params
    assert len({each.headers["I-Twilio-Idempotency-Token"] for each in twice}) == 1


def test_a_dropped_webhook_never_comes(stage: Stage) -> None:
    stage.driver.set_faults({"target": "webhook", "path": "/number", "action": "drop"})
    url = stage.receiver.says("/number", "")
    stage.line("<Hangup/>", status_callback=url)
    stage.arrives()
    stage.webhook("number-status")
    assert stage.receiver.received("/number") == []


def test_an_answer_slower_than_fifteen_seconds_leads_to_the_fallback(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_faults(
        {"target": "webhook", "path": "/voice", "action": "slow", "seconds": 15}
    )
    fallback = stage.receiver.says("/fallback", "<Say>a human is coming</Say>")
    stage.line("<Hangup/>", voice_fallback_url=fallback)
    sid = stage.arrives()
    stage.driver.advance(14.9)
    assert stage.heard(sid) == []
    stage.driver.advance(1)
    assert stage.heard(sid) == ["say: a human is coming"]


def test_faults_match_by_parameter_and_are_forgotten_on_request(stage: Stage) -> None:
    rule = {"target": "webhook", "params": {"From": "0002$"}, "action": "drop", "count": None}
    assert stage.driver.set_faults(rule)["faults"][0]["left"] is None
    stage.line("<Say>hello</Say>")
    stage.hears(stage.arrives(CALLER), "hello")
    stage.hears(stage.arrives(OTHER), "application error")
    stage.driver.clear_faults()
    stage.hears(stage.arrives(OTHER), "hello")


def test_only_the_accounts_numbers_can_be_called(driver: SandboxDriver) -> None:
    with pytest.raises(SandboxError, match="is not one of this account's numbers"):
        driver.place_call(CALLER, OTHER)


def test_a_client_calls_through_its_application(stage: Stage) -> None:
    url = stage.receiver.says("/client", "<Say>connecting</Say>")
    sid = "AP" + "3" * 32
    stage.driver.set_application(sid, voice_url=url)
    call = stage.driver.place_call("client:dana", application_sid=sid, parameters={"call": "7"})
    stage.hears(call, "connecting")
    params = stage.got("/client")[0].params
    assert (params["From"], params["call"]) == ("client:dana", "7")


def test_a_live_handset_page_answers_presses_and_hangs_up(stage: Stage) -> None:
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "manual")
    pressed = stage.receiver.says("/pressed", "<Pause length='60'/>")
    sid = stage.dials(OTHER, f'<Gather numDigits="1" action="{pressed}" timeout="60"/>')
    stage.rung(OTHER)
    stage.driver.answer(sid)
    stage.until(sid, lambda view: view["status"] == "in-progress")
    stage.driver.wait_until(
        lambda: stage.driver.press(sid, "4") and stage.receiver.received("/pressed")
    )
    stage.driver.hangup(sid)
    assert stage.driver.call(sid)["status"] == "completed"


def test_an_unknown_habit_is_refused(driver: SandboxDriver) -> None:
    with pytest.raises(SandboxError, match="unknown setting 'politeness'"):
        driver.set_habits(politeness=1)


def test_virtual_time_stands_still_until_advanced(driver: SandboxDriver) -> None:
    driver.set_clock("virtual")
    before = driver._call("GET", "/sandbox/clock")["now"]
    assert driver.advance(90)["now"] == before + 90_000
    driver.set_clock("real")
    with pytest.raises(SandboxError, match="the clock is real"):
        driver.advance(1)


def test_the_log_is_bounded() -> None:
    journal = Journal(Clock(), entries=3)
    for number in range(10):
        journal.add("note", number=number)
    assert [entry["number"] for entry in journal.after(0)] == [7, 8, 9]
    assert [entry["id"] for entry in journal.after(9)] == [10]


SPANS = [
    # apart
    ([(1, 2), (3, 4)], [(1, 2), (3, 4)]),
    # overlapping
    ([(1, 3), (2, 4)], [(1, 4)]),
    # one lasts
    ([(1, None), (2, 4)], [(1, None)]),
    # touching
    ([(1, 2), (2, None)], [(1, None)]),
]


@pytest.mark.parametrize(("spans", "union"), SPANS)
def test_overlapping_company_is_counted_once(
    spans: list[tuple[int, int | None]], union: list[tuple[int, int | None]]
) -> None:
    assert merged(spans) == union


def test_it_runs_as_a_process_of_its_own() -> None:
    with SandboxProcess(ACCOUNT) as driver:
        assert driver.health()["status"] == "ok"
        driver.set_numbers({"phone_number": LINE})
        client = carrier_client(driver.url, ACCOUNT.sid, ACCOUNT.auth_token)
        assert [n.phone_number for n in client.incoming_phone_numbers.list()] == [LINE]


def test_it_is_configured_by_the_products_own_environment() -> None:
    environ = {
        "TWILIO_ACCOUNT_SID": ACCOUNT.sid,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_API_KEY_SID": "SK1",
        "TWILIO_API_KEY_SECRET": "secret",
        "TWILIO_TWIML_APP_SID": "AP1",
        "METLINE_PUBLIC_URL": "https://metline.example/",
        "PORT": "8123",
    }
    launch = read_launch([], environ)
    assert launch.account.api_keys == (("SK1", "secret"),)
    assert launch.applications == ("AP1",)
    assert launch.routes == {"https://metline.example": "http://127.0.0.1:8123"}


def test_without_an_account_it_does_not_start() -> None:
    with pytest.raises(SystemExit):
        read_launch([], {})
