"""Everything one sandbox holds; handed to each function, so that nothing lives in modules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.audible import Audible
from sandbox.calls import Call
from sandbox.clock import Clock
from sandbox.courier import Courier
from sandbox.directory import Directory
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.journal import Journal
from sandbox.phones import PhoneBook
from sandbox.settings import Account, Habits
from sandbox.streams import Streams

if TYPE_CHECKING:
    from sandbox.rooms import Room

_KEPT = 4_000


@dataclass(eq=False)
class World:
    account: Account
    clock: Clock
    journal: Journal
    faults: Faults
    courier: Courier
    streams: Streams
    directory: Directory
    audible: Audible
    phones: PhoneBook
    files: Files = field(default_factory=Files)
    habits: Habits = field(default_factory=Habits)
    calls: dict[str, Call] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    next_dial_at: float = 0.0

    def add_call(self, call: Call) -> None:
        self.calls[call.sid] = call
        if len(self.calls) > _KEPT:
            oldest = next((old for old in self.calls.values() if old.ended), None)
            if oldest is not None:
                del self.calls[oldest.sid]

    def add_room(self, room: Room) -> None:
        self.rooms[room.sid] = room
        if len(self.rooms) > _KEPT:
            oldest = next((old for old in self.rooms.values() if not old.active), None)
            if oldest is not None:
                del self.rooms[oldest.sid]


def build_world(account: Account, routes: dict[str, str] | None = None) -> World:
    clock, faults = Clock(), Faults()
    journal = Journal(clock)
    courier = Courier(account, clock, journal, faults, dict(routes or {}))
    return World(
        account=account,
        clock=clock,
        journal=journal,
        faults=faults,
        courier=courier,
        streams=Streams(courier),
        directory=Directory(account.sid),
        audible=Audible(clock),
        phones=PhoneBook(),
    )
