"""Rungs and timeouts, as data: every ladder is finite and ends at a human."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.plan import Accept, Destination, Plan, Role

DISPATCH_SECONDS = 20
FALLBACK_SECONDS = 30
TARGET_SECONDS = 30
ON_CALL_SECONDS = 25
REJOIN_SECONDS = 30
SCREEN_SECONDS = 20
MENU_SECONDS = 12
JOIN_SECONDS = 5
AWAY_SECONDS = 3
RESCUE_SECONDS = 3
RECALL_SECONDS = 5
HOLD_SECONDS = 5
LIMIT_SECONDS = 14400  # the carrier ends a <Dial> after four hours


class RungKind(StrEnum):
    """What one step of a ladder rings."""

    REJOIN = "rejoin"
    SPECIALISTS = "specialists"
    ON_CALL = "on_call"
    DESTINATION = "destination"
    DISPATCHER = "dispatcher"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: `number` for a fixed phone, `key` for a destination or a user."""

    kind: RungKind
    seconds: int
    role: Role
    number: str | None = None
    key: str | None = None
    accept: Accept = "attended"


def specialist_ladder(plan: Plan, rejoin: str | None = None) -> tuple[Rung, ...]:
    """The rungs behind `met`: specialists, the agency's overflow, the fallback number."""
    first = (Rung(RungKind.REJOIN, REJOIN_SECONDS, Role.SPECIALIST, key=rejoin),) if rejoin else ()
    specialists = Rung(RungKind.SPECIALISTS, plan.ring_seconds, Role.SPECIALIST)
    overflow = tuple(rung for key in plan.overflow for rung in _overflow(plan, key))
    return (*first, specialists, *overflow, _fallback(plan))


def destination_ladder(destination: Destination) -> tuple[Rung, ...]:
    """One rung for each of a destination's numbers, in order."""
    return tuple(
        Rung(
            RungKind.DESTINATION,
            TARGET_SECONDS,
            destination.kind,
            number=number,
            key=destination.key,
            accept=destination.accept,
        )
        for number in destination.numbers
    )


def dispatch_ladder(plan: Plan) -> tuple[Rung, ...]:
    """The way back to a human of the center; after it the caller's own leg dials the fallback."""
    position = Rung(
        RungKind.DISPATCHER, DISPATCH_SECONDS, Role.DISPATCHER, number=plan.dispatch_number
    )
    return (position, _fallback(plan))


def _fallback(plan: Plan) -> Rung:
    return Rung(RungKind.FALLBACK, FALLBACK_SECONDS, Role.DISPATCHER, number=plan.fallback_number)


def _overflow(plan: Plan, key: str) -> tuple[Rung, ...]:
    if key == "on_call":
        return (Rung(RungKind.ON_CALL, ON_CALL_SECONDS, Role.SPECIALIST, accept="keypress"),)
    destination = plan.destination(key)
    return destination_ladder(destination) if destination else ()
