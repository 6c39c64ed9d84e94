"""Two things at one moment: one wins, the other is told, and nobody is left hanging."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.demo.cast import LIFELINE, Cast
from service.demo.handoffs import with_dispatcher
from service.demo.scene import Scene
from service.demo.transfers import with_specialist


def at_once(*acts: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(acts)) as pool:
        for begun in [pool.submit(act) for act in acts]:
            begun.result()


def test_two_specialists_answer_at_once_and_one_hears_that_it_is_taken(direct: Scene) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    for person in cast.specialists:
        cast.sandbox.set_phone(person.phone, "manual")
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.saw("both are rung", "specialist_ringing", times=2)
    maria, jon = (direct.sid_of(person.phone) for person in cast.specialists)
    at_once(lambda: cast.sandbox.answer(maria), lambda: cast.sandbox.answer(jon))
    joined = direct.saw("one of them joined", "specialist_joined")
    winner, loser = (maria, jon) if _is(joined["data"]["user"], cast) else (jon, maria)
    direct.hears("the other hears that it is taken", loser, "someone else has taken")
    direct.hear_each_other("the winner has the caller", direct.caller_sid, winner)
    direct.until("the other's leg has ended", lambda: cast.sandbox.call(loser)["ended_at"])
    assert len(direct.events("specialist_joined")) == 1


def _is(user: str, cast: Cast) -> bool:
    return bool(user == cast.maria.get("/me")["id"])


@pytest.mark.parametrize("first", ["answer", "cancel", "neither"])
def test_a_cancel_against_an_answer_leaves_the_caller_with_the_specialist(
    direct: Scene, first: str
) -> None:
    cast = direct.cast
    with_specialist(direct)
    cast.sandbox.set_phone(LIFELINE[0], "manual")
    transfer = direct.post(cast.maria, "/transfers", {"to": "demo-988"})["id"]
    direct.rings("988 rings", LIFELINE[0])
    lifeline = direct.sid_of(LIFELINE[0])
    path = f"/transfers/{transfer}/cancel"
    acts = {
        "answer": lambda: cast.sandbox.answer(lifeline),
        "cancel": lambda: direct.post(cast.maria, path),
    }
    if first == "neither":
        at_once(*acts.values())
    else:
        for name in sorted(acts, key=lambda name: name != first):
            acts[name]()
    direct.saw("the transfer is cancelled", "transfer_cancelled")
    direct.silent("988 is gone", LIFELINE[0])
    direct.caller_off_hold()
    direct.stage_is("with_specialist")
    maria = direct.sid_of(cast.maria.phone)
    direct.hear_each_other("caller and specialist talk", direct.caller_sid, maria)


def test_a_caller_who_hangs_up_as_the_specialist_answers_leaves_nobody_waiting(
    direct: Scene,
) -> None:
    cast = direct.cast
    with_dispatcher(direct)
    cast.sandbox.set_phone(cast.maria.phone, "manual")
    direct.post(cast.dana, "/transfers", {"to": "met"})
    direct.rings("the specialist is rung", cast.maria.phone)
    maria = direct.sid_of(cast.maria.phone)
    at_once(
        lambda: cast.sandbox.hangup(direct.caller_sid),
        lambda: cast.sandbox.answer(maria),
    )
    direct.stage_is("closed")
    direct.until("every leg has ended", lambda: cast.sandbox.call(maria)["ended_at"])
