"""What operators' tools ask: is it up, can it serve calls, its numbers, its document."""

from __future__ import annotations

import requests
from openapi_spec_validator import validate

from models.store import Store
from service import wiring
from service.app import create_app
from service.embedded import EmbeddedValkey
from tests.web import stage
from tests.web.stage import World
from web.table import ROUTES

GONE = "redis://127.0.0.1:9/0"


def get(world: World, path: str) -> requests.Response:
    return requests.get(world.base + path, timeout=30)


def beat(url: str) -> None:
    store = Store.connect(url, pool=1)
    store.run(lambda work: work.records.beat("worker:here", wiring.now()))
    store.close()


def test_the_process_is_up_whatever_else_is_not(valkey_server: EmbeddedValkey) -> None:
    nowhere = stage.settings("postgresql://nobody@127.0.0.1:9/none", valkey_server.url())
    with stage.served(create_app(nowhere)) as base:
        assert requests.get(f"{base}/healthz", timeout=30).json() == {"status": "up"}
        ready = requests.get(f"{base}/readyz", timeout=30)
        assert (ready.status_code, ready.json()["database"]["state"]) == (503, "down")
        answer = requests.get(
            f"{base}/api/v1/me", headers={"Authorization": "Bearer 12345678"}, timeout=30
        )
        assert (answer.status_code, answer.json()["title"]) == (503, "unavailable")
        assert answer.headers["Retry-After"] == "1"


def test_without_a_worker_no_call_can_be_served(
    database_url: str, valkey_server: EmbeddedValkey
) -> None:
    with stage.world(database_url, valkey_server.url(), worker=False) as world:
        before = get(world, "/readyz")
        assert (before.status_code, before.json()["worker"]["state"]) == (503, "down")
        beat(database_url)
        after = get(world, "/readyz")
        assert after.status_code == 200
        assert {name: part["state"] for name, part in after.json().items() if name != "ready"} == {
            "database": "ok",
            "redis": "ok",
            "worker": "ok",
        }


def test_without_redis_the_service_is_slower_but_ready(database_url: str) -> None:
    with stage.world(database_url, GONE) as world:
        beat(database_url)
        ready = get(world, "/readyz")
        assert (ready.status_code, ready.json()["redis"]["state"]) == (200, "degraded")


def test_the_numbers_count_requests_by_route_and_name_nobody(world: World) -> None:
    call = world.with_dispatcher()
    world.person("dana").get(f"/calls/{call.id}")
    text = get(world, "/metrics").text
    route = 'route="/api/v1/calls/<uuid:call>"'
    assert f'metline_requests_total{{method="GET",{route},status="200"}}' in text
    assert 'metline_part_up{part="database"} 1.0' in text
    for secret in (call.id, "example.org", "+1661"):
        assert secret not in text


def test_the_document_is_valid_and_lists_every_route(world: World) -> None:
    document = get(world, "/api/v1/openapi.json").json()
    validate(document)
    listed = {(m.upper(), path) for path, item in document["paths"].items() for m in item}
    assert listed == {(route.method, route.path) for route in ROUTES}
