"""J11: what became of the call, which its events may contradict."""

import pytest

from routing import commands as c
from routing import events as e
from routing.plan import Role
from tests.routing.story import (
    AS_MARIA,
    SUPERVISOR,
    Story,
    alone_with_maria,
    bridged,
)


def after_a_transfer(to: str) -> Story:
    story = alone_with_maria().ask(c.RequestTransfer(AS_MARIA, to)).up(4).held()
    if to == "lifeline":
        story.ask(c.AcceptTransfer(AS_MARIA, 3))
    return story


@pytest.mark.parametrize(
    ("story", "code"),
    [
        (alone_with_maria, "R01"),  # resolved by phone
        (alone_with_maria, "U01"),  # contact lost
        (alone_with_maria, "X03"),  # ineligible after triage
        (lambda: after_a_transfer("lifeline"), "R03"),
        (lambda: after_a_transfer("team"), "R04"),
        (bridged, "X01"),  # nobody joined
        (bridged, "X05"),  # a test
    ],
)
def test_an_outcome_that_the_events_allow_is_recorded(story: object, code: str) -> None:
    told = story().ask(c.SubmitOutcome(AS_MARIA, code))  # type: ignore[operator]
    assert told.last == (e.OutcomeSubmitted(code),)
    assert told.call.outcome == code


def test_an_outcome_may_be_revised_with_a_reason() -> None:
    story = alone_with_maria().ask(c.End(AS_MARIA)).ask(c.SubmitOutcome(AS_MARIA, "R01"))
    story.ask(c.SubmitOutcome(SUPERVISOR, "L01", "an officer was sent after all"))
    assert story.last == (e.OutcomeRevised("L01"),)
    assert story.call.outcome == "L01"


def test_the_roles_that_accepted_are_remembered() -> None:
    assert after_a_transfer("team").call.accepted_roles == (Role.TREATMENT_TEAM,)
