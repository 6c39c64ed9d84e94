"""Every code of the carrier's is known, in words, with what to do about it."""

from __future__ import annotations

import ssl

import pytest
import requests
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from handlers.ports import Retry
from telephony.errors import CODES, judged

# The codes that the reference names.
NAMED = """
    11200 11205 11215 12100 13214 13247 21210 21212 13223 13224 13225 13227 21215 13238 13240
    15003 16001 16003 16022 16020 16021 16023 16024 16025 16026 16027 16028 16030 16101 16108
    20404 20429 21202 21220 32007 10004
"""


def test_every_code_that_the_reference_names_is_in_the_table() -> None:
    assert {int(code) for code in NAMED.split()} <= CODES.keys()


def test_every_reason_is_a_phrase_for_an_operator() -> None:
    for code, known in CODES.items():
        assert len(known.reason.split()) >= 3, code
        assert not any(character.isdigit() for character in known.reason.replace("N11", "")), code


def _refused(status: int, code: int | None) -> TwilioRestException:
    return TwilioRestException(status, "/Calls.json?To=%2B16615550123", "+16615550123", code)


@pytest.mark.parametrize(
    ("error", "repeatable", "expected"),
    [
        (_refused(400, 21220), False, Retry.GONE),  # over already
        (_refused(404, 20404), False, Retry.GONE),
        (_refused(404, None), True, Retry.GONE),
        (_refused(429, 20429), False, Retry.SAFE),  # never processed
        (_refused(429, None), False, Retry.SAFE),
        (_refused(400, 10004), False, Retry.SAFE),  # too many calls at once
        (_refused(400, 16022), True, Retry.GONE),  # the conference is over
        (_refused(400, 21210), False, Retry.NEVER),  # caller ID
        (_refused(400, 99999), False, Retry.NEVER),  # new to us
        (_refused(401, None), False, Retry.NEVER),
        (_refused(503, None), False, Retry.UNKNOWN),  # a dial may have been made
        (_refused(500, None), False, Retry.UNKNOWN),
        (_refused(503, None), True, Retry.SAFE),
        (TwilioServiceException("about:blank", "x", 429, 20429), False, Retry.SAFE),
        (requests.ReadTimeout(), False, Retry.UNKNOWN),
        (requests.ReadTimeout(), True, Retry.SAFE),
        (requests.ConnectTimeout(), False, Retry.SAFE),  # never sent
        (requests.exceptions.SSLError(ssl.SSLError("bad record")), False, Retry.UNKNOWN),
        (
            requests.exceptions.SSLError(ssl.SSLCertVerificationError("self-signed")),
            False,
            Retry.SAFE,
        ),
        (requests.ConnectionError("reset after it was sent"), False, Retry.UNKNOWN),
        (
            requests.ConnectionError(
                MaxRetryError(None, "/", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
            ),
            False,
            Retry.SAFE,
        ),
        (
            requests.ConnectionError(MaxRetryError(None, "/", ConnectTimeoutError())),  # type: ignore[arg-type]
            False,
            Retry.SAFE,
        ),
        (ValueError("not JSON"), False, Retry.UNKNOWN),
        (ValueError("not JSON"), True, Retry.SAFE),
    ],
)
def test_a_failure_says_whether_to_try_again_and_never_quotes_a_number(
    error: Exception, *, repeatable: bool, expected: Retry
) -> None:
    found = judged(error, repeatable=repeatable)
    assert found.retry is expected
    assert "661555" not in f"{found} {found.reason}"
