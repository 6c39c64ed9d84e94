"""Whole calls over real HTTP in both directions, with the real library and a stand-in carrier."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from handlers.ports import CarrierError, Retry
from routing import commands as c
from routing import effects as f
from routing.call import Call
from routing.plan import Role
from routing.states import LegState
from sandbox.driver import SandboxDriver
from telephony.client import TwilioCarrier
from telephony.urls import Urls
from tests.telephony.fakes import (
    BRIDGED,
    DIRECT,
    DISPATCH,
    FALLBACK,
    MARIA,
    DeskInMemory,
    application,
    served,
    voice_settings,
)

LIFELINE, TEAM, CALLER = "+16615550180", "+16615550170", "+16615550123"
SPECIALIST = c.Actor(MARIA.user, Role.SPECIALIST)


@dataclass(frozen=True)
class Stage:
    """Desk, stand-in carrier and the helper library between them."""

    desk: DeskInMemory
    sandbox: SandboxDriver
    carrier: TwilioCarrier

    def call(self) -> Call:
        (call,) = self.desk.calls.values()
        return call

    def sid(self, leg: int) -> str:
        return self.desk.legs[self.call().id, leg]

    def until(self, wanted: Callable[[Call], Any]) -> Call:
        self.sandbox.wait_until(lambda: bool(self.desk.calls) and wanted(self.call()))
        return self.call()

    def joined(self, *legs: int) -> Call:
        def there(call: Call) -> bool:
            states = [call.leg(leg) for leg in legs]
            return all(leg is not None and leg.state is LegState.JOINED for leg in states)

        return self.until(there)

    def hears(self, leg: int, words: str) -> None:
        """Waits until the carrier has fetched these words for the leg."""
        self.sandbox.wait_for(lambda each: words in str(each.get("body", "")))

    def heard(self, report: c.Report, *, times: int) -> None:
        """Waits until the same report has come in that often."""
        self.until(lambda _: self.desk.reports.count(report) == times)

    def perform(self, call_id: str, effect: f.Effect) -> None:
        call = self.desk.calls[call_id]
        room = self.desk.conferences.get(call_id)
        match effect:
            case f.Dial(leg=leg, address=address, seconds=seconds):
                sid = self.carrier.dial(call_id, leg, address, call.line, seconds)
                self.desk.legs.setdefault((call_id, leg), sid)
            case f.HangUp(leg=leg, farewell=farewell):
                self.carrier.hang_up(self.desk.legs[call_id, leg], call_id, leg, farewell)
            case f.SyncHold(leg=leg):
                wanted = call.legs[leg - 1].hold_wanted
                self.carrier.hold(call_id, room, self.desk.legs[call_id, leg], leg, on=wanted)
            case f.Announce(leg=leg, prompt=prompt):
                self.carrier.announce(call_id, room, self.desk.legs[call_id, leg], leg, prompt)
            case f.HandOver(leg=leg):
                self.carrier.hand_over(self.desk.legs[call_id, leg], call_id, leg)
            case _:
                pass  # timers: these journeys are shorter than any


@pytest.fixture
def stage(sandbox: SandboxDriver) -> Iterator[Stage]:
    desk = DeskInMemory()
    with served(application(desk, voice_settings())) as actual:
        sandbox.set_routes({"https://voice.example.org": actual})
        urls = Urls("https://voice.example.org")
        lines = [
            {"phone_number": number, "voice_url": urls.inbound, "status_callback": urls.line_status}
            for number in (BRIDGED, DIRECT)
        ]
        sandbox.set_numbers(*lines)
        sandbox.set_phone(MARIA.address, "answer")
        sandbox.set_phone(DISPATCH, "answer")
        made = Stage(desk, sandbox, TwilioCarrier(voice_settings(carrier_url=sandbox.url)))
        with performing(made):
            yield made
        broken = [
            each for each in sandbox.log() if each.get("error_code") or "error" in each["kind"]
        ]
        assert broken == []


def in_the_menu(digit: str, *, times: int = 1) -> list[dict[str, Any]]:
    """A phone that presses a digit whenever it hears the menu."""
    return [{"digits": digit, "when_hears": "Press:", "times": times}]


@contextmanager
def performing(stage: Stage) -> Iterator[None]:
    """Performs effects as they come, in order; what is gone already is done."""
    over = ("", f.StopTimer("over", 0))

    def work() -> None:
        while (item := stage.desk.effects.get()) != over:
            try:
                stage.perform(*item)
            except CarrierError as error:
                if error.retry is Retry.SAFE:
                    stage.desk.effects.put(item)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stage.desk.effects.put(over)
        thread.join()


def test_a_center_brings_a_specialist_with_one_key(stage: Stage) -> None:
    stage.sandbox.place_call(CALLER, BRIDGED, phone={"does": "answer", "press": in_the_menu("1")})
    call = stage.joined(1, 2)
    assert [leg.role for leg in call.legs] == [Role.CENTER, Role.SPECIALIST]
    assert call.specialist_joined


def test_silence_in_the_menu_brings_a_specialist_too(stage: Stage) -> None:
    stage.sandbox.place_call(CALLER, BRIDGED, phone={"does": "answer"})
    stage.joined(1, 2)


def test_a_dispatcher_brings_a_specialist_and_leaves(stage: Stage) -> None:
    stage.sandbox.set_phone(DISPATCH, "answer", press=in_the_menu("1"))
    caller = stage.sandbox.place_call(CALLER, DIRECT, phone={"does": "answer"})
    stage.joined(1, 2)
    dispatcher = stage.sid(2)
    stage.sandbox.press(dispatcher, "*")
    stage.joined(1, 2, 3)
    assert c.ReportKey(2, "1") in stage.desk.reports
    stage.sandbox.hangup(dispatcher)
    call = stage.until(lambda call: call.legs[1].state is LegState.LEFT)
    assert not call.closed
    assert call.legs[0].state is LegState.JOINED
    assert call.legs[2].state is LegState.JOINED
    assert stage.sandbox.call(caller)["status"] == "in-progress"


def test_two_stars_in_a_row_are_harmless(stage: Stage) -> None:
    stage.sandbox.set_phone(DISPATCH, "answer", press=in_the_menu("*", times=2))
    stage.sandbox.place_call(CALLER, DIRECT, phone={"does": "answer"})
    stage.joined(1, 2)
    for presses in (1, 2):
        stage.sandbox.press(stage.sid(2), "*")
        stage.heard(c.ReportKey(2, "*"), times=presses)
        stage.joined(1, 2)


def test_a_caller_on_hold_is_reassured_and_comes_back(stage: Stage) -> None:
    stage.sandbox.set_phone(LIFELINE, "answer")
    stage.sandbox.place_call(CALLER, BRIDGED, phone={"does": "answer", "press": in_the_menu("1")})
    call = stage.joined(1, 2)
    stage.carrier.hold(call.id, None, stage.sid(2), 2, on=True)
    stage.until(lambda call: call.legs[1].held)
    # Nobody wanted this hold, so the core takes it off again, through the same words and music.
    stage.until(lambda call: not call.legs[1].held)
    stage.carrier.announce(call.id, None, stage.sid(1), 1, "stay_on_line")
    stage.hears(1, "Help is coming")
    assert stage.carrier.where_is(call.id, None, stage.sid(1)).held is False


def test_a_team_that_presses_one_is_let_in_and_a_voicemail_is_not(stage: Stage) -> None:
    stage.sandbox.set_phone(TEAM, "voicemail", hang_up_after=1, speaks="Leave a message.")
    stage.sandbox.place_call(
        CALLER, BRIDGED, phone={"does": "answer", "press": in_the_menu("3", times=2)}
    )
    call = stage.until(lambda call: len(call.legs) > 1 and call.legs[1].state is LegState.LEFT)
    assert not call.accepted_roles
    stage.sandbox.set_phone(TEAM, "answer", press=[{"digits": "1", "when_hears": "Press 1"}])
    stage.joined(1)
    stage.sandbox.press(stage.sid(1), "*")
    call = stage.until(lambda call: Role.TREATMENT_TEAM in call.accepted_roles)
    assert stage.desk.reports.count(c.ReportKey(1, "3")) == 2
    stage.joined(1, len(call.legs))


def test_a_caller_who_hangs_up_ends_the_call_for_everybody(stage: Stage) -> None:
    caller = stage.sandbox.place_call(CALLER, DIRECT, phone={"does": "answer"})
    stage.joined(1, 2)
    stage.sandbox.hangup(caller)
    call = stage.until(lambda call: call.closed)
    assert call.caller_gone
    stage.until(lambda call: call.legs[1].state is LegState.LEFT)
    stage.hears(2, "The caller has hung up")


def test_a_hang_up_inside_the_menu_is_known(stage: Stage) -> None:
    center = stage.sandbox.place_call(CALLER, BRIDGED, phone={"does": "answer"})
    stage.until(lambda call: call.legs)
    stage.sandbox.hangup(center)
    assert stage.until(lambda call: call.closed).caller_gone


def test_when_the_store_is_down_the_caller_talks_to_the_fallback_number(stage: Stage) -> None:
    stage.sandbox.set_phone(FALLBACK, "answer")
    stage.desk.broken = True
    stage.sandbox.place_call(CALLER, DIRECT, phone={"does": "answer"})
    found = stage.sandbox.wait_until(
        lambda: [
            x for x in stage.sandbox.calls() if x["to"] == FALLBACK and x["status"] == "in-progress"
        ]
    )
    assert found[0]["from"] == DIRECT
    stage.desk.broken = False


def test_names_of_conferences_and_labels_hold_no_number(stage: Stage) -> None:
    stage.sandbox.place_call(CALLER, DIRECT, phone={"does": "answer"})
    call = stage.joined(1, 2)
    (room,) = stage.sandbox.conferences()
    assert room["name"] == f"call-{call.id}"
    assert "661555" not in str([each.get("label") for each in room["participants"]])


def test_a_conference_that_everybody_left_and_came_back_to_is_found(stage: Stage) -> None:
    stage.desk.specialists = ()
    phone = {"does": "answer", "press": in_the_menu("1", times=2)}
    stage.sandbox.place_call(CALLER, BRIDGED, phone=phone)
    call = stage.joined(1)
    first = stage.desk.conferences[call.id]
    stage.sandbox.press(stage.sid(1), "*")
    stage.heard(c.ReportKey(1, "1"), times=2)
    stage.joined(1)
    assert stage.desk.conferences[call.id] != first
    for stale in (first, None):
        assert stage.carrier.where_is(call.id, stale, stage.sid(1)).held is False
        stage.carrier.announce(call.id, stale, stage.sid(1), 1, "stay_on_line")


def test_the_second_offer_of_two_is_told_that_it_is_taken(stage: Stage) -> None:
    second = replace(MARIA, user="omar", name="Omar Diaz", address="client:user_omar")
    stage.desk.specialists = (MARIA, second)
    stage.sandbox.set_phone(second.address, "no_answer")
    stage.sandbox.place_call(CALLER, BRIDGED, phone={"does": "answer", "press": in_the_menu("1")})
    call = stage.until(lambda call: call.specialist_joined)
    assert call.specialist is not None
    stage.until(lambda call: call.legs[2].state in (LegState.FAILED, LegState.LEFT))
