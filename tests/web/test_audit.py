"""What was refused and what was revealed is in the audit: who, from where, about what."""

from __future__ import annotations

import uuid

import pytest

from routing import commands as c
from tests.web.stage import CALLER, SHERIFF, Person, World


def test_a_role_that_may_not_is_written_down(world: World, ada: Person) -> None:
    call = world.arrived()
    assert ada.get(f"/calls/{call.id}/caller-number").status_code == 403
    (row,) = world.audited("get_caller_number", call.id)
    assert {name: row[name] for name in ("who", "role", "origin", "reason", "result")} == {
        "who": world.ids["ada"],
        "role": "admin",
        "origin": "127.0.0.1",
        "reason": "an admin may not do this",
        "result": "denied",
    }


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/events", None),
        ("GET", "/caller-number", None),
        ("GET", "/outcome/revisions", None),
        ("PATCH", "", {"context": {"caller": "Jane Roe"}}),
        ("POST", "/transfers", {"to": "met"}),
        ("POST", "/end", None),
    ],
)
def test_reaching_for_another_agencys_call_is_written_down(
    world: World, dana: Person, method: str, path: str, body: object
) -> None:
    call = world.arrived(SHERIFF)
    answer = dana.ask(method, f"/calls/{call.id}{path}", body, Idempotency_Key=str(uuid.uuid4()))
    assert answer.status_code == 404
    with world.store.begin() as work:
        rows = work.connection.exec_driver_sql(
            "SELECT who, role, result FROM audit WHERE object = %s", (call.id,)
        )
        assert [tuple(row) for row in rows] == [(world.ids["dana"], "dispatcher", "denied")]


def test_a_call_that_does_not_exist_is_no_denial(world: World, dana: Person) -> None:
    nobodys = str(uuid.uuid4())
    assert dana.get(f"/calls/{nobodys}").status_code == 404
    assert world.audited("get_call", nobodys) == []


def test_another_agencys_list_is_denied_and_what_was_typed_is_not_kept(
    world: World, dana: Person, sam: Person
) -> None:
    assert dana.get("/calls?agency=kern-sheriff").status_code == 404
    period = "from=2026-01-01&to=2026-01-31"
    assert sam.get(f"/reports/diversion?agency=kern-sheriff&{period}").status_code == 404
    assert dana.get("/calls?agency=Jane%20Roe").status_code == 404
    assert len(world.audited("list_calls", "kern-sheriff")) == 1
    assert len(world.audited("report_diversion", "kern-sheriff")) == 1
    assert len(world.audited("list_calls", None)) == 1


def test_somebody_of_another_agency_is_not_released(world: World, sam: Person) -> None:
    for user, denials in ((world.ids["dee"], 1), (world.ids["dana"], 0), (str(uuid.uuid4()), 0)):
        answer = sam.post(f"/users/{user}/release", {"reason": "shift ended"})
        assert answer.status_code == 404
        assert len(world.audited("release_user", user)) == denials


def test_a_reveal_and_a_release_say_from_where(
    world: World, dana: Person, sam: Person, maria: Person
) -> None:
    call = world.with_specialist("maria")
    through = {"X_Forwarded_For": "203.0.113.77, 198.51.100.7"}
    assert dana.get(f"/calls/{call.id}/caller-number", **through).json()["number"] == CALLER
    world.tell(call, c.ReportEnded(1, "completed"))
    user = world.ids["maria"]
    forged = {"X_Forwarded_For": "Jane Roe"}
    assert sam.post(f"/users/{user}/release", {"reason": "-"}, **forged).status_code == 200
    (shown,) = world.audited("caller number shown", call.id)
    released = world.audited("wrap-up released", user)[-1]
    assert shown["origin"] == "198.51.100.7 via 127.0.0.1"
    assert (released["who"], released["origin"]) == (world.ids["sam"], "127.0.0.1")


def test_the_audit_holds_nothing_that_identifies_a_caller(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    dana.patch(f"/calls/{call.id}", {"context": {"caller": "Jane Roe"}})
    dana.get(f"/calls/{call.id}/caller-number")
    dana.get("/calls?agency=Jane%20Roe")
    with world.store.begin() as work:
        rows = str(work.connection.exec_driver_sql("SELECT * FROM audit").all())
    assert "Jane" not in rows
    assert CALLER not in rows
