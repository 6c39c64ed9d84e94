"""What the demo prints: each call's timeline, and a closing table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.demo.scene import Check

Json = dict[str, Any]
RING_TARGET_MS = 300
# Carrier bookkeeping that a reader of the story does not need.
QUIET = frozenset(
    {
        "timer_started",
        "timer_stopped",
        "timer_fired",
        "report_ignored",
        "leg_admitted",
        "leg_answered",
        "leg_ringing",
        "leg_leaving",
        "rung_entered",
    }
)
# Events of any party: whose leg it is has to be said.
ABOUT_LEGS = ("leg_", "hold_", "announced")
# What is told of an event's data, and in which words.
WORTH = {
    "to": "to {}",
    "digit": "digit {}",
    "prompt": "{}",
    "reason": "{}",
    "by": "by {}",
    "task": "{}",
    "code": "{}",
    "alarm": "{}",
    "result": "{}",
    "disposition": "outcome {}",
}
COLOURS = {
    "specialist": "green",
    "target": "cyan",
    "transfer": "cyan",
    "hold": "magenta",
    "escalation": "red",
    "alarm": "red",
    "caller": "yellow",
    "call": "bold",
    "dispatcher": "blue",
    "menu": "blue",
}


@dataclass(frozen=True)
class Verdict:
    """How one journey went. `ring_ms` is the first request to ring, None without a request."""

    journey: str
    title: str
    checks: Sequence[Check]
    fault: str | None = None
    ring_ms: int | None = None
    alone_seconds: float | None = None
    events: Sequence[Json] = ()

    @property
    def held(self) -> bool:
        """Whether everything that must hold did."""
        return self.fault is None and all(check.held for check in self.checks)


def print_story(console: Console, verdict: Verdict) -> None:
    """One call's timeline and what was checked on it."""
    console.rule(f"[bold]{verdict.journey}[/] {verdict.title}")
    parties = _parties(verdict.events)
    start = _at(verdict.events[0]) if verdict.events else None
    for event in verdict.events:
        if start and event["name"] not in QUIET:
            console.print(_line(event, (_at(event) - start).total_seconds(), parties))
    for check in verdict.checks:
        if not check.held:
            console.print(Text(f"  not held: {check.text}", style="bold red"))
    if verdict.fault:
        console.print(Text(f"  {verdict.fault}", style="bold red"))
    held = sum(check.held for check in verdict.checks)
    console.print(Text(f"  {held} of {len(verdict.checks)} checks held", style="dim"))


def _at(event: Json) -> datetime:
    return datetime.fromisoformat(event["at"])


def _parties(events: Sequence[Json]) -> Mapping[int, str]:
    """Whose leg each one is, by its number."""
    dialed = {event["leg"]: event["data"] for event in events if event["name"] == "leg_dialed"}
    roles = {leg: "fallback" if data["fallback"] else data["role"] for leg, data in dialed.items()}
    return {1: "caller"} | {leg: role.replace("_", " ") for leg, role in roles.items()}


def _line(event: Json, seconds: float, parties: Mapping[int, str]) -> Text:
    colour = COLOURS.get(event["name"].split("_")[0], "")
    line = Text(f"  {seconds:7.2f} s  ")
    line.append(event["name"].replace("_", " "), style=colour)
    line.append(f"  {', '.join(_details(event, parties))}")
    line.rstrip()
    return line


def _details(event: Json, parties: Mapping[int, str]) -> Iterator[str]:
    if event["name"].startswith(ABOUT_LEGS):
        yield parties.get(event["leg"], "")
    for key, value in event["data"].items():
        if key in WORTH and value is not None:
            yield WORTH[key].format(value)
        elif event["name"] == "hold_asked" and key == "hold":
            yield "on" if value else "off"


def print_summary(console: Console, journeys: Sequence[Verdict]) -> None:
    """The closing table, and how many journeys held."""
    _print_table(console, journeys)
    held = sum(journey.held for journey in journeys)
    console.print(f"{held} of {len(journeys)} journeys held")


def _print_table(console: Console, verdicts: Sequence[Verdict]) -> None:
    """Journey, held or not, request to ring, alone seconds."""
    table = Table(title="Journeys")
    for name in ("journey", "", "held", "request to ring", "caller alone"):
        table.add_column(name, justify="right" if name.startswith(("req", "call")) else "left")
    for verdict in verdicts:
        table.add_row(
            verdict.journey,
            verdict.title,
            Text("held", style="green") if verdict.held else Text("NOT HELD", style="bold red"),
            _ring(verdict.ring_ms),
            "" if verdict.alone_seconds is None else f"{verdict.alone_seconds:.1f} s",
        )
    console.print(table)


def _ring(milliseconds: int | None) -> Text:
    if milliseconds is None:
        return Text("")
    style = "green" if milliseconds <= RING_TARGET_MS else "yellow"
    return Text(f"{milliseconds} ms", style=style)
