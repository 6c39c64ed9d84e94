"""Logs say what happened and never to whom."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from service.logs import JsonLines, PlainLines, configure, masked, name_requests
from web import headers


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _root_logger_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)


def written(message: str, **extra: Any) -> dict[str, Any]:
    stream = io.StringIO()
    configure(stream)
    logging.getLogger("metline.test").info(message, extra=extra)
    line: dict[str, Any] = json.loads(stream.getvalue())
    return line


def test_a_line_is_json_with_the_allowed_fields() -> None:
    line = written("offer lapsed", event="offer_lapsed", call="c1", leg="l1", ms=12)
    assert line["message"] == "offer lapsed"
    assert (line["event"], line["call"], line["leg"], line["ms"]) == (
        "offer_lapsed",
        "c1",
        "l1",
        12,
    )
    assert line["at"].endswith("+00:00")


def test_a_field_that_is_not_allowed_is_dropped() -> None:
    line = written("call opened", caller="Jane Roe", body="I want to die", call="c1")
    assert "Jane" not in json.dumps(line)
    assert "die" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "dialing +16615550111 now",
        "From=%2B16615550111",
        "tel:+442071838750",
        "(661) 555-0111 rang",
        "661-555-0111",
        "661.555.0111",
        "called 6615550111.",
        "maria@example.org signed in",
        "user=maria%40example.org",
    ],
)
def test_whatever_looks_like_a_number_or_an_email_is_masked(text: str) -> None:
    assert not any(part in masked(text) for part in ("555", "0111", "8750", "maria"))


@pytest.mark.parametrize(
    "text",
    [
        "call 018f6e2c-6f5b-7cc3-98c4-dc0c0c07398f closed",
        "leg 55008400-1234-4567-8901-446655440000 ended",
        "CA0123456789abcdef0123456789abcdef answered",
        "listening on 127.0.0.1:8000",
        "moved to 192.168.100.200",
        "partition of 2026-11-23 made",
        "took 12345 ms",
    ],
)
def test_ids_addresses_dates_and_durations_stay_readable(text: str) -> None:
    assert masked(text) == text


def test_query_strings_are_cut() -> None:
    assert masked("GET /voice/leg?From=Jane&x=1 failed") == "GET /voice/leg?<query> failed"


def test_masked_values_reach_no_allowed_field_either() -> None:
    assert written("refused", reason="no answer from +16615550111")["reason"].endswith("<phone>")


def test_an_exception_is_told_by_type_and_place_without_its_text() -> None:
    stream = io.StringIO()
    configure(stream)
    try:
        int("row (Jane Roe, +16615550111) violates")
    except ValueError:
        logging.getLogger("metline.test").exception("saving failed")
    line = json.loads(stream.getvalue())
    assert line["error"].startswith("ValueError at ")
    assert "Jane" not in stream.getvalue()


def test_a_terminal_gets_plain_lines() -> None:
    stream = Terminal()
    configure(stream)
    logging.getLogger("metline.test").warning("worker ended", extra={"status": -9})
    assert stream.getvalue().rstrip().endswith("warning worker ended status=-9")


@given(national=st.integers(2_000_000_000, 9_999_999_999), before=st.text(max_size=5))
def test_no_e164_number_survives_either_format(national: int, before: str) -> None:
    number = f"+1{national}"
    record = logging.LogRecord(
        "metline", logging.INFO, __file__, 1, f"{before}{number} was rung", None, None
    )
    assert number[1:] not in JsonLines().format(record)
    assert number[1:] not in PlainLines().format(record)


def test_configuring_twice_writes_each_line_once() -> None:
    stream = io.StringIO()
    configure(sys.stderr)
    configure(stream)
    logging.getLogger("metline.test").info("once")
    assert len(stream.getvalue().splitlines()) == 1


def test_a_line_names_the_request_that_it_was_written_in() -> None:
    app = Flask("test")
    headers.install(app, lambda: "018f6e2c-new", https=False)
    stream = io.StringIO()
    configure(stream)
    name_requests(headers.current_request)

    @app.get("/")
    def view() -> str:
        logging.getLogger("metline.test").info("inside")
        return "done"

    with app.test_client() as client:
        client.get("/")
        client.get("/", headers={"X-Request-Id": "from-the-proxy"})
    log = logging.getLogger("metline.test")
    log.info("answered", extra={"request": "its-own-id"})
    log.info("outside")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("request") for line in lines] == [
        "018f6e2c-new",
        "from-the-proxy",
        "its-own-id",
        None,
    ]
