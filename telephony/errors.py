"""The carrier's error codes in one table: what happened in words, and whether to try again."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import requests
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from handlers.ports import CarrierError, Retry


@dataclass(frozen=True, slots=True)
class Known:
    """One code of the carrier in our words."""

    reason: str
    retry: Retry = Retry.NEVER


_CALLER_ID = Known("the line's number may not be shown as caller ID: verify it at the carrier")
_BAD_NUMBER = Known("the number is not one that can be dialed: correct it in the configuration")
_GEOGRAPHY = Known("the account may not dial that region: allow it in the carrier's console")
_NO_CONFERENCE = Known("the conference is over", Retry.GONE)
_LABEL = Known("the carrier did not take a participant's label")
_LABEL_IN_USE = Known("a participant's label is still in use", Retry.SAFE)
_CROWDED = Known("the account has reached its number of concurrent calls", Retry.SAFE)
_DOCUMENT = Known("the carrier could not fetch or read our document: check METLINE_PUBLIC_URL")
_BUSY = Known("the carrier asked us to slow down", Retry.SAFE)

# Sources: the carrier's error dictionary, and its helper library for 429.
CODES: dict[int, Known] = {
    429: _BUSY,
    10004: _CROWDED,
    11200: _DOCUMENT,
    11205: _DOCUMENT,
    11215: _DOCUMENT,
    12100: _DOCUMENT,
    13214: _CALLER_ID,
    13223: _BAD_NUMBER,
    13224: _BAD_NUMBER,
    13225: _BAD_NUMBER,
    13227: _GEOGRAPHY,
    13238: Known("the wait or hold document has a verb that is not allowed there"),
    13240: Known("the leg to be coached is not known"),
    13247: _CALLER_ID,
    15003: Known("the carrier was not content with our answer to a callback"),
    16001: _NO_CONFERENCE,
    16003: _NO_CONFERENCE,
    16020: Known("the conference is full"),
    16021: _CROWDED,
    16022: _NO_CONFERENCE,
    16023: _LABEL,
    16024: _LABEL,
    16025: _LABEL_IN_USE,
    16026: _LABEL_IN_USE,
    16027: Known("the leg to be coached is on hold"),
    16028: Known("the leg to be coached is not in the conference", Retry.GONE),
    16030: Known("the carrier could not add the leg to the conference", Retry.SAFE),
    16101: Known("the carrier kept no recording: the conference was too short"),
    16108: Known("the conference is being recorded already"),
    20003: Known("the carrier does not accept our key: check TWILIO_API_KEY_SID and its secret"),
    20404: Known("the carrier does not know that leg any more", Retry.GONE),
    20429: _BUSY,
    21202: Known("the carrier refuses premium and N11 numbers"),
    21210: _CALLER_ID,
    21211: _BAD_NUMBER,
    21212: _CALLER_ID,
    21215: _GEOGRAPHY,
    21220: Known("the leg is not in progress any more", Retry.GONE),
    32007: Known("the address has too many registered devices"),
}


def judged(error: Exception, *, repeatable: bool) -> CarrierError:
    """A failure of the helper library as ours; `repeatable` when doing it twice is harmless.

    Never quotes the carrier's own words: they name numbers.
    """
    if isinstance(error, TwilioRestException | TwilioServiceException):
        return _refused(error.code, error.status, repeatable=repeatable)
    if isinstance(error, requests.RequestException) and _never_sent(error):
        return CarrierError("the carrier cannot be reached", Retry.SAFE)
    retry = Retry.SAFE if repeatable else Retry.UNKNOWN
    if isinstance(error, requests.Timeout):
        return CarrierError("the carrier did not answer in time", retry)
    return CarrierError("the carrier's answer was lost", retry)


def _refused(code: int | None, status: int, *, repeatable: bool) -> CarrierError:
    known = CODES.get(code or 0) or _by_status(status, repeatable=repeatable)
    return CarrierError(known.reason, known.retry, code)


def _by_status(status: int, *, repeatable: bool) -> Known:
    if status == 429:
        return _BUSY
    if status == 404:
        return CODES[20404]
    if status == 401:
        return CODES[20003]
    if status >= 500:
        # A failing server may have placed the call before it failed.
        return Known("the carrier failed", Retry.SAFE if repeatable else Retry.UNKNOWN)
    return Known(f"the carrier refused the request (HTTP {status})")


def _never_sent(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    # Only a certificate is judged before anything is sent; other TLS trouble may come after.
    if isinstance(error, requests.exceptions.SSLError):
        told = getattr(reason, "args", ())
        return any(isinstance(x, ssl.SSLCertVerificationError) for x in (reason, *told))
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
