"""What each leg hears, over real HTTP, with the real core deciding."""

from __future__ import annotations

import logging
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
import requests

from routing.commands import ReportAnswered, ReportJoined, ReportKey, ReportStar
from routing.states import LegState
from tests.telephony.fakes import (
    BRIDGED,
    DIRECT,
    DISPATCH,
    FALLBACK,
    CarrierSide,
    DeskInMemory,
    application,
    came_in,
    goes_on,
    served,
    sid,
    voice_settings,
)
from tests.telephony.grammar import QUIET, parsed, verbs

STRANGER = "00000000-0000-4000-8000-000000000000"


def document(answer: requests.Response) -> Element:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    return parsed(answer.text)


def conference(root: Element) -> Element:
    found = root.find("Dial/Conference")
    assert found is not None, f"no conference in {verbs(root)}"
    return found


def attribute(root: Element, path: str, name: str) -> str:
    found = root.find(path)
    assert found is not None, path
    return found.attrib[name]


def words(root: Element) -> str:
    return " ".join(say.text or "" for say in root.iter("Say"))


def only_call(desk: DeskInMemory) -> str:
    (call_id,) = desk.calls
    return call_id


def with_dispatcher(desk: DeskInMemory, carrier: CarrierSide) -> str:
    """A direct call whose dispatcher answered and is in the conference with the caller."""
    document(carrier.post("/voice/inbound", came_in()))
    call_id = only_call(desk)
    document(carrier.post(f"/voice/legs/{call_id}/2/answer", goes_on(2)))
    for sequence, leg in enumerate((1, 2), start=1):
        desk.report(call_id, ReportJoined(leg, sequence))
    return call_id


def test_a_caller_goes_straight_into_the_conference(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    root = document(carrier.post("/voice/inbound", came_in()))
    assert verbs(root) == ["Dial", "Redirect"]
    assert conference(root).text == f"call-{only_call(desk)}"
    assert root.find("Dial[@hangupOnStar]") is None
    assert desk.arrivals == [(DIRECT, "+16615550123", None)]


def test_a_center_hears_the_menu_and_one_key_is_enough(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    root = document(carrier.post("/voice/inbound", came_in(BRIDGED)))
    assert verbs(root) == ["Gather", "Redirect"]
    gather = root.find("Gather")
    assert gather is not None
    assert gather.attrib["numDigits"] == "1"
    assert gather.attrib["actionOnEmptyResult"] == "true"
    form = goes_on(1, Digits="1", To=BRIDGED)
    after = document(carrier.post(gather.attrib["action"], form))
    assert after.find("Dial[@hangupOnStar='true']/Conference") is not None
    assert desk.reports[-1] == ReportKey(1, "1")


@pytest.mark.parametrize(
    ("digits", "heard"),
    [("", None), ("9", "9"), ("*", "*"), ("#", "#"), ("zz", None)],
)
def test_silence_and_digits_that_are_not_in_the_menu_never_ask_for_a_second_key(
    desk: DeskInMemory, carrier: CarrierSide, digits: str, heard: str | None
) -> None:
    document(carrier.post("/voice/inbound", came_in(BRIDGED)))
    path = f"/voice/legs/{only_call(desk)}/1/key"
    root = document(carrier.post(path, goes_on(1, Digits=digits)))
    assert root.find("Dial/Conference") is not None
    assert desk.reports[-1] == ReportKey(1, heard)


def test_the_same_call_fetched_twice_arrives_once(desk: DeskInMemory, carrier: CarrierSide) -> None:
    first = document(carrier.post("/voice/inbound", came_in()))
    again = document(carrier.post("/voice/inbound", came_in()))
    assert conference(first).text == conference(again).text
    assert len(desk.calls) == 1


def test_every_leg_enters_with_the_same_conference_attributes(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    caller = conference(document(carrier.post("/voice/inbound", came_in())))
    path = f"/voice/legs/{only_call(desk)}/2/answer"
    dispatcher = conference(document(carrier.post(path, goes_on(2))))
    labels = {caller.attrib.pop("participantLabel"), dispatcher.attrib.pop("participantLabel")}
    assert len(labels) == 2
    assert caller.attrib == dispatcher.attrib
    assert caller.text == dispatcher.text
    assert caller.attrib["endConferenceOnExit"] == "false"
    assert caller.attrib["startConferenceOnEnter"] == "true"
    assert caller.attrib["beep"] == "false"
    assert caller.attrib["region"] == "us1"
    wanted = {"start", "end", "join", "leave", "mute", "hold", "announcement"}
    assert set(caller.attrib["statusCallbackEvent"].split()) == wanted


def test_star_leads_to_the_menu_and_a_key_back_under_another_label(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    before = f"/voice/legs/{call_id}/2/answer"
    labels = [conference(document(carrier.post(before, goes_on(2)))).attrib["participantLabel"]]
    for number in range(2):
        menu = f"/voice/legs/{call_id}/2/menu"
        form = goes_on(2, DialCallStatus="answered")
        root = document(carrier.post(menu, form, idempotency=f"star-{number}"))
        assert verbs(root) == ["Gather", "Redirect"]
        key = goes_on(2, Digits="1")
        path = attribute(root, "Gather", "action")
        back = document(carrier.post(path, key, idempotency=f"key-{number}"))
        labels.append(conference(back).attrib["participantLabel"])
        desk.report(call_id, ReportJoined(2, 10 + number))
    assert len(set(labels)) == 3


def test_a_star_that_is_delivered_twice_counts_once(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    path, form = f"/voice/legs/{call_id}/2/menu", goes_on(2, DialCallStatus="answered")
    first = carrier.post(path, form, idempotency="one")
    again = carrier.post(path, form, idempotency="one")
    assert first.text == again.text
    assert desk.reports.count(ReportStar(2)) == 1


def test_the_menu_of_a_call_that_is_over_is_a_farewell(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    carrier.post("/voice/lines/status", came_in(CallStatus="completed"))
    assert desk.calls[call_id].closed
    path, form = f"/voice/legs/{call_id}/2/menu", goes_on(2, DialCallStatus="answered")
    root = document(carrier.post(path, form))
    assert verbs(root) == ["Say", "Hangup"]
    assert "hung up" in words(root)


def test_a_leg_that_the_conference_would_not_take_tries_again_after_a_pause(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    for path, form in (
        (f"/voice/legs/{call_id}/2/menu", goes_on(2, DialCallStatus="failed")),
        (f"/voice/legs/{call_id}/1/next", came_in(CallStatus="in-progress")),
    ):
        assert verbs(document(carrier.post(path, form))) == ["Pause", "Dial", "Redirect"]
    assert ReportStar(2) not in desk.reports


def test_an_on_call_phone_is_asked_twice_and_only_the_key_lets_it_in(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    document(carrier.post("/voice/inbound", came_in(BRIDGED)))
    call_id = only_call(desk)
    document(carrier.post(f"/voice/legs/{call_id}/1/key", goes_on(1, Digits="3")))
    desk.report(call_id, ReportJoined(1, 1))
    root = document(carrier.post(f"/voice/legs/{call_id}/2/answer", goes_on(2)))
    assert verbs(root) == ["Gather", "Gather", "Redirect"]
    accept = attribute(root, "Gather", "action")
    silence = document(carrier.post(accept, goes_on(2, Digits="")))
    assert verbs(silence) == ["Gather", "Gather", "Redirect"]
    assert desk.calls[call_id].legs[1].state is LegState.SCREENING
    taken = document(carrier.post(accept, goes_on(2, Digits="1")))
    assert taken.find("Dial/Conference") is not None


def test_an_answer_that_is_fetched_twice_counts_once(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    document(carrier.post("/voice/inbound", came_in()))
    path = f"/voice/legs/{only_call(desk)}/2/answer"
    first, again = (conference(document(carrier.post(path, goes_on(2)))) for _ in range(2))
    assert first.text == again.text
    assert desk.reports.count(ReportAnswered(2)) == 1


def test_a_document_asked_for_by_a_leg_that_is_over_tells_so(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    path = f"/voice/legs/{call_id}/2/menu"
    form = goes_on(2, DialCallStatus="answered", CallStatus="completed")
    document(carrier.post(path, form))
    assert desk.calls[call_id].legs[1].state is LegState.LEFT
    assert ReportStar(2) not in desk.reports


@pytest.mark.parametrize(
    "path",
    [
        f"/voice/legs/{STRANGER}/2/answer",  # no such call
        f"/voice/legs/{STRANGER}/2/menu",
        f"/voice/legs/{STRANGER}/2/key",
        f"/voice/legs/{STRANGER}/2/next",
        "/voice/legs/not-a-call/2/answer",
        f"/voice/legs/{STRANGER}/0/answer",
        f"/voice/legs/{STRANGER}/-1/answer",
        f"/voice/legs/{STRANGER}/99999999999999999999/answer",
        f"/voice/legs/{STRANGER}/x/answer",
        "/voice/whatever/this/is",
    ],
)
def test_what_is_not_known_hears_a_goodbye(carrier: CarrierSide, path: str) -> None:
    root = document(carrier.post(path, goes_on(2, DialCallStatus="answered")))
    assert verbs(root)[-1] == "Hangup"
    assert words(root)


def test_a_leg_that_the_call_does_not_have_hears_a_goodbye(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    root = document(carrier.post(f"/voice/legs/{call_id}/77/answer", goes_on(7)))
    assert verbs(root) == ["Say", "Hangup"]


def test_a_caller_whose_call_is_not_known_is_sent_to_a_human(carrier: CarrierSide) -> None:
    form = came_in(CallStatus="in-progress")
    root = document(carrier.post(f"/voice/legs/{STRANGER}/1/next", form))
    assert root.findtext("Dial") == FALLBACK


@pytest.mark.parametrize("to", ["+15005550006", "anonymous", "", "client:user_maria", "\x00"])
def test_an_unknown_line_is_answered_in_words(carrier: CarrierSide, to: str) -> None:
    root = document(carrier.post("/voice/inbound", came_in(to)))
    assert verbs(root)[-1] == "Hangup"
    assert "9 1 1" in words(root)


def test_a_call_without_an_id_reaches_the_fallback_number(carrier: CarrierSide) -> None:
    form = came_in()
    del form["CallSid"]
    assert document(carrier.post("/voice/inbound", form)).findtext("Dial") == FALLBACK


def test_an_empty_form_is_answered_in_words(carrier: CarrierSide) -> None:
    assert verbs(document(carrier.post("/voice/inbound", {})))[-1] == "Hangup"


# When the store is down.


def test_a_caller_reaches_the_fallback_number_when_the_store_is_down(
    desk: DeskInMemory, carrier: CarrierSide, caplog: pytest.LogCaptureFixture
) -> None:
    desk.broken = True
    with caplog.at_level(logging.DEBUG):
        root = document(carrier.post("/voice/inbound", came_in()))
    assert root.findtext("Dial") == FALLBACK
    assert attribute(root, "Dial", "callerId") == DIRECT
    ours = [r for r in caplog.records if r.name.startswith("telephony")]
    assert [r.levelname for r in ours] == ["ERROR"]
    told = "".join(f"{r.getMessage()} {vars(r)}" for r in ours)
    assert "661555" not in told
    assert "Maria" not in told


def test_a_line_that_nobody_here_knows_is_left_to_the_carriers_own_fallback_document() -> None:
    desk = DeskInMemory(broken=True)
    hosted = voice_settings(fallback_url="https://static.example.org")
    with served(application(desk, hosted)) as actual:
        answer = CarrierSide(actual).post("/voice/inbound", came_in("+16615550000"))
    assert answer.status_code == 503


def test_without_such_a_document_the_caller_is_told_in_words(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    desk.broken = True
    root = document(carrier.post("/voice/inbound", came_in("+16615550000")))
    assert "9 1 1" in words(root)


def test_the_fallback_number_is_rung_again_until_it_answers(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    desk.broken = True
    root = document(carrier.post("/voice/inbound", came_in()))
    after = attribute(root, "Dial", "action")
    for status in ("busy", "no-answer", "failed", "canceled", ""):
        again = document(carrier.post(after, came_in(DialCallStatus=status)))
        assert again.findtext("Dial") == FALLBACK
    done = document(carrier.post(after, came_in(DialCallStatus="completed")))
    assert verbs(done)[-1] == "Hangup"


def test_a_dispatcher_in_the_menu_goes_back_to_the_caller_when_the_store_is_down(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    desk.broken = True
    for document_name in ("menu", "key"):
        path = f"/voice/legs/{call_id}/2/{document_name}"
        form = goes_on(2, DialCallStatus="answered", Digits="1")
        root = document(carrier.post(path, form, idempotency=f"t-{document_name}"))
        assert conference(root).text == f"call-{call_id}"
        assert root.find("Dial[@hangupOnStar='true']") is not None


def test_a_center_in_its_first_menu_reaches_the_fallback_number_when_the_store_is_down(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    document(carrier.post("/voice/inbound", came_in(BRIDGED)))
    desk.broken = True
    path = f"/voice/legs/{only_call(desk)}/1/key"
    root = document(carrier.post(path, came_in(BRIDGED, Digits="1", CallStatus="in-progress")))
    assert root.findtext("Dial") == FALLBACK


@pytest.mark.parametrize("name", ["answer", "accept", "next"])
def test_whoever_answered_waits_and_is_asked_for_again_when_the_store_is_down(
    desk: DeskInMemory, carrier: CarrierSide, name: str
) -> None:
    document(carrier.post("/voice/inbound", came_in()))
    call_id = only_call(desk)
    desk.broken = True
    waiting = document(carrier.post(f"/voice/legs/{call_id}/2/{name}", goes_on(2, Digits="1")))
    assert verbs(waiting) == ["Say", "Pause", "Redirect"]
    desk.broken = False
    carrier.post(f"/voice/legs/{call_id}/2/answer", goes_on(2))
    onward = waiting.findtext("Redirect") or ""
    root = document(carrier.post(onward, goes_on(2)))
    assert root.find("Dial/Conference") is not None


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize(
    "path",
    ["wait/{call}", "hold/{call}/1", "announce/{call}/1/stay_on_line", "announce/{call}/1/xyz"],
)
def test_wait_hold_and_announcement_speak_and_keep_to_the_verbs_allowed_there(
    desk: DeskInMemory, carrier: CarrierSide, path: str, *, broken: bool
) -> None:
    call_id = with_dispatcher(desk, carrier)
    desk.broken = broken
    for call in (call_id, STRANGER, "x"):
        form = {"ConferenceSid": "CF1", "CallSid": sid()}
        root = document(carrier.post(f"/voice/{path.format(call=call)}", form))
        assert verbs(root)[0] == "Say"
        assert set(verbs(root)) <= QUIET


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("prompt", ["taken", "caller_gone", "no%20answer", "what%00ever"])
def test_a_farewell_says_why_and_hangs_up(
    desk: DeskInMemory, carrier: CarrierSide, prompt: str, *, broken: bool
) -> None:
    call_id = with_dispatcher(desk, carrier)
    desk.broken = broken
    root = document(carrier.post(f"/voice/farewell/{call_id}/2/{prompt}", goes_on(2)))
    assert verbs(root)[0] == "Say"
    assert verbs(root)[-1] == "Hangup"


def test_what_waits_is_spoken_to_at_once_and_then_loops(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    for path in (f"/voice/hold/{call_id}/1", f"/voice/wait/{call_id}"):
        root = document(carrier.post(path, {"CallSid": sid()}))
        assert verbs(root)[0] == "Say"
        assert verbs(root)[-2:] == ["Play", "Redirect"]
        assert (root.findtext("Redirect") or "").partition("#")[0].endswith(path)


def test_no_document_names_a_person_in_a_url(desk: DeskInMemory, carrier: CarrierSide) -> None:
    call_id = with_dispatcher(desk, carrier)
    texts = [
        carrier.post("/voice/inbound", came_in()).text,
        carrier.post(f"/voice/legs/{call_id}/2/answer", goes_on(2)).text,
        carrier.post(f"/voice/hold/{call_id}/1", {"CallSid": sid()}).text,
    ]
    for number in ("6615550123", DIRECT[1:], DISPATCH[1:]):
        assert not any(number in text for text in texts)


def test_a_caller_who_is_handed_over_rings_the_fallback_number(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = with_dispatcher(desk, carrier)
    desk.calls[call_id] = replace(desk.calls[call_id], handed_over=True, closed=True)
    for path in (f"/voice/handover/{call_id}/1", f"/voice/legs/{call_id}/1/next"):
        root = document(carrier.post(path, came_in(CallStatus="in-progress")))
        assert root.findtext("Dial") == FALLBACK
        assert attribute(root, "Dial", "callerId") == DIRECT
