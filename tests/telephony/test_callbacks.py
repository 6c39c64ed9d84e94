"""What the carrier tells: taken in once, never lost, and harmless when it makes no sense."""

from __future__ import annotations

import logging

import pytest

from routing.commands import ReportEnded, ReportHold, ReportJoined, ReportRinging
from routing.states import LegState
from tests.telephony.fakes import (
    BRIDGED,
    DIRECT,
    CarrierSide,
    DeskInMemory,
    came_in,
    goes_on,
    sid,
)

STRANGER = "00000000-0000-4000-8000-000000000000"


def arrived(desk: DeskInMemory, carrier: CarrierSide, line: str = DIRECT) -> str:
    carrier.post("/voice/inbound", came_in(line))
    (call_id,) = desk.calls
    return call_id


def test_a_legs_progress_is_taken_in(desk: DeskInMemory, carrier: CarrierSide) -> None:
    call_id = arrived(desk, carrier)
    path = f"/voice/legs/{call_id}/2/status"
    for status, number in (("ringing", "1"), ("busy", "2")):
        form = goes_on(2, CallStatus=status, SequenceNumber=number)
        answer = carrier.post(path, form)
        assert answer.status_code == 204
        assert answer.content == b""
    assert desk.reports[-2:] == [ReportRinging(2), ReportEnded(2, "busy")]
    assert desk.calls[call_id].legs[1].state is LegState.FAILED


def test_a_callback_that_is_sent_again_counts_once(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = arrived(desk, carrier)
    form = goes_on(2, CallStatus="ringing", SequenceNumber="1")
    for _ in range(3):
        assert carrier.post(f"/voice/legs/{call_id}/2/status", form).status_code == 204
    assert desk.reports.count(ReportRinging(2)) == 1


@pytest.mark.parametrize("line", [DIRECT, BRIDGED])
def test_the_end_of_a_callers_leg_is_known_by_the_carriers_id_even_in_the_menu(
    desk: DeskInMemory, carrier: CarrierSide, line: str
) -> None:
    call_id = arrived(desk, carrier, line)
    form = came_in(line, CallStatus="completed", CallDuration="7")
    assert carrier.post("/voice/lines/status", form).status_code == 204
    assert desk.calls[call_id].closed
    assert desk.calls[call_id].caller_gone


def test_the_end_of_a_leg_that_never_reached_us_opens_no_call(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    form = came_in(CallStatus="completed")
    assert carrier.post("/voice/lines/status", form).status_code == 204
    assert not desk.calls


def test_the_conference_tells_who_came_who_left_and_who_is_on_hold(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    call_id = arrived(desk, carrier)
    carrier.post(f"/voice/legs/{call_id}/2/answer", goes_on(2))
    events = [
        ("conference-start", "", LegState.JOINING),
        ("participant-join", "leg-1-9", LegState.JOINED),
        ("participant-hold", "leg-1-9", LegState.JOINED),
        ("participant-leave", "leg-1-9", LegState.AWAY),
    ]
    for number, (event, label, state) in enumerate(events, start=1):
        form = {
            "ConferenceSid": "CF" + "7" * 32,
            "FriendlyName": f"call-{call_id}",
            "CallSid": sid(),
            "ParticipantLabel": label,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(number),
        }
        assert carrier.post(f"/voice/conferences/{call_id}", form).status_code == 204
        assert desk.calls[call_id].legs[0].state is state
    assert ReportJoined(1, 900_002) in desk.reports
    assert ReportHold(1, hold=True) in desk.reports
    assert desk.conferences[call_id] == "CF" + "7" * 32


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"/voice/legs/{STRANGER}/2/status", goes_on(2, CallStatus="completed")),  # no such call
        ("/voice/legs/nonsense/2/status", goes_on(2, CallStatus="completed")),
        ("/voice/legs/{call}/77/status", goes_on(2, CallStatus="completed")),  # no such leg
        ("/voice/legs/{call}/0/status", goes_on(2, CallStatus="completed")),
        ("/voice/legs/{call}/x/status", goes_on(2, CallStatus="completed")),
        ("/voice/legs/{call}/2/status", {}),  # nothing in it
        ("/voice/legs/{call}/2/status", {"CallStatus": "\x00"}),
        ("/voice/lines/status", {}),
        ("/voice/lines/status", {"CallSid": "\x00", "CallStatus": "completed"}),
        (f"/voice/conferences/{STRANGER}", {"StatusCallbackEvent": "participant-join"}),
        ("/voice/conferences/{call}", {}),
        ("/voice/conferences/{call}", {"StatusCallbackEvent": "something-new"}),
    ],
)
def test_what_makes_no_sense_is_taken_and_changes_nobody(
    desk: DeskInMemory, carrier: CarrierSide, path: str, form: dict[str, str]
) -> None:
    call_id = arrived(desk, carrier)
    legs = desk.calls[call_id].legs
    assert carrier.post(path.format(call=call_id), form).status_code == 204
    assert desk.calls[call_id].legs == legs


def test_a_callback_is_asked_for_again_when_the_store_is_down(
    desk: DeskInMemory, carrier: CarrierSide, caplog: pytest.LogCaptureFixture
) -> None:
    call_id = arrived(desk, carrier)
    path, form = f"/voice/legs/{call_id}/2/status", goes_on(2, CallStatus="ringing")
    desk.broken = True
    with caplog.at_level(logging.DEBUG):
        assert carrier.post(path, form).status_code == 500
    told = "".join(str(vars(r)) for r in caplog.records if r.name.startswith("telephony"))
    assert told
    assert "661555" not in told
    desk.broken = False
    assert carrier.post(path, form).status_code == 204
    assert desk.calls[call_id].legs[1].state is LegState.RINGING
