"""The parameters every webhook about a call carries."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from sandbox.calls import Call
from sandbox.settings import API_VERSION


def rfc2822(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(moment), UTC))


def standard(call: Call) -> dict[str, str]:
    params = {
        "CallSid": call.sid,
        "AccountSid": call.account_sid,
        "From": call.from_,
        "To": call.to,
        "Caller": call.from_,
        "Called": call.to,
        "CallStatus": call.status,
        "ApiVersion": API_VERSION,
        "Direction": call.direction,
    }
    if call.parent_sid:
        params["ParentCallSid"] = call.parent_sid
    return params | _places(call) | call.extra


def _places(call: Call) -> dict[str, str]:
    # The carrier sends these for phone numbers even when it knows nothing: blank values.
    if not call.from_.startswith("+"):
        return {}
    return {
        f"{party}{part}": "US" if part == "Country" else ""
        for party in ("From", "To", "Caller", "Called")
        for part in ("City", "State", "Zip", "Country")
    }


def duration(call: Call) -> int:
    if call.answered_at is None or call.ended_at is None:
        return 0
    return max(0, round(call.ended_at - call.answered_at))


def progress(call: Call, moment: float, event: str) -> dict[str, str]:
    """What a status callback adds; the status of an answered call is `in-progress`."""
    params = standard(call) | {
        "CallbackSource": "call-progress-events",
        "Timestamp": rfc2822(moment),
        "SequenceNumber": str(call.sequence),
    }
    if event == "initiated":
        params["CallStatus"] = "initiated"
    if event == "completed":
        seconds = duration(call)
        params |= {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
    return params
