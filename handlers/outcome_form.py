"""The form after a call: its fields, what each may hold, and what contradicts what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.errors import Invalid
from routing.outcomes import CODES

Plain = dict[str, Any]

LONGEST = 8000
REQUIRED = ("code", "law_enforcement", "caller_type", "risk_end")
# Law enforcement on the scene and these codes cannot both be true.
WITHOUT_LAW = ("R01", "R02", "R03", "R04", "R05", "R06", "E01")
PRESENT = ("co_response", "primary")

Check = Callable[[object], str | None]


def _one_of(*words: str) -> Check:
    return lambda value: None if value in words else f"expected one of {', '.join(words)}"


def _scale(least: int, most: int) -> Check:
    def check(value: object) -> str | None:
        whole = isinstance(value, int) and not isinstance(value, bool)
        inside = whole and isinstance(value, int) and least <= value <= most
        return None if inside else f"expected a whole number from {least} to {most}"

    return check


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return "expected text"
    return f"at most {LONGEST} characters" if len(value) > LONGEST else None


def _texts(value: object) -> str | None:
    words = isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
    return None if words else "expected a list of texts"


def _answers(value: object) -> str | None:
    """Yes or no, words, or an object of them: the screens settle what they ask."""
    if isinstance(value, (bool, str, int)):
        return None
    return None if isinstance(value, (dict, list)) else "expected an answer"


FIELDS: dict[str, Check] = {
    "code": _one_of(*CODES),
    "law_enforcement": _one_of("none", "cancelled", "co_response", "primary"),
    "ems": _one_of("none", "requested", "transported"),
    "caller_type": _one_of("self", "family_or_friend", "provider", "third_party", "other"),
    "problems": _texts,
    "risk_start": _scale(0, 4),
    "risk_end": _scale(0, 4),
    "cssrs": _answers,
    "safety_plan": _answers,
    "means_discussed": _answers,
    "linkage": _answers,
    "transfer_accepted_by": _text,
    "escalation_reason": _text,
    "language": _text,
    "interpreter": _answers,
    "follow_up": _answers,
    "callback_number": _text,
    "note": _text,
    "reason": _text,
}
_CHOICES = ("law_enforcement", "ems", "caller_type")


def checked(body: Plain, *, draft: bool) -> Plain:
    """The form with its choices in one spelling; empty fields are left out. Raises Invalid."""
    form = {name: _spelled(name, value) for name, value in body.items() if value is not None}
    problems = [(name, "unknown field") for name in form if name not in FIELDS]
    problems += [(n, why) for n, v in form.items() if n in FIELDS and (why := FIELDS[n](v))]
    if not draft:
        problems += [(name, "required") for name in REQUIRED if name not in form]
        problems += _contradictions(form)
    if problems:
        raise Invalid(tuple(problems))
    return form


def _spelled(name: str, value: object) -> object:
    if name in _CHOICES and isinstance(value, str):
        return value.strip().lower().replace("-", "_").replace(" ", "_")
    return value


def _contradictions(form: Plain) -> list[tuple[str, str]]:
    code, law = form.get("code"), form.get("law_enforcement")
    if code in WITHOUT_LAW and law in PRESENT:
        return [("law_enforcement", f"{code} says that no law enforcement responded")]
    if code == "C01" and law not in PRESENT:
        return [("law_enforcement", "C01 says that law enforcement responded too")]
    return []
