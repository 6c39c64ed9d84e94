"""Who may come in: requests that the carrier did not sign, and calls of every strange kind."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.signing import signature
from service.demo.cast import BRIDGED_LINE, CALLER, DIRECT_LINE, Cast
from service.demo.scene import Scene
from tests.journeys.product import ACCOUNT_SID, AUTH_TOKEN, Product
from tests.waiting import eventually

Json = dict[str, Any]

STRANGER = "00000000-0000-4000-8000-000000000000"
CALL_SID = "CA" + "7" * 32
ROUTES = [
    "/voice/inbound",
    "/voice/lines/status",
    f"/voice/legs/{STRANGER}/2/answer",
    f"/voice/legs/{STRANGER}/2/status",
    f"/voice/conferences/{STRANGER}",
    "/voice/anything",
]
FORGERIES = {
    "no signature": lambda _url, _form: None,
    "a word": lambda _url, _form: "signed",
    "another account's": lambda url, form: signature("2" * 32, url, form),
    "another address's": lambda url, form: signature(AUTH_TOKEN, url + "/more", form),
    "another form's": lambda url, form: signature(AUTH_TOKEN, url, {**form, "Digits": "1"}),
}


def form_of(**more: str) -> dict[str, str]:
    about = {"AccountSid": ACCOUNT_SID, "CallSid": CALL_SID, "CallStatus": "ringing"}
    return {**about, "From": CALLER, "To": DIRECT_LINE, **more}


def post(
    product: Product, path: str, form: dict[str, str], signed: str | None = ""
) -> requests.Response:
    """As the carrier would, unless another signature is given; None sends none."""
    url = product.settings.public_url + path
    given = signature(AUTH_TOKEN, url, form) if signed == "" else signed
    headers = {"X-Twilio-Signature": given} if given is not None else {}
    return requests.post(url, data=form, headers=headers, timeout=10)


def rows(product: Product) -> dict[str, int]:
    """How many rows each table has that a call could add to."""
    (counted,) = product.query(
        "SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM call_events),"
        " (SELECT count(*) FROM call_legs), (SELECT count(*) FROM outbox),"
        " (SELECT count(*) FROM webhook_receipts), (SELECT count(*) FROM tasks)"
    )
    return dict(
        zip(("calls", "events", "legs", "outbox", "receipts", "tasks"), counted, strict=True)
    )


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES.keys())
def test_what_the_carrier_did_not_sign_is_refused_and_changes_nothing(
    product: Product, forgery: Any
) -> None:
    before = rows(product)
    for path in ROUTES:
        url, form = product.settings.public_url + path, form_of()
        assert post(product, path, form, forgery(url, form)).status_code == 403, path
    assert rows(product) == before


def test_a_body_of_a_megabyte_is_refused_unread(product: Product) -> None:
    before = rows(product)
    assert post(product, "/voice/inbound", form_of(Filler="x" * 2**20)).status_code == 413
    assert rows(product) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_carrier_posts_and_nothing_else(product: Product, method: str) -> None:
    for path in ROUTES:
        url = product.settings.public_url + path
        assert requests.request(method, url, timeout=10).status_code == 405, path


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/voice/inbound", {"To": "+15005550006"}),  # no line of ours
        ("/voice/inbound", {"To": ""}),
        (f"/voice/legs/{STRANGER}/2/answer", {}),  # no such call
        ("/voice/legs/nonsense/2/answer", {}),
        (f"/voice/legs/{STRANGER}/0/key", {"Digits": "1"}),
        ("/voice/anything", {}),
    ],
)
def test_a_leg_of_which_nothing_is_known_hears_words_and_ends(
    product: Product, path: str, more: dict[str, str]
) -> None:
    answer = post(product, path, form_of(**more))
    assert answer.status_code == 200
    assert answer.text.endswith("<Hangup /></Response>")
    assert "<Say" in answer.text


def test_a_leg_that_a_call_does_not_have_hears_words_and_ends(
    product: Product, direct: Scene
) -> None:
    direct.arrive()
    answer = post(product, f"/voice/legs/{direct.call}/77/answer", form_of())
    assert answer.text.endswith("<Hangup /></Response>")
    assert len(direct.events("call_arrived")) == 1


def test_a_key_that_the_menu_does_not_have_leads_on_and_is_harmless(bridged: Scene) -> None:
    cast = bridged.cast
    cast.sandbox.set_phone(cast.maria.phone, "answer")
    bridged.arrive(press=[{"digits": "9", "when_hears": "1, specialist"}])
    bridged.saw("the key is on record", "menu_chosen")
    bridged.until("the leg is in the conference", lambda: _conference(bridged))
    assert _errors(bridged) == []


@pytest.mark.parametrize("from_", ["anonymous", "+266696687", "unknown", ""])
def test_a_caller_without_a_number_is_served_like_any_other(direct: Scene, from_: str) -> None:
    arrive_as(direct, from_, DIRECT_LINE)
    direct.until("the caller is in the conference", lambda: _conference(direct))
    assert direct.cast.dana.get(f"/calls/{direct.call}/caller-number")["number"] is None
    assert _errors(direct) == []


def test_a_centers_equipment_names_caller_and_incident_in_sip_headers(bridged: Scene) -> None:
    headers = {"X-Caller-Number": CALLER, "X-Incident-Number": "BPD-26-004711"}
    to = f"sip:{BRIDGED_LINE}@psap.sip.example.net"
    arrive_as(bridged, "sip:trunk@psap.example.net", to, sip_headers=headers)
    number = bridged.cast.dana.get(f"/calls/{bridged.call}/caller-number")["number"]
    assert number == CALLER
    assert bridged.view()["incident_number"] == "BPD-26-004711"
    assert _errors(bridged) == []


def test_a_call_from_a_sip_trunk_whose_document_fails_reaches_the_fallback(
    bridged: Scene,
) -> None:
    cast = bridged.cast
    failing = {"target": "webhook", "path": "/voice/inbound", "action": "status", "status": 500}
    cast.sandbox.set_faults({**failing, "count": None})
    sid = cast.sandbox.place_call(
        "sip:trunk@psap.example.net", f"sip:{BRIDGED_LINE}@x", sip_headers={}
    )
    eventually(lambda: _rung_by(cast, sid))
    bridged.caller_sid = sid
    assert _errors(bridged) == []


def arrive_as(scene: Scene, from_: str, to: str, **more: Any) -> None:
    """A call from whatever the carrier may name as its origin."""
    known = {item["id"] for item in scene._listed()}
    scene.caller_sid = scene.cast.sandbox.place_call(from_, to, phone={"does": "answer"}, **more)
    scene.call = scene.until("the call is in the log", lambda: next(iter(scene._new(known)), None))


def _rung_by(cast: Cast, sid: str) -> list[Json]:
    return [leg for leg in cast.sandbox.calls() if leg["parent_sid"] == sid]


def _conference(scene: Scene) -> Any:
    return scene.cast.sandbox.call(scene.caller_sid)["conference"]


def _errors(scene: Scene) -> list[Json]:
    history = scene.cast.sandbox.call(scene.caller_sid)["history"]
    return [entry for entry in history if "application error" in (entry["kind"], entry.get("what"))]
