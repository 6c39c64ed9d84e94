"""The model checker finds nothing in the rules, and finds what is missing when a rule is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing import commands as c
from routing import settle
from routing.call import Call
from routing.decide import drafted
from routing.explore import World, explore, small_worlds
from routing.invariants import Step, broken
from routing.pasted import as_test
from routing.plan import Entry, Plan
from routing.roster import Roster
from routing.states import Stage
from tests.routing.story import AS_MARIA, Story, alone_with_maria

WORLDS = {world.name: world for world in small_worlds()}


def test_the_beginnings_of_every_small_world_hold() -> None:
    seen: list[tuple[str, int]] = []
    found = explore(tuple(WORLDS.values()), 100, lambda name, states: seen.append((name, states)))
    assert found.violations == []
    assert found.transitions > found.states > 100 * len(WORLDS)
    assert not found.exhausted
    assert {name for name, _ in seen} == set(WORLDS)
    assert (Stage.RINGING_SPECIALIST, Stage.WITH_SPECIALIST) in found.stages


@pytest.mark.parametrize(
    "world",
    [
        "direct: ring and overflow",
        "direct: warm transfer, attended",
        "direct: escalate and rejoin",
    ],
)
def test_without_the_rule_that_attends_the_caller_the_shortest_way_to_be_alone_is_found(
    monkeypatch: pytest.MonkeyPatch, world: str
) -> None:
    without(monkeypatch, settle.attend_caller)
    first = explore((WORLDS[world],), 40).violations[0]
    assert first.world == world
    assert first.why == "1: the caller is alone and nobody is coming"
    assert play(first.history, world) == first.why
    assert len(first.history) == 3
    assert "def test_" in as_test(first)
    compile(as_test(first), "pasted", "exec")


# Nobody can be rung: emergency numbers never are. Only the caller's own leg moves.
TINY = World("tiny", Entry.BRIDGED, Roster(Plan("agency", "911", "911")), (), ())


def test_a_world_walked_to_its_end_leads_to_a_human_or_a_closed_call_by_timers_alone() -> None:
    found = explore((TINY,), 20_000)
    assert found.exhausted
    assert {v.why for v in found.violations} == set()


def test_a_state_that_timers_do_not_leave_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, settle.attend_caller)
    found = explore((replace(TINY, entry=Entry.DIRECT),), 20_000)
    assert "9: timers alone lead nowhere from here" in {v.why for v in found.violations}


@pytest.mark.parametrize(
    ("rule", "story", "number"),
    [
        # the specialist is lost while the caller is on hold
        (settle.unhold_without_owner, lambda: held_alone().ended(3), "5"),
        # the specialist is lost and nobody else is there
        (settle.attend_caller, lambda: alone_with_maria().ended(3), "1"),
    ],
)
def test_a_story_breaks_where_a_rule_is_missing(
    monkeypatch: pytest.MonkeyPatch, rule: settle.Rule, story: Callable[[], Story], number: str
) -> None:
    without(monkeypatch, rule)
    with pytest.raises(AssertionError, match=f"^{number}: "):
        story()


def held_alone() -> Story:
    return alone_with_maria().ask(c.SetHold(AS_MARIA, 1, hold=True)).held()


def without(monkeypatch: pytest.MonkeyPatch, rule: settle.Rule) -> None:
    monkeypatch.setattr(settle, "RULES", tuple(x for x in settle.RULES if x is not rule))


def play(history: tuple[c.Command, ...], world: str) -> str | None:
    """What the last command of a history breaks."""
    call, why = Call(), None
    for command in history:
        draft = drafted(call, command, WORLDS[world].roster)
        why = broken(Step(tuple(draft.events), tuple(draft.states), WORLDS[world].roster))
        call = draft.call
    return why


def test_a_rule_that_crashes_is_a_violation_with_its_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without(monkeypatch, settle.stop_idle_timers)
    found = explore((WORLDS["direct: ring and overflow"],), 150)
    crash = next(v for v in found.violations if "Error" in v.why)
    assert crash.history
