"""J1 to J4: from the dispatcher's press to somebody who takes the caller."""

from __future__ import annotations

from service.demo.cast import (
    DISPATCH,
    FALLBACK,
    JON_PHONE,
    LIFELINE,
    MARIA_PHONE,
    Cast,
)
from service.demo.scene import Scene

MENU_WORDS = "1, specialist"


def bridged_handoff(scene: Scene) -> None:
    """J1: one leg carries caller and dispatcher; one key, a specialist, "I've left"."""
    cast = scene.cast
    cast.sandbox.set_phone(cast.maria.phone, "answer", after=0.5)
    cast.sandbox.set_phone(cast.jon.phone, "no_answer")
    scene.arrive(press=[{"digits": "1", "when_hears": MENU_WORDS}])
    chosen = scene.saw("one key chose", "menu_chosen")
    scene.check("the menu took one digit", chosen["data"]["digit"] == "1")
    joined = scene.saw("a specialist joined", "specialist_joined")
    scene.check("the one who answered won", joined["data"]["user"] == cast.maria.get("/me")["id"])
    scene.silent("the other phone stopped ringing", cast.jon.phone)
    maria = scene.sid_of(cast.maria.phone)
    scene.hear_each_other("caller and specialist hear each other", scene.caller_sid, maria)
    scene.post(cast.dana, "/released")
    left = scene.saw("the dispatcher's leaving is on record", "dispatcher_left")
    scene.check("and the record says who marked it", bool(left["actor"]))
    scene.post(cast.maria, "/end")
    scene.wrap_up(cast.maria)


def direct_star(scene: Scene) -> None:
    """J2: the caller's own leg; the dispatcher presses `*`, then 1, and hangs up later."""
    cast = scene.cast
    cast.sandbox.set_phone(DISPATCH, "answer", after=0.3)
    cast.sandbox.set_phone(cast.maria.phone, "no_answer")
    cast.sandbox.set_phone(cast.jon.phone, "manual")
    scene.arrive()
    scene.saw("the dispatcher answered", "call_answered")
    dispatcher = scene.sid_of(DISPATCH)
    scene.hear_each_other("dispatcher and caller talk", scene.caller_sid, dispatcher)
    cast.sandbox.press(dispatcher, "*")
    scene.hears("the caller hears that someone is coming", scene.caller_sid, "joining you")
    scene.hears("the dispatcher hears the menu", dispatcher, MENU_WORDS)
    cast.sandbox.press(dispatcher, "1")
    scene.rings("a specialist is rung", cast.jon.phone)
    scene.hear_each_other("the dispatcher is back", scene.caller_sid, dispatcher)
    cast.sandbox.press(dispatcher, "*")
    scene.saw("a second * opens the menu again", "menu_opened", times=2)
    cast.sandbox.press(dispatcher, "1")
    jon = scene.sid_of(cast.jon.phone)
    cast.sandbox.answer(jon)
    scene.saw("the specialist joined", "specialist_joined")
    scene.check("the second * rang nobody twice", len(scene.events("specialist_requested")) == 1)
    scene.hear_each_other("three-way: dispatcher and specialist", dispatcher, jon)
    cast.sandbox.hangup(dispatcher)
    scene.saw("the dispatcher hung up", "dispatcher_left")
    scene.hear_each_other("caller and specialist go on", scene.caller_sid, jon)
    scene.post(cast.jon, "/end")
    scene.wrap_up(cast.jon)


def console_press(scene: Scene) -> None:
    """J3: the same from the screen; nobody leaves, and the context travels."""
    cast = scene.cast
    with_dispatcher(scene)
    dispatcher = scene.sid_of(DISPATCH)
    context = {"location": "4th and Main", "weapons": "none seen"}
    path = f"/calls/{scene.call}"
    asked = scene.post(cast.dana, "/transfers", {"to": "met"})
    scene.check("the press needed nothing else", asked["to"] == "met")
    cast.dana.patch(path, {"incident_number": "BPD-26-004711", "context": context})
    scene.saw("a specialist is rung", "specialist_ringing")
    seen = cast.maria.get(path)
    scene.check("the incident number travels", seen["incident_number"] == "BPD-26-004711")
    scene.check("the safety answers travel", seen["context"]["weapons"] == "none seen")
    scene.saw("the specialist joined", "specialist_joined")
    scene.check("nobody left the conference", not scene.events("leg_away"))
    maria = scene.sid_of(cast.maria.phone)
    scene.hear_each_other("three-way: dispatcher and specialist", dispatcher, maria)
    scene.post(cast.dana, "/leave")
    scene.saw("the dispatcher left", "dispatcher_left")
    scene.post(cast.maria, "/end")
    scene.wrap_up(cast.maria, "R02")


def with_dispatcher(scene: Scene) -> None:
    """A direct call that its dispatcher has answered; Maria's phone answers, Jon's does not."""
    cast = scene.cast
    cast.sandbox.set_phone(DISPATCH, "answer", after=0.2)
    cast.sandbox.set_phone(cast.maria.phone, "answer", after=0.5)
    cast.sandbox.set_phone(cast.jon.phone, "no_answer")
    scene.arrive()
    scene.saw("the dispatcher answered", "call_answered")
    scene.hear_each_other("dispatcher and caller talk", scene.caller_sid, scene.sid_of(DISPATCH))


def nobody_answers(scene: Scene) -> None:
    """J4: every rung lapses, refuses or is a machine, down to the fallback number."""
    cast = scene.cast
    with_dispatcher(scene)
    dispatcher = scene.sid_of(DISPATCH)
    _deaf_ladder(cast)
    scene.post(cast.dana, "/transfers", {"to": "met"})
    ringing = scene.saw("both specialists are rung", "specialist_ringing", times=2)
    offer = next(x for x in scene.events("specialist_ringing") if _is_for(x, cast))
    cast.maria.post(f"/calls/{scene.call}/offers/{offer['leg'] or ringing['leg']}/decline")
    scene.saw("one declines", "specialist_declined")
    scene.saw("the other lapses", "specialist_missed")
    scene.saw("the on-call phones ring", "overflow_entered", times=1)
    scene.saw("the lifeline rings", "target_dialed", times=1)
    scene.saw("its second number rings", "target_dialed", times=2)
    for rung in ("on-call phones", "fallback number"):
        scene.hears(f"the dispatcher hears of it: {rung}", dispatcher, rung)
    scene.rings("the fallback number rings", FALLBACK)
    scene.saw("a human answers there", "fallback_reached")
    scene.check("no voicemail was ever let in", not scene.events("specialist_answered"))
    fallback = scene.sid_of(FALLBACK)
    scene.hear_each_other("the fallback and the caller talk", scene.caller_sid, fallback)
    scene.hear_each_other("the dispatcher never left", scene.caller_sid, dispatcher)
    cast.sandbox.hangup(scene.caller_sid)
    scene.stage_is("closed")
    ended = scene.saw("the call says that nobody was available", "call_ended")
    scene.check("it counts as unmet demand", ended["data"]["disposition"] == "X02")


def _is_for(event: dict[str, object], cast: Cast) -> bool:
    data = event["data"]
    return isinstance(data, dict) and data["user"] == cast.maria.get("/me")["id"]


def _deaf_ladder(cast: Cast) -> None:
    for softphone in (cast.maria.phone, cast.jon.phone):
        cast.sandbox.set_phone(softphone, "no_answer")
    cast.sandbox.set_phone(
        JON_PHONE, "voicemail", after=0.5, speaks="please leave a message", hang_up_after=3
    )
    cast.sandbox.set_phone(MARIA_PHONE, "answer", after=0.1)
    cast.sandbox.set_phone(LIFELINE[0], "busy")
    cast.sandbox.set_phone(LIFELINE[1], "fail")
    cast.sandbox.set_phone(FALLBACK, "answer", after=0.3)
