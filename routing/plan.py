"""An agency's policy as data: whom a call may reach, by which numbers, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

EMERGENCY_NUMBERS = frozenset({"911", "112", "933"})

Accept = Literal["attended", "keypress"]


class Role(StrEnum):
    """Roles of a party on a call; `center` is the one leg of a bridged line."""

    CALLER = "caller"
    CENTER = "center"
    DISPATCHER = "dispatcher"
    SPECIALIST = "specialist"
    LIFELINE = "lifeline"
    TREATMENT_TEAM = "treatment_team"
    MOBILE_CRISIS = "mobile_crisis"
    PROGRAM = "program"
    INTERPRETER = "interpreter"
    SUPERVISOR = "supervisor"


class Entry(StrEnum):
    """How a line's calls arrive: caller and dispatcher on one leg, or the caller's own leg."""

    BRIDGED = "bridged"
    DIRECT = "direct"


class Strategy(StrEnum):
    """How a ring of specialists is ordered."""

    SIMULTANEOUS = "simultaneous"
    LONGEST_IDLE = "longest_idle"
    ROUND_ROBIN = "round_robin"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place outside the center: its kind is the role of whoever answers there."""

    key: str
    kind: Role
    name: str
    numbers: tuple[str, ...]
    accept: Accept = "attended"
    hold: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """One agency's policy. Numbers are E.164; `ring_seconds` is how long one offer rings."""

    agency: str
    dispatch_number: str
    fallback_number: str
    prompts: tuple[str, ...] = ("en",)
    strategy: Strategy = Strategy.SIMULTANEOUS
    ring_seconds: int = 15
    overflow: tuple[str, ...] = ()
    menu: tuple[tuple[str, str], ...] = (("1", "met"),)
    destinations: tuple[Destination, ...] = field(default=())

    def destination(self, key: str) -> Destination | None:
        """The destination of that key, or None."""
        return next((found for found in self.destinations if found.key == key), None)

    def choice(self, digit: str) -> str | None:
        """What a digit of the phone menu asks for: `met`, a destination key, or None."""
        return dict(self.menu).get(digit)


def is_emergency(address: str) -> bool:
    """Whether an address is an emergency number, with or without a country code."""
    digits = address.removeprefix("tel:").lstrip("+")
    return digits in EMERGENCY_NUMBERS or digits.removeprefix("1") in EMERGENCY_NUMBERS
