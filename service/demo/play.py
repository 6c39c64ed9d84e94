"""Plays the journeys one after the other and says how each went."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import requests
from rich.console import Console

from sandbox.driver import SandboxError
from service.config import Settings
from service.demo import handoffs, transfers, troubles
from service.demo.cast import BRIDGED_LINE, DIRECT_LINE, Cast, assembled
from service.demo.person import ApiRefusedError
from service.demo.scene import Check, NotHeldError, Scene
from service.demo.show import Json, Verdict, print_story, print_summary
from service.faults import Fault

Play = Callable[[Scene], None]


@dataclass(frozen=True)
class Act:
    """One call of a journey; a journey may have several."""

    journey: str
    title: str
    play: Play
    line: str = DIRECT_LINE


ACTS: tuple[Act, ...] = (
    Act("J1", "Bridged hand-off", handoffs.bridged_handoff, BRIDGED_LINE),
    Act("J2", "Direct line, * then 1", handoffs.direct_star),
    Act("J3", "Console press", handoffs.console_press),
    Act("J4", "Nobody answers", handoffs.nobody_answers),
    Act("J5", "Warm transfer to 988", transfers.warm_to_lifeline),
    Act("J6", "Warm transfer to a treatment team", transfers.warm_to_team),
    Act("J6", "Nobody at the treatment team", transfers.nobody_on_the_team),
    Act("J7", "Cancel, reject, fail", transfers.taken_back),
    Act("J8", "Escalate", troubles.escalated),
    Act("J9", "The browser dies and comes back", troubles.browser_comes_back),
    Act("J9", "The browser stays dead", troubles.browser_stays_dead),
    Act("J10", "The caller drops while 988 rings", troubles.caller_drops),
    Act("J10", "The caller drops on hold", troubles.caller_drops_on_hold),
)


def main(settings: Settings) -> None:
    """Play everything against the running service; exits 1 unless every journey held."""
    console = Console(highlight=False)
    journeys = journeys_of(stories(settings, console))
    print_summary(console, journeys)
    sys.exit(0 if all(journey.held for journey in journeys) else 1)


def stories(settings: Settings, console: Console) -> list[Verdict]:
    """Play and print every call, one after the other. Raises Fault when no service runs."""
    _refuse_without_service(settings)
    with assembled(settings) as cast:
        return [_played(console, cast, act, at) for at, act in enumerate(ACTS, start=1)]


def journeys_of(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """One verdict for each journey, of all its calls."""
    return [_journey(tuple(group)) for _, group in groupby(verdicts, lambda v: v.journey)]


def _refuse_without_service(settings: Settings) -> None:
    if not settings.carrier_url:
        raise Fault("the demo plays on the sandbox carrier: unset TWILIO_ACCOUNT_SID")
    try:
        requests.get(f"http://127.0.0.1:{settings.port}/healthz", timeout=5)
    except requests.RequestException as problem:
        folder = settings.data_dir
        raise Fault(
            f"no service runs in {folder}: start it with `make run`, "
            "and play the demo in the same folder"
        ) from problem


def _played(console: Console, cast: Cast, act: Act, at: int) -> Verdict:
    with console.status(f"{act.journey} {act.title} ({at} of {len(ACTS)})"):
        verdict = _verdict(act, cast)
    print_story(console, verdict)
    return verdict


def _verdict(act: Act, cast: Cast) -> Verdict:
    scene = Scene(cast, act.line)
    try:
        cast.free_specialists()
        act.play(scene)
    except NotHeldError as problem:
        return _of(act, scene, str(problem))
    except (ApiRefusedError, SandboxError, requests.RequestException) as problem:
        return _of(act, scene, f"stopped short: {problem}")
    finally:
        scene.clear()
    return _of(act, scene, None)


def _of(act: Act, scene: Scene, fault: str | None) -> Verdict:
    if not scene.call:
        return Verdict(act.journey, act.title, (), fault)
    events = scene.events()
    return Verdict(
        act.journey,
        act.title,
        tuple(scene.checks),
        fault,
        _request_to_ring(events),
        scene.view()["timings"]["alone"],
        events,
    )


def _request_to_ring(events: Sequence[Json]) -> int | None:
    at = {event["name"]: event["at"] for event in reversed(events)}
    asked, rang = at.get("specialist_requested"), at.get("specialist_ringing")
    if asked is None or rang is None:
        return None
    passed = datetime.fromisoformat(rang) - datetime.fromisoformat(asked)
    return round(passed.total_seconds() * 1000)


def _journey(acts: tuple[Verdict, ...]) -> Verdict:
    checks = tuple(check for act in acts for check in act.checks)
    faults = [act.fault for act in acts if act.fault]
    alone = [act.alone_seconds for act in acts if act.alone_seconds is not None]
    rings = [act.ring_ms for act in acts if act.ring_ms is not None]
    return replace(
        acts[0],
        checks=(*checks, *(Check(fault, held=False) for fault in faults)),
        ring_ms=max(rings, default=None),
        alone_seconds=max(alone, default=None),
    )
