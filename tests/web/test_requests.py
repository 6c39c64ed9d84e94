"""What is sent to the API is parsed strictly, and each refusal names the field and the reason."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import requests

from tests.web.stage import Person, World

NOBODYS = "/calls/5b1f6c0e-0d0c-4a53-9d51-3d0a6f6f0001"


def fields(answer: requests.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["field"] for error in answer.json()["errors"]}


# method and path, body, the fields that are named
BAD_BODIES = [
    ("PUT /me/presence", {}, {"status"}),
    ("PUT /me/presence", {"status": "asleep"}, {"status"}),
    ("PUT /me/presence", {"status": None}, {"status"}),
    ("PUT /me/presence", {"status": "break", "until": "noon"}, {"until"}),
    ("PUT /me/presence", [], {""}),
    ("PUT /me/presence", "available", {""}),
    ("PATCH /me", {"theme": "pink"}, {"theme"}),
    ("PATCH /me", {"language": "english please"}, {"language"}),
    ("POST /calls/{id}/transfers", {}, {"to"}),
    ("POST /calls/{id}/transfers", {"to": ""}, {"to"}),
    ("POST /calls/{id}/transfers", {"to": 1}, {"to"}),
    ("POST /calls/{id}/transfers", {"to": "m\0et"}, {"to"}),
    ("POST /calls/{id}/transfers", {"to": "met", "number": "+16615550111"}, {"number"}),
    ("POST /calls/{id}/hold", {"party": "1", "hold": "yes"}, {"party", "hold"}),
    ("POST /calls/{id}/hold", {"party": 0, "hold": True}, {"party"}),
    ("POST /calls/{id}/hold", {"party": 10**30, "hold": True}, {"party"}),
    ("POST /calls/{id}/hold", {"party": True, "hold": True}, {"party"}),
    ("POST /calls/{id}/rejoin", {"now": True}, {"now"}),
    ("POST /calls/{id}/escalate", {"reason": " "}, {"reason"}),
    ("POST /calls/{id}/responders", {"status": "driving"}, {"status"}),
    ("POST /calls/{id}/callbacks", {"result": "x" * 5000}, {"result"}),
    ("PATCH /calls/{id}", {"context": {"nickname": "x"}}, {"context.nickname"}),
    ("PATCH /calls/{id}", {"context": {"note": 5}}, {"context.note"}),
    ("PATCH /calls/{id}", {"context": {"callback_number": "661 555 0111"}},
     {"context.callback_number"}),
    ("PATCH /calls/{id}", {"context": {"note": "x" * 8001}}, {"context.note"}),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "named"), BAD_BODIES)
def test_a_field_that_cannot_be_taken_is_named(
    jon: Person, what: str, body: Any, named: set[str]
) -> None:
    method, path = what.split()
    answer = jon.ask(method, path.replace("/calls/{id}", NOBODYS), body)
    assert fields(answer) == named


@pytest.mark.parametrize(
    "raw",
    [b"{", b"nope", b"\xff\xfe", b'{"status": "break"', b'{"status": "\\ud800"}', b"[" * 9000],
)
def test_what_is_not_json_is_told_so(jon: Person, raw: bytes) -> None:
    answer = jon.send("PUT", "/me/presence", raw, {})
    assert fields(answer) == {""}
    assert "JSON" in answer.json()["errors"][0]["reason"]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"cssrs": {"q1": Infinity}}',
        b'{"cssrs": {"q1": 1e999}}',
        b'{"cssrs": {"q1": ["a\\u0000"]}}',
        b'{"cssrs": {"q\\u00001": true}}',
        b'{"cssrs": NaN}',
    ],
)
def test_what_no_database_can_keep_is_refused(jon: Person, raw: bytes) -> None:
    answer = jon.send("PUT", f"{NOBODYS}/outcome/draft", raw, {})
    assert fields(answer) == {"cssrs"}


def test_no_answer_repeats_what_was_sent(jon: Person) -> None:
    answer = jon.put("/me/presence", {"status": "Jane Roe +16615550142"})
    assert "Jane" not in answer.text
    assert "0142" not in answer.text


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1024 * 1024])
def test_a_body_beyond_the_limit_is_refused(jon: Person, size: int) -> None:
    answer = jon.send("PUT", "/me/presence", b" " * size, {})
    assert (answer.status_code, answer.json()["title"]) == (413, "too_large")


def test_a_body_that_hides_its_length_is_refused_all_the_same(world: World, jon: Person) -> None:
    chunks = (b" " * 1024 for _ in range(1024))
    answer = requests.put(
        f"{world.base}/api/v1/me/presence",
        data=chunks,
        headers={"Authorization": f"Bearer {world.tokens['jon']}"},
        timeout=30,
    )
    assert answer.status_code in (413, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("status=both", {"status"}),
        ("limit=0", {"limit"}),
        ("limit=201", {"limit"}),
        ("limit=many", {"limit"}),
        ("from=yesterday", {"from"}),
        ("to=2026-13-01", {"to"}),
        ("to=0001-01-01", {"to"}),
        ("outcome=Z99", {"outcome"}),
        ("q=%00", {"q"}),
        ("status=open&status=closed", {"status"}),
        ("colour=red&status=both", {"colour", "status"}),
        ("cursor=%20", {"cursor"}),
        ("cursor=x", {"cursor"}),
    ],
)
def test_a_parameter_that_cannot_be_taken_is_named(
    dana: Person, query: str, named: set[str]
) -> None:
    assert fields(dana.get(f"/calls?{query}")) == named


def test_an_empty_parameter_is_none(dana: Person) -> None:
    answer = dana.get("/calls?status=&agency=&from=&to=&outcome=&q=&cursor=&limit=")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", {"agency", "from", "to"}),
        ("agency=bakersfield-pd&from=2026-01-01&to=20", {"to"}),
        ("agency=bakersfield-pd&from=2026-02-30&to=2026-03-01", {"from"}),
        ("agency=bakersfield-pd&from=2026-03-02&to=2026-03-01", {""}),
        ("agency=bakersfield-pd&from=2026-01-01&to=2026-02-01&by=day", {"by"}),
        ("agency=bakersfield-pd&from=2026-01-01&to=2026-02-01&copy=secret", {"copy"}),
    ],
)
def test_a_report_names_the_parameter_that_is_wrong(
    sam: Person, query: str, named: set[str]
) -> None:
    assert fields(sam.get(f"/reports/diversion?{query}")) == named


# method, path
WRONG_METHODS = [
    ("POST", "/me"),
    ("DELETE", "/me"),
    ("GET", "/me/presence"),
    ("POST", "/calls"),
    ("PUT", NOBODYS),
    ("GET", f"{NOBODYS}/hold"),
]


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_a_wrong_method_is_answered_with_the_right_ones(
    jon: Person, method: str, path: str
) -> None:
    answer = jon.ask(method, path)
    assert (answer.status_code, answer.json()["title"]) == (405, "method_not_allowed")
    assert method not in answer.headers["Allow"].split(", ")


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/calls/12",
        f"{NOBODYS}/transfers/x/accept",
        "/calls/" + "9" * 3000,
    ],
)
def test_an_unknown_path_is_a_problem_too(jon: Person, path: str) -> None:
    answer = jon.get(path)
    assert (answer.status_code, answer.json()["title"]) == (404, "not_found")


@pytest.mark.parametrize("version", ["now", "-1", "1.5", '"', "9" * 11, "1, 2"])
def test_a_malformed_if_match_is_named(dana: Person, version: str) -> None:
    answer = dana.post(f"{NOBODYS}/transfers", {"to": "met"}, If_Match=version)
    assert fields(answer) == {"If-Match"}


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "caf\xe9"])
def test_a_malformed_idempotency_key_is_named(dana: Person, key: str) -> None:
    answer = dana.post(f"{NOBODYS}/transfers", {"to": "met"}, Idempotency_Key=key)
    assert fields(answer) == {"Idempotency-Key"}


def test_every_answer_carries_a_request_id_and_is_never_stored(jon: Person) -> None:
    answer = jon.get("/me", X_Request_Id="from-the-proxy-7")
    assert answer.headers["X-Request-Id"] == "from-the-proxy-7"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    forged = jon.get("/me", X_Request_Id="<script>")
    assert len(uuid.UUID(forged.headers["X-Request-Id"]).bytes) == 16


def test_content_types_are_not_what_makes_json(jon: Person) -> None:
    raw = json.dumps({"status": "offline"}).encode()
    answer = jon.send("PUT", "/me/presence", raw, {"Content-Type": "text/plain"})
    assert answer.status_code == 200
