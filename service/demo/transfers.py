"""J5 to J7: warm transfers, accepted by a human or taken back."""

from __future__ import annotations

from service.demo.cast import LIFELINE, TEAM
from service.demo.handoffs import with_dispatcher
from service.demo.scene import REASSURANCE, Scene


def with_specialist(scene: Scene) -> None:
    """A direct call that Maria has and the dispatcher has left."""
    cast = scene.cast
    with_dispatcher(scene)
    scene.post(cast.dana, "/transfers", {"to": "met"})
    scene.saw("the specialist joined", "specialist_joined")
    scene.post(cast.dana, "/leave")
    scene.saw("the dispatcher left", "dispatcher_left")


def warm_to_lifeline(scene: Scene) -> None:
    """J5: the first number fails, the second answers; held, accepted, introduced, completed."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.set_phone(LIFELINE[0], "busy")
    cast.sandbox.set_phone(LIFELINE[1], "answer", after=0.5)
    transfer = scene.post(cast.maria, "/transfers", {"to": "demo-988"})["id"]
    scene.refused("not complete while ringing", cast.maria, f"/transfers/{transfer}/complete")
    scene.saw("the second number is dialed at once", "target_dialed", times=2)
    scene.saw("it answers", "target_answered")
    scene.caller_on_hold()
    scene.hears("the caller is reassured in words", scene.caller_sid, REASSURANCE)
    maria, lifeline = scene.sid_of(cast.maria.phone), scene.sid_of(LIFELINE[1])
    scene.hear_each_other("specialist and 988 talk alone", maria, lifeline)
    scene.refused("answered is not accepted", cast.maria, f"/transfers/{transfer}/complete")
    scene.post(cast.maria, f"/transfers/{transfer}/accept")
    scene.saw("a human accepted", "target_accepted")
    scene.refused("not with a held caller", cast.maria, f"/transfers/{transfer}/complete")
    scene.post(cast.maria, "/hold", {"party": 1, "hold": False})
    scene.caller_off_hold()
    scene.hear_each_other("the caller and 988 are introduced", scene.caller_sid, lifeline)
    scene.until("the hold is off by the carrier's word", lambda: scene.events("hold_off"))
    scene.post(cast.maria, f"/transfers/{transfer}/complete")
    scene.saw("the transfer is complete", "transfer_completed", times=3)
    scene.stage_is("transferred")
    scene.silent("the specialist has left", cast.maria.phone)
    scene.hear_each_other("caller and 988 go on", scene.caller_sid, lifeline)
    scene.wrap_up(cast.maria, "R03")


def warm_to_team(scene: Scene) -> None:
    """J6: a voicemail is never an acceptance; the backup presses 1."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.set_phone(
        TEAM[0], "voicemail", after=0.3, speaks="please leave a message", hang_up_after=3
    )
    cast.sandbox.set_phone(
        TEAM[1], "answer", after=0.3, press=[{"digits": "1", "when_hears": "press 1"}]
    )
    transfer = scene.post(cast.maria, "/transfers", {"to": "demo-team"})["id"]
    scene.saw("the first number answers", "target_answered")
    scene.refused("nobody can accept for a voicemail", cast.maria, f"/transfers/{transfer}/accept")
    scene.saw("the backup is dialed", "target_dialed", times=2)
    accepted = scene.saw("somebody pressed 1", "target_accepted")
    scene.check("and it was the key", accepted["data"]["by"] == "keypress")
    scene.check("only one acceptance", len(scene.events("target_accepted")) == 1)
    scene.caller_on_hold()
    scene.post(cast.maria, "/hold", {"party": 1, "hold": False})
    scene.caller_off_hold()
    scene.until("the hold is off by the carrier's word", lambda: scene.events("hold_off"))
    scene.post(cast.maria, f"/transfers/{transfer}/complete")
    scene.stage_is("transferred")
    scene.wrap_up(cast.maria, "R04")


def nobody_on_the_team(scene: Scene) -> None:
    """J6, the other end: nobody there; back with the caller, and a task to follow up."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.set_phone(TEAM[0], "busy")
    cast.sandbox.set_phone(TEAM[1], "fail")
    scene.post(cast.maria, "/transfers", {"to": "demo-team"})
    scene.saw("the transfer failed", "transfer_failed")
    scene.stage_is("with_specialist")
    scene.check("the caller is not on hold", not scene.view()["parties"][0]["on_hold"])
    task = scene.saw("a task asks to follow up", "task_opened")
    scene.check("about that team", task["data"]["about"] == "demo-team")
    scene.post(cast.maria, "/end")
    scene.wrap_up(cast.maria)


def taken_back(scene: Scene) -> None:
    """J7: cancelled while ringing, cancelled when answered, hung up by the target."""
    cast = scene.cast
    with_specialist(scene)
    maria = scene.sid_of(cast.maria.phone)
    _cancelled_ringing(scene)
    _cancelled_answered(scene)
    _hung_up_by_target(scene)
    scene.hear_each_other("the specialist still has the caller", scene.caller_sid, maria)
    scene.post(cast.maria, "/end")
    scene.wrap_up(cast.maria)


def _cancelled_ringing(scene: Scene) -> None:
    cast = scene.cast
    cast.sandbox.set_phone(LIFELINE[0], "no_answer")
    transfer = scene.post(cast.maria, "/transfers", {"to": "demo-988"})["id"]
    scene.rings("988 rings", LIFELINE[0])
    scene.post(cast.maria, f"/transfers/{transfer}/cancel")
    scene.silent("cancelled: the ringing stops", LIFELINE[0])
    scene.stage_is("with_specialist")


def _cancelled_answered(scene: Scene) -> None:
    cast = scene.cast
    cast.sandbox.set_phone(LIFELINE[0], "answer", after=0.2)
    transfer = scene.post(cast.maria, "/transfers", {"to": "demo-988"})["id"]
    scene.caller_on_hold()
    scene.post(cast.maria, f"/transfers/{transfer}/cancel")
    scene.caller_off_hold()
    scene.silent("cancelled: the target is gone", LIFELINE[0])


def _hung_up_by_target(scene: Scene) -> None:
    cast = scene.cast
    cast.sandbox.set_phone(LIFELINE[0], "answer", after=0.2)
    cast.sandbox.set_phone(LIFELINE[1], "busy")
    before = len(scene.events("target_answered"))
    scene.post(cast.maria, "/transfers", {"to": "demo-988"})
    scene.saw("988 answers again", "target_answered", times=before + 1)
    scene.caller_on_hold()
    cast.sandbox.hangup(scene.sid_of(LIFELINE[0]))
    scene.saw("the target left and the second number failed", "transfer_failed")
    scene.caller_off_hold()
