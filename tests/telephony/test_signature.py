"""What the carrier did not sign is refused before anything is looked at."""

from __future__ import annotations

import pytest
import requests
from flask import Flask

from telephony.settings import VoiceSettings
from tests.telephony.fakes import (
    DIRECT,
    CarrierSide,
    DeskInMemory,
    application,
    came_in,
    served,
    signature,
    voice_settings,
)

SIGNED = [
    "/voice/inbound",
    "/voice/legs/00000000-0000-4000-8000-000000000000/1/answer",
    "/voice/conferences/00000000-0000-4000-8000-000000000000",
    "/voice/lines/status",
    "/voice/no/such/path",
]


def _rules(app: Flask) -> list[str]:
    """Every carrier route with something in its variables."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/voice")]
    return [
        rule.replace("<path:rest>", "x").replace("<", "").replace(">", "")
        for rule in rules
        if "/audio/" not in rule
    ]


def test_every_route_but_the_sounds_refuses_an_unsigned_request(desk: DeskInMemory) -> None:
    app = application(desk, voice_settings())
    client = app.test_client()
    rules = _rules(app)
    assert len(rules) >= 16
    for rule in rules:
        assert client.post(rule, data=came_in()).status_code == 403, rule


@pytest.mark.parametrize("path", SIGNED)
@pytest.mark.parametrize(
    "forged",
    [
        "",  # an empty header
        "x",  # no signature at all
        "é",  # not even ASCII
        signature("https://voice.example.org/voice/inbound", came_in(), "another token"),
        signature("https://voice.example.org/voice/other", came_in()),  # for another URL
        signature("https://voice.example.org/voice/inbound", came_in(To="+15005550006")),
        signature("http://127.0.0.1/voice/inbound", came_in()),  # for the request's own host
        signature("https://voice.example.org/voice/inbound", came_in(), ""),  # with no token
    ],
)
def test_a_forged_signature_is_403_and_changes_nothing(
    desk: DeskInMemory, carrier: CarrierSide, path: str, forged: str
) -> None:
    headers = {"X-Twilio-Signature": forged.encode("latin-1")}
    answer = requests.post(carrier.actual + path, data=came_in(), headers=headers, timeout=10)
    assert answer.status_code == 403
    assert not desk.calls
    assert not desk.reports


def test_a_missing_signature_is_403(desk: DeskInMemory, carrier: CarrierSide) -> None:
    answer = requests.post(f"{carrier.actual}/voice/inbound", data=came_in(), timeout=10)
    assert answer.status_code == 403
    assert not desk.calls


def test_without_an_auth_token_nobody_is_let_in(desk: DeskInMemory) -> None:
    with served(application(desk, voice_settings(auth_token=""))) as actual:
        answer = CarrierSide(actual, token="").post("/voice/inbound", came_in())
    assert answer.status_code == 403
    assert not desk.calls


@pytest.mark.parametrize(
    ("configured", "signed_for"),
    [
        # behind a proxy that ends TLS: the request itself is plain http on another port
        ("https://voice.example.org", "https://voice.example.org"),
        # the carrier drops the port of https, and may keep it
        ("https://voice.example.org:8443", "https://voice.example.org"),
        ("https://voice.example.org:8443", "https://voice.example.org:8443"),
        # http keeps its port
        ("http://voice.example.org:8080", "http://voice.example.org:8080"),
    ],
)
def test_the_signature_is_checked_against_the_public_url(
    desk: DeskInMemory, configured: str, signed_for: str
) -> None:
    settings: VoiceSettings = voice_settings(public_url=configured)
    with served(application(desk, settings)) as actual:
        answer = CarrierSide(actual, public=signed_for).post("/voice/inbound", came_in())
    assert answer.status_code == 200
    assert len(desk.calls) == 1


def test_what_a_client_says_about_the_host_is_not_believed(
    desk: DeskInMemory, carrier: CarrierSide
) -> None:
    form = came_in()
    headers = {
        "Host": "attacker.example",
        "X-Forwarded-Host": "attacker.example",
        "X-Forwarded-Proto": "https",
        "X-Twilio-Signature": signature("https://attacker.example/voice/inbound", form),
    }
    answer = requests.post(
        f"{carrier.actual}/voice/inbound", data=form, headers=headers, timeout=10
    )
    assert answer.status_code == 403
    assert not desk.calls


def test_parameters_that_nobody_announced_are_part_of_the_signature(
    carrier: CarrierSide,
) -> None:
    assert carrier.post("/voice/inbound", came_in(NewFromTheCarrier=" x ")).status_code == 200


def test_a_query_is_part_of_the_signature(carrier: CarrierSide) -> None:
    assert carrier.post("/voice/inbound?a=b%20c&d=e", came_in()).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_megabyte_is_refused_unread(
    desk: DeskInMemory, carrier: CarrierSide, *, chunked: bool
) -> None:
    big = b"Digits=" + b"1" * 1_000_000
    headers = {
        "X-Twilio-Signature": "x",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = iter([big]) if chunked else big
    try:
        answer = requests.post(
            f"{carrier.actual}/voice/inbound", data=body, headers=headers, timeout=10
        )
    except requests.ConnectionError:
        return  # refused while it was still being sent: the clearest answer of all
    assert answer.status_code in ((403, 413) if chunked else (413,))
    assert not desk.calls


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", SIGNED)
def test_another_method_is_405_and_changes_nothing(
    desk: DeskInMemory, carrier: CarrierSide, method: str, path: str
) -> None:
    url = f"{carrier.actual}{path}?CallSid=CA1&To={DIRECT}"
    assert requests.request(method, url, timeout=10).status_code == 405
    assert not desk.calls


def test_the_sounds_are_public(carrier: CarrierSide) -> None:
    for name in ("hold.wav", "ringing.wav"):
        answer = requests.get(f"{carrier.actual}/voice/audio/{name}", timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "audio/wav"
        assert answer.content.startswith(b"RIFF")
    other = requests.get(f"{carrier.actual}/voice/audio/../settings.py", timeout=10)
    assert other.status_code in (404, 405)


@pytest.mark.parametrize("query", ["", "?a=b%20c"])
def test_a_server_that_does_not_keep_the_path_as_sent_is_no_hindrance(
    desk: DeskInMemory, query: str
) -> None:
    client = application(desk, voice_settings()).test_client()
    path = f"/voice/farewell/x/2/a%20b{query}"
    signed = {"X-Twilio-Signature": signature(f"https://voice.example.org{path}", came_in())}
    bare = {"RAW_URI": "", "REQUEST_URI": ""}
    answer = client.post(path, data=came_in(), headers=signed, environ_overrides=bare)
    assert answer.status_code == 200
