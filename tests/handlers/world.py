"""A small world for the use cases: a directory, a clock, a bell and a carrier that can fail."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import yaml

from handlers.access import Account
from handlers.accounts import Accounts
from handlers.calls import Calls, Handled
from handlers.directory import apply, parse
from handlers.log import CallLog
from handlers.outbox import Outbox
from handlers.outcomes import Outcomes
from handlers.ports import CarrierError, LegStatus, Retry, Where
from handlers.specialists import Specialists
from handlers.tasks import Tasks
from models.store import Store
from routing import commands as c
from routing.call import Call
from routing.commands import Report

DIRECTORY = Path(__file__).parent / "directory.yaml"
BRIDGED, DIRECT, DRILL, SHERIFF = "+16615550110", "+16615550111", "+16615550112", "+16615550121"

T = TypeVar("T")


class Clock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 7, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Bell:
    """Remembers what was rung."""

    def __init__(self) -> None:
        self.rung: list[int] = []

    def ring(self, row_ids: tuple[int, ...]) -> None:
        self.rung += row_ids


class Killed(BaseException):
    """The process is gone at this very point: nothing after it ran."""


@dataclass
class Dialed:
    sid: str
    call_id: str
    leg: int
    address: str
    at: datetime


@dataclass
class FakeCarrier:
    """A carrier that works, unless a fault waits for a method: (before or after doing it, what)."""

    clock: Clock
    dials: list[Dialed] = field(default_factory=list)
    done: list[tuple[Any, ...]] = field(default_factory=list)
    where: dict[str, LegStatus] = field(default_factory=dict)
    faults: dict[str, list[tuple[str, BaseException]]] = field(default_factory=dict)
    during: Callable[[str], None] = lambda _: None

    def fail(self, method: str, error: BaseException, when: str = "before") -> None:
        self.faults.setdefault(method, []).append((when, error))

    def _do(self, method: str, act: Callable[[], T]) -> T:
        waiting = self.faults.get(method)
        when, error = waiting.pop(0) if waiting else ("", None)
        if error and when == "before":
            raise error
        result = act()
        self.during(method)
        if error:
            raise error
        return result

    def dial(self, call_id: str, leg: int, address: str, line: str, seconds: int) -> str:
        def act() -> str:
            sid = f"CA{len(self.dials) + 1:04d}"
            self.dials.append(Dialed(sid, call_id, leg, address, self.clock()))
            return sid

        return self._do("dial", act)

    def find_dial(self, address: str, line: str, since: datetime) -> tuple[str, ...]:
        def act() -> tuple[str, ...]:
            return tuple(x.sid for x in self.dials if x.address == address and x.at >= since)

        return self._do("find_dial", act)

    def hang_up(self, sid: str, call_id: str, leg: int, farewell: str | None) -> None:
        self._do("hang_up", lambda: self.done.append(("hang_up", sid, farewell)))

    def stop_ringing(self, sid: str) -> None:
        self._do("stop_ringing", lambda: self.done.append(("stop_ringing", sid)))

    def hold(self, call_id: str, conference: str | None, sid: str, leg: int, *, on: bool) -> None:
        self._do("hold", lambda: self.done.append(("hold", sid, on)))

    def announce(
        self, call_id: str, conference: str | None, sid: str, leg: int, prompt: str
    ) -> None:
        self._do("announce", lambda: self.done.append(("announce", sid, prompt)))

    def hand_over(self, sid: str, call_id: str, leg: int) -> None:
        self._do("hand_over", lambda: self.done.append(("hand_over", sid)))

    def where_is(self, call_id: str, conference: str | None, sid: str) -> LegStatus:
        return self._do("where_is", lambda: self.where.get(sid, LegStatus(Where.UNKNOWN)))


def never(reason: str = "the number is not in service") -> CarrierError:
    return CarrierError(reason, Retry.NEVER, 21211)


def busy() -> CarrierError:
    return CarrierError("too many requests", Retry.SAFE, 20429)


def lost() -> CarrierError:
    return CarrierError("the answer did not come", Retry.UNKNOWN)


def gone() -> CarrierError:
    return CarrierError("the call is not in progress", Retry.GONE, 21220)


class World:
    """The use cases over one database."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.bell = Bell()
        self.carrier = FakeCarrier(self.clock)
        apply(store, parse(yaml.safe_load(DIRECTORY.read_text())))
        self.calls = Calls(store, self.clock, self.bell, lambda: str(uuid.uuid4()))
        self.outbox = Outbox(store, self.calls, self.carrier, self.clock, self.bell)
        self.accounts = Accounts(store, self.clock)
        self.specialists = Specialists(store, self.clock, self.calls)
        self.log = CallLog(store, self.calls, self.clock)
        self.outcomes = Outcomes(store, self.calls, self.clock)
        self.tasks = Tasks(store, self.calls)
        self._count = itertools.count(1)

    def account(self, name: str) -> Account:
        found = self.accounts.by_email(f"{name}@example.org")
        assert found
        return found

    def available(self, *names: str) -> None:
        for name in names or ("maria", "sam"):
            self.specialists.set_presence(self.account(name), "available")

    def arrive(self, line: str = DIRECT, **about: Any) -> Call:
        number = next(self._count)
        sid = f"CAin{number:04d}"
        about = {"caller_number": "+16615559999", "incident_number": None} | about
        return self.calls.arrive(line, sid, receipt=f"{sid}:arrive", **about).call

    def tell(self, call: Call, *reports: Report) -> Call:
        for report in reports:
            call = self.calls.report(call.id, report).call
        return call

    def ask(self, call: Call, name: str, request: Callable[[c.Actor], c.Request]) -> Handled:
        account = self.account(name)
        return self.calls.request(call.id, request(account.actor), account=account)

    def with_dispatcher(self, line: str = DIRECT) -> Call:
        """A direct line's call on which caller and dispatcher talk."""
        call = self.arrive(line)
        up = (c.ReportJoined(1, 1), c.ReportAnswered(2), c.ReportJoined(2, 2))
        return self.tell(call, *up)

    def ringing(self, line: str = DIRECT) -> Call:
        """A call on which the available specialists are being rung."""
        call = self.with_dispatcher(line)
        call = self.ask(call, "dana", lambda by: c.RequestTransfer(by, "met")).call
        legs = [leg.id for leg in call.legs if leg.user]
        return self.tell(call, *(c.ReportRinging(leg) for leg in legs))

    def with_specialist(self, name: str = "maria") -> Call:
        """A call that the specialist has joined, the dispatcher still there."""
        self.available(name)
        call = self.ringing()
        leg = self.leg_of(call, name)
        return self.tell(call, c.ReportAnswered(leg), c.ReportJoined(leg, 3))

    def leg_of(self, call: Call, name: str) -> int:
        user = self.account(name).id
        return next(leg.id for leg in reversed(call.legs) if leg.user == user)

    def call(self, call_id: str) -> Call:
        return self.calls.reply(call_id).call

    def presence(self, name: str) -> str:
        board = self.specialists.board(self.account(name))
        mine = next(row for row in board if row["id"] == self.account(name).id)
        return str(mine["status"])

    def rows(self, call: Call, **wanted: Any) -> list[dict[str, Any]]:
        """Outbox rows of a call."""
        found = self.query("SELECT * FROM outbox WHERE call_id = %s ORDER BY id", call.id)
        return [row for row in found if all(row[k] == v for k, v in wanted.items())]

    def row(self, call: Call, **wanted: Any) -> int:
        """The id of its only row that is so."""
        (row,) = self.rows(call, **wanted)
        return int(row["id"])

    def query(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self.store.begin() as work:
            found = work.connection.exec_driver_sql(sql, values)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []


def at_once(*acts: Callable[[], T]) -> list[T | Exception]:
    """Every act in a thread of its own, started together; what each returned or raised."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
