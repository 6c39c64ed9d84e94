"""Whatever bytes a form holds, a document is a document and a callback is no failure."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.documents import IDEMPOTENCY
from tests.telephony.fakes import (
    BRIDGED,
    DIRECT,
    PUBLIC_URL,
    DeskInMemory,
    application,
    came_in,
    signature,
    voice_settings,
)
from tests.telephony.grammar import parsed

NAMES = st.sampled_from(
    [
        *("CallSid", "To", "From", "CallStatus", "Direction", "Digits", "DialCallStatus"),
        *("SequenceNumber", "ConferenceSid", "StatusCallbackEvent", "ParticipantLabel"),
        *("SipHeader_X-Caller-Number", "SipHeader_X-Incident-Number", "AccountSid"),
    ]
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
USUAL = st.sampled_from(
    [BRIDGED, DIRECT, "in-progress", "completed", "participant-join", "answered", "leg-1-1", "1"]
)
FORMS = st.dictionaries(NAMES, USUAL | TEXT, max_size=8)
DOCUMENTS = ["inbound", "legs/{}/{}/answer", "legs/{}/{}/menu", "legs/{}/{}/key"]
DOCUMENTS += ["legs/{}/{}/accept", "legs/{}/{}/next", "handover/{}/{}", "refuge", "wait/{}"]
DOCUMENTS += ["hold/{}/{}", "announce/{}/{}/taken", "farewell/{}/{}/taken"]
CALLBACKS = ["legs/{}/{}/status", "lines/status", "conferences/{}"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    form=FORMS,
    path=st.sampled_from([*DOCUMENTS, *CALLBACKS]),
    leg=st.sampled_from(["0", "1", "2", "77", "x", "-1", "1e9", "²"]),
    token=st.sampled_from(["", "t-1", "é" * 5, "x" * 500]),
    broken=st.booleans(),
)
def test_no_form_makes_a_document_fail(
    *, form: dict[str, str], path: str, leg: str, token: str, broken: bool
) -> None:
    desk = DeskInMemory()
    client = application(desk, voice_settings()).test_client()
    arrival = came_in()
    signed = {"X-Twilio-Signature": signature(f"{PUBLIC_URL}/voice/inbound", arrival)}
    client.post("/voice/inbound", data=arrival, headers=signed)
    (call_id,) = desk.calls
    desk.broken = broken
    sent = f"/voice/{path.format(call_id, leg)}"
    if "²" in sent:
        sent = sent.replace("²", "%C2%B2")
    headers = {"X-Twilio-Signature": signature(PUBLIC_URL + sent, form), IDEMPOTENCY: token}
    answer = client.post(sent, data=form, headers=headers)
    if path in DOCUMENTS:
        assert answer.status_code == 200
        parsed(answer.get_data(as_text=True))
    else:
        assert answer.status_code in ((204, 500) if broken else (204,))
