"""Conferences, with the habits that bite."""

from __future__ import annotations

import pytest

from tests.sandbox.stage import CALLER, LINE, OTHER, THIRD, Stage, refusal, room

ALL_EVENTS = "start end join leave mute hold modify announcement"


def reported(stage: Stage, **attributes: str) -> str:
    url = stage.receiver.says("/conference", "")
    attributes = {"statusCallback": url, "statusCallbackEvent": ALL_EVENTS, **attributes}
    return room("room", **attributes)


def two_in_room(stage: Stage, **attributes: str) -> tuple[str, str, str]:
    """A caller and a second leg that talk: their sids and the conference's."""
    stage.line(reported(stage, **attributes))
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    conference = stage.in_room(caller)
    other = stage.dials(OTHER, room())
    stage.in_room(other)
    return caller, other, conference


def test_it_starts_with_two_legs_and_both_are_heard_from_then_on(stage: Stage) -> None:
    stage.line(reported(stage))
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    stage.hears(caller, "music: wait")
    assert stage.client.conferences(stage.in_room(caller)).fetch().status == "init"
    other = stage.dials(OTHER, room())
    stage.hears(caller, "conference: room")
    assert [each["sid"] for each in stage.driver.audible(caller)["hears"]] == [other]
    assert [e.params["StatusCallbackEvent"] for e in stage.got("/conference", 3)] == [
        "participant-join",
        "participant-join",
        "conference-start",
    ]


def test_it_waits_for_a_leg_that_may_start_it(stage: Stage) -> None:
    stage.line(room(startConferenceOnEnter="false"))
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    stage.in_room(caller)
    stage.in_room(stage.dials(OTHER, room(startConferenceOnEnter="false")))
    assert stage.driver.conferences()[0]["status"] == "init"
    stage.driver.set_phone(THIRD, "answer")
    stage.in_room(stage.dials(THIRD, room()))
    assert stage.driver.conferences()[0]["status"] == "in-progress"


def test_the_first_participants_callback_counts_and_later_ones_are_ignored(stage: Stage) -> None:
    two_in_room(stage)
    later = stage.receiver.says("/later", "")
    stage.driver.set_phone(THIRD, "answer")
    third = stage.dials(THIRD, room("room", statusCallback=later, statusCallbackEvent=ALL_EVENTS))
    stage.in_room(third)
    stage.webhook("conference", lambda entry: entry["call_sid"] == third)
    assert stage.receiver.received("/later") == []


def test_when_the_first_leg_asks_for_no_callback_there_are_never_any(stage: Stage) -> None:
    stage.line(room())
    url = stage.receiver.says("/conference", "")
    stage.driver.set_phone(OTHER, "answer")
    conference = stage.in_room(stage.arrives())
    created = stage.client.conferences(conference).participants.create(
        from_=LINE, to=OTHER, conference_status_callback=url
    )
    stage.in_room(created.call_sid)
    stage.client.conferences(conference).update(status="completed")
    stage.status(created.call_sid, "completed")
    assert stage.receiver.received("/conference") == []


def test_conference_events_are_numbered_from_one(stage: Stage) -> None:
    two_in_room(stage)
    numbers = [each.params["SequenceNumber"] for each in stage.got("/conference", 3)]
    assert numbers == ["1", "2", "3"]


def test_one_remaining_leg_stays_up_in_silence(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.driver.hangup(other)
    stage.until(caller, lambda view: view["hears"] == [{"kind": "silence", "text": ""}])
    assert stage.client.conferences(conference).fetch().status == "in-progress"
    company = stage.driver.audible(caller)["with_someone"]
    assert company[-1]["until"] is not None


def test_it_ends_with_its_last_participant(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.driver.hangup(other)
    stage.driver.hangup(caller)
    ended = stage.client.conferences(conference).fetch()
    assert (ended.status, ended.reason_conference_ended) == ("completed", "last-participant-left")
    assert ended.call_sid_ending_conference == caller


def test_a_leg_with_end_on_exit_ends_it_for_all(stage: Stage) -> None:
    caller, other, _ = two_in_room(stage, endConferenceOnExit="true")
    stage.driver.hangup(caller)
    stage.status(other, "completed")
    leaves = [e for e in stage.got("/conference", 6) if "ReasonParticipantLeft" in e.params]
    assert {e.params["CallSid"]: e.params["ReasonParticipantLeft"] for e in leaves} == {
        caller: "participant_hung_up",
        other: "moderator_ended_conference",
    }
    end = stage.got("/conference", 6)[-1].params
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["CallSidEndingConference"] == caller


def test_end_on_exit_of_a_held_leg_stays_as_it_was_and_nothing_tells(stage: Stage) -> None:
    caller, _, conference = two_in_room(stage)
    leg = stage.client.conferences(conference).participants(caller)
    leg.update(hold=True)
    assert leg.update(end_conference_on_exit=True).end_conference_on_exit is False
    leg.update(hold=False)
    assert leg.update(end_conference_on_exit=True).end_conference_on_exit is True


def test_a_label_in_use_leaves_the_second_leg_outside_and_the_next_verb_runs(
    stage: Stage,
) -> None:
    stage.line(room("room", participantLabel="caller"))
    stage.driver.set_phone(OTHER, "answer")
    stage.in_room(stage.arrives())
    action = stage.receiver.says("/action", "")
    clash = room("room", participantLabel="caller").replace("<Dial>", f'<Dial action="{action}">')
    other = stage.dials(OTHER, clash + "<Say>rejoining</Say>")
    stage.hears(other, "rejoining")
    stage.driver.wait_for(lambda entry: entry["kind"] == "error" and entry["code"] == 16025)
    assert stage.receiver.received("/action") == []


def test_a_label_in_use_is_refused_in_a_request(stage: Stage) -> None:
    stage.line(room("room", participantLabel="caller"))
    conference = stage.in_room(stage.arrives())
    people = stage.client.conferences(conference).participants
    assert refusal(lambda: people.create(from_=LINE, to=OTHER, label="caller")).code == 16026
    assert refusal(lambda: people.create(from_=LINE, to=OTHER, label="a/b")).code == 16023
    assert len(stage.driver.calls()) == 1


def test_a_leg_is_found_by_its_label(stage: Stage) -> None:
    stage.line(room("room", participantLabel="caller"))
    caller = stage.arrives()
    people = stage.client.conferences(stage.in_room(caller)).participants
    assert people("caller").fetch().call_sid == caller
    assert people("caller").update(muted=True).muted is True


UNANSWERED = [
    # the phone's habit, the status of the leg when it gave up
    ("busy", "busy"),
    ("fail", "failed"),
    ("no_answer", "no-answer"),
]


@pytest.mark.parametrize(("does", "status"), UNANSWERED)
def test_an_invited_leg_that_never_answered_also_leaves(
    stage: Stage, does: str, status: str
) -> None:
    stage.driver.set_clock("virtual")
    stage.line("<Hangup/>")
    stage.driver.set_phone(OTHER, does)
    url = stage.receiver.says("/conference", "")
    created = stage.client.conferences("fresh room").participants.create(
        from_=LINE,
        to=OTHER,
        timeout=20,
        label="target",
        conference_status_callback=url,
        conference_status_callback_event=["leave"],
    )
    stage.driver.advance(26)
    leave = stage.got("/conference")[0].params
    assert leave["CallSid"] == created.call_sid
    assert leave["ParticipantCallStatus"] == status
    assert leave["ReasonParticipantLeft"] == "participant_add_failed"


def test_an_invitation_to_a_name_creates_the_conference_but_not_to_an_old_sid(
    stage: Stage,
) -> None:
    caller, other, conference = two_in_room(stage)
    stage.client.conferences(conference).update(status="completed")
    stage.status(caller, "completed")
    stage.status(other, "completed")
    people = stage.client.conferences(conference).participants
    assert refusal(lambda: people.create(from_=LINE, to=OTHER)).code == 16003
    again = stage.client.conferences("room").participants.create(from_=LINE, to=OTHER)
    assert again.conference_sid != conference


def test_participants_vanish_after_leaving(stage: Stage) -> None:
    _, other, conference = two_in_room(stage)
    stage.driver.hangup(other)
    people = stage.client.conferences(conference).participants
    assert len(people.list()) == 1
    assert refusal(lambda: people(other).fetch()).code == 20404


def test_the_list_lags_behind_creation(stage: Stage) -> None:
    stage.driver.set_clock("virtual")
    stage.driver.set_habits(listing_lag=3)
    stage.line(room())
    conference = stage.in_room(stage.arrives())
    assert stage.client.conferences.list(friendly_name="room") == []
    assert stage.client.conferences(conference).fetch().friendly_name == "room"
    stage.driver.advance(3)
    assert [c.sid for c in stage.client.conferences.list(friendly_name="room")] == [conference]


def test_a_redirect_pulls_the_leg_out(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.client.calls(caller).update(twiml="<Response><Say>one moment</Say><Pause/></Response>")
    stage.hears(caller, "one moment")
    people = stage.client.conferences(conference).participants
    assert [each.call_sid for each in people.list()] == [other]
    leave = stage.got("/conference", 4)[-1].params
    assert leave["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert leave["ParticipantCallStatus"] == "in-progress"


def test_a_removed_leg_is_kicked_and_its_document_goes_on(stage: Stage) -> None:
    stage.line(reported(stage) + "<Say>you have left</Say><Hangup/>")
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    conference = stage.in_room(caller)
    stage.in_room(stage.dials(OTHER, room()))
    stage.client.conferences(conference).participants(caller).delete()
    stage.hears(caller, "you have left")


def test_a_held_leg_hears_its_document_round_and_round_and_the_others_talk(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.driver.set_phone(THIRD, "answer")
    third = stage.dials(THIRD, room())
    stage.in_room(third)
    asked: list[str] = []
    hold = stage.receiver.url + "/hold"
    stage.receiver.says("/hold", f"<Say>please stay</Say><Redirect>{hold}</Redirect>")
    leg = stage.client.conferences(conference).participants(caller)
    assert leg.update(hold=True, hold_url=hold, hold_method="POST").hold is True
    stage.hears(caller, "please stay")
    asked += [each.method for each in stage.got("/hold", 3)]
    assert asked[0] == "POST"
    assert [e["sid"] for e in stage.driver.audible(other)["hears"] if e["until"] is None] == [third]
    open_for_caller = [e for e in stage.driver.audible(caller)["hears"] if e["until"] is None]
    assert open_for_caller == []
    assert leg.update(hold=False).hold is False
    stage.until(caller, lambda view: view["hears"] == [{"kind": "conference", "text": "room"}])


def test_a_hold_document_with_another_verb_fails(stage: Stage) -> None:
    caller, _, conference = two_in_room(stage)
    hold = stage.receiver.says("/hold", room("other"))
    stage.client.conferences(conference).participants(caller).update(hold=True, hold_url=hold)
    stage.driver.wait_for(lambda entry: entry["kind"] == "error" and entry["code"] == 13238)


def test_an_announcement_is_heard_by_one_leg_and_its_end_is_reported(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    url = stage.receiver.says("/announce", "<Say>ten seconds</Say>")
    stage.client.conferences(conference).participants(caller).update(announce_url=url)
    stage.hears(caller, "ten seconds")
    assert "say: ten seconds" not in stage.heard(other)
    assert stage.got("/conference", 4)[-1].params["StatusCallbackEvent"] == "announcement-end"


def test_an_announcement_to_all_is_heard_by_all(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    url = stage.receiver.says("/announce", "<Say>goodbye</Say>")
    stage.client.conferences(conference).update(announce_url=url)
    stage.hears(caller, "goodbye")
    stage.hears(other, "goodbye")


def test_an_announcement_that_fails_is_reported(stage: Stage) -> None:
    caller, _, conference = two_in_room(stage)
    url = stage.receiver.url + "/missing"
    stage.client.conferences(conference).participants(caller).update(announce_url=url)
    assert stage.got("/conference", 4)[-1].params["StatusCallbackEvent"] == "announcement-fail"


def test_holds_and_mutes_are_reported(stage: Stage) -> None:
    caller, _, conference = two_in_room(stage)
    leg = stage.client.conferences(conference).participants(caller)
    leg.update(hold=True)
    leg.update(hold=False)
    leg.update(muted=True)
    leg.update(muted=False)
    stage.got("/conference", 7)
    assert stage.events()[3:] == [
        "participant-hold",
        "participant-unhold",
        "participant-mute",
        "participant-unmute",
    ]


def test_the_wait_document_is_fetched_and_heard_while_alone(stage: Stage) -> None:
    wait = stage.receiver.says("/wait", "<Say>we are finding someone</Say>")
    stage.line(room("room", waitUrl=wait))
    stage.hears(stage.arrives(), "we are finding someone")


def test_without_its_wait_document_it_does_not_start(stage: Stage) -> None:
    stage.line(room("room", waitUrl=stage.receiver.url + "/missing"))
    stage.driver.set_phone(OTHER, "answer")
    caller = stage.arrives()
    stage.driver.wait_for(lambda entry: entry["kind"] == "error" and entry["code"] == 11200)
    stage.until(caller, lambda view: view["hears"])
    stage.in_room(stage.dials(OTHER, room()))
    assert stage.driver.conferences()[0]["status"] == "init"


def test_a_muted_leg_hears_and_is_not_heard(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.client.conferences(conference).participants(caller).update(muted=True)
    still = [e for e in stage.driver.audible(other)["hears"] if e["until"] is None]
    assert still == []
    assert [e["sid"] for e in stage.driver.audible(caller)["hears"] if e["until"] is None] == [
        other
    ]


def test_a_coach_is_heard_by_the_coached_leg_only(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    stage.driver.set_phone(THIRD, "answer")
    people = stage.client.conferences(conference).participants
    coach = people.create(from_=LINE, to=THIRD, coaching=True, call_sid_to_coach=other)
    stage.in_room(coach.call_sid)
    heard_by = stage.driver.audible(coach.call_sid)["heard_by"]
    assert [each["sid"] for each in heard_by] == [other]
    assert caller not in [each["sid"] for each in heard_by]


WRONG_COACHES = [
    # not a sid of a call
    ("nobody", 13240),
    # a call outside the conference
    ("CA" + "0" * 32, 16028),
]


@pytest.mark.parametrize(("coached", "code"), WRONG_COACHES)
def test_a_wrong_coach_is_refused(stage: Stage, coached: str, code: int) -> None:
    caller, _, conference = two_in_room(stage)
    leg = stage.client.conferences(conference).participants(caller)
    error = refusal(lambda: leg.update(coaching=True, call_sid_to_coach=coached))
    assert error.code == code


def test_coaching_a_held_leg_is_refused(stage: Stage) -> None:
    caller, other, conference = two_in_room(stage)
    people = stage.client.conferences(conference).participants
    people(other).update(hold=True)
    error = refusal(lambda: people(caller).update(coaching=True, call_sid_to_coach=other))
    assert error.code == 16027


def test_a_full_conference_takes_nobody(stage: Stage) -> None:
    _, _, conference = two_in_room(stage, maxParticipants="2")
    people = stage.client.conferences(conference).participants
    assert refusal(lambda: people.create(from_=LINE, to=CALLER)).code == 16020


def test_the_star_leaves_for_the_action_when_the_dial_asks_for_it(stage: Stage) -> None:
    menu = stage.receiver.says("/menu", "<Say>the menu</Say><Pause/>")
    dial = room().replace("<Dial>", f'<Dial hangupOnStar="true" action="{menu}">')
    stage.line(dial)
    caller = stage.arrives()
    stage.in_room(caller)
    stage.driver.press(caller, "5")
    stage.driver.press(caller, "*")
    stage.hears(caller, "the menu")
    assert stage.got("/menu")[0].params["DialCallStatus"] == "answered"
    assert "DialCallSid" not in stage.got("/menu")[0].params


def test_digits_in_a_conference_reach_nobody(stage: Stage) -> None:
    caller, _, conference = two_in_room(stage)
    stage.driver.press(caller, "1*")
    stage.client.conferences(conference).update(status="completed")
    stage.status(caller, "completed")
    assert {each.path for each in stage.receiver.received()} == {"/voice", "/conference"}
