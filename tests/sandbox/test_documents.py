"""Documents: every verb, what follows it, and what happens when one fails."""

from __future__ import annotations

import pytest

from sandbox.markup import DocumentError, parse
from tests.sandbox.receiver import Reply
from tests.sandbox.stage import CALLER, LINE, OTHER, THIRD, Stage, room


def test_verbs_run_in_order_and_the_end_hangs_up(stage: Stage) -> None:
    stage.line("<Say>one</Say><Pause length='0'/><Play>tune.mp3</Play><Play digits='12'/>")
    sid = stage.arrives()
    stage.status(sid, "completed")
    assert stage.heard(sid) == [
        "say: one",
        "silence",
        f"play: {stage.receiver.url}/tune.mp3",
        "tones: 12",
    ]


def test_nothing_after_a_redirect_or_a_hangup_runs(stage: Stage) -> None:
    stage.receiver.says("/next", "<Say>there</Say><Hangup/><Say>never</Say>")
    stage.line("<Say>here</Say><Redirect>/next</Redirect><Say>never</Say>")
    sid = stage.arrives()
    stage.status(sid, "completed")
    assert stage.heard(sid) == ["say: here", "say: there"]


GATHERED = [
    # as many as asked for
    ('numDigits="1"', "1", "1"),
    # up to the finishing key
    ("", "12#", "12"),
    # another finishing key
    ('finishOnKey="*"', "3*", "3"),
    # the finishing key is a digit like another when there is none
    ('finishOnKey="" numDigits="2"', "4#", "4#"),
]


@pytest.mark.parametrize(("attributes", "keys", "digits"), GATHERED)
def test_digits_go_to_the_action(stage: Stage, attributes: str, keys: str, digits: str) -> None:
    stage.receiver.says("/action", "<Hangup/>")
    stage.line(f'<Gather action="/action" {attributes}><Say>your choice</Say></Gather>')
    stage.arrives(press=[{"digits": keys, "when_hears": "choice"}])
    assert stage.got("/action")[0].params["Digits"] == digits


def test_digits_after_a_pause_end_the_gather_by_timeout(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.receiver.says("/action", "<Hangup/>")
    stage.line('<Gather action="/action" timeout="4"/>')
    stage.arrives(press=[{"digits": "7", "at": 3}])
    stage.driver.advance(6)
    assert stage.receiver.received("/action") == []
    stage.driver.advance(2)
    assert stage.got("/action")[0].params["Digits"] == "7"


EMPTY_GATHERS = [
    # nothing pressed: the next verb
    ("", False),
    # nothing pressed, and the action is wanted all the same
    ('actionOnEmptyResult="true"', True),
]


@pytest.mark.parametrize(("attributes", "acts"), EMPTY_GATHERS)
def test_a_gather_without_digits(stage: Stage, attributes: str, acts: bool) -> None:  # noqa: FBT001
    stage.driver.set_clock("virtual")
    stage.receiver.says("/action", "<Hangup/>")
    stage.line(f'<Gather action="/action" {attributes}/><Say>nothing came</Say>')
    sid = stage.arrives()
    stage.driver.advance(6)
    stage.status(sid, "completed")
    assert bool(stage.receiver.received("/action")) is acts
    assert ("say: nothing came" in stage.heard(sid)) is not acts


def test_keys_stop_the_prompt(stage: Stage) -> None:
    stage.driver.set_habits(speech_characters_per_second=1)
    stage.receiver.says("/action", "<Hangup/>")
    stage.line('<Gather numDigits="1" action="/action"><Say>a very long prompt</Say></Gather>')
    sid = stage.arrives(press=[{"digits": "1", "when_hears": "long"}])
    stage.status(sid, "completed")
    assert len(stage.receiver.received("/action")) == 1


DIAL_ENDS = [
    ("busy", "busy"),
    ("fail", "failed"),
    ("no_answer", "no-answer"),
]


@pytest.mark.parametrize(("does", "status"), DIAL_ENDS)
def test_the_action_of_a_dial_tells_how_it_ended_and_later_verbs_never_run(
    stage: Stage, does: str, status: str
) -> None:
    stage.driver.set_clock("virtual")
    stage.receiver.says("/action", "<Hangup/>")
    stage.driver.set_phone(OTHER, does)
    stage.line(f'<Dial action="/action" timeout="10">{OTHER}</Dial><Say>never</Say>')
    sid = stage.arrives()
    stage.driver.advance(16)
    stage.status(sid, "completed")
    assert stage.got("/action")[0].params["DialCallStatus"] == status
    assert "say: never" not in stage.heard(sid)


def test_a_dial_without_action_falls_to_the_next_verb(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "busy")
    stage.line(f"<Dial>{OTHER}</Dial><Say>nobody there</Say>")
    stage.hears(stage.arrives(), "nobody there")


def test_the_carrier_rings_five_seconds_longer_than_asked(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.line("<Hangup/>")
    sid = stage.dials(OTHER, "<Hangup/>", timeout=10)
    stage.driver.advance(14)
    assert stage.driver.call(sid)["status"] == "ringing"
    stage.driver.advance(1)
    assert stage.driver.call(sid)["status"] == "no-answer"


def test_of_ten_rung_the_first_to_answer_is_bridged_and_the_rest_are_canceled(
    stage: Stage,
) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_phone(OTHER, "answer", after=5)
    stage.driver.set_phone(THIRD, "answer", after=2, hang_up_after=30)
    stage.receiver.says("/action", "<Hangup/>")
    stage.line(f'<Dial action="/action"><Number>{OTHER}</Number><Number>{THIRD}</Number></Dial>')
    caller = stage.arrives()
    stage.driver.advance(3)
    legs = {view["to"]: view for view in stage.driver.calls()}
    assert legs[OTHER]["status"] == "canceled"
    assert legs[THIRD]["parent_sid"] == caller
    assert [e["sid"] for e in stage.driver.audible(caller)["hears"]] == [legs[THIRD]["sid"]]
    stage.driver.advance(30)
    done = stage.got("/action")[0].params
    assert (done["DialCallStatus"], done["DialCallDuration"]) == ("completed", "30")


def test_a_caller_who_hangs_up_takes_the_ringing_leg_along(stage: Stage) -> None:
    stage.line(f"<Dial>{OTHER}</Dial>")
    caller = stage.arrives()
    child = stage.rung(OTHER)
    stage.driver.hangup(caller)
    stage.status(child, "canceled")


def test_a_whisper_is_heard_by_the_answering_party_before_the_bridge(stage: Stage) -> None:
    stage.receiver.says("/whisper", "<Say>a call from dispatch</Say>")
    stage.driver.set_phone(OTHER, "answer")
    stage.line(f'<Dial><Number url="/whisper">{OTHER}</Number></Dial>')
    caller = stage.arrives()
    stage.until(caller, lambda view: view["hears"] == [{"kind": "bridge", "text": OTHER}])
    child = next(view["sid"] for view in stage.driver.calls() if view["to"] == OTHER)
    assert "say: a call from dispatch" in stage.heard(child)
    assert "say: a call from dispatch" not in stage.heard(caller)


def test_a_whisper_that_fails_does_not_bridge(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    stage.line(f'<Dial><Number url="/missing">{OTHER}</Number></Dial><Say>sorry</Say>')
    caller = stage.arrives()
    stage.hears(caller, "sorry")
    assert stage.driver.audible(caller)["with_someone"] == []


def test_the_legs_of_a_dial_report_their_own_progress(stage: Stage) -> None:
    stage.receiver.says("/leg", "")
    stage.driver.set_phone(OTHER, "answer", hang_up_after=0)
    events = "initiated ringing answered completed"
    noun = f'<Number statusCallback="/leg" statusCallbackEvent="{events}">'
    stage.line(f"<Dial>{noun}{OTHER}</Number></Dial>")
    caller = stage.arrives()
    told = [each.params for each in stage.got("/leg", 4)]
    assert [each["SequenceNumber"] for each in told] == ["0", "1", "2", "3"]
    assert {each["ParentCallSid"] for each in told} == {caller}


def test_the_star_ends_a_bridge_and_the_caller_goes_on(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "answer")
    stage.line(f'<Dial hangupOnStar="true">{OTHER}</Dial><Say>the menu</Say>')
    caller = stage.arrives()
    stage.until(caller, lambda view: view["hears"] == [{"kind": "bridge", "text": OTHER}])
    stage.driver.press(caller, "*")
    stage.hears(caller, "the menu")
    child = next(view for view in stage.driver.calls() if view["to"] == OTHER)
    assert child["status"] == "completed"


def test_a_client_is_rung_with_its_parameters(stage: Stage) -> None:
    stage.driver.set_phone("client:maria", "manual")
    stage.line(
        '<Dial><Client><Identity>maria</Identity><Parameter name="call" value="7"/></Client></Dial>'
    )
    stage.arrives()
    child = stage.rung("client:maria")
    assert stage.driver.call(child)["parameters"] == {"call": "7"}
    stage.driver.answer(child)
    stage.status(child, "in-progress")


def test_with_answer_on_bridge_the_caller_keeps_hearing_ringing(stage: Stage) -> None:
    stage.driver.set_phone(OTHER, "manual")
    stage.line(f'<Dial answerOnBridge="true">{OTHER}</Dial>')
    caller = stage.arrives()
    child = stage.rung(OTHER)
    assert stage.driver.call(caller)["status"] == "ringing"
    stage.driver.answer(child)
    stage.status(caller, "in-progress")


REJECTIONS = [
    ("<Reject/>", "no-answer"),
    ('<Reject reason="busy"/>', "busy"),
]


@pytest.mark.parametrize(("verbs", "status"), REJECTIONS)
def test_a_rejected_call_is_never_answered(stage: Stage, verbs: str, status: str) -> None:
    stage.line(verbs)
    view = stage.status(stage.arrives(), status)
    assert view["answered_at"] is None


WRONG_DOCUMENTS = [
    # not XML
    ("hello", 12100),
    # not a response
    ("<Answer/>", 12200),
    # a verb that does not exist
    ("<Response><Shout>hi</Shout></Response>", 12200),
    # a verb that this carrier does not do
    ("<Response><Record/></Response>", 12200),
    # an attribute that does not exist
    ('<Response><Say speed="2">hi</Say></Response>', 12200),
    # a value that is not allowed
    ('<Response><Pause length="long"/></Response>', 12200),
    ('<Response><Dial timeout="601">+15550100</Dial></Response>', 12200),
    # a noun in the wrong place
    ("<Response><Number>+15550100</Number></Response>", 12200),
    # two conferences at once
    (f"<Response>{room()[:-7]}<Conference>b</Conference></Dial></Response>", 12200),
    # a late rejection
    ("<Response><Say>hi</Say><Reject/></Response>", 12200),
    # text where none belongs
    ("<Response>hello<Hangup/></Response>", 12200),
    # an entity
    ('<!DOCTYPE r [<!ENTITY a "b">]><Response/>', 12100),
    # too long
    (f"<Response><Say>{'x' * 65_536}</Say></Response>", 11750),
]


@pytest.mark.parametrize(("body", "code"), WRONG_DOCUMENTS)
def test_a_wrong_document_fails(body: str, code: int) -> None:
    with pytest.raises(DocumentError) as raised:
        parse(body.encode())
    assert raised.value.code == code


FAILURES = [
    # the server fails
    (Reply(status=500), "11200"),
    # the document is wrong
    (Reply("<Response><Shout/></Response>"), "12200"),
    # it is no document
    (Reply("hello", content_type="text/plain"), "12300"),
    # it cannot be executed: a caller id that is not ours
    (Reply(f'<Response><Dial callerId="{THIRD}">{OTHER}</Dial></Response>'), "13214"),
]


@pytest.mark.parametrize(("reply", "code"), FAILURES)
def test_a_failure_leads_to_the_fallback_with_its_reason(
    stage: Stage, reply: Reply, code: str
) -> None:
    fallback = stage.receiver.says("/fallback", "<Say>a human is coming</Say>")
    stage.line("<Hangup/>", voice_fallback_url=fallback)
    stage.receiver.replies("/voice", reply)
    stage.hears(stage.arrives(), "a human is coming")
    told = stage.got("/fallback")[0].params
    assert (told["ErrorCode"], told["ErrorUrl"]) == (code, stage.receiver.url + "/voice")
    assert told["CallStatus"] in ("ringing", "in-progress")


def test_when_the_fallback_fails_too_the_caller_hears_an_error_and_is_cut_off(
    stage: Stage,
) -> None:
    stage.line("<Hangup/>", voice_fallback_url=stage.receiver.url + "/fallback")
    stage.receiver.replies("/voice", Reply(status=500))
    sid = stage.arrives()
    stage.hears(sid, "application error")
    stage.status(sid, "completed")


def test_the_next_event_tries_the_first_url_again(stage: Stage) -> None:
    again = stage.receiver.says("/menu", "<Say>back again</Say>")
    fallback = stage.receiver.says("/fallback", f"<Redirect>{again}</Redirect>")
    stage.line("<Hangup/>", voice_fallback_url=fallback)
    stage.receiver.replies("/voice", Reply(status=503))
    stage.hears(stage.arrives(), "back again")


def test_a_document_may_be_hosted_by_the_sandbox(stage: Stage) -> None:
    url = stage.driver.put_file("line/+1.xml", "<Response><Say>static</Say></Response>")
    stage.driver.set_numbers({"phone_number": LINE, "voice_url": url})
    stage.hears(stage.arrives(), "static")


def test_emergency_numbers_are_never_dialed(stage: Stage) -> None:
    stage.line("<Dial>911</Dial>")
    stage.hears(stage.arrives(CALLER), "application error")
    assert all(view["direction"] == "inbound" for view in stage.driver.calls())
