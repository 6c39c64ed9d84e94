"""`metline check-model`: walks every small world to exhaustion, on all processors."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import click

from routing.explore import Exploration, Violation, World, explore, small_worlds
from routing.pasted import as_test
from routing.states import STAGE_MOVES

MOST_STATES = 5_000_000
SHOWN_VIOLATIONS = 3


@dataclass(frozen=True, slots=True)
class Result:
    """What all worlds together gave."""

    states: int
    transitions: int
    violations: tuple[Violation, ...]
    exhausted: bool

    def as_json(self, seconds: float) -> str:
        """The last line that is printed."""
        told = {
            "states": self.states,
            "transitions": self.transitions,
            "violations": len(self.violations),
            "exhausted": self.exhausted,
            "seconds": round(seconds, 1),
        }
        return json.dumps(told)


def main(worlds: tuple[World, ...] | None = None) -> None:
    """Explore, show what is broken as tests to paste, print the result as JSON.

    Exits with 1 when something is broken or not exhausted.
    """
    started = time.monotonic()
    explorations = tuple(_explored(worlds or small_worlds()))
    result = _joined(explorations)
    for violation in result.violations[:SHOWN_VIOLATIONS]:
        click.echo(as_test(violation))
    click.echo(result.as_json(time.monotonic() - started))
    sys.exit(1 if result.violations or not result.exhausted else 0)


def _explored(worlds: tuple[World, ...]) -> Iterator[Exploration]:
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        jobs: dict[Future[Exploration], World] = {
            pool.submit(explore, (world,), MOST_STATES): world for world in worlds
        }
        for job in as_completed(jobs):
            found = job.result()
            click.echo(
                f"{jobs[job].name}: {found.states:,} states, {found.transitions:,} transitions"
            )
            yield found


def _joined(explorations: tuple[Exploration, ...]) -> Result:
    violations = [v for found in explorations for v in found.violations]
    exhausted = all(found.exhausted for found in explorations)
    if exhausted:
        violations += _stage_violations(explorations)
    return Result(
        states=sum(found.states for found in explorations),
        transitions=sum(found.transitions for found in explorations),
        violations=tuple(violations),
        exhausted=exhausted,
    )


def _stage_violations(explorations: tuple[Exploration, ...]) -> Iterator[Violation]:
    seen = {move for found in explorations for move in found.stages if move[0] is not move[1]}
    for before, after in sorted(seen ^ STAGE_MOVES):
        how = "is reached but not listed" if (before, after) in seen else "is listed, never reached"
        yield Violation("all", f"the stage change {before} to {after} {how}", ())
