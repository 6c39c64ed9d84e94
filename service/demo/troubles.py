"""J8 to J10: dispatch wanted back, a browser that dies, a caller who drops."""

from __future__ import annotations

from service.demo.cast import DISPATCH, LIFELINE
from service.demo.scene import Scene
from service.demo.transfers import with_specialist

EMERGENCY = ("911", "112", "933")


def escalated(scene: Scene) -> None:
    """J8: the dispatcher is brought back into the same conference; never 911."""
    cast = scene.cast
    with_specialist(scene)
    maria = scene.sid_of(cast.maria.phone)
    scene.post(cast.maria, "/escalate")
    scene.post(cast.maria, "/escalate", {"reason": "weapon"})
    scene.check("an alarm is up", scene.view()["alarm"] == "escalation")
    scene.saw("the dispatcher is back", "dispatcher_rejoined")
    dispatcher = scene.sid_of(DISPATCH)
    scene.hear_each_other("in the same conference", scene.caller_sid, dispatcher)
    scene.hear_each_other("with the specialist", dispatcher, maria)
    scene.post(cast.dana, "/escalate/acknowledge")
    scene.check("the alarm is acknowledged", scene.view()["alarm"] is None)
    for status in ("requested", "dispatched", "arrived", "contact_confirmed"):
        scene.post(cast.dana, "/responders", {"status": status, "kind": "police"})
    scene.saw("responders' contact is on record", "contact_confirmed")
    dialed = {leg["to"].lstrip("+") for leg in cast.sandbox.calls()}
    scene.check("no emergency number was dialed", not dialed & set(EMERGENCY))
    scene.check("T8 is on record", scene.view()["timings"]["T8"] is not None)
    cast.sandbox.hangup(scene.caller_sid)
    scene.wrap_up(cast.maria, "L02")


def browser_comes_back(scene: Scene) -> None:
    """J9: the specialist's leg dies; their devices ring and they are back."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.hangup(scene.sid_of(cast.maria.phone))
    lost = scene.saw("the specialist is lost", "specialist_left")
    scene.check("and the record says so", lost["data"]["lost"])
    scene.hears("the caller is asked to stay", scene.caller_sid, "stay")
    scene.saw("the specialist is back", "specialist_joined", times=2)
    back = scene.sid_of(cast.maria.phone)
    scene.hear_each_other("with the caller", scene.caller_sid, back)
    scene.post(cast.maria, "/end")
    scene.wrap_up(cast.maria)


def browser_stays_dead(scene: Scene) -> None:
    """J9, the other end: no device left, so the ladder again and the dispatcher alarmed."""
    cast = scene.cast
    with_specialist(scene)
    maria = scene.sid_of(cast.maria.phone)
    cast.sandbox.set_phone(cast.maria.phone, "fail")
    cast.sandbox.set_phone(cast.jon.phone, "answer", after=0.5)
    cast.sandbox.hangup(maria)
    scene.saw("the specialist is lost", "specialist_left")
    scene.until("the dispatcher is alarmed", lambda: scene.events("alarm_raised"))
    scene.saw("another specialist joined", "specialist_joined", times=2)
    jon = scene.sid_of(cast.jon.phone)
    scene.hear_each_other("with the caller", scene.caller_sid, jon)
    scene.post(cast.jon, "/end")
    scene.wrap_up(cast.jon)
    cast.free_specialists()


def caller_drops(scene: Scene) -> None:
    """J10: the caller drops while 988 rings; it stops ringing, and a task asks to call back."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.set_phone(LIFELINE[0], "no_answer")
    scene.post(cast.maria, "/transfers", {"to": "demo-988"})
    scene.rings("988 rings", LIFELINE[0])
    _dropped(scene)
    scene.wrap_up(cast.maria, "U01")


def caller_drops_on_hold(scene: Scene) -> None:
    """J10, later: 988 has answered; whoever answered is told."""
    cast = scene.cast
    with_specialist(scene)
    cast.sandbox.set_phone(LIFELINE[0], "answer", after=0.2)
    scene.post(cast.maria, "/transfers", {"to": "demo-988"})
    scene.caller_on_hold()
    lifeline = scene.sid_of(LIFELINE[0])
    _dropped(scene)
    scene.hears("988 is told that the caller is gone", lifeline, "caller")
    scene.wrap_up(cast.maria, "U01")


def _dropped(scene: Scene) -> None:
    cast = scene.cast
    cast.sandbox.hangup(scene.caller_sid)
    scene.saw("the caller is gone", "caller_disconnected")
    scene.silent("no pending leg is left", LIFELINE[0])
    tasks = scene.until("a task asks to call back", lambda: scene.events("task_opened"))
    scene.check("for the caller", any(task["data"]["task"] == "callback" for task in tasks))
    scene.post(cast.maria, "/callbacks", {"result": "no_answer"})
    scene.saw("the attempt is on record", "callback_attempted")
