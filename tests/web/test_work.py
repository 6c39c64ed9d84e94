"""What screens show beside calls: one's agencies, and what remains to be done."""

from __future__ import annotations

from typing import Any

from routing import commands as c
from tests.web.stage import SHERIFF, Person, World

OUTCOME = {"code": "U01", "law_enforcement": "none", "caller_type": "self", "risk_end": 1}


def agencies(person: Person) -> list[dict[str, Any]]:
    answer = person.get("/agencies")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_an_agency_tells_what_its_screens_need(dana: Person) -> None:
    (agency,) = agencies(dana)
    destinations = {each["key"]: each for each in agency.pop("destinations")}
    assert agency == {
        "key": "bakersfield-pd",
        "name": "Bakersfield Police Department",
        "timezone": "America/Los_Angeles",
        "fiscal_year_starts": 7,
        "dispatch_line": True,
        "fallback_number": "+16615550199",
        "prompts": ["en", "es"],
        "ring": {"strategy": "simultaneous", "seconds": 15},
        "overflow": ["on_call", "kern-988"],
        "menu": [
            {"digit": "1", "to": "met", "name": None, "kind": "specialist"},
            {"digit": "2", "to": "kern-988", "name": "Kern 988 direct line", "kind": "lifeline"},
            {
                "digit": "3",
                "to": "adult-outpatient",
                "name": "Adult outpatient on call",
                "kind": "treatment_team",
            },
        ],
        "lines": [
            {"number": "+16615550110", "entry": "bridged", "drill": False},
            {"number": "+16615550111", "entry": "direct", "drill": False},
            {"number": "+16615550112", "entry": "direct", "drill": True},
        ],
    }
    assert sorted(destinations) == ["adult-outpatient", "interpreters", "kern-988", "mobile-crisis"]
    assert destinations["kern-988"] == {
        "key": "kern-988",
        "kind": "lifeline",
        "name": "Kern 988 direct line",
        "accept": "attended",
        "number_count": 2,
        "numbers": None,
    }


def test_everybody_sees_their_own_agencies_only(dee: Person, maria: Person) -> None:
    assert [each["key"] for each in agencies(dee)] == ["kern-sheriff"]
    assert [each["key"] for each in agencies(maria)] == ["bakersfield-pd", "kern-sheriff"]


def test_destinations_numbers_are_the_admins_alone(world: World, ada: Person) -> None:
    (agency,) = agencies(ada)
    lifeline = next(each for each in agency["destinations"] if each["key"] == "kern-988")
    assert lifeline["numbers"] == ["+16615550180", "+18002738255"]
    for name in ("dana", "maria", "sam"):
        assert "5550180" not in world.person(name).get("/agencies").text


def test_a_dropped_caller_is_found_again(world: World, maria: Person, dana: Person) -> None:
    call = world.with_specialist("maria")
    world.tell(call, c.ReportEnded(1, "completed"))

    def mine(person: Person, query: str) -> list[dict[str, Any]]:
        answer = person.get(f"/tasks?limit=200&{query}")
        assert answer.status_code == 200, answer.text
        return [item for item in answer.json()["items"] if item["call"] == call.id]

    assert [task["kind"] for task in mine(maria, "status=open")] == ["callback", "outcome"]
    assert maria.post(f"/calls/{call.id}/outcome", OUTCOME).status_code == 200
    path = f"/calls/{call.id}/callbacks"
    assert maria.post(path, {"result": "no_answer"}).status_code == 200
    assert world.person("jon").post(path, {"result": "reached"}).status_code == 403
    (task,) = mine(dana, "status=open&kind=callback&agency=bakersfield-pd")
    assert (task["specialist"]["name"], task["caller_number"]) == ("Maria Lopez", "•••• 0142")
    assert [each["reached"] for each in task["attempts"]] == [False]
    assert maria.post(path, {"result": "reached"}).status_code == 200
    assert mine(maria, "status=open") == []
    assert [task["kind"] for task in mine(maria, "status=closed")] == ["outcome", "callback"]


def test_an_ordinary_goodbye_leaves_no_callback(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    world.tell(call, c.ReportEnded(1, "completed"))
    assert maria.post(f"/calls/{call.id}/outcome", {**OUTCOME, "code": "R01"}).status_code == 200
    tasks = maria.get("/tasks?status=open&limit=200").json()["items"]
    assert call.id not in [task["call"] for task in tasks]


def test_tasks_come_page_by_page(world: World, sam: Person) -> None:
    made = [world.tell(world.arrived(), c.ReportEnded(1, "completed")).id for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = sam.get(f"/tasks?status=open&limit=2&cursor={cursor}").json()
        seen += [item["call"] for item in page["items"]]
        cursor = page["next"]
    assert [each for each in seen if each in made] == made


def test_tasks_are_those_of_the_role_and_the_agency(
    world: World, dana: Person, dee: Person
) -> None:
    call = world.tell(world.arrived(SHERIFF), c.ReportEnded(1, "completed"))
    assert call.id in [task["call"] for task in dee.get("/tasks?limit=200").json()["items"]]
    assert call.id not in [task["call"] for task in dana.get("/tasks?limit=200").json()["items"]]
    assert dana.get("/tasks?agency=kern-sheriff").status_code == 404
    assert dana.get("/tasks?kind=follow_up").status_code == 403
