"""Webhooks as they arrive: signed, numbered, retried, and given up."""

from __future__ import annotations

import socket
import threading

import pytest
from twilio.request_validator import RequestValidator

from sandbox.overrides import BadOverride, split
from sandbox.signing import signed_url
from tests.sandbox.receiver import Received, Reply
from tests.sandbox.stage import ACCOUNT, CALLER, LINE, OTHER, Stage

VALIDATOR = RequestValidator(ACCOUNT.auth_token)
EVERY_EVENT = ["initiated", "ringing", "answered", "completed"]


def is_signed(request: Received, url: str = "") -> bool:
    shown = request.headers["X-Twilio-Signature"]
    return bool(VALIDATOR.validate(url or request.url, request.params, shown))


def test_a_posted_webhook_is_signed_over_its_url_and_parameters(stage: Stage) -> None:
    stage.line("<Hangup/>")
    stage.status(stage.arrives(), "completed")
    request = stage.got("/voice")[0]
    assert is_signed(request)
    forged = {**request.params, "From": OTHER}
    assert not VALIDATOR.validate(request.url, forged, request.headers["X-Twilio-Signature"])


def test_a_fetched_webhook_carries_its_parameters_in_the_signed_url(stage: Stage) -> None:
    stage.line("<Hangup/>", voice_method="GET")
    stage.status(stage.arrives(), "completed")
    request = stage.got("/voice")[0]
    assert (request.method, request.params) == ("GET", {})
    assert "CallSid=CA" in request.url
    assert is_signed(request)


def test_the_fragment_is_not_signed(stage: Stage) -> None:
    url = stage.receiver.says("/voice", "<Hangup/>")
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": f"{url}?line=1#rc=2&rp=all"})
    stage.status(stage.arrives(), "completed")
    request = stage.got("/voice")[0]
    assert request.url.endswith("/voice?line=1")
    assert is_signed(request)


SIGNED_URLS = [
    # over http the port stays
    ("http://a.example:8000/v?x=1", "http://a.example:8000/v?x=1"),
    # over https the port and the user go
    ("https://u:p@a.example:8443/v?x=1", "https://a.example/v?x=1"),
    # the fragment always goes
    ("https://a.example/v#rc=3", "https://a.example/v"),
]


@pytest.mark.parametrize(("url", "signed"), SIGNED_URLS)
def test_what_is_signed_of_a_url(url: str, signed: str) -> None:
    assert signed_url(url) == signed


def test_a_public_name_is_signed_and_led_to_the_local_product(stage: Stage) -> None:
    stage.receiver.says("/voice", "<Hangup/>")
    stage.driver.set_routes({"https://metline.example": stage.receiver.url})
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": "https://metline.example/voice"})
    stage.status(stage.arrives(), "completed")
    request = stage.got("/voice")[0]
    assert is_signed(request, "https://metline.example/voice")
    assert request.headers["X-Forwarded-Proto"] == "https"
    assert request.headers["X-Forwarded-Host"] == "metline.example"


def test_nothing_outside_this_machine_is_ever_connected(stage: Stage) -> None:
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": "http://192.0.2.1/voice"})
    sid = stage.arrives()
    stage.hears(sid, "application error")
    assert stage.webhooks("voice")[0]["error_code"] == 11205
    assert "not connected" in stage.webhooks("voice")[0]["error"]


def test_an_inbound_webhook_carries_the_standard_parameters(stage: Stage) -> None:
    stage.line("<Hangup/>")
    sid = stage.arrives()
    params = stage.got("/voice")[0].params
    expected = {
        "CallSid": sid,
        "AccountSid": ACCOUNT.sid,
        "From": CALLER,
        "To": LINE,
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        "FromCity": "",
    }
    assert {name: params.get(name) for name in expected} == expected
    assert params["StirVerstat"] == "TN-Validation-Passed-A"
    assert "ParentCallSid" not in params


def test_a_call_by_sip_brings_its_headers(stage: Stage) -> None:
    stage.line("<Hangup/>")
    headers = {"X-Caller-Number": OTHER, "X-Incident-Number": "26-1"}
    stage.driver.place_call(
        "sip:ng911@psap.example", f"sip:{LINE}@sip.example", sip_headers=headers
    )
    params = stage.got("/voice")[0].params
    assert params["SipHeader_X-Caller-Number"] == OTHER
    assert params["SipHeader_X-Incident-Number"] == "26-1"
    assert params["SipCallId"]


def test_status_callbacks_are_numbered_from_zero_and_dated(stage: Stage) -> None:
    url = stage.receiver.says("/status", "")
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "answer")
    stage.dials(OTHER, "<Hangup/>", status_callback=url, status_callback_event=EVERY_EVENT)
    told = [each.params for each in stage.got("/status", 4)]
    assert [each["CallStatus"] for each in told] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert all(each["Timestamp"].endswith("+0000") for each in told)
    assert told[-1]["CallDuration"] == "0"


def test_by_default_only_the_end_of_a_call_is_reported(stage: Stage) -> None:
    url = stage.receiver.says("/status", "")
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "busy")
    sid = stage.dials(OTHER, "<Hangup/>", status_callback=url)
    stage.status(sid, "busy")
    assert [each.params["CallStatus"] for each in stage.got("/status")] == ["busy"]


def test_the_numbers_own_callback_tells_the_end_of_an_inbound_call(stage: Stage) -> None:
    url = stage.receiver.says("/number", "")
    stage.line("<Pause length='60'/>", status_callback=url)
    sid = stage.arrives()
    stage.until(sid, lambda view: view["hears"])
    stage.driver.hangup(sid)
    ended = stage.got("/number")[0].params
    assert (ended["CallSid"], ended["Direction"]) == (sid, "inbound")
    assert ended["CallbackSource"] == "call-progress-events"


def refuse(count: int) -> dict[str, object]:
    return {"target": "webhook", "path": "/status", "action": "refuse", "count": count}


RETRIES = [
    # by default one retry, when the connection fails
    ("", refuse(1), [None, 200]),
    # two failures are one too many
    ("", refuse(2), [None, None]),
    # a server error is lost
    ("", {**refuse(1), "action": "status", "status": 503}, [503]),
    # unless asked otherwise
    ("#rc=3&rp=all", {**refuse(3), "action": "status", "status": 503}, [503, 503, 503, 200]),
    # for one class of errors only
    ("#rc=2&rp=4xx", {**refuse(2), "action": "status", "status": 503}, [503]),
    # a read timeout is lost too
    ("", {**refuse(1), "action": "timeout_but_done"}, [None]),
    # and repeated when asked for
    ("#rc=1&rp=rt", {**refuse(1), "action": "timeout_but_done"}, [None, 200]),
    # no retry at all
    ("#rc=0", refuse(1), [None]),
]


@pytest.mark.parametrize(("fragment", "fault", "statuses"), RETRIES)
def test_a_failed_callback_is_retried_as_its_url_says(
    stage: Stage, fragment: str, fault: dict[str, object], statuses: list[int | None]
) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_faults(fault)
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "busy")
    url = stage.receiver.says("/status", "") + fragment
    stage.dials(OTHER, "<Hangup/>", status_callback=url)
    stage.driver.advance(30)
    attempts = stage.webhooks("call-status")
    assert [each["status"] for each in attempts] == statuses
    assert [each["attempt"] for each in attempts] == list(range(1, len(statuses) + 1))
    assert len({each["token"] for each in attempts}) == 1


def test_a_receiver_that_is_not_there_is_tried_twice(stage: Stage) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/voice"
        stage.driver.set_numbers({"phone_number": LINE, "voice_url": url})
        stage.hears(stage.arrives(), "application error")
    assert [each["error_code"] for each in stage.webhooks("voice")] == [11205, 11205]


def test_a_receiver_that_does_not_answer_in_time_is_given_up(stage: Stage) -> None:
    done = threading.Event()

    def never(_: Received) -> Reply:
        done.wait()
        return Reply()

    url = stage.receiver.decides("/voice", never) + "#rt=100"
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": url})
    try:
        stage.hears(stage.arrives(), "application error")
    finally:
        done.set()
    assert [each["error_code"] for each in stage.webhooks("voice")] == [11200]


def test_the_idempotency_token_is_the_same_on_every_attempt(stage: Stage) -> None:
    replies = iter([Reply(status=500), Reply()])
    url = stage.receiver.decides("/status", lambda _: next(replies))
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "busy")
    stage.dials(OTHER, "<Hangup/>", status_callback=url + "#rc=1&rp=5xx")
    tokens = {each.headers["I-Twilio-Idempotency-Token"] for each in stage.got("/status", 2)}
    assert len(tokens) == 1


WRONG_FRAGMENTS = [
    # a name that the carrier does not know
    "http://a/#retries=3",
    # out of range
    "http://a/#rc=6",
    "http://a/#rt=50",
    # not a number
    "http://a/#ct=fast",
    # not a policy
    "http://a/#rp=6xx",
]


@pytest.mark.parametrize("url", WRONG_FRAGMENTS)
def test_a_wrong_connection_override_is_an_error(url: str) -> None:
    with pytest.raises(BadOverride):
        split(url)


def test_a_redirected_post_loses_its_parameters(stage: Stage) -> None:
    stage.receiver.says("/moved", "<Hangup/>")
    stage.receiver.replies("/voice", Reply(status=302, location="/moved"))
    url = stage.receiver.url + "/voice"
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": url})
    stage.status(stage.arrives(), "completed")
    moved = stage.got("/moved")[0]
    assert (moved.method, moved.params) == ("GET", {})


def test_redirects_without_end_are_an_error(stage: Stage) -> None:
    stage.receiver.replies("/voice", Reply(status=302, location="/voice"))
    url = stage.receiver.url + "/voice"
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": url})
    stage.hears(stage.arrives(), "application error")
    assert stage.webhooks("voice")[0]["error_code"] == 11215


def test_one_calls_callbacks_arrive_in_order_and_a_delayed_one_is_overtaken(
    stage: Stage,
) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_faults(
        {"target": "webhook", "event": "ringing", "action": "delay", "seconds": 5}
    )
    url = stage.receiver.says("/status", "")
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, "answer", after=1)
    stage.dials(OTHER, "<Hangup/>", status_callback=url, status_callback_event=EVERY_EVENT)
    stage.driver.advance(10)
    told = [each.params["SequenceNumber"] for each in stage.got("/status", 4)]
    assert told == ["0", "2", "3", "1"]
