"""What a specialist is doing, from their wish, their heartbeat and their calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.access import softphone
from routing.call import PENDING, Call
from routing.plan import Plan, Role
from routing.roster import Presence, Roster, Specialist

Plain = dict[str, Any]

FRESH_SECONDS = 20.0
STATUSES = ("available", "break", "offline")


def roster_of(plan: Plan, rows: list[Plain], now: datetime) -> Roster:
    """The people whom a decision may ring. Rows are those of `models.presences.ROSTER`."""
    return Roster(plan, tuple(_specialist(row, now.timestamp()) for row in rows))


def _specialist(row: Plain, now: float) -> Specialist:
    return Specialist(
        user=row["user"],
        name=row["name"],
        address=softphone(row["user"]),
        presence=presence_of(row, now),
        phone=row["phone"],
        on_call=row["on_call"],
        languages=tuple(row["languages"]),
        idle_since=float(row["idle_since"] or 0),
        offered_at=float(row["offered_at"] or 0),
        call=row["busy_call"],
    )


def presence_of(row: Plain, now: float) -> Presence:
    """Facts come before the wish; a wish counts while its heartbeat is fresh. Times in seconds."""
    if row["busy_call"]:
        return Presence.ON_CALL
    if row["wrap_up_call"]:
        return Presence.WRAP_UP
    if now - float(row["heartbeat_at"] or 0) > FRESH_SECONDS:
        return Presence.OFFLINE
    wish = Presence(row["asked"] or "offline")
    return Presence.RINGING if wish is Presence.AVAILABLE and row["ringing_call"] else wish


def doings(before: Call, after: Call) -> dict[str, str]:
    """What changed for specialists: user to ringing, on_call, wrap_up or none."""
    was, now = _engaged(before), _engaged(after)
    freed = {user: _after_call(after, user) for user in was if user not in now}
    return freed | {user: doing for user, doing in now.items() if was.get(user) != doing}


def _engaged(call: Call) -> dict[str, str]:
    engaged: dict[str, str] = {}
    for leg in call.legs:
        if leg.role is Role.SPECIALIST and leg.user:
            if leg.on_line:
                engaged[leg.user] = "on_call"
            elif leg.state in PENDING:
                engaged.setdefault(leg.user, "ringing")
    return engaged


def _after_call(call: Call, user: str) -> str:
    joined = any(leg.user == user and leg.ever_joined for leg in call.legs)
    return "wrap_up" if joined and call.outcome is None else "none"
