"""Every row of the table of transitions is taken by some story, and no story takes another."""

from collections.abc import Callable, Iterator

from routing import commands as c
from routing import events as e
from routing.call import Call
from routing.evolve import evolve
from routing.plan import Entry
from routing.states import TRANSITIONS, Move, leg_can
from routing.states import LegState as S
from tests.routing.story import (
    AS_MARIA,
    DISPATCHER,
    LUIS,
    MARIA,
    Story,
    alone_with_maria,
    bridged,
    with_dispatcher,
    with_maria,
)

LEG_EVENTS = {row.event for row in TRANSITIONS if row.machine == "leg"}
TRANSFER_EVENTS = {row.event for row in TRANSITIONS if row.machine == "transfer"}


def rows_of(history: list[e.Event]) -> Iterator[Move]:
    """The rows that a history took, read off the states around each event."""
    call = Call()
    for event in history:
        before, call = call, evolve(call, event)
        leg, transfer = getattr(event, "leg", None), getattr(event, "transfer", None)
        if event.name in LEG_EVENTS:
            assert leg
            yield Move("leg", before.legs[leg - 1].state, event.name, call.legs[leg - 1].state)
        if event.name == "leg_ringing" and leg:
            transfer = call.legs[leg - 1].transfer
        if event.name in TRANSFER_EVENTS and transfer:
            was, now = before.transfers[transfer - 1].stage, call.transfers[transfer - 1].stage
            if event.name != "leg_ringing" or was != now:
                yield Move("transfer", was, event.name, now)


def met(*people: object) -> Story:
    story = with_dispatcher(*people)  # type: ignore[arg-type]
    return story.ask(c.RequestTransfer(DISPATCHER, "met"))


def lifeline() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "lifeline"))


def spanish() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "spanish"))


def team() -> Story:
    return alone_with_maria().ask(c.RequestTransfer(AS_MARIA, "team"))


def accepted() -> Story:
    return lifeline().up(4).ask(c.AcceptTransfer(AS_MARIA, 3))


STORIES: tuple[Callable[[], Story], ...] = (
    lambda: met(MARIA).up(3).ended(2),  # a specialist takes over
    lambda: met(MARIA, LUIS).answered(3).ended(4),  # the loser's leg ends unanswered
    lambda: met(MARIA).answered(3).ended(3),  # answered, and gone before joining
    lambda: met(MARIA).answered(3).due("join").due("join"),  # answered, never heard of again
    lambda: met(MARIA).ended(3).ringing(4).ended(4).answered(5),  # failing dials
    lambda: met(MARIA).ended(2).nobody_answers().nobody_answers(),  # nobody at all
    lambda: met(MARIA).ringing(3).due("ring"),  # a ring that lapses
    lambda: with_maria().away(3).joined(3).away(3).due("away").due("away"),
    lambda: with_maria().away(3).ended(3),
    lambda: with_dispatcher(MARIA).star(2).key(2).joined(2),
    lambda: with_dispatcher(MARIA).away(2).star(2).ended(2),
    lambda: with_dispatcher(MARIA).star(2).ended(1),
    lambda: with_dispatcher(MARIA).ended(1).ended(2),
    lambda: Story(Entry.DIRECT, MARIA).joined(1).answered(2).star(2),
    lambda: bridged(MARIA).key(1).ended(1),
    lambda: lifeline().ask(c.CancelTransfer(AS_MARIA, 3)),
    lambda: lifeline().ringing(4).ask(c.CancelTransfer(AS_MARIA, 3)),
    lambda: lifeline().answered(4).ask(c.CancelTransfer(AS_MARIA, 3)),
    lambda: accepted().ask(c.CancelTransfer(AS_MARIA, 3)),
    lambda: accepted().ended(4),
    lambda: lifeline().answered(4).ask(c.NextNumber(AS_MARIA, 3)).answered(5).ended(5),
    lambda: lifeline().due("ring").ringing(5).due("ring"),
    lambda: spanish().up(4).ended(4),
    lambda: team().answered(4).ended(4),
    lambda: team().answered(4).due("ring").due("ring"),
)


def test_the_table_holds_exactly_the_transitions_that_stories_take() -> None:
    taken = {row for story in STORIES for row in rows_of(story().history)}
    assert taken == set(TRANSITIONS)


def test_a_leg_can_do_only_what_the_table_lists() -> None:
    assert leg_can(S.DIALING, "leg_ringing")
    assert not leg_can(S.LEFT, "leg_joined")
