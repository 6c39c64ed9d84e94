"""REST through the carrier's own library: what is asked, and what a failure says about retrying."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.ports import Carrier, CarrierError, Retry, Where
from sandbox.driver import SandboxDriver
from telephony.client import TwilioCarrier
from tests.telephony.fakes import (
    DIRECT,
    FALLBACK,
    DeskInMemory,
    application,
    served,
    voice_settings,
)

CALL = "018f2c3a-0000-7000-8000-000000000000"
PHONE, OTHER, SOFTPHONE = "+16615550150", "+16615550151", "client:user_maria"
FALLBACKS = "https://fallback.example.org"


@pytest.fixture
def product() -> Iterator[str]:
    """Answers every document, so that legs live on in the sandbox."""
    app = application(DeskInMemory(), voice_settings())
    with served(app) as actual:
        yield actual


@pytest.fixture
def carrier(sandbox: SandboxDriver, product: str) -> TwilioCarrier:
    sandbox.set_numbers({"phone_number": DIRECT})
    sandbox.set_routes({"https://voice.example.org": product})
    return at(sandbox)


def at(sandbox: SandboxDriver, **changes: Any) -> TwilioCarrier:
    values: dict[str, Any] = {"carrier_url": sandbox.url, "fallback_url": FALLBACKS}
    return TwilioCarrier(voice_settings(**values | changes))


def requests_to(sandbox: SandboxDriver, ending: str) -> list[dict[str, Any]]:
    log = sandbox.log()
    return [each for each in log if each["kind"] == "rest" and each["path"].endswith(ending)]


def becomes(sandbox: SandboxDriver, sid: str, status: str) -> None:
    sandbox.wait_until(lambda: sandbox.call(sid)["status"] == status)


def ended(sandbox: SandboxDriver, sid: str) -> None:
    sandbox.wait_until(lambda: sandbox.call(sid)["status"] in ("canceled", "completed"))


def refused(error: pytest.ExceptionInfo[CarrierError]) -> Retry:
    assert "661555" not in str(error.value)
    assert error.value.__cause__ is None
    return error.value.retry


def test_it_is_a_carrier(carrier: TwilioCarrier) -> None:
    port: Carrier = carrier
    assert port is carrier


def test_a_dial_asks_for_everything_that_the_leg_needs(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_phone(PHONE, "no_answer")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    assert sandbox.call(sid)["to"] == PHONE
    (create,) = requests_to(sandbox, "/Calls.json")
    asked = create["params"]
    assert asked["StatusCallbackEvent"] == ["ringing", "completed"]
    base = f"https://voice.example.org/voice/legs/{CALL}/2"
    assert asked["Url"][0].startswith(f"{base}/answer#")
    assert asked["StatusCallback"] == [f"{base}/status#rc=3&rp=all"]
    assert asked["FallbackUrl"] == [f"{FALLBACKS}/{DIRECT[1:]}.xml"]
    assert asked["Timeout"] == ["20"]
    assert "Record" not in asked


@pytest.mark.parametrize(("seconds", "asked"), [(1, "5"), (30, "30"), (9999, "600")])
def test_a_ring_is_as_long_as_the_carrier_allows(
    sandbox: SandboxDriver, carrier: TwilioCarrier, seconds: int, asked: str
) -> None:
    carrier.dial(CALL, 2, PHONE, DIRECT, seconds)
    (create,) = requests_to(sandbox, "/Calls.json")
    assert create["params"]["Timeout"] == [asked]


def test_a_softphone_learns_which_offer_it_is(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_phone(SOFTPHONE, "no_answer")
    sid = carrier.dial(CALL, 3, SOFTPHONE, DIRECT, 15)
    becomes(sandbox, sid, "ringing")
    (create,) = requests_to(sandbox, "/Calls.json")
    assert create["params"]["To"] == [f"{SOFTPHONE}?call={CALL}&leg=3"]


def test_a_dial_that_was_made_is_found_again(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    before = datetime.now(UTC)
    sandbox.set_phone(PHONE, "no_answer")
    sandbox.set_phone(SOFTPHONE, "no_answer")
    mine = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    carrier.dial(CALL, 3, OTHER, DIRECT, 20)
    soft = carrier.dial(CALL, 4, SOFTPHONE, DIRECT, 20)
    assert carrier.find_dial(PHONE, DIRECT, before) == (mine,)
    assert carrier.find_dial(SOFTPHONE, DIRECT, before) == (soft,)
    assert carrier.find_dial(PHONE, DIRECT, before + timedelta(minutes=1)) == ()
    assert carrier.find_dial("+16615550159", DIRECT, before) == ()


def test_a_dial_whose_answer_is_lost_is_unknown_made_once_and_can_be_looked_up(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    before = datetime.now(UTC)
    fault = {"target": "rest", "action": "timeout_but_done", "path": "Calls.json", "seconds": 30}
    sandbox.set_faults({**fault, "method": "POST"})
    with pytest.raises(CarrierError) as error:
        at(sandbox, timeout_seconds=0.5).dial(CALL, 2, PHONE, DIRECT, 20)
    assert refused(error) is Retry.UNKNOWN
    sandbox.clear_faults()
    assert len(carrier.find_dial(PHONE, DIRECT, before)) == 1


@pytest.mark.parametrize(
    ("status", "expected"), [(503, Retry.UNKNOWN), (500, Retry.UNKNOWN), (429, Retry.SAFE)]
)
def test_a_dial_that_the_carrier_failed_is_asked_for_once_only(
    sandbox: SandboxDriver, carrier: TwilioCarrier, status: int, expected: Retry
) -> None:
    sandbox.set_faults({"target": "rest", "action": "status", "status": status, "count": None})
    with pytest.raises(CarrierError) as error:
        carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    assert refused(error) is expected
    assert len(requests_to(sandbox, "/Calls.json")) == 1


def test_a_dial_from_a_number_that_is_not_ours_is_refused_for_good(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    with pytest.raises(CarrierError) as error:
        carrier.dial(CALL, 2, PHONE, "+16615559999", 20)
    assert refused(error) is Retry.NEVER
    assert "caller ID" in error.value.reason


def test_a_carrier_that_cannot_be_reached_was_never_asked() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(CarrierError) as error:
        TwilioCarrier(voice_settings(carrier_url=nobody)).dial(CALL, 2, PHONE, DIRECT, 20)
    assert refused(error) is Retry.SAFE


def test_a_connection_that_breaks_after_the_request_leaves_the_dial_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up_on_the_first() -> None:
            peer, _ = listening.accept()
            with peer:
                peer.recv(65_536)

        thread = threading.Thread(target=hang_up_on_the_first)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(CarrierError) as error:
            TwilioCarrier(voice_settings(carrier_url=url)).dial(CALL, 2, PHONE, DIRECT, 20)
        thread.join()
    assert refused(error) is Retry.UNKNOWN


def test_a_ringing_leg_is_ended_even_with_words_for_it(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_phone(PHONE, "no_answer")
    for farewell in (None, "taken"):
        sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
        becomes(sandbox, sid, "ringing")
        carrier.hang_up(sid, CALL, 2, farewell)
        ended(sandbox, sid)


def test_a_leg_that_still_rings_stops(sandbox: SandboxDriver, carrier: TwilioCarrier) -> None:
    sandbox.set_phone(PHONE, "no_answer")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    becomes(sandbox, sid, "ringing")
    carrier.stop_ringing(sid)
    becomes(sandbox, sid, "canceled")


def test_who_answers_while_the_ringing_is_stopped_is_left_to_their_own_document(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_habits(speech_characters_per_second=1)
    sandbox.set_phone(PHONE, "answer")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    sandbox.wait_until(lambda: "way any more" in str(sandbox.call(sid)["hears"]))
    carrier.stop_ringing(sid)
    assert sandbox.call(sid)["status"] == "in-progress"
    carrier.hang_up(sid, CALL, 2, None)


def test_an_answered_leg_hears_why_and_is_over(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    # The first document goes on for long, the farewell does not.
    sandbox.set_habits(speech_characters_per_second=1)
    sandbox.set_phone(PHONE, "answer")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    sandbox.wait_until(lambda: "way any more" in str(sandbox.call(sid)["hears"]))
    sandbox.set_habits(speech_characters_per_second=0)
    carrier.hang_up(sid, CALL, 2, "taken")
    becomes(sandbox, sid, "completed")
    fetched = [each for each in sandbox.log() if "/farewell/" in str(each.get("url"))]
    assert "Someone else" in fetched[0]["body"]


def test_a_leg_that_is_over_is_gone(sandbox: SandboxDriver, carrier: TwilioCarrier) -> None:
    sandbox.set_phone(PHONE, "busy")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    becomes(sandbox, sid, "busy")
    for gone in (sid, "CA" + "f" * 32):
        for farewell in (None, "taken"):
            with pytest.raises(CarrierError) as error:
                carrier.hang_up(gone, CALL, 2, farewell)
            assert refused(error) is Retry.GONE
        with pytest.raises(CarrierError) as error:
            carrier.stop_ringing(gone)
        assert refused(error) is Retry.GONE
        with pytest.raises(CarrierError) as error:
            carrier.hand_over(gone, CALL, 1)
        assert refused(error) is Retry.GONE


def test_what_has_no_conference_yet_is_tried_again(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    with pytest.raises(CarrierError) as error:
        carrier.hold(CALL, None, "CA" + "f" * 32, 1, on=True)
    assert refused(error) is Retry.SAFE
    with pytest.raises(CarrierError) as error:
        carrier.announce(CALL, None, "CA" + "f" * 32, 1, "stay_on_line")
    assert refused(error) is Retry.SAFE


def test_a_conference_that_is_over_is_gone(sandbox: SandboxDriver, carrier: TwilioCarrier) -> None:
    with pytest.raises(CarrierError) as error:
        carrier.hold(CALL, "CF" + "f" * 32, "CA" + "f" * 32, 1, on=True)
    assert refused(error) is Retry.GONE


@pytest.mark.parametrize(
    ("does", "status", "where", "reason"),
    [
        ("no_answer", "ringing", Where.RINGING, None),
        ("busy", "busy", Where.ENDED, "busy"),
        ("fail", "failed", Where.ENDED, "unreachable"),
    ],
)
def test_the_carrier_is_asked_where_a_leg_is(
    sandbox: SandboxDriver,
    carrier: TwilioCarrier,
    *,
    does: str,
    status: str,
    where: Where,
    reason: str | None,
) -> None:
    sandbox.set_phone(PHONE, does)
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    becomes(sandbox, sid, status)
    found = carrier.where_is(CALL, None, sid)
    assert (found.where, found.reason, found.held) == (where, reason, None)


def test_a_leg_that_waits_for_its_turn_is_queued(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_habits(calls_per_second=0.01)
    carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    second = carrier.dial(CALL, 3, OTHER, DIRECT, 20)
    assert carrier.where_is(CALL, None, second).where is Where.QUEUED


def test_a_leg_that_the_carrier_never_had_is_unknown(carrier: TwilioCarrier) -> None:
    assert carrier.where_is(CALL, None, "CA" + "f" * 32).where is Where.UNKNOWN
    assert carrier.where_is(CALL, "CF" + "f" * 32, "CA" + "f" * 32).where is Where.UNKNOWN


def test_one_client_serves_many_threads(sandbox: SandboxDriver, carrier: TwilioCarrier) -> None:
    def dial(leg: int) -> str:
        return carrier.dial(CALL, leg, PHONE, DIRECT, 20)

    with ThreadPoolExecutor(8) as pool:
        sids = set(pool.map(dial, range(2, 34)))
    assert len(sids) == 32
    asked = requests_to(sandbox, "/Calls.json")
    assert len({each["params"]["Url"][0] for each in asked}) == 32


def test_nothing_that_identifies_a_person_is_logged(
    sandbox: SandboxDriver, carrier: TwilioCarrier, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="twilio"):
        carrier.dial(CALL, 2, PHONE, DIRECT, 20)
        carrier.find_dial(PHONE, DIRECT, datetime.now(UTC))
    assert not [each for each in caplog.records if each.name.startswith("twilio")]


def test_without_a_stand_in_requests_go_to_the_carrier_itself() -> None:
    from telephony.transport import Transport

    url = "https://api.twilio.com/2010-04-01/Accounts.json"
    assert Transport(5.0)._actual(url) == url
    moved = Transport(5.0, "http://127.0.0.1:9/base")._actual(url)
    assert moved == "http://127.0.0.1:9/base/2010-04-01/Accounts.json"
    other = "https://elsewhere.example.org/x"
    assert Transport(5.0, "http://127.0.0.1:9")._actual(other) == other


def test_a_leg_that_is_handed_over_rings_the_fallback_number(
    sandbox: SandboxDriver, carrier: TwilioCarrier
) -> None:
    sandbox.set_habits(speech_characters_per_second=1)
    sandbox.set_phone(PHONE, "answer")
    sandbox.set_phone(FALLBACK, "answer")
    sid = carrier.dial(CALL, 2, PHONE, DIRECT, 20)
    sandbox.wait_until(lambda: "way any more" in str(sandbox.call(sid)["hears"]))
    sandbox.set_habits(speech_characters_per_second=0)
    # Leg 1 of a call that nobody knows is a caller all the same.
    carrier.hand_over(sid, CALL, 1)
    sandbox.wait_until(lambda: [x for x in sandbox.calls() if x["to"] == FALLBACK])
