"""A decision in the making: the events so far, and the state that they lead to."""

from __future__ import annotations

from routing import events as e
from routing.call import Call, Leg, Transfer
from routing.evolve import evolve
from routing.roster import Roster


class Refused(Exception):
    """A person's request cannot be carried out; `reason` is a sentence for that person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Draft:
    """Collects events; `call` is the state after the last, `states` those around each of them."""

    def __init__(self, call: Call, roster: Roster) -> None:
        self.call = call
        self.roster = roster
        self.events: list[e.Event] = []
        self.states: list[Call] = [call]

    def emit(self, event: e.Event) -> None:
        """Add an event and move to the state after it."""
        self.call = evolve(self.call, event)
        self.events.append(event)
        self.states.append(self.call)

    def leg(self, leg_id: int) -> Leg:
        """The present state of a leg that is known to exist."""
        return self.call.legs[leg_id - 1]

    def transfer(self, transfer_id: int) -> Transfer:
        """The present state of a transfer that is known to exist."""
        return self.call.transfers[transfer_id - 1]

    def start_timer(self, name: str, subject: int, seconds: int) -> None:
        """Start a timer, in place of one of the same name and subject."""
        self.emit(e.TimerStarted(name, subject, seconds))

    def release(self, leg: Leg, reason: str, farewell: str | None = None) -> None:
        """Ask for a leg's hang-up; one that was never answered hears no farewell."""
        self.emit(e.LegLeaving(leg.id, reason, farewell if leg.answered else None))

    def name_of(self, leg: Leg) -> str:
        """Who is on a leg, for a reason that a person reads."""
        person = self.roster.person(leg.user)
        return person.name if person else leg.role.replace("_", " ")
