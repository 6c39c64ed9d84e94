"""From the carrier's forms to our words. Nothing here raises, whatever the form holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from routing.commands import (
    Report,
    ReportAnswered,
    ReportAway,
    ReportEnded,
    ReportHold,
    ReportJoined,
    ReportRinging,
)

Form = Mapping[str, str]

# How the carrier's final states read in a timeline.
ENDED = {
    "completed": "hung up",
    "busy": "busy",
    "failed": "unreachable",
    "no-answer": "no answer",
    "canceled": "cancelled",
}

_SID = re.compile(r"[A-Za-z0-9]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")
_CALL_ID = re.compile(r"[0-9A-Fa-f-]{36}")
_LEG = re.compile(r"[1-9][0-9]{0,3}")
_LABEL = re.compile(r"leg-([1-9][0-9]{0,3})-([0-9]{1,9})(?:-.*)?")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_INCIDENT = re.compile(r"[\w ./:#-]{1,64}")
# More events than one conference has.
_EVENTS = 100_000
_SIP_USER = re.compile(r"<?sips?:([^@;>]+)")

# Keypad spellings of anonymous, blocked, unavailable and restricted, which some carriers send.
_NOBODY = {"+266696687", "+2562533", "+86282452253", "+7378742833", "+8566696"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call on one of our lines; None where the carrier sent nothing usable."""

    line: str | None
    sid: str | None
    caller_number: str | None
    incident_number: str | None
    from_number: str | None


def arrival(form: Form) -> Arrival:
    """What the carrier says about a new call.

    A center's own equipment names caller and incident in SIP headers; From is the caller's
    number on a direct line, and the center's trunk on a bridged one.
    """
    incident = _header(form, "X-Incident-Number")
    return Arrival(
        line=number(form.get("To", "")),
        sid=call_sid(form),
        caller_number=number(_header(form, "X-Caller-Number")),
        incident_number=incident if _INCIDENT.fullmatch(incident) else None,
        from_number=number(form.get("From", "")),
    )


def number(address: str) -> str | None:
    """An address as E.164: a number, or the user part of a SIP URI; None when it is neither."""
    sip = _SIP_USER.match(address.strip())
    given = unquote(sip[1]) if sip else address
    bare = re.sub(r"[\s().-]", "", given)
    digits = bare.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return None
    if not bare.startswith("+"):
        bare = f"+1{digits}" if len(digits) == 10 else f"+{digits}"
    return bare if _E164.fullmatch(bare) and bare not in _NOBODY else None


def call_sid(form: Form) -> str | None:
    """The carrier's id of the leg, None when missing or malformed."""
    return _matched(_SID, form.get("CallSid", ""))


def conference_sid(form: Form) -> str | None:
    """The carrier's id of the conference, None when missing or malformed."""
    return _matched(_SID, form.get("ConferenceSid", ""))


def call_id(text: str) -> str | None:
    """A call's id out of a URL, None when it cannot be one."""
    return _matched(_CALL_ID, text)


def leg_number(text: str) -> int:
    """A leg's number out of a URL; 0, which no leg has, when it cannot be one."""
    return int(text) if _LEG.fullmatch(text) else 0


def key(form: Form) -> str | None:
    """The key that was pressed; None is silence."""
    pressed = form.get("Digits", "")[:1]
    return pressed if pressed and pressed in "0123456789*#ABCD" else None


def over(form: Form) -> str | None:
    """Why the leg is over, None while it is not."""
    return ENDED.get(form.get("CallStatus", ""))


def pressed_star(form: Form) -> bool:
    """Whether a leg that left a conference may have done so by `*`.

    The carrier says `answered` for every conference that was entered, and nothing more.
    """
    return form.get("DialCallStatus", "") in ("answered", "completed")


def call_report(form: Form, leg: int) -> Report | None:
    """A leg's status callback as a report, None when it tells nothing of use."""
    if reason := over(form):
        return ReportEnded(leg, reason)
    match form.get("CallStatus", ""):
        case "ringing":
            return ReportRinging(leg)
        case "in-progress":
            return ReportAnswered(leg)
    return None


def conference_report(form: Form) -> Report | None:
    """A conference's callback as a report, None when it is of no leg of ours."""
    found = _LABEL.fullmatch(form.get("ParticipantLabel", ""))
    leg, sequence = (int(found[1]), _place(int(found[2]), form)) if found else (0, 0)
    match form.get("StatusCallbackEvent", "") if leg else "":
        case "participant-join":
            return ReportJoined(leg, sequence)
        case "participant-leave":
            return ReportAway(leg, sequence)
        case "participant-hold" | "participant-unhold" as event:
            return ReportHold(leg, event == "participant-hold")
    return None


def _place(version: int, form: Form) -> int:
    """An event's place among all of its leg's, 0 when unknown.

    A conference counts from 1 again when everybody had left it; the version that a leg
    entered with never falls.
    """
    number = sequence_number(form)
    return version * _EVENTS + min(number, _EVENTS - 1) if version and number else 0


def sequence_number(form: Form) -> int:
    """The callback's place in its stream, 0 when unknown."""
    text = form.get("SequenceNumber", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def call_receipt(form: Form) -> str | None:
    """What makes a leg's callback the same when it is sent again."""
    sid = call_sid(form)
    return f"{sid}:{form.get('CallStatus', '')[:16]}:{sequence_number(form)}" if sid else None


def conference_receipt(form: Form) -> str | None:
    """What makes a conference's callback the same when it is sent again."""
    sid = conference_sid(form)
    event = form.get("StatusCallbackEvent", "")[:40]
    return f"{sid}:{event}:{sequence_number(form)}" if sid else None


def document_receipt(form: Form, kind: str, token: str | None) -> str | None:
    """What makes a document's request the same when it is tried again.

    `token` is the carrier's idempotency token, the same for all tries; without it a request
    cannot be told from the next one, and every one counts.
    """
    sid = call_sid(form)
    known = _matched(_TOKEN, token or "")
    return f"{sid}:{kind}:{known}" if sid and known else None


def label(leg: int, version: int, token: str | None) -> str:
    """A participant label that a leg never has twice, so that it cannot clash with itself.

    `version` is the call's when the leg was sent in, 0 when unknown; see `_place`.
    """
    unique = _matched(_TOKEN, token or "")
    return f"leg-{leg}-{version}" + (f"-{unique}" if unique else "")


def _header(form: Form, name: str) -> str:
    return form.get(f"SipHeader_{name}", "").strip()


def _matched(pattern: re.Pattern[str], text: str) -> str | None:
    return text if pattern.fullmatch(text) else None
