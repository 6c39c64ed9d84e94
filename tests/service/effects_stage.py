"""A carrier that keeps what it was asked, and a worker that runs beside the test."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from handlers.calls import Calls
from handlers.directory import apply, parse
from handlers.ports import LegStatus, Where
from routing.call import Call
from service import wiring, worker
from service.config import Settings

DEMO = Path(__file__).parent.parent.parent / "service" / "demo.yaml"
DIRECT, SHERIFF = "+16615550111", "+16615550122"
DISPATCH, SHERIFFS_DISPATCH = "+16615550100", "+16615550120"
_numbers = itertools.count(1)


@dataclass
class KeepingCarrier:
    """handlers.ports.Carrier: `on_dial` may block or raise, as a carrier does."""

    on_dial: Callable[[str], None] = lambda _address: None
    dials: list[tuple[str, str, int]] = field(default_factory=list)
    hang_ups: list[str] = field(default_factory=list)

    def dial(self, call_id: str, leg: int, address: str, line: str, seconds: int) -> str:
        self.on_dial(address)
        self.dials.append((call_id, address, leg))
        return f"CA{call_id.replace('-', '')[-28:]}{leg:04d}"

    def find_dial(self, address: str, line: str, since: datetime) -> tuple[str, ...]:
        return ()

    def hang_up(self, sid: str, call_id: str, leg: int, farewell: str | None) -> None:
        self.hang_ups.append(sid)

    def stop_ringing(self, sid: str) -> None:
        self.hang_ups.append(sid)

    def hold(
        self,
        call_id: str,
        conference: str | None,
        sid: str,
        leg: int,
        *,
        on: bool,
    ) -> None:
        return

    def announce(
        self, call_id: str, conference: str | None, sid: str, leg: int, prompt: str
    ) -> None:
        return

    def hand_over(self, sid: str, call_id: str, leg: int) -> None:
        return

    def where_is(self, call_id: str, conference: str | None, sid: str) -> LegStatus:
        return LegStatus(Where.UNKNOWN)

    def dialed(self, call: Call) -> list[str]:
        """Which addresses were rung for that call, in order."""
        return [address for call_id, address, _ in self.dials if call_id == call.id]


@contextmanager
def desk(settings: Settings) -> Iterator[Calls]:
    """The use cases of calls, with the demo directory and a worker that lived lately."""
    parts = wiring.core(settings, pool=4)
    apply(parts.store, parse(yaml.safe_load(DEMO.read_text())))
    lately = wiring.now() + timedelta(hours=6)  # later than any test ends
    parts.store.run(lambda work: work.records.beat("worker:stage", lately))
    parts.calls.plans.load()
    try:
        yield parts.calls
    finally:
        parts.close()


@contextmanager
def working(settings: Settings, carrier: KeepingCarrier) -> Iterator[threading.Event]:
    """A worker on a thread; the event stops it, and it has stopped afterwards."""
    stopped = threading.Event()
    thread = threading.Thread(target=worker.run, args=(settings, carrier, stopped))
    thread.start()
    try:
        yield stopped
    finally:
        stopped.set()
        thread.join()


def arrived(calls: Calls, line: str = DIRECT) -> Call:
    """A call that has just come in: its dispatcher is to be rung."""
    sid = f"CA{next(_numbers):032x}"
    return calls.arrive(line, sid, "+16615550142", None, f"{sid}:arrived").call
