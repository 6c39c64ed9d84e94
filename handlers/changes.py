"""What consoles need to notice: the versions of calls and presences in their agencies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from handlers.ports import Clock
from handlers.presence import presence_of
from handlers.specialists import seconds_of
from models.store import Store

JUST_CLOSED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is call or presence; `mark` differs whenever the thing changed; `shown` is told."""

    kind: str
    id: str
    agencies: tuple[str, ...]
    mark: str
    shown: dict[str, Any] = field(default_factory=dict)


class Changes:
    """Compared with the last look, tells a stream what to send; one query serves all streams."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def look(self) -> tuple[Change, ...]:
        """Every open or just closed call and every specialist, with marks to compare."""
        now = self._clock()
        with self._store.begin() as work:
            calls = work.log.current(now - JUST_CLOSED)
            people = work.presences.board()
        seen = [_call(row) for row in calls]
        return (*seen, *(_presence(row, now.timestamp()) for row in people))


def _call(row: dict[str, Any]) -> Change:
    # The outcome's form moves the time without moving the version.
    mark = f"{row['version']} {row['changed_at'].isoformat()}"
    shown = {"agency": row["agency"], "version": row["version"], "stage": row["stage"]}
    return Change("call", str(row["id"]), (row["agency"],), mark, shown)


def _presence(row: dict[str, Any], now: float) -> Change:
    status = presence_of(seconds_of(row), now).value
    call = row["busy_call"] or row["wrap_up_call"] or row["ringing_call"]
    shown = {"status": status, "call": str(call) if call else None}
    mark = f"{status} {call} {row['asked']}"
    return Change("presence", str(row["id"]), tuple(row["agencies"]), mark, shown)
