"""Oneself: settings, presence, softphone; and the supervisor's way out of a stuck wrap-up."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import jwt

from routing import commands as c
from tests.web.stage import Person, World


def test_settings_are_kept_and_the_rest_stays(jon: Person) -> None:
    changed = jon.patch("/me", {"theme": "dark"}).json()
    assert (changed["theme"], changed["language"]) == ("dark", "en")
    jon.patch("/me", {"language": "es"})
    me = jon.get("/me").json()
    assert (me["theme"], me["language"]) == ("dark", "es")


def test_a_softphone_token_is_ones_own(world: World, maria: Person) -> None:
    answer = maria.get("/me/voice-token").json()
    claims = jwt.decode(answer["token"], options={"verify_signature": False})
    assert claims["grants"]["identity"] == answer["identity"]
    assert world.ids["maria"].replace("-", "") in answer["identity"]
    expires = datetime.fromisoformat(answer["expires_at"])
    assert expires > datetime.now(UTC)
    assert claims["exp"] == int(expires.timestamp())


def test_presence_is_set_and_repeating_it_is_harmless(jon: Person) -> None:
    for status in ("available", "available", "break", "offline"):
        assert jon.put("/me/presence", {"status": status}).json()["status"] == status


def test_the_board_shows_the_specialists_of_ones_own_agencies(
    world: World, dana: Person, dee: Person
) -> None:
    world.available("jon")
    police = {each["name"]: each["status"] for each in dana.get("/specialists").json()["items"]}
    sheriff = {each["name"] for each in dee.get("/specialists").json()["items"]}
    assert police["Jon Park"] == "available"
    assert sheriff == {"Maria Lopez"}


def test_a_supervisor_releases_a_stuck_wrap_up(world: World, sam: Person, maria: Person) -> None:
    call = world.with_specialist("maria")
    maria.post(f"/calls/{call.id}/leave")
    specialist = next(p for p in maria.get(f"/calls/{call.id}").json()["parties"]
                      if p["role"] == "specialist")  # fmt: skip
    world.tell(call, c.ReportEnded(specialist["id"], "completed"))
    assert maria.put("/me/presence", {"status": "available"}).json()["status"] == "wrap_up"
    released = sam.post(f"/users/{world.ids['maria']}/release", {"reason": "shift ended"})
    assert released.status_code == 200, released.text
    assert maria.put("/me/presence", {"status": "available"}).json()["status"] == "available"


def test_nobody_of_another_agency_and_nobody_unknown_is_released(world: World, sam: Person) -> None:
    for user in (world.ids["dee"], str(uuid.uuid4())):
        answer = sam.post(f"/users/{user}/release", {"reason": "shift ended"})
        assert answer.status_code == 404
