"""One command on one call: what is saved, what is repeated, and who may ask."""

import psycopg
import pytest

from handlers.directory import apply, parse
from handlers.errors import Forbidden, NotFound, Stale, Unavailable, UnknownCall, UnknownLine
from models.store import Store
from routing import commands as c
from routing.decide import Refused
from routing.states import Stage
from tests.handlers.world import BRIDGED, DIRECT, DRILL, SHERIFF, World

NOBODY = "01980000-0000-7000-8000-000000000000"


def test_a_call_arrives_once_however_often_its_webhook_does(world: World) -> None:
    first = world.calls.arrive(DIRECT, "CA1", "+16615559999", "I-7", "CA1:0")
    again = world.calls.arrive(DIRECT, "CA1", "+16615559999", "I-7", "CA1:0")
    assert first.events
    assert again.events == ()
    assert again.call == first.call


def test_a_number_that_is_no_line_is_an_unknown_line(world: World) -> None:
    with pytest.raises(UnknownLine):
        world.arrive("+16615550000")
    assert world.query("SELECT 1 FROM calls") == []


@pytest.mark.parametrize(
    ("line", "entry", "drill", "stage"),
    [
        (BRIDGED, "bridged", False, "menu"),
        (DIRECT, "direct", False, "with_dispatcher"),
        (DRILL, "direct", True, "with_dispatcher"),
    ],
)
def test_the_line_decides_how_a_call_arrives(
    world: World, line: str, entry: str, *, drill: bool, stage: str
) -> None:
    call = world.arrive(line)
    assert (call.entry, call.drill, call.stage) == (entry, drill, stage)


def test_a_repeated_report_adds_nothing(world: World) -> None:
    call = world.arrive()
    first = world.calls.report(call.id, c.ReportJoined(1, 1), receipt="CA1:join:1")
    again = world.calls.report(call.id, c.ReportJoined(1, 1), receipt="CA1:join:1")
    assert first.events
    assert again.events == ()
    assert again.call == first.call == world.call(call.id)


def test_an_ignored_report_is_kept_once_for_each_receipt(world: World) -> None:
    call = world.arrive()
    for receipt in ("a", "a", "a", "b"):
        world.calls.report(call.id, c.ReportRinging(9), receipt=receipt)
    names = [row["name"] for row in world.query("SELECT name FROM call_events")]
    assert names.count("report_ignored") == 2


def test_a_report_about_no_call_says_so_and_leaves_no_receipt(world: World) -> None:
    with pytest.raises(UnknownCall):
        world.calls.report(NOBODY, c.ReportJoined(1), receipt="x")
    assert world.query("SELECT 1 FROM webhook_receipts WHERE key = 'x'") == []


def test_a_refused_request_saves_nothing(world: World) -> None:
    call = world.with_dispatcher()
    with pytest.raises(Refused, match="no destination"):
        world.ask(call, "dana", lambda by: c.RequestTransfer(by, "nowhere"))
    assert world.call(call.id) == call


def test_a_press_made_for_an_older_version_is_stale(world: World) -> None:
    call = world.with_dispatcher()
    request = c.RequestTransfer(world.account("dana").actor, "met")
    with pytest.raises(Stale):
        world.calls.request(call.id, request, if_match=call.version - 1)
    assert world.calls.request(call.id, request, if_match=call.version).events


def test_another_agencys_call_does_not_exist_and_a_wrong_role_is_forbidden(world: World) -> None:
    call = world.with_dispatcher()
    with pytest.raises(NotFound):
        world.ask(call, "shay", lambda by: c.RequestTransfer(by, "met"))
    with pytest.raises(Forbidden):
        world.ask(call, "ada", lambda by: c.RequestTransfer(by, "met"))
    with pytest.raises(Forbidden):
        world.ask(call, "maria", c.MarkReleased)


def test_timers_are_rows_that_come_due_and_are_cancelled_when_stopped(world: World) -> None:
    call = world.arrive()
    assert {row["timer"] for row in world.rows(call, kind="timer", state="pending")} == {
        "limit",
        "join",
        "ring",
    }
    (ring,) = world.rows(call, timer="ring")
    assert (ring["due_at"] - world.clock()).total_seconds() == 20
    world.tell(call, c.ReportJoined(1, 1))
    assert [row["state"] for row in world.rows(call, timer="join")] == ["cancelled"]


def test_a_closed_call_has_no_timer_left(world: World) -> None:
    call = world.with_dispatcher()
    world.tell(call, c.ReportEnded(1, "hung up"))
    assert world.rows(call, kind="timer", state="pending") == []
    assert world.call(call.id).stage is Stage.CLOSED


def test_the_carriers_ids_are_bound_by_the_report_that_brings_them(world: World) -> None:
    call = world.arrive()
    world.calls.report(call.id, c.ReportAnswered(2), sid="CAdisp", conference="CF1")
    (row,) = world.query("SELECT sids, conference_sid FROM calls")
    assert row["sids"]["2"] == "CAdisp"
    assert row["conference_sid"] == "CF1"
    assert world.query("SELECT leg FROM call_legs WHERE sid = 'CAdisp'") == [{"leg": 2}]


def test_another_connection_than_the_legs_own_is_not_believed(world: World) -> None:
    call = world.with_dispatcher()
    world.calls.report(call.id, c.ReportHold(2, hold=False), sid="CAown")
    handled = world.calls.report(call.id, c.ReportEnded(2, "busy"), sid="CAother")
    assert handled.events == ()


def test_a_leg_that_is_over_when_its_id_becomes_known_is_hung_up(world: World) -> None:
    call = world.tell(world.arrive(), c.ReportEnded(2, "dial unknown"))
    world.calls.bind(call.id, 2, "CAlate")
    assert [row["leg"] for row in world.rows(call, kind="hang_up")] == [2]


def test_a_changed_directory_is_in_force_without_a_restart(world: World, store: Store) -> None:
    call = world.with_dispatcher(SHERIFF)
    assert world.calls.reply(call.id).plan.overflow == ()
    apply(store, parse(_with_sheriffs_overflow()))
    assert world.calls.reply(call.id).plan.overflow == ("on_call",)


def _with_sheriffs_overflow() -> object:
    import yaml

    from tests.handlers.world import DIRECTORY

    data = yaml.safe_load(DIRECTORY.read_text())
    data["agencies"][1]["overflow"] = ["on_call"]
    return data


def test_the_fallback_number_is_known_while_the_database_is_gone(
    world: World, database_url: str, postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        with pytest.raises(Unavailable):
            world.arrive()
        assert world.calls.fallback_number(DIRECT) == "+16615550199"
        assert world.calls.fallback_number("+16615550000") is None
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert world.arrive().version


def test_a_connection_that_the_server_closed_is_replaced_unseen(
    world: World, database_url: str, postgres_url: str
) -> None:
    name = psycopg.conninfo.conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
    assert world.arrive().version


def test_rows_are_rung_after_the_commit_and_timers_are_not(world: World) -> None:
    call = world.arrive()
    assert world.bell.rung == [world.row(call, kind="dial")]
