"""Old receipts, answers and effects go; what still waits stays; months come ahead."""

from handlers.housekeeping import Housekeeping
from routing import commands as c
from tests.handlers.world import World


def test_old_receipts_and_finished_effects_are_forgotten(world: World) -> None:
    call = world.arrive()
    world.calls.report(call.id, c.ReportJoined(1, 1), receipt="old")
    world.clock.forward(8 * 86400)
    world.calls.report(call.id, c.ReportHold(1, hold=True), receipt="new")
    Housekeeping(world.store, world.clock).run()
    assert world.query("SELECT key FROM webhook_receipts") == [{"key": "new"}]
    assert {row["state"] for row in world.rows(call)} == {"pending"}
    assert world.rows(call, kind="dial")


def test_the_coming_months_are_made_once(world: World) -> None:
    world.clock.forward(3 * 365 * 86400)
    housekeeping = Housekeeping(world.store, world.clock)
    made = housekeeping.run()
    assert made[0] == "call_events_2029_06"
    assert len(made) == 14
    assert housekeeping.run() == ()
