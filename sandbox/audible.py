"""Who hears whom, and when: the truth against which "alone" is measured."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock

Pair = tuple[str, str]


@dataclass(frozen=True)
class Interval:
    listener: str
    speaker: str
    since: int
    until: int | None


class Audible:
    """Each group (a conference, a bridge) reports its present (listener, speaker) pairs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[tuple[str, Pair], int] = {}
        self._closed: deque[Interval] = deque(maxlen=20_000)

    def report(self, group: str, hearing: Iterable[Pair], together: Iterable[Pair]) -> None:
        wanted = {(f"hears {group}", pair) for pair in hearing}
        wanted |= {(f"with {group}", pair) for pair in together}
        present = {key for key in self._open if key[0] in (f"hears {group}", f"with {group}")}
        now = self._clock.milliseconds()
        for key in present - wanted:
            self._close(key, now)
        for key in wanted - present:
            self._open[key] = now

    def _close(self, key: tuple[str, Pair], now: int) -> None:
        since = self._open.pop(key)
        listener, speaker = key[1]
        kind = "with:" if key[0].startswith("with ") else ""
        self._closed.append(Interval(kind + listener, speaker, since, now))

    def _all(self) -> list[Interval]:
        still = [
            Interval(("with:" if name.startswith("with ") else "") + pair[0], pair[1], since, None)
            for (name, pair), since in self._open.items()
        ]
        return sorted([*self._closed, *still], key=lambda each: each.since)

    def of(self, sid: str) -> dict[str, Any]:
        rows = self._all()
        company = [(each.since, each.until) for each in rows if each.listener == f"with:{sid}"]
        return {
            "sid": sid,
            "now": self._clock.milliseconds(),
            "with_someone": [{"since": a, "until": b} for a, b in merged(company)],
            "hears": [_row(each.speaker, each) for each in rows if each.listener == sid],
            "heard_by": [
                _row(each.listener, each)
                for each in rows
                if each.speaker == sid and not each.listener.startswith("with:")
            ],
        }


def _row(other: str, each: Interval) -> dict[str, Any]:
    return {"sid": other, "since": each.since, "until": each.until}


def merged(spans: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """The union of spans; an open end (None) lasts."""
    result: list[tuple[int, int | None]] = []
    for since, until in sorted(spans, key=lambda span: span[0]):
        if result and (result[-1][1] is None or since <= result[-1][1]):
            last = result[-1][1]
            longer = None if last is None or until is None else max(last, until)
            result[-1] = (result[-1][0], longer)
        else:
            result.append((since, until))
    return result
