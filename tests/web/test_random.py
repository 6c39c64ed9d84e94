"""Whatever is sent, the answer is clear: never a failure on our side."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.stage import World
from web.asked import Route
from web.table import ROUTES

ROLE_HOLDERS = {"specialist": "maria", "dispatcher": "dana", "supervisor": "sam", "admin": "ada"}
ROUTES_TRIED = tuple(route for route in ROUTES if route.answer is not None)
TRIES = settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.sampled_from(["met", "kern-988", "available", "R01", "none", "self", "+16615550111"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def names_of(route: Route) -> list[str]:
    taken = route.body or route.query
    schema = taken.model_json_schema() if taken else {}
    return sorted(schema.get("properties", {})) or ["reason"]


@st.composite
def bodies(draw: st.DrawFn, route: Route) -> bytes:
    """Mostly the right names with wrong values, sometimes anything, sometimes not JSON."""
    shape = draw(st.integers(0, 9))
    if shape == 0:
        return draw(st.binary(max_size=200))
    if shape == 1:
        return json.dumps(draw(anything)).encode("utf-8", "surrogatepass")
    named = st.dictionaries(st.sampled_from(names_of(route)), anything)
    return json.dumps(draw(named)).encode("utf-8", "surrogatepass")


@st.composite
def requests_of(draw: st.DrawFn) -> tuple[Route, bytes, dict[str, str], dict[str, str], str]:
    route = draw(st.sampled_from(ROUTES_TRIED))
    header = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
    names = st.sampled_from(["If-Match", "Idempotency-Key", "X-Request-Id"])
    headers = draw(st.dictionaries(names, header.map(str.strip), max_size=2))
    query_name = st.sampled_from(names_of(route)) if route.query else st.text(max_size=9)
    query = draw(st.dictionaries(query_name, st.text(max_size=20), max_size=3))
    who = ROLE_HOLDERS[draw(st.sampled_from(route.roles))]
    return route, draw(bodies(route)), headers, query, who


@TRIES
@given(asked=requests_of(), number=st.integers(0, 2**40))
def test_no_request_makes_the_service_fail(world: World, asked: Any, number: int) -> None:
    route, body, headers, query, who = asked
    calls = world.person("dana").get("/calls?limit=1").json()["items"]
    call_id = calls[0]["id"] if calls else world.with_specialist("maria").id
    ids = {"call": call_id, "user": world.ids["jon"]}
    path = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], str(number)), route.path)
    wanted = f"{path}?{urlencode(query, errors='surrogatepass')}" if query else path
    raw = None if route.method == "GET" else body
    answer = world.person(who).send(route.method, wanted, raw, headers)
    assert answer.status_code < 500, answer.text
