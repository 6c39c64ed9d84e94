"""Presses that come twice, late or at once: the first answer again, or a refusal in words."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from routing import commands as c
from tests.web.stage import Person, World


def test_the_same_key_gives_the_first_answer_again(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    path, key = f"/calls/{call.id}/transfers", str(uuid4())
    first = dana.post(path, {"to": "met"}, Idempotency_Key=key)
    again = dana.post(path, {"to": "met"}, Idempotency_Key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert dana.post(path, {"to": "met"}).status_code == 409


def test_a_refusal_is_the_first_answer_too(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    path, key = f"/calls/{call.id}/transfers", str(uuid4())
    first = dana.post(path, {"to": "nowhere"}, Idempotency_Key=key)
    again = dana.post(path, {"to": "nowhere"}, Idempotency_Key=key)
    assert first.status_code == 409
    assert (again.status_code, again.json()) == (409, first.json())
    assert again.headers["Content-Type"] == "application/problem+json"


def test_a_key_belongs_to_one_request_of_one_person(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    path, key = f"/calls/{call.id}/transfers", str(uuid4())
    assert dana.post(path, {"to": "nowhere"}, Idempotency_Key=key).status_code == 409
    assert dana.post(path, {"to": "met"}, Idempotency_Key=key).status_code == 422
    other = world.person("maria").post(f"/calls/{call.id}/leave", Idempotency_Key=key)
    assert other.json()["reason"] == "You are not on this call."


def test_the_same_key_at_once_acts_once(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    path, key = f"/calls/{call.id}/transfers", str(uuid4())

    def press(_: int) -> tuple[int, str]:
        answer = world.person("dana").post(path, {"to": "met"}, Idempotency_Key=key)
        return answer.status_code, answer.text

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert answers[0][0] == 201
    assert len({json.dumps(json.loads(text), sort_keys=True) for _, text in answers}) == 1
    assert {status for status, _ in answers} == {201}
    events = dana.get(f"/calls/{call.id}/events").json()["items"]
    assert [event["name"] for event in events].count("specialist_requested") == 1


def test_a_press_made_for_an_older_version_is_refused(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    path = f"/calls/{call.id}/transfers"
    drawn = dana.get(f"/calls/{call.id}").json()["version"]
    dana.post(f"/calls/{call.id}/responders", {"status": "requested"})
    stale = dana.post(path, {"to": "met"}, If_Match=str(drawn))
    assert (stale.status_code, stale.json()["title"]) == (409, "refused")
    assert "moved on" in stale.json()["reason"]
    now = dana.get(f"/calls/{call.id}").headers["ETag"]
    assert dana.post(path, {"to": "met"}, If_Match=now).status_code == 201


def test_without_a_version_the_press_is_judged_on_the_present_state(
    world: World, dana: Person
) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    world.tell(call, c.ReportHold(2, hold=False))
    assert dana.post(f"/calls/{call.id}/transfers", {"to": "met"}).status_code == 201


def test_twenty_presses_at_once_ring_once(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()

    def press(_: int) -> int:
        return world.person("dana").post(f"/calls/{call.id}/transfers", {"to": "met"}).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(press, range(20)))
    assert answers == [201] + [409] * 19
