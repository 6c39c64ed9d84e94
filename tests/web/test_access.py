"""Every endpoint lets in whom the contract names, and nobody else."""

from __future__ import annotations

import re
import uuid

import pytest

from tests.web.stage import PEOPLE, SHERIFF, World
from web.asked import Route
from web.table import ROUTES

ROLES = {"specialist": "jon", "dispatcher": "dana", "supervisor": "sam", "admin": "ada"}

# The contract's "who", word for word.
WHO = {
    "get_me": "all",
    "edit_me": "all",
    "get_voice_token": "specialist dispatcher",
    "set_presence": "specialist",
    "list_agencies": "all",
    "list_tasks": "all",
    "list_specialists": "all",
    "release_user": "supervisor",
    "list_calls": "all",
    "get_call": "all",
    "list_events": "all",
    "edit_call": "dispatcher specialist",
    "decline_offer": "specialist",
    "rejoin_call": "specialist",
    "request_transfer": "dispatcher specialist",
    "accept_transfer": "dispatcher specialist",
    "complete_transfer": "dispatcher specialist",
    "cancel_transfer": "dispatcher specialist",
    "ring_next_number": "dispatcher specialist",
    "set_hold": "specialist supervisor",
    "escalate_call": "specialist",
    "acknowledge_escalation": "dispatcher",
    "record_responder": "dispatcher specialist",
    "mark_released": "dispatcher",
    "record_callback": "specialist",
    "get_caller_number": "dispatcher specialist supervisor",
    "leave_call": "dispatcher specialist",
    "end_call": "dispatcher specialist",
    "submit_outcome": "specialist supervisor",
    "list_revisions": "all",
    "get_draft": "specialist",
    "save_draft": "specialist",
    "report_diversion": "supervisor admin",
    "open_stream": "all",
}


def path_of(route: Route, call: str | None = None) -> str:
    """The route's path, about a call that does not exist unless one is given."""
    ids = {"call": call or str(uuid.uuid4()), "user": str(uuid.uuid4())}
    return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "1"), route.path)


def test_the_table_names_the_roles_that_the_contract_names() -> None:
    table = {route.name: set(route.roles) for route in ROUTES}
    said = {name: set(ROLES) if who == "all" else set(who.split()) for name, who in WHO.items()}
    assert table == said


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_nobody_is_let_in_without_a_token(world: World, route: Route) -> None:
    for token in (None, "wrong-token-wrong-token"):
        answer = world.stranger(token).ask(route.method, path_of(route), {})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["title"] == "unauthorized"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_a_role_that_may_not_is_told_so(world: World, route: Route) -> None:
    for role in set(ROLES) - set(route.roles):
        answer = world.person(ROLES[role]).ask(route.method, path_of(route), {})
        assert (answer.status_code, answer.json()["title"]) == (403, "forbidden")
        assert role in answer.json()["reason"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic ZGFuYTpkYW5h", "Bearer a b", "Bearer \xff\xfe\xfd\xfc\xfb"],
)
def test_a_malformed_authorization_is_no_token(world: World, header: str) -> None:
    answer = world.stranger().send("GET", "/me", None, {"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401


CALL_ROUTES = [route for route in ROUTES if "{call}" in route.path]
GOOD_BODIES = {
    "request_transfer": {"to": "met"},
    "set_hold": {"party": 1, "hold": True},
    "record_responder": {"status": "requested"},
    "record_callback": {"result": "no answer"},
    "submit_outcome": {
        "code": "R01",
        "law_enforcement": "none",
        "caller_type": "self",
        "risk_end": 0,
    },
}


@pytest.mark.parametrize("route", CALL_ROUTES, ids=lambda route: str(route.name))
def test_another_agencys_call_does_not_exist(world: World, route: Route) -> None:
    call = world.arrived(SHERIFF)
    for role in route.roles:
        for call_id in (call.id, None):
            path = path_of(route, call_id)
            body = GOOD_BODIES.get(route.name, {})
            answer = world.person(ROLES[role]).ask(route.method, path, body)
            assert answer.status_code == 404, answer.text
            assert call.id not in answer.text


def test_everybody_learns_who_they_are(world: World) -> None:
    for name in PEOPLE:
        me = world.person(name).get("/me").json()
        assert me["email"] == f"{name}@example.org"
        assert me["id"] == world.ids[name]
