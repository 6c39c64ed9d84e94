"""The REST interface, driven by the real library."""

from __future__ import annotations

import pytest
import requests

from sandbox.driver import SandboxDriver, carrier_client
from sandbox.settings import Account
from tests.oracle import carrier_schema
from tests.sandbox.stage import ACCOUNT, CALLER, LINE, OTHER, Stage, refusal, room

API = f"/2010-04-01/Accounts/{ACCOUNT.sid}"

WRONG_CREATES = [
    # nothing to dial
    ({"From": LINE, "Twiml": "<Response/>"}, 21201),
    # not a number
    ({"To": "5550100", "From": LINE, "Twiml": "<Response/>"}, 21211),
    # not a number to show
    ({"To": CALLER, "From": "bogus", "Twiml": "<Response/>"}, 21212),
    # a number of somebody else
    ({"To": CALLER, "From": OTHER, "Twiml": "<Response/>"}, 21210),
    # nothing to say
    ({"To": CALLER, "From": LINE}, 21205),
    # two things to say
    ({"To": CALLER, "From": LINE, "Url": "http://127.0.0.1/a", "Twiml": "<Response/>"}, 21205),
    # a document too long
    ({"To": CALLER, "From": LINE, "Twiml": "x" * 4001}, 21219),
    # not an address
    ({"To": CALLER, "From": LINE, "Url": "voice/answer"}, 21205),
    # an unknown parameter
    ({"To": CALLER, "From": LINE, "Twiml": "<Response/>", "Retries": "3"}, 20001),
    # a parameter that is known to the carrier and not offered here
    ({"To": CALLER, "From": LINE, "Twiml": "<Response/>", "Record": "true"}, 20001),
    # a value out of range
    ({"To": CALLER, "From": LINE, "Twiml": "<Response/>", "Timeout": "601"}, 20001),
    # events joined by a comma
    ({"To": CALLER, "From": LINE, "Twiml": "<Response/>", "StatusCallbackEvent": "a,b"}, 21626),
    # an emergency number
    ({"To": "911", "From": LINE, "Twiml": "<Response/>"}, 21202),
]


@pytest.mark.parametrize(("form", "code"), WRONG_CREATES)
def test_a_wrong_call_is_refused_with_the_carriers_code(
    stage: Stage, form: dict[str, str], code: int
) -> None:
    stage.line("<Hangup/>")
    answer = requests.post(
        f"{stage.driver.url}{API}/Calls.json",
        data=form,
        auth=(ACCOUNT.sid, ACCOUNT.auth_token),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert stage.driver.calls() == []


WRONG_CREDENTIALS = [
    # another secret
    (ACCOUNT.sid, "wrong"),
    # an unknown account
    ("AC" + "9" * 32, ACCOUNT.auth_token),
]


@pytest.mark.parametrize(("user", "secret"), WRONG_CREDENTIALS)
def test_wrong_credentials_are_refused(driver: SandboxDriver, user: str, secret: str) -> None:
    client = carrier_client(driver.url, user, secret)
    error = refusal(lambda: client.api.accounts(ACCOUNT.sid).calls("CA1").fetch())
    assert (error.status, error.code) == (401, 20003)


def test_an_api_key_opens_the_account_and_the_log_tells_which_credentials_were_used(
    driver: SandboxDriver, account: Account
) -> None:
    key, secret = account.api_keys[0]
    client = carrier_client(driver.url, key, secret)
    assert client.api.accounts(account.sid).calls.list() == []
    assert [e["auth"] for e in driver.log() if e["kind"] == "rest"] == ["api_key"]


def test_calls_are_listed_newest_first_by_filter_and_in_pages(stage: Stage) -> None:
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "busy")
    placed = [stage.dials(OTHER, "<Hangup/>") for _ in range(5)]
    for sid in placed:
        stage.status(sid, "busy")
    found = stage.client.calls.list(status="busy", to=OTHER, page_size=2)
    assert [call.sid for call in found] == placed[::-1]
    assert stage.client.calls.list(to=CALLER) == []
    assert stage.client.calls.list(from_=LINE, limit=3)[0].sid == placed[-1]


def test_an_unknown_sid_or_path_is_not_found(stage: Stage) -> None:
    assert refusal(lambda: stage.client.calls("CA" + "0" * 32).fetch()).code == 20404
    assert refusal(lambda: stage.client.messages("SM1").fetch()).code == 20404


def test_numbers_and_applications_are_found_and_changed(stage: Stage) -> None:
    stage.line("<Hangup/>")
    number = stage.client.incoming_phone_numbers.list(phone_number=LINE)[0]
    number.update(voice_url="http://127.0.0.1:9/voice", status_callback="http://127.0.0.1:9/s")
    again = stage.client.incoming_phone_numbers(number.sid).fetch()
    assert (again.voice_url, again.status_callback) == (
        "http://127.0.0.1:9/voice",
        "http://127.0.0.1:9/s",
    )
    made = stage.client.applications.create(friendly_name="softphone", voice_url=again.voice_url)
    stage.client.applications(made.sid).update(voice_url="http://127.0.0.1:9/other")
    assert stage.client.applications(made.sid).fetch().voice_url == "http://127.0.0.1:9/other"
    assert [each.sid for each in stage.client.applications.list(friendly_name="softphone")] == [
        made.sid
    ]


def test_an_unknown_parameter_of_a_participant_is_refused(stage: Stage) -> None:
    stage.line(room())
    conference = stage.in_room(stage.arrives())
    answer = requests.post(
        f"{stage.driver.url}{API}/Conferences/{conference}/Participants.json",
        data={"To": OTHER, "From": LINE, "Url": "http://127.0.0.1/whisper"},
        auth=(ACCOUNT.sid, ACCOUNT.auth_token),
        timeout=10,
    )
    assert answer.json()["message"] == "Unknown parameter Url"


def test_a_participants_status_cannot_be_updated(stage: Stage) -> None:
    stage.line(room())
    sid = stage.arrives()
    conference = stage.in_room(sid)
    answer = requests.post(
        f"{stage.driver.url}{API}/Conferences/{conference}/Participants/{sid}.json",
        data={"Status": "completed"},
        auth=(ACCOUNT.sid, ACCOUNT.auth_token),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_the_oracle_notices_what_the_carrier_would_refuse() -> None:
    path = f"{API}/Calls.json"
    found = carrier_schema.check_request("POST", path, {"To": [CALLER], "Retries": ["3"]})
    assert found == [
        f"POST {path}: From is required",
        f"POST {path}: Retries is no parameter",
    ]
    wrong = carrier_schema.check_response("POST", path, 201, {"sid": "CA1"})
    assert any("$.sid='CA1' does not match" in each for each in wrong)
    assert any("$.status is missing" in each for each in wrong)


def test_the_oracle_checks_enumerations_and_types() -> None:
    path = f"{API}/Conferences/CF1/Participants/CA1.json"
    found = carrier_schema.check_request("POST", path, {"Muted": ["yes"], "HoldMethod": ["PUSH"]})
    assert len(found) == 2
