"""Signing in, tokens, settings and what specialists are doing."""

import pytest

from handlers.errors import Forbidden, Invalid, NotFound
from routing import commands as c
from tests.handlers.world import World

PASSWORD = "correct horse battery"


def test_a_token_is_its_users_until_it_is_revoked(world: World) -> None:
    token = world.accounts.create_token("Dana@example.org", "cad")
    assert world.accounts.by_token(token) == world.account("dana")
    assert world.accounts.by_token(token + "x") is None
    assert world.accounts.revoke_token(token[:12])
    assert world.accounts.by_token(token) is None
    assert not world.accounts.revoke_token(token)


def test_what_the_operator_makes_is_audited(world: World) -> None:
    token = world.accounts.create_token("dana@example.org", "cad")
    world.accounts.set_password("dana@example.org", PASSWORD)
    world.accounts.revoke_token(token)
    rows = world.query("SELECT who, origin, action, object, reason, result FROM audit ORDER BY id")
    assert {(row["who"], row["origin"], row["result"]) for row in rows} == {
        ("operator", "command line", "done")
    }
    dana = world.account("dana").id
    assert [(row["action"], row["object"], row["reason"]) for row in rows] == [
        ("token created", dana, "cad"),
        ("password set", dana, None),
        ("token revoked", token[:12], None),
    ]
    assert token not in str(rows)


def test_neither_tokens_nor_passwords_are_kept_in_the_clear(world: World) -> None:
    token = world.accounts.create_token("dana@example.org")
    world.accounts.set_password("dana@example.org", PASSWORD)
    kept = str(world.query("SELECT * FROM api_tokens")) + str(world.query("SELECT * FROM users"))
    assert token not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_a_password_opens_its_own_account_only(world: World) -> None:
    world.accounts.set_password("dana@example.org", PASSWORD)
    assert world.accounts.by_password("DANA@example.org", PASSWORD) == world.account("dana")
    assert world.accounts.by_password("dana@example.org", "wrong") is None
    assert world.accounts.by_password("maria@example.org", PASSWORD) is None
    assert world.accounts.by_password("nobody@example.org", PASSWORD) is None


def test_a_password_is_long_and_somebodys(world: World) -> None:
    with pytest.raises(Invalid, match="12 characters"):
        world.accounts.set_password("dana@example.org", "short")
    with pytest.raises(NotFound):
        world.accounts.set_password("nobody@example.org", PASSWORD)
    with pytest.raises(NotFound):
        world.accounts.create_token("nobody@example.org")


def test_ones_own_settings_are_kept(world: World) -> None:
    changed = world.accounts.update_settings(world.account("dana"), theme="dark")
    assert (changed.theme, changed.language) == ("dark", "en")
    assert world.accounts.by_id(changed.id) == changed
    assert world.accounts.by_id("not an id") is None
    with pytest.raises(Invalid):
        world.accounts.update_settings(changed, theme="loud")


def test_a_heartbeat_keeps_a_specialist_available_for_twenty_seconds(world: World) -> None:
    world.available("maria")
    world.clock.forward(20)
    assert world.presence("maria") == "available"
    world.clock.forward(1)
    assert world.presence("maria") == "offline"
    assert world.specialists.sweep() == (world.account("maria").id,)
    world.available("maria")
    assert world.presence("maria") == "available"


def test_only_specialists_have_a_presence_and_only_known_ones(world: World) -> None:
    with pytest.raises(Forbidden):
        world.specialists.set_presence(world.account("dana"), "available")
    with pytest.raises(Invalid):
        world.specialists.set_presence(world.account("maria"), "asleep")


def test_presence_follows_the_calls(world: World) -> None:
    world.available("maria", "sam")
    call = world.ringing()
    assert [world.presence(name) for name in ("maria", "sam")] == ["ringing", "ringing"]
    leg = world.leg_of(call, "maria")
    world.tell(call, c.ReportAnswered(leg), c.ReportJoined(leg, 3))
    assert [world.presence(name) for name in ("maria", "sam")] == ["on_call", "available"]
    world.tell(call, c.ReportEnded(leg, "hung up"))
    assert world.presence("maria") == "wrap_up"


def test_a_decline_frees_the_specialist_at_once(world: World) -> None:
    world.available("sam")
    call = world.ringing()
    leg = world.leg_of(call, "sam")
    world.ask(call, "sam", lambda by: c.DeclineOffer(by, leg))
    assert world.presence("sam") == "available"


def test_wrap_up_ends_with_the_form(world: World) -> None:
    call = world.with_specialist("maria")
    world.tell(call, c.ReportEnded(1, "hung up"))
    assert world.presence("maria") == "wrap_up"
    form = {"code": "R01", "law_enforcement": "none", "caller_type": "self", "risk_end": 1}
    world.outcomes.submit(world.account("maria"), call.id, form)
    assert world.presence("maria") == "available"


def test_a_supervisor_releases_a_stuck_wrap_up_and_it_is_audited(world: World) -> None:
    call = world.with_specialist("maria")
    world.tell(call, c.ReportEnded(1, "hung up"))
    maria, sue = world.account("maria"), world.account("sue")
    with pytest.raises(Forbidden):
        world.specialists.release(world.account("dana"), maria.id, "went home")
    with pytest.raises(NotFound):
        world.specialists.release(sue, world.account("shay").id, "not a specialist")
    assert world.specialists.release(sue, maria.id, "went home")["status"] == "available"
    (entry,) = world.query("SELECT * FROM audit WHERE action = 'wrap-up released'")
    assert (entry["who"], entry["object"], entry["reason"]) == (sue.id, maria.id, "went home")


def test_somebody_in_wrap_up_is_not_rung(world: World) -> None:
    call = world.with_specialist("maria")
    world.tell(call, c.ReportEnded(1, "hung up"))
    second = world.with_dispatcher()
    asked = world.ask(second, "dana", lambda by: c.RequestTransfer(by, "met"))
    assert world.account("maria").identity not in str(asked.call.legs)
