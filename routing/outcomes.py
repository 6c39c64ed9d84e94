"""Outcome codes, and which of them the events of a call contradict."""

from __future__ import annotations

from routing import commands as c
from routing import events as e
from routing.call import Call
from routing.draft import Draft, Refused
from routing.plan import Role

DIVERTED = ("R01", "R02", "R03", "R04", "R05", "R06", "E01")
NOT_DIVERTED = ("C01", "L01", "L02", "L03", "U01")
EXCLUDED = ("X01", "X02", "X03", "X04", "X05")
CODES = (*DIVERTED, *NOT_DIVERTED, *EXCLUDED)

_NEEDS_ACCEPTANCE = {"R03": Role.LIFELINE, "R04": Role.TREATMENT_TEAM}
_BEFORE_JOIN = ("X01", "X02")


def contradiction(call: Call, code: str) -> str | None:
    """Why a code cannot be true of this call; None when nothing speaks against it."""
    role = _NEEDS_ACCEPTANCE.get(code)
    if role and role not in call.accepted_roles:
        return f"{code} needs a {role.replace('_', ' ')} that accepted, and none did."
    if code in _BEFORE_JOIN and call.specialist_joined:
        return f"{code} means that no specialist joined, and one did."
    if code not in EXCLUDED and not call.specialist_joined:
        return f"{code} needs a specialist on the call, and none joined."
    return None


def submit(draft: Draft, request: c.SubmitOutcome) -> None:
    """Record an outcome; a second one is a revision and says why."""
    if request.code not in CODES:
        raise Refused(f"There is no outcome {request.code}.")
    why = contradiction(draft.call, request.code)
    if why:
        raise Refused(why)
    if draft.call.outcome is None:
        draft.emit(e.OutcomeSubmitted(request.code))
    elif request.reason:
        draft.emit(e.OutcomeRevised(request.code))
    else:
        raise Refused("An outcome is recorded already: a revision needs a reason.")
