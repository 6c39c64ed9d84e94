"""Legs the account dials: queueing, races, unknown outcomes, limits."""

from __future__ import annotations

from typing import Any

import pytest
from requests.exceptions import ConnectionError as Disconnected

from tests.sandbox.receiver import Reply
from tests.sandbox.stage import CALLER, LINE, OTHER, THIRD, Stage, refusal, room

EVERY_EVENT = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture(autouse=True)
def own_line(stage: Stage) -> None:
    stage.line("<Hangup/>")


def test_an_answered_call_fetches_its_url(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    url = stage.receiver.says("/answered", "<Say>hello</Say>")
    sid = stage.client.calls.create(to=OTHER, from_=LINE, url=url).sid
    stage.hears(sid, "hello")
    params = stage.got("/answered")[0].params
    assert (params["CallStatus"], params["Direction"]) == ("in-progress", "outbound-api")


def test_a_call_may_be_answered_by_an_application(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    url = stage.receiver.says("/app", "<Say>the application</Say>")
    app = stage.client.applications.create(friendly_name="a", voice_url=url)
    sid = stage.client.calls.create(to=OTHER, from_=LINE, application_sid=app.sid).sid
    stage.hears(sid, "the application")


def test_a_failed_answer_document_leads_to_the_calls_fallback(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    broken = stage.receiver.replies("/broken", Reply(status=500))
    fallback = stage.receiver.says("/fallback", "<Say>sorry</Say>")
    call = stage.client.calls.create(to=OTHER, from_=LINE, url=broken, fallback_url=fallback)
    stage.hears(call.sid, "sorry")


def test_a_call_canceled_in_time_never_answers(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "manual")
    sid = stage.dials(OTHER, "<Hangup/>")
    stage.rung(OTHER)
    assert stage.client.calls(sid).update(status="canceled").status == "canceled"
    stage.driver.answer(sid)
    assert stage.client.calls(sid).fetch().status == "canceled"


def test_a_call_answered_in_time_is_not_canceled(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    sid = stage.dials(OTHER, "<Pause length='60'/>")
    stage.status(sid, "in-progress")
    assert stage.client.calls(sid).update(status="canceled").status == "in-progress"
    assert stage.client.calls(sid).update(status="completed").status == "completed"


UPDATES: list[dict[str, Any]] = [
    {"status": "canceled"},
    {"status": "completed"},
    {"twiml": "<Response/>"},
    {"url": "http://127.0.0.1:9/again"},
]


@pytest.mark.parametrize("update", UPDATES)
def test_a_call_that_is_over_can_no_longer_be_updated(stage: Stage, update: dict[str, Any]) -> None:
    stage.driver.set_phone(OTHER, "busy")
    sid = stage.dials(OTHER, "<Hangup/>")
    stage.status(sid, "busy")
    error = refusal(lambda: stage.client.calls(sid).update(**update))
    assert (error.status, error.code) == (400, 21220)


def test_a_ringing_call_cannot_be_redirected(stage: Stage) -> None:
    sid = stage.dials(OTHER, "<Hangup/>")
    stage.rung(OTHER)
    error = refusal(lambda: stage.client.calls(sid).update(twiml="<Response/>"))
    assert error.code == 21220


def test_calls_above_the_rate_are_queued(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_habits(calls_per_second=1)
    placed = [stage.dials(number, "<Hangup/>") for number in (CALLER, OTHER, THIRD)]
    stage.driver.advance(1)
    shown = [stage.client.calls(sid).fetch().status for sid in placed]
    assert shown == ["ringing", "ringing", "queued"]
    stage.driver.advance(1)
    assert stage.client.calls(placed[2]).fetch().status == "ringing"


def test_a_call_canceled_while_still_queued_reports_nothing(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_habits(calls_per_second=0.1)
    url = stage.receiver.says("/status", "")
    stage.dials(OTHER, "<Hangup/>")
    queued = stage.dials(THIRD, "<Hangup/>", status_callback=url, status_callback_event=EVERY_EVENT)
    assert stage.client.calls(queued).update(status="canceled").status == "canceled"
    stage.driver.advance(120)
    assert stage.receiver.received("/status") == []


def test_a_create_without_an_answer_may_ring_all_the_same(stage: Stage) -> None:
    stage.driver.set_faults(
        {"target": "rest", "method": "POST", "path": "/Calls", "action": "timeout_but_done"}
    )
    with pytest.raises(Disconnected):
        stage.dials(OTHER, "<Hangup/>")
    stage.rung(OTHER)
    assert [call.to for call in stage.client.calls.list()] == [OTHER]


def test_a_dropped_create_rings_nobody(stage: Stage) -> None:
    stage.driver.set_faults({"target": "rest", "path": "/Calls", "action": "drop"})
    with pytest.raises(Disconnected):
        stage.dials(OTHER, "<Hangup/>")
    assert stage.client.calls.list() == []


REST_FAILURES = [
    # too many requests: never processed
    (429, 20429),
    # the server is down: here, never processed
    (503, 20500),
]


@pytest.mark.parametrize(("status", "code"), REST_FAILURES)
def test_a_failing_request_is_not_processed(stage: Stage, status: int, code: int) -> None:
    stage.driver.set_faults({"target": "rest", "action": "status", "status": status})
    error = refusal(lambda: stage.dials(OTHER, "<Hangup/>"))
    assert (error.status, error.code) == (status, code)
    assert stage.client.calls.list() == []


def test_a_time_limit_ends_the_call(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_phone(OTHER, "answer")
    sid = stage.dials(OTHER, "<Pause length='600'/>", time_limit=30)
    stage.driver.advance(31)
    assert stage.client.calls(sid).fetch().duration == "30"


def test_an_inbound_callers_token_allows_their_number_to_be_shown(stage: Stage) -> None:
    stage.line(room())
    stage.in_room(stage.arrives(CALLER))
    token = stage.got("/voice")[0].params["CallToken"]
    hello = "<Response/>"
    create = stage.client.calls.create
    assert create(to=OTHER, from_=CALLER, call_token=token, twiml=hello)._from == CALLER
    wrong = refusal(lambda: create(to=OTHER, from_=THIRD, call_token=token, twiml=hello))
    assert wrong.code == 21210


def test_a_redirected_child_leaves_its_parent_to_go_on(stage: Stage) -> None:
    stage.line(f"<Dial>{OTHER}</Dial><Say>they were moved</Say>")
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    child = stage.rung(OTHER)
    stage.until(caller, lambda view: view["hears"] == [{"kind": "bridge", "text": OTHER}])
    stage.client.calls(child).update(twiml="<Response><Pause length='60'/></Response>")
    stage.hears(caller, "they were moved")
    assert stage.driver.call(child)["status"] == "in-progress"
