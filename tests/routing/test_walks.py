"""Larger worlds at random: four specialists, every strategy, adversarial reports and rosters."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from routing import commands as c
from routing import events as e
from routing.decide import Refused
from routing.plan import Destination, Entry, Plan, Role, Strategy
from routing.roster import Presence, Specialist
from tests.routing.story import INTERPRETER_LINE, LIFELINE_LINE, PLAN, TEAM_LINE, Story

TEAM_UNHELD = replace(TEAM_LINE, hold=False)
NO_SUCH_NUMBER = Destination("bad", Role.PROGRAM, "Misconfigured", ("911",))

PEOPLE = (
    Specialist("ana", "Ana", "client:ana", Presence.AVAILABLE),
    Specialist("ben", "Ben", "client:ben", Presence.AVAILABLE, "+16615550151", on_call=True),
    Specialist(
        "cai", "Cai", "client:cai", Presence.OFFLINE, "+16615550152", on_call=True,
        languages=("es",),
    ),
    Specialist("dia", "Dia", "client:dia", Presence.BREAK, languages=("en", "es")),
)  # fmt: skip

plans = st.builds(
    replace,
    st.just(PLAN),
    strategy=st.sampled_from(Strategy),
    overflow=st.sampled_from([(), ("on_call", "lifeline"), ("team", "on_call", "gone")]),
    menu=st.just((("1", "met"), ("2", "lifeline"), ("3", "team"), ("4", "gone"))),
    destinations=st.just((LIFELINE_LINE, TEAM_UNHELD, INTERPRETER_LINE, NO_SUCH_NUMBER)),
)
actors = st.sampled_from(
    [
        c.Actor("dana", Role.DISPATCHER),
        *(c.Actor(person.user, Role.SPECIALIST) for person in PEOPLE),
    ]
)


def some_leg(story: Story) -> st.SearchStrategy[int]:
    """Mostly the newest legs, sometimes one that is over or never was."""
    newest = len(story.call.legs)
    return st.sampled_from([newest, newest, max(1, newest - 1), 1, 2, newest + 1])


def some_report(story: Story) -> st.SearchStrategy[c.Report]:
    leg, sequence = some_leg(story), st.integers(0, 6)
    digit = st.sampled_from(["1", "2", "3", "4", "9", None])
    timers = [c.ReportTimer(t.name, t.subject, t.token) for t in story.call.timers]
    late = [c.ReportTimer("ring", 1, 1)]
    return st.one_of(
        st.builds(c.ReportRinging, leg),
        st.builds(c.ReportAnswered, leg),
        st.builds(c.ReportKey, leg, digit),
        st.builds(c.ReportStar, leg),
        st.builds(c.ReportJoined, leg, sequence),
        st.builds(c.ReportJoined, leg),
        st.builds(c.ReportAway, leg, sequence),
        st.builds(c.ReportHold, leg, st.booleans()),
        st.builds(c.ReportEnded, leg.filter(lambda found: found != 1), st.just("hung up")),
        st.sampled_from(timers or late),
    )


def some_request(story: Story) -> st.SearchStrategy[c.Request]:
    owner = story.call.specialist
    by = st.just(c.Actor(owner.user or "", Role.SPECIALIST)) | actors if owner else actors
    leg = some_leg(story)
    transfer = st.just(len(story.call.transfers)) | st.integers(1, 4)
    to = st.sampled_from(["met", "lifeline", "team", "spanish", "bad", "moon"])
    return st.one_of(
        st.builds(c.RequestTransfer, by, to),
        st.builds(c.AcceptTransfer, by, transfer),
        st.builds(c.CompleteTransfer, by, transfer),
        st.builds(c.CancelTransfer, by, transfer),
        st.builds(c.NextNumber, by, transfer),
        st.builds(c.DeclineOffer, by, leg),
        st.builds(c.Rejoin, by),
        st.builds(c.SetHold, by, leg, st.booleans()),
        st.builds(c.Escalate, by, st.sampled_from([None, "knife"])),
        st.builds(c.Acknowledge, by),
        st.builds(c.MarkReleased, by),
        st.builds(c.Leave, by),
        st.builds(c.UpdateContext, by, st.just(("language",)), st.sampled_from([None, "es"])),
    )


def attempt(story: Story, request: c.Request) -> None:
    reason = "."
    try:
        story.ask(request)
    except Refused as refused:
        reason = refused.reason
    assert reason.endswith(".")


@settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    data=st.data(),
    plan=plans,
    entry=st.sampled_from(Entry),
    drill=st.booleans(),
    steps=st.integers(5, 40),
)
def test_every_promise_holds_whatever_people_and_network_do(
    *,
    data: st.DataObject,
    plan: Plan,
    entry: Entry,
    drill: bool,
    steps: int,
) -> None:
    # The story checks the invariants, the replay, the codec and the repeated report itself.
    story = Story(entry, *PEOPLE, plan=plan, drill=drill)
    for _ in range(steps):
        kind = data.draw(st.sampled_from(["report", "report", "report", "request", "roster"]))
        if kind == "report":
            story.tell(data.draw(some_report(story)))
        elif kind == "request":
            attempt(story, data.draw(some_request(story)))
        else:
            user = data.draw(st.sampled_from(PEOPLE)).user
            story.presence(user, data.draw(st.sampled_from(Presence)))


@settings(max_examples=25, derandomize=True, deadline=None)
@given(data=st.data(), plan=plans, entry=st.sampled_from(Entry), steps=st.integers(0, 30))
def test_every_call_closes_with_its_end_recorded_once(
    data: st.DataObject, plan: Plan, entry: Entry, steps: int
) -> None:
    story = Story(entry, *PEOPLE, plan=plan)
    for _ in range(steps):
        story.tell(data.draw(some_report(story)))
    if not story.call.closed:
        story.due("limit")
    assert len(story.all_of(e.CallEnded)) == 1
    assert not story.call.live_legs
    assert not story.call.timers
