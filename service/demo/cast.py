"""Who plays: an agency of the demo's own, its people, and the phones they are reached by.

Its lines are drill lines, so that a demo never counts in a report, and its numbers are
fictitious ones that no other agency here uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from handlers import directory
from models.store import Store
from sandbox.driver import SandboxDriver
from service import accounts, provision
from service.config import Settings
from service.demo.person import Person

AGENCY = "metline-demo"
BRIDGED_LINE = "+15595550110"
DIRECT_LINE = "+15595550111"
DISPATCH = "+15595550100"
FALLBACK = "+15595550199"
LIFELINE = ("+15595550180", "+15595550181")
TEAM = ("+15595550170", "+15595550171")
MARIA_PHONE = "+15595550150"
JON_PHONE = "+15595550151"
CALLER = "+15595550123"
RING_SECONDS = 5
HEARTBEAT_SECONDS = 5.0

DIRECTORY: Mapping[str, Any] = {
    "agencies": [
        {
            "key": AGENCY,
            "name": "Demonstration Center",
            "timezone": "America/Los_Angeles",
            "fiscal_year_starts": 7,
            "dispatch_number": DISPATCH,
            "fallback_number": FALLBACK,
            "prompts": ["en", "es"],
            "ring": {"strategy": "simultaneous", "seconds": RING_SECONDS},
            "overflow": ["on_call", "demo-988"],
            "menu": {"1": "met", "2": "demo-988", "3": "demo-team"},
            "lines": [
                {"number": BRIDGED_LINE, "entry": "bridged", "drill": True},
                {"number": DIRECT_LINE, "entry": "direct", "drill": True},
            ],
        }
    ],
    "destinations": [
        {
            "key": "demo-988",
            "kind": "lifeline",
            "name": "988 center",
            "numbers": list(LIFELINE),
            "accept": "attended",
            "agencies": [AGENCY],
        },
        {
            "key": "demo-team",
            "kind": "treatment_team",
            "name": "Treatment team on call",
            "numbers": list(TEAM),
            "accept": "keypress",
            "agencies": [AGENCY],
        },
    ],
    "users": [
        {
            "email": "maria@demo.metline.example",
            "name": "Maria Lopez",
            "role": "specialist",
            "agencies": [AGENCY],
            "languages": ["en", "es"],
            "phone": MARIA_PHONE,
            "on_call": True,
        },
        {
            "email": "jon@demo.metline.example",
            "name": "Jon Park",
            "role": "specialist",
            "agencies": [AGENCY],
            "languages": ["en"],
            "phone": JON_PHONE,
            "on_call": True,
        },
        {
            "email": "dana@demo.metline.example",
            "name": "Dana Reed",
            "role": "dispatcher",
            "agencies": [AGENCY],
        },
        {
            "email": "sam@demo.metline.example",
            "name": "Sam Ortiz",
            "role": "supervisor",
            "agencies": [AGENCY],
        },
    ],
}


@dataclass(frozen=True)
class Cast:
    """Everybody of the demo, signed in, and the sandbox that moves their phones."""

    sandbox: SandboxDriver
    maria: Person
    jon: Person
    dana: Person
    sam: Person

    @property
    def specialists(self) -> tuple[Person, ...]:
        """Those who take calls."""
        return (self.maria, self.jon)

    @property
    def everybody(self) -> tuple[Person, ...]:
        """All who are signed in."""
        return (*self.specialists, self.dana, self.sam)

    def free_specialists(self) -> None:
        """Both take calls again, whatever an earlier call left behind."""
        for person in self.specialists:
            shown = person.put("/me/presence", {"status": "available"})
            if shown["status"] == "wrap_up":
                user = person.get("/me")["id"]
                self.sam.post(f"/users/{user}/release", {"reason": "the demo goes on"})


@contextmanager
def assembled(settings: Settings) -> Iterator[Cast]:
    """The cast, with its specialists' heartbeats going until the end."""
    _apply_directory(settings)
    provision.tell_sandbox(settings)
    cast = Cast(
        SandboxDriver(settings.carrier_url),
        *(_person(settings, name) for name in ("maria", "jon", "dana", "sam")),
    )
    stopped = Event()
    beating = Thread(target=_beat, args=(cast, stopped), daemon=True)
    beating.start()
    try:
        yield cast
    finally:
        stopped.set()
        beating.join()
        for person in cast.specialists:
            person.put("/me/presence", {"status": "offline"})
        for person in cast.everybody:
            accounts.revoke_token(settings, person.token)


def _apply_directory(settings: Settings) -> None:
    store = Store.connect(settings.database_url, pool=1)
    try:
        directory.apply(store, directory.parse(DIRECTORY))
    finally:
        store.close()


def _person(settings: Settings, name: str) -> Person:
    email = f"{name}@demo.metline.example"
    token = accounts.create_token(settings, email)
    return Person(f"http://127.0.0.1:{settings.port}", email, token)


def _beat(cast: Cast, stopped: Event) -> None:
    while not stopped.wait(HEARTBEAT_SECONDS):
        for person in cast.specialists:
            person.try_put("/me/presence", {"status": "available"})
