"""The carrier's forms in our words."""

from __future__ import annotations

import pytest

from routing.commands import (
    Report,
    ReportAnswered,
    ReportAway,
    ReportEnded,
    ReportHold,
    ReportJoined,
    ReportRinging,
)
from telephony import inbound


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("+16615550110", "+16615550110"),  # E.164
        ("6615550110", "+16615550110"),  # ten digits, as equipment in the US sends them
        ("16615550110", "+16615550110"),  # eleven
        ("(661) 555-0110", "+16615550110"),  # written for people
        ("sip:+16615550110@psap.example.net", "+16615550110"),  # a SIP trunk
        ("sip:6615550110@10.0.0.1:5060;transport=tls", "+16615550110"),
        ("sips:%2B16615550110@psap.example.net", "+16615550110"),  # escaped
        ("<sip:+16615550110@psap.example.net>", "+16615550110"),
        ("+442071838750", "+442071838750"),  # abroad
        ("anonymous", None),
        ("sip:anonymous@anonymous.invalid", None),
        ("+266696687", None),  # ANONYMOUS on a keypad
        ("+7378742833", None),  # RESTRICTED
        ("client:user_maria", None),
        ("911", None),
        ("+911", None),
        ("", None),
        ("+", None),
        ("+1661555011\u0660", None),  # a digit, but not of a telephone
        ("+16615550110; drop table", None),
        ("+1" + "6" * 40, None),
    ],
)
def test_an_address_is_read_as_a_number_or_not_at_all(address: str, expected: str | None) -> None:
    assert inbound.number(address) == expected


@pytest.mark.parametrize(
    ("form", "caller", "incident"),
    [
        # whether that is the caller's own or a trunk, the line knows
        ({"From": "+16615550123"}, None, None),
        # the center's equipment names the caller; From is its own trunk
        (
            {
                "From": "sip:trunk@psap.example.net",
                "SipHeader_X-Caller-Number": "+16615550123",
                "SipHeader_X-Incident-Number": "24-001234",
            },
            "+16615550123",
            "24-001234",
        ),
        ({"From": "anonymous"}, None, None),
        ({}, None, None),
        # an incident number that is none is left out, the call is not
        ({"SipHeader_X-Incident-Number": "<script>"}, None, None),
        ({"SipHeader_X-Incident-Number": "9" * 65}, None, None),
    ],
)
def test_caller_and_incident_are_taken_from_the_headers(
    form: dict[str, str], caller: str | None, incident: str | None
) -> None:
    arrival = inbound.arrival(form)
    assert (arrival.caller_number, arrival.incident_number) == (caller, incident)
    assert arrival.from_number == inbound.number(form.get("From", ""))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", None),
        ("initiated", None),
        ("ringing", ReportRinging(2)),
        ("in-progress", ReportAnswered(2)),
        ("completed", ReportEnded(2, "hung up")),
        ("busy", ReportEnded(2, "busy")),
        ("failed", ReportEnded(2, "unreachable")),
        ("no-answer", ReportEnded(2, "no answer")),
        ("canceled", ReportEnded(2, "cancelled")),
        ("something-new", None),
        ("", None),
    ],
)
def test_a_legs_progress_becomes_a_report(status: str, expected: Report | None) -> None:
    assert inbound.call_report({"CallStatus": status}, 2) == expected


@pytest.mark.parametrize(
    ("event", "label", "expected"),
    [
        ("participant-join", "leg-2-17", ReportJoined(2, 1_700_005)),
        ("participant-leave", "leg-2-17", ReportAway(2, 1_700_005)),
        ("participant-hold", "leg-1-3", ReportHold(1, hold=True)),
        ("participant-unhold", "leg-1-3", ReportHold(1, hold=False)),
        ("participant-mute", "leg-1-3", None),
        ("conference-start", "", None),
        ("conference-end", "", None),
        ("announcement-end", "", None),
        ("participant-join", "", None),  # not ours
        ("participant-join", "somebody", None),
        ("participant-join", "leg-0-1", None),
        ("participant-join", "leg-1", None),
        ("participant-join", "leg-99999-1", None),
    ],
)
def test_a_conferences_event_becomes_a_report_about_the_labeled_leg(
    event: str, label: str, expected: Report | None
) -> None:
    form = {"StatusCallbackEvent": event, "ParticipantLabel": label, "SequenceNumber": "5"}
    assert inbound.conference_report(form) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [("1", "1"), ("*", "*"), ("#", "#"), ("", None), ("12", "1"), ("x", None), ("\x00", None)],
)
def test_a_key_is_one_key_or_silence(digits: str, expected: str | None) -> None:
    assert inbound.key({"Digits": digits}) == expected


def test_a_report_without_a_readable_sequence_has_none() -> None:
    for text in ("", "x", "-1", "9" * 30):
        assert inbound.sequence_number({"SequenceNumber": text}) == 0


def test_receipts_tell_events_apart_and_repeats_not() -> None:
    ringing = {"CallSid": "CA1", "CallStatus": "ringing", "SequenceNumber": "1"}
    ended = {"CallSid": "CA1", "CallStatus": "completed", "SequenceNumber": "2"}
    assert inbound.call_receipt(ringing) == inbound.call_receipt(dict(ringing))
    assert inbound.call_receipt(ringing) != inbound.call_receipt(ended)
    assert inbound.call_receipt({}) is None
    joined = {"ConferenceSid": "CF1", "StatusCallbackEvent": "participant-join"}
    assert inbound.conference_receipt(joined) != inbound.conference_receipt(
        joined | {"SequenceNumber": "2"}
    )
    assert inbound.conference_receipt({}) is None
    assert inbound.document_receipt({"CallSid": "CA1"}, "key", "t-1") == "CA1:key:t-1"
    assert inbound.document_receipt({"CallSid": "CA1"}, "key", None) is None
    assert inbound.document_receipt({}, "key", "t-1") is None


def test_a_label_names_a_leg_and_nothing_else_and_never_twice_the_same() -> None:
    first = inbound.label(2, 9, "0b7c1f0e-1111")
    again = inbound.label(2, 9, "0b7c1f0e-2222")
    assert first != again
    assert inbound.label(2, 9, None) == "leg-2-9"
    assert inbound.label(2, 9, "a/b") == "leg-2-9"
    assert max(len(first), len(inbound.label(9999, 10**9 - 1, "x" * 64))) <= 128


def test_events_of_a_conference_that_began_anew_are_later_than_those_of_the_old_one() -> None:
    def place(label: str, number: str) -> int:
        form = {"StatusCallbackEvent": "participant-join", "SequenceNumber": number}
        report = inbound.conference_report(form | {"ParticipantLabel": label})
        assert isinstance(report, ReportJoined)
        return report.sequence

    before, after = inbound.label(1, 9, "t-1"), inbound.label(1, 14, "t-2")
    assert place(before, "1") < place(before, "12") < place(after, "1") < place(after, "2")
    # A leg that went back in while nothing could be read is believed as it comes.
    assert place(inbound.label(1, 0, "t-3"), "7") == 0
    assert place(before, "") == 0
