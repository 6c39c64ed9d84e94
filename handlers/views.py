"""Calls as the contract shows them: plain JSON data from stored rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.access import ADMIN, DISPATCHER, Account
from handlers.numbers import masked
from handlers.timings import Recorded, timings_of
from routing.call import DISPATCH, Call, Leg, Transfer
from routing.codec import call_from_plain, event_from_plain
from routing.outcomes import DIVERTED, EXCLUDED
from routing.plan import Plan
from routing.states import LegState

Plain = dict[str, Any]

CONTEXT = ("caller", "language", "weapons", "officers", "location", "callback_number", "note")
# All that dispatchers and lists are shown of a form: even the fact of treatment is confidential
# (W&I 5328), and whatever field is added later stays hidden from them too.
OPERATIONAL = ("law_enforcement", "ems", "caller_type")
# What a specialist writes in their own words about a caller.
_WORDS = {"callback_attempted": ("result",)}
_STATUS = {
    LegState.DIALING: "dialing",
    LegState.RINGING: "ringing",
    LegState.SCREENING: "ringing",
    LegState.JOINING: "connected",
    LegState.JOINED: "connected",
    LegState.MENU: "connected",
    LegState.AWAY: "connected",
    LegState.LEFT: "left",
    LegState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a view needs beside the call's row."""

    plan: Plan
    names: dict[str, str]
    outcome: Plain | None = None
    events: tuple[Plain, ...] = ()


def moment(at: datetime | None) -> str | None:
    """ISO 8601 UTC with milliseconds."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def call_view(row: Plain, beside: Beside, account: Account, *, listed: bool = False) -> Plain:
    """One call; in a list and once it is closed, numbers are masked."""
    call = call_from_plain(row["state"])
    specialist = row["specialist"]
    return {
        "id": str(row["id"]),
        "agency": row["agency"],
        "line": row["line"],
        "entry": row["entry"],
        "drill": row["drill"],
        "stage": row["stage"],
        "version": row["version"],
        "opened_at": moment(row["opened_at"]),
        "closed_at": moment(row["closed_at"]),
        "incident_number": row["incident_number"],
        "caller_number": row["caller_masked"] or masked(row["context_callback_number"]),
        "alarm": call.alarm,
        "alarms": list(call.alarms),
        "awaited": call.awaited,
        "released": call.released,
        "specialist": _person(specialist, beside.names) if specialist else None,
        "context": _context(row, masking=listed or call.closed or account.role == ADMIN),
        "parties": [_party(call, leg, beside) for leg in call.legs],
        "transfers": [_transfer(call, t, beside) for t in call.transfers if t.to != DISPATCH],
        "outcome": outcome_view(beside.outcome, account, listed=listed),
        "disposition": row["disposition"],
        "needs_outcome": row["disposition"] == "asked" and row["outcome"] is None,
        "timings": timings_of(recorded(beside.events)),
    }


def _person(user: str, names: dict[str, str]) -> Plain:
    return {"id": user, "name": names.get(user, "")}


def _context(row: Plain, *, masking: bool) -> Plain:
    context = {name: row[f"context_{name}"] for name in CONTEXT}
    if masking:
        context["callback_number"] = masked(context["callback_number"])
    return context


def _party(call: Call, leg: Leg, beside: Beside) -> Plain:
    leaving = "left" if leg.answered else "failed"
    return {
        "id": leg.id,
        "role": leg.role.value,
        "status": _STATUS.get(leg.state, leaving),
        "on_hold": leg.held,
        "name": _name(call, leg, beside),
        "user": leg.user,
        "transfer": leg.transfer or None,
        "reason": leg.reason,
    }


def _name(call: Call, leg: Leg, beside: Beside) -> str | None:
    if leg.user:
        return beside.names.get(leg.user)
    transfer = call.transfer(leg.transfer)
    rung = next((r for r in transfer.rungs if r.number == leg.address), None) if transfer else None
    destination = beside.plan.destination(rung.key or "") if rung else None
    return destination.name if destination else None


def _transfer(call: Call, transfer: Transfer, beside: Beside) -> Plain:
    destination = beside.plan.destination(transfer.to)
    rung = transfer.current
    return {
        "id": transfer.id,
        "to": transfer.to,
        "stage": transfer.stage.value,
        "name": destination.name if destination else None,
        "cause": transfer.cause,
        "owner": transfer.owner,
        "target": transfer.target,
        "rung": rung.kind.value if rung else None,
        "rung_to": rung.key if rung else None,
        "rung_number": transfer.rung + 1,
        "rungs": len(transfer.rungs),
        "holds_caller": transfer.hold,
        "parties": [leg.id for leg in call.legs_of(transfer.id)],
    }


def outcome_view(outcome: Plain | None, account: Account, *, listed: bool = False) -> Plain | None:
    """The newest revision of an outcome; dispatchers and lists see its operational part."""
    if outcome is None:
        return None
    brief = listed or account.role == DISPATCHER
    body = outcome["body"]
    shown = {name: value for name, value in body.items() if not brief or name in OPERATIONAL}
    return shown | {
        "code": outcome["code"],
        "diverted": diverted(outcome["code"]),
        "revision": outcome["n"],
        "submitted_by": str(outcome["submitted_by"]),
        "at": moment(outcome["at"]),
        "reason": None if brief else outcome["reason"],
    }


def diverted(code: str) -> bool | None:
    """Whether a code counts as diverted; None when it is excluded."""
    return None if code in EXCLUDED else code in DIVERTED


def recorded(rows: tuple[Plain, ...]) -> tuple[Recorded, ...]:
    """Rows of the log as events with their times."""
    return tuple(
        Recorded(row["seq"], row["at"], event_from_plain(row["name"], row["data"])) for row in rows
    )


def event_view(row: Plain, account: Account) -> Plain:
    """One event; the addresses that were dialed stay masked."""
    unread = _WORDS.get(row["name"], ()) if account.role == DISPATCHER else ()
    data = {name: value for name, value in row["data"].items() if name not in unread}
    if "address" in data and not str(data["address"]).startswith("client:"):
        data["address"] = masked(data["address"])
    if "rungs" in data:
        data["rungs"] = [rung | {"number": masked(rung.get("number"))} for rung in data["rungs"]]
    return {
        "seq": row["seq"],
        "name": row["name"],
        "at": moment(row["at"]),
        "actor": row["actor"],
        "leg": row["leg"],
        "data": data,
    }
