"""Who can be rung, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from routing.plan import Plan, Strategy


class Presence(StrEnum):
    """What a specialist is doing, as consoles show it."""

    AVAILABLE = "available"
    RINGING = "ringing"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Specialist:
    """One specialist of the agency; `call` is the call they are on.

    Times are seconds since the epoch, 0 when never.
    """

    user: str
    name: str
    address: str
    presence: Presence
    phone: str | None = None
    on_call: bool = False
    languages: tuple[str, ...] = ("en",)
    idle_since: float = 0.0
    offered_at: float = 0.0
    call: str | None = None

    @property
    def can_ring(self) -> bool:
        """Whether this specialist's softphone may be offered a call now."""
        return self.presence in (Presence.AVAILABLE, Presence.RINGING)


@dataclass(frozen=True, slots=True)
class Roster:
    """What one decision may look at beside the call: the agency's plan and its people."""

    plan: Plan
    specialists: tuple[Specialist, ...] = ()

    def person(self, user: str | None) -> Specialist | None:
        """The specialist of that id, or None."""
        return next((found for found in self.specialists if found.user == user), None)


def next_offers(
    roster: Roster, offered: frozenset[str], language: str | None
) -> tuple[Specialist, ...]:
    """The specialists to ring now, () when none is left.

    Those who speak the caller's language come first.
    """
    free = [s for s in roster.specialists if s.can_ring and s.user not in offered]
    speakers = [s for s in free if language is None or language in s.languages]
    ordered = sorted(speakers or free, key=lambda s: _turn(roster.plan.strategy, s))
    together = len(ordered) if roster.plan.strategy is Strategy.SIMULTANEOUS else 1
    return tuple(ordered[:together])


def on_call_phones(roster: Roster, declined: frozenset[str]) -> tuple[Specialist, ...]:
    """Specialists reachable by phone who are not on a call and have not said no."""
    busy = (Presence.ON_CALL, Presence.WRAP_UP)
    free = (s for s in roster.specialists if s.presence not in busy and s.user not in declined)
    return tuple(s for s in free if s.on_call and s.phone)


def _turn(strategy: Strategy, specialist: Specialist) -> tuple[bool, float, str]:
    since = specialist.offered_at if strategy is Strategy.ROUND_ROBIN else specialist.idle_since
    return (specialist.presence is Presence.RINGING, since, specialist.user)
