"""A call through the API: what people on it may ask, what they are told, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from routing import commands as c
from routing.call import Call
from routing.plan import Role
from tests.web.stage import BRIDGED, CALLER, Person, World

OUTCOME = {"code": "R01", "law_enforcement": "none", "caller_type": "self", "risk_end": 1}


def refused(answer: Any) -> str:
    assert answer.status_code == 409, answer.text
    assert answer.json()["title"] == "refused"
    reason: str = answer.json()["reason"]
    assert reason.endswith(".")
    return reason


def test_a_call_shows_its_parties_and_its_stage(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    shown = dana.get(f"/calls/{call.id}")
    assert shown.headers["ETag"] == f'"{shown.json()["version"]}"'
    assert shown.json()["stage"] == "with_dispatcher"
    assert [(p["role"], p["status"]) for p in shown.json()["parties"]] == [
        ("caller", "connected"),
        ("dispatcher", "connected"),
    ]


def test_one_press_rings_the_specialists_who_are_there(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    answer = dana.post(f"/calls/{call.id}/transfers", {"to": "met"})
    assert answer.status_code == 201
    assert answer.json() | {"version": 0} == {
        "id": answer.json()["id"],
        "to": "met",
        "stage": "dialing",
        "call": call.id,
        "version": 0,
    }
    assert dana.get(f"/calls/{call.id}").json()["stage"] == "ringing_specialist"


def test_the_second_press_is_refused_in_words(world: World, dana: Person) -> None:
    world.available("maria")
    call = world.with_dispatcher()
    dana.post(f"/calls/{call.id}/transfers", {"to": "met"})
    again = dana.post(f"/calls/{call.id}/transfers", {"to": "met"})
    assert refused(again) == "Specialists are being rung already."


def test_a_destination_that_nobody_configured_is_refused(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    assert "nowhere" in refused(dana.post(f"/calls/{call.id}/transfers", {"to": "nowhere"}))


def test_the_specialist_rung_may_decline(world: World, maria: Person, jon: Person) -> None:
    world.available("maria")
    world.available("jon")
    call = world.with_dispatcher()
    world.person("dana").post(f"/calls/{call.id}/transfers", {"to": "met"})
    offer = world.ringing(call.id, Role.SPECIALIST, world.ids["maria"])
    assert refused(jon.post(f"/calls/{call.id}/offers/{offer}/decline"))
    assert maria.post(f"/calls/{call.id}/offers/{offer}/decline").status_code == 200
    events = maria.get(f"/calls/{call.id}/events").json()["items"]
    assert "specialist_declined" in [event["name"] for event in events]
    assert refused(maria.post(f"/calls/{call.id}/offers/{offer}/decline"))
    for nobodys in (1, 99):
        assert maria.post(f"/calls/{call.id}/offers/{nobodys}/decline").status_code == 404


def brought_in(world: World, owner: Person, to: str = "kern-988") -> tuple[Call, int]:
    """A call whose specialist has brought somebody in, who has answered and joined."""
    call = world.with_specialist("maria")
    answer = owner.post(f"/calls/{call.id}/transfers", {"to": to})
    assert answer.status_code == 201, answer.text
    return call, answer.json()["id"]


def test_a_warm_transfer_is_accepted_by_a_human_and_then_completed(
    world: World, maria: Person
) -> None:
    call, transfer = brought_in(world, maria)
    path = f"/calls/{call.id}/transfers/{transfer}"
    assert refused(maria.post(f"{path}/accept")) == "Nobody has answered yet."
    world.join(call.id, Role.LIFELINE)
    assert refused(maria.post(f"{path}/complete")) == "Nobody has accepted yet."
    assert maria.post(f"{path}/accept").json()["stage"] == "accepted"
    world.tell(call, c.ReportHold(1, hold=True))
    maria.post(f"/calls/{call.id}/hold", {"party": 1, "hold": False})
    world.tell(call, c.ReportHold(1, hold=False))
    done = maria.post(f"{path}/complete")
    assert (done.status_code, done.json()["stage"]) == (200, "completed")


def test_a_transfer_can_be_given_up_or_tried_at_the_next_number(
    world: World, maria: Person
) -> None:
    call, transfer = brought_in(world, maria)
    path = f"/calls/{call.id}/transfers/{transfer}"
    assert maria.post(f"{path}/next").json()["stage"] == "dialing"
    assert maria.post(f"{path}/cancel").json()["stage"] == "cancelled"
    assert "over" in refused(maria.post(f"{path}/next"))


@pytest.mark.parametrize("step", ["accept", "complete", "cancel", "next"])
def test_a_transfer_that_is_not_there_is_not_found(world: World, dana: Person, step: str) -> None:
    call = world.with_dispatcher()
    answer = dana.post(f"/calls/{call.id}/transfers/77/{step}")
    assert answer.status_code == 404


def test_a_party_is_held_and_a_bridged_leg_is_not(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    assert maria.post(f"/calls/{call.id}/hold", {"party": 1, "hold": True}).status_code == 200
    assert refused(maria.post(f"/calls/{call.id}/hold", {"party": 99, "hold": True}))


def test_a_supervisor_takes_a_party_off_hold_and_puts_nobody_on_it(
    world: World, maria: Person, sam: Person, ada: Person
) -> None:
    call = world.with_specialist("maria")
    path = f"/calls/{call.id}/hold"
    maria.post(path, {"party": 1, "hold": True})
    world.tell(call, c.ReportHold(1, hold=True))
    assert sam.get(f"/calls/{call.id}").json()["parties"][0]["on_hold"]
    assert ada.post(path, {"party": 1, "hold": False}).status_code == 403
    assert sam.post(path, {"party": 1, "hold": True}).status_code == 403
    assert sam.post(path, {"party": 1, "hold": False}).status_code == 200
    world.tell(call, c.ReportHold(1, hold=False))
    assert not sam.get(f"/calls/{call.id}").json()["parties"][0]["on_hold"]
    events = sam.get(f"/calls/{call.id}/events").json()["items"]
    asked = next(event for event in events if event["actor"] == world.ids["sam"])
    assert asked["data"] == {"leg": 1, "hold": False}


def test_a_call_shows_every_alarm_and_boards_ask_for_those_that_have_one(
    world: World, maria: Person, sam: Person
) -> None:
    quiet = world.with_dispatcher()
    call = world.with_specialist("maria")
    world.person("dana").post(f"/calls/{call.id}/leave")
    assert maria.post(f"/calls/{call.id}/escalate").status_code == 200
    shown = sam.get(f"/calls/{call.id}").json()
    assert (shown["alarm"], shown["alarms"], shown["awaited"]) == (
        "escalation",
        ["escalation"],
        True,
    )

    def found(query: str) -> set[str]:
        items = sam.get(f"/calls?limit=200&{query}").json()["items"]
        return {item["id"] for item in items} & {quiet.id, call.id}

    assert found("alarm=true") == {call.id}
    assert found("alarm=false") == {quiet.id}
    assert found("stage=with_specialist&alarm=true") == {call.id}
    assert found("stage=with_dispatcher") == {quiet.id}


def test_the_dispatcher_of_a_bridged_line_says_that_they_have_left(
    world: World, dana: Person
) -> None:
    world.available("maria")
    call = world.arrived(BRIDGED)
    world.tell(call, c.ReportKey(1, "1"))
    world.tell(call, c.ReportJoined(1, sequence=1))
    world.join(call.id, Role.SPECIALIST, world.ids["maria"])
    assert dana.post(f"/calls/{call.id}/released").status_code == 200
    names = [e["name"] for e in dana.get(f"/calls/{call.id}/events").json()["items"]]
    assert "dispatcher_left" in names


def test_escalation_rings_dispatch_and_its_alarm_is_acknowledged(
    world: World, maria: Person, dana: Person
) -> None:
    call = world.with_specialist("maria")
    assert maria.post(f"/calls/{call.id}/escalate").status_code == 200
    told = maria.post(f"/calls/{call.id}/escalate", {"reason": "weapon"})
    assert told.status_code == 200
    assert dana.post(f"/calls/{call.id}/escalate/acknowledge").status_code == 200
    assert "no alarm" in refused(dana.post(f"/calls/{call.id}/escalate/acknowledge"))


@pytest.mark.parametrize("status", ["requested", "dispatched", "arrived", "contact_confirmed"])
def test_each_step_of_the_responders_is_recorded(world: World, dana: Person, status: str) -> None:
    call = world.with_dispatcher()
    answer = dana.post(f"/calls/{call.id}/responders", {"status": status, "kind": "patrol"})
    assert answer.status_code == 200
    name = status if status == "contact_confirmed" else f"responder_{status}"
    assert dana.get(f"/calls/{call.id}/events").json()["items"][-1]["name"] == name


def test_who_is_not_on_the_call_cannot_leave_or_end_it(world: World, jon: Person) -> None:
    call = world.with_specialist("maria")
    for act in ("leave", "end", "rejoin"):
        refused(jon.post(f"/calls/{call.id}/{act}"))


def test_the_specialist_leaves_and_the_others_go_on(
    world: World, maria: Person, dana: Person
) -> None:
    call = world.with_specialist("maria")
    left = maria.post(f"/calls/{call.id}/leave")
    assert left.status_code == 200
    assert dana.get(f"/calls/{call.id}").json()["closed_at"] is None


def test_who_is_on_the_call_may_end_it_once_dispatch_has_left(
    world: World, maria: Person, dana: Person
) -> None:
    call = world.with_specialist("maria")
    assert "Dispatch" in refused(maria.post(f"/calls/{call.id}/end"))
    assert dana.post(f"/calls/{call.id}/leave").status_code == 200
    assert maria.post(f"/calls/{call.id}/end").status_code == 200


def test_context_and_incident_number_travel_to_the_specialist(
    world: World, dana: Person, maria: Person
) -> None:
    call = world.with_dispatcher()
    context = {"caller": "Jane", "language": "es", "weapons": "none seen", "location": "5 Elm"}
    body = {"incident_number": "26-004411", "context": context}
    changed = dana.patch(f"/calls/{call.id}", body)
    assert changed.status_code == 200, changed.text
    shown = maria.get(f"/calls/{call.id}").json()
    assert shown["incident_number"] == "26-004411"
    assert {name: shown["context"][name] for name in context} == context
    dana.patch(f"/calls/{call.id}", {"context": {"caller": None, "officers": 2}})
    after = maria.get(f"/calls/{call.id}").json()["context"]
    assert (after["caller"], after["location"]) == (None, "5 Elm")


def test_the_full_number_is_shown_to_those_who_may_see_it(
    world: World, dana: Person, sam: Person, ada: Person
) -> None:
    call = world.with_dispatcher()
    assert dana.get(f"/calls/{call.id}/caller-number").json()["number"] == CALLER
    assert sam.get(f"/calls/{call.id}/caller-number").json()["number"] == CALLER
    assert ada.get(f"/calls/{call.id}/caller-number").status_code == 403
    assert CALLER not in ada.get("/calls").text


def test_the_outcome_is_kept_and_revisions_say_why(
    world: World, maria: Person, jon: Person
) -> None:
    call = world.with_specialist("maria")
    assert jon.post(f"/calls/{call.id}/outcome", OUTCOME).status_code in (403, 409)
    assert maria.post(f"/calls/{call.id}/outcome", OUTCOME).status_code == 200
    assert maria.get(f"/calls/{call.id}").json()["outcome"]["code"] == "R01"
    unexplained = maria.post(f"/calls/{call.id}/outcome", {**OUTCOME, "code": "R02"})
    assert unexplained.status_code in (409, 422)
    revised = {**OUTCOME, "code": "R02", "reason": "linked after all"}
    assert maria.post(f"/calls/{call.id}/outcome", revised).status_code == 200
    kept = maria.get(f"/calls/{call.id}/outcome/revisions").json()["items"]
    assert [(each["code"], each["reason"]) for each in kept] == [
        ("R01", None),
        ("R02", "linked after all"),
    ]


def test_choices_may_be_written_as_people_write_them(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    form = {**OUTCOME, "code": "C01", "law_enforcement": "Co-response",
            "caller_type": "family or friend"}  # fmt: skip
    shown = maria.post(f"/calls/{call.id}/outcome", form).json()
    assert (shown["law_enforcement"], shown["caller_type"]) == ("co_response", "family_or_friend")


def test_a_code_that_the_events_contradict_is_refused(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    assert refused(maria.post(f"/calls/{call.id}/outcome", {**OUTCOME, "code": "X01"}))


def test_an_incomplete_outcome_names_what_is_missing(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    answer = maria.post(f"/calls/{call.id}/outcome", {"code": "R01"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {
        "law_enforcement",
        "caller_type",
        "risk_end",
    }


def test_a_draft_is_saved_as_typed(world: World, maria: Person) -> None:
    call = world.with_specialist("maria")
    path = f"/calls/{call.id}/outcome/draft"
    assert maria.get(path).status_code == 200
    assert maria.put(path, {"note": "calmer now"}).status_code == 200
    assert maria.put(path, {"note": "calmer now", "risk_end": 1}).status_code == 200
    assert maria.get(path).json()["risk_end"] == 1


def test_dispatchers_never_receive_a_clinical_field(
    world: World, maria: Person, dana: Person
) -> None:
    call = world.with_specialist("maria")
    secret = {"note": "SECRET-NOTE", "cssrs": {"q1": True}, "problems": ["SECRET-PROBLEM"],
              "linkage": {"program": "SECRET-LINKAGE", "accepted": True},
              "follow_up": {"consent": True, "due": "2026-07-02", "words": "SECRET-FOLLOW-UP"},
              "transfer_accepted_by": "SECRET-CLINICIAN", "escalation_reason": "SECRET-REASON",
              "interpreter": "SECRET-INTERPRETER", "language": "SECRET-LANGUAGE",
              "means_discussed": "SECRET-MEANS", "safety_plan": {"steps": "SECRET-STEPS"},
              "callback_number": "+16615550133"}  # fmt: skip
    revised = {**OUTCOME, **secret, "code": "R02", "reason": "SECRET-CHANGE"}
    maria.put(f"/calls/{call.id}/outcome/draft", secret)
    operational = {"law_enforcement": "none", "ems": "requested", "caller_type": "self"}
    assert maria.post(
        f"/calls/{call.id}/outcome", {**OUTCOME, **secret, **operational}
    ).status_code == 200  # fmt: skip
    assert maria.post(f"/calls/{call.id}/outcome", {**revised, **operational}).status_code == 200
    world.tell(call, c.ReportEnded(1, "completed"))
    assert maria.post(f"/calls/{call.id}/callbacks", {"result": "SECRET-RESULT"}).status_code == 200
    shown = dana.get(f"/calls/{call.id}").json()["outcome"]
    assert (shown["code"], shown["diverted"]) == ("R02", True)
    assert {name: shown[name] for name in operational} == operational
    paths = ("", "/events", "/outcome/revisions")
    for path in ("/calls", "/tasks", *(f"/calls/{call.id}{rest}" for rest in paths)):
        seen = dana.get(path).text
        assert "SECRET" not in seen
        assert "cssrs" not in seen
        assert "risk" not in seen
        assert "5550133" not in seen


def test_events_are_numbered_in_order(world: World, dana: Person) -> None:
    call = world.with_dispatcher()
    events = dana.get(f"/calls/{call.id}/events").json()["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["name"] == "call_arrived"
    assert [e["at"] for e in events] == sorted(e["at"] for e in events)
