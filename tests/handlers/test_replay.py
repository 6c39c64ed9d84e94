"""Whatever comes in whichever order: the stored events lead to the stored state."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.errors import UseCaseError
from models.store import Store
from routing import commands as c
from routing.call import Call
from routing.codec import event_from_plain
from routing.decide import Refused
from routing.evolve import replay
from tests.handlers.world import BRIDGED, DIRECT, World

Step = Callable[[World, Call], object]
LEGS = st.integers(1, 5)


def _report(report: c.Report) -> Step:
    return lambda world, call: world.calls.report(call.id, report)


def _request(name: str, make: Callable[[c.Actor], c.Request]) -> Step:
    return lambda world, call: world.ask(call, name, make)


def _perform(world: World, _call: Call) -> None:
    for row in world.outbox.due():
        world.outbox.perform(row)


def _wait(world: World, call: Call) -> None:
    world.clock.forward(6)
    _perform(world, call)


REPORTS = st.one_of(
    st.builds(c.ReportRinging, LEGS),
    st.builds(c.ReportAnswered, LEGS),
    st.builds(c.ReportKey, LEGS, st.sampled_from(["1", "2", None])),
    st.builds(c.ReportStar, LEGS),
    st.builds(c.ReportJoined, LEGS),
    st.builds(c.ReportAway, LEGS),
    st.builds(c.ReportEnded, LEGS, st.just("hung up")),
    st.builds(c.ReportHold, LEGS, st.booleans()),
).map(_report)
REQUESTS = st.sampled_from(
    [
        _request("dana", lambda by: c.RequestTransfer(by, "met")),
        _request("maria", lambda by: c.RequestTransfer(by, "kern-988")),
        _request("maria", lambda by: c.AcceptTransfer(by, 3)),
        _request("maria", lambda by: c.CancelTransfer(by, 3)),
        _request("maria", lambda by: c.SetHold(by, 1, hold=True)),
        _request("maria", c.Escalate),
        _request("maria", c.Leave),
        _request("dana", c.End),
    ]
)
STEPS = st.lists(st.one_of(REPORTS, REQUESTS, st.just(_perform), st.just(_wait)), max_size=25)


@given(line=st.sampled_from([DIRECT, BRIDGED]), steps=STEPS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_stored_events_lead_to_the_stored_state(
    store: Store, line: str, steps: list[Step]
) -> None:
    world = World(store)
    world.available("maria", "sam")
    call = _arrive(world, line)
    for step in steps:
        try:
            step(world, call)
        except (Refused, UseCaseError):
            continue
    _check(world, call)


def _arrive(world: World, line: str) -> Call:
    number = len(world.query("SELECT 1 FROM calls"))
    return world.calls.arrive(line, f"CArandom{number}", None, None, f"random{number}").call


def _check(world: World, call: Call) -> None:
    rows = world.query(
        "SELECT seq, name, data FROM call_events WHERE call_id = %s ORDER BY seq", call.id
    )
    stored = world.call(call.id)
    assert [row["seq"] for row in rows] == list(range(1, stored.version + 1))
    assert replay(event_from_plain(row["name"], row["data"]) for row in rows) == stored
    (view,) = world.query("SELECT stage, closed_at, version FROM calls WHERE id = %s", call.id)
    assert view["stage"] == stored.stage
    assert bool(view["closed_at"]) == stored.closed
    pending = {(row["timer"], row["subject"], row["token"]) for row in _timers(world, call)}
    assert pending == {(t.name, t.subject, t.token) for t in stored.timers}


def _timers(world: World, call: Call) -> list[dict[str, object]]:
    return world.rows(call, kind="timer", state="pending")
