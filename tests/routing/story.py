"""Plays one call: commands in, history kept, every promise checked after every step."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest

from routing import commands as c
from routing import events as e
from routing.call import Call, Leg, Transfer
from routing.codec import call_from_plain, call_to_plain, event_from_plain, event_to_plain
from routing.decide import Refused, decide
from routing.draft import Draft
from routing.effects import Effect, effects_of
from routing.evolve import replay
from routing.invariants import Step, broken
from routing.plan import Destination, Entry, Plan, Role
from routing.replies import Reply, reply_for
from routing.roster import Presence, Roster, Specialist

DISPATCH = "+16615550100"
FALLBACK = "+16615550199"
LIFELINE = ("+16615550180", "+18002738255")
TEAM = ("+16615550170", "+16615550171")
INTERPRETERS = ("+16615550160", "+16615550161")
MARIAS_PHONE = "+16615550150"

LIFELINE_LINE = Destination("lifeline", Role.LIFELINE, "Kern 988 direct line", LIFELINE)
TEAM_LINE = Destination("team", Role.TREATMENT_TEAM, "Adult outpatient", TEAM, "keypress")
INTERPRETER_LINE = Destination("spanish", Role.INTERPRETER, "Spanish interpreter", INTERPRETERS)

PLAN = Plan(
    agency="bakersfield-pd",
    dispatch_number=DISPATCH,
    fallback_number=FALLBACK,
    overflow=("on_call", "lifeline"),
    menu=(("1", "met"), ("2", "lifeline"), ("3", "team")),
    destinations=(LIFELINE_LINE, TEAM_LINE, INTERPRETER_LINE),
)

MARIA = Specialist("maria", "Maria Lopez", "client:maria", Presence.AVAILABLE)
LUIS = Specialist("luis", "Luis Ortiz", "client:luis", Presence.AVAILABLE, languages=("en", "es"))
NOBODY: tuple[Specialist, ...] = ()

DISPATCHER = c.Actor("dana", Role.DISPATCHER)
SUPERVISOR = c.Actor("sam", Role.SUPERVISOR)

E = TypeVar("E")


def acting(user: str) -> c.Actor:
    """A specialist who asks."""
    return c.Actor(user, Role.SPECIALIST)


AS_MARIA, AS_LUIS = acting("maria"), acting("luis")


class Story:
    """One call as it goes. Methods that only set the stage return the story itself."""

    def __init__(
        self,
        entry: Entry = Entry.DIRECT,
        *people: Specialist,
        plan: Plan = PLAN,
        drill: bool = False,
    ) -> None:
        self.roster = Roster(plan, people)
        self.call = Call()
        self.history: list[e.Event] = []
        self.effects: list[Effect] = []
        self.last: tuple[e.Event, ...] = ()
        self.tell(c.ReportArrival("call-1", plan.agency, "+16615550110", entry, drill))

    # Commands

    def tell(self, report: c.Report) -> Story:
        """The network reports; the same report once more must add nothing."""
        self._decide(report)
        again = decide(self.call, report, self.roster)
        assert all(isinstance(event, e.ReportIgnored) for event in again), again
        return self

    def ask(self, request: c.Request) -> Story:
        """A person asks, and is not refused."""
        self._decide(request)
        return self

    def refused(self, request: c.Request) -> str:
        """A person asks and is refused: the reason. Nothing changes."""
        with pytest.raises(Refused) as caught:
            decide(self.call, request, self.roster)
        assert str(caught.value) == caught.value.reason
        return caught.value.reason

    def _decide(self, command: c.Command) -> None:
        self.last = decide(self.call, command, self.roster)
        draft = Draft(self.call, self.roster)
        for event in self.last:
            draft.emit(event)
            self.effects.extend(effects_of(draft.call, event))
            assert event_from_plain(event.name, event_to_plain(event)) == event
        self.history.extend(self.last)
        why = broken(Step(self.last, tuple(draft.states), self.roster))
        assert why is None, why
        assert replay(self.history) == draft.call
        assert call_from_plain(call_to_plain(draft.call)) == draft.call
        self.call = draft.call

    # Reports in short

    def ringing(self, leg: int) -> Story:
        return self.tell(c.ReportRinging(leg))

    def answered(self, leg: int) -> Story:
        return self.tell(c.ReportAnswered(leg))

    def joined(self, leg: int, sequence: int = 0) -> Story:
        return self.tell(c.ReportJoined(leg, sequence))

    def away(self, leg: int, sequence: int = 0) -> Story:
        return self.tell(c.ReportAway(leg, sequence))

    def ended(self, leg: int, reason: str = "hung up") -> Story:
        return self.tell(c.ReportEnded(leg, reason))

    def key(self, leg: int, digit: str | None = "1") -> Story:
        return self.tell(c.ReportKey(leg, digit))

    def star(self, leg: int) -> Story:
        return self.tell(c.ReportStar(leg))

    def held(self, leg: int = 1, *, hold: bool = True) -> Story:
        return self.tell(c.ReportHold(leg, hold))

    def up(self, leg: int) -> Story:
        """A dialed leg rings, is answered (by key where one is asked for) and joins."""
        self.ringing(leg).answered(leg)
        if self.leg(leg).keypress:
            self.key(leg)
        return self.joined(leg)

    def due(self, timer: str, subject: int | None = None) -> Story:
        """The timer of that name comes due."""
        found = [t for t in self.call.timers if t.name == timer and subject in (None, t.subject)]
        assert found, f"no {timer} timer is under way: {self.call.timers}"
        return self.tell(c.ReportTimer(timer, found[0].subject, found[0].token))

    def nobody_answers(self) -> Story:
        """Every rung of the newest ladder lapses."""
        transfer = self.transfer().id
        while self.call.transfers[transfer - 1].climbing:
            self.due("ring", transfer)
        return self

    # What is so now

    def leg(self, leg: int) -> Leg:
        return self.call.legs[leg - 1]

    def newest(self) -> Leg:
        return self.call.legs[-1]

    def transfer(self, transfer: int = 0) -> Transfer:
        """A transfer; the newest when none is named."""
        return self.call.transfers[transfer - 1]

    def dialed(self) -> list[str]:
        """Every address dialed so far, in order."""
        return [x.address for x in self.all_of(e.LegDialed)]

    def all_of(self, kind: type[E]) -> list[E]:
        """All events of one kind, in order."""
        return [event for event in self.history if isinstance(event, kind)]

    def just(self, kind: type[E]) -> list[E]:
        """The events of one kind that the last command led to."""
        return [event for event in self.last if isinstance(event, kind)]

    def names(self) -> list[str]:
        """The names of what the last command led to."""
        return [event.name for event in self.last]

    def hears(self, leg: int) -> Reply:
        """The document that a leg is due."""
        return reply_for(self.call, leg, self.roster.plan)

    def presence(self, user: str, presence: Presence, call: str | None = None) -> Story:
        """The roster as the next decision sees it."""
        people = tuple(
            replace(s, presence=presence, call=call) if s.user == user else s
            for s in self.roster.specialists
        )
        self.roster = replace(self.roster, specialists=people)
        return self


def with_dispatcher(*people: Specialist, plan: Plan = PLAN) -> Story:
    """A direct line: the caller (leg 1) and the dispatcher (leg 2) are talking."""
    return Story(Entry.DIRECT, *people, plan=plan).joined(1).up(2)


def with_maria(*others: Specialist, plan: Plan = PLAN) -> Story:
    """A direct line: caller 1, dispatcher 2 and Maria 3 are in the conference."""
    story = with_dispatcher(MARIA, plan=plan).ask(c.RequestTransfer(DISPATCHER, "met")).up(3)
    story.roster = Roster(plan, (MARIA, *others))
    return story.presence("maria", Presence.ON_CALL)


def alone_with_maria(*others: Specialist, plan: Plan = PLAN) -> Story:
    """A direct line: the dispatcher has left; caller 1 and Maria 3 go on."""
    return with_maria(*others, plan=plan).ask(c.Leave(DISPATCHER)).ended(2)


def bridged(*people: Specialist, plan: Plan = PLAN) -> Story:
    """A bridged line: caller and dispatcher share leg 1, the menu is being read."""
    return Story(Entry.BRIDGED, *people, plan=plan)


def bridged_with_maria(*others: Specialist, plan: Plan = PLAN) -> Story:
    """A bridged line: caller and dispatcher on leg 1, Maria on leg 2."""
    story = bridged(MARIA, plan=plan).key(1).joined(1).up(2)
    story.roster = Roster(plan, (MARIA, *others))
    return story.presence("maria", Presence.ON_CALL)
