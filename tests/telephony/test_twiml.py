"""Every document that can be made parses back and has only known verbs and attributes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.call import Call
from routing.plan import Entry, Role
from routing.replies import (
    AcceptReply,
    ConferenceReply,
    FarewellReply,
    HandOverReply,
    MenuReply,
    Reply,
    reply_for,
)
from routing.states import LegState
from telephony import music, prompts, twiml
from telephony.urls import Urls
from tests.telephony.fakes import DIRECT, FALLBACK, PLAN, PUBLIC_URL
from tests.telephony.grammar import QUIET, parsed, verbs

URLS = Urls(PUBLIC_URL)
CALL = Call("018f2c3a-0000-7000-8000-000000000000", "bakersfield-pd", DIRECT, Entry.DIRECT)
LANGUAGES = [("en",), ("es",), ("en", "es")]
OPTIONS = tuple((str(n), role) for n, role in enumerate(Role, start=1))
REPLIES: list[Reply] = [
    MenuReply(OPTIONS[:1]),
    MenuReply(OPTIONS),
    MenuReply(()),
    *(AcceptReply(role) for role in Role),
    *(ConferenceReply(role, star=star) for role in Role for star in (False, True)),
    *(FarewellReply(key) for key in ("taken", "no answer", "what is this <&>")),
    HandOverReply(FALLBACK),
]


def rendered(reply: Reply, languages: tuple[str, ...], *, again: bool = False) -> str:
    return twiml.render(
        reply, call=CALL, leg=2, urls=URLS, languages=languages, label="leg-2-1", again=again
    )


@pytest.mark.parametrize("languages", LANGUAGES, ids="+".join)
@pytest.mark.parametrize("reply", REPLIES, ids=repr)
def test_every_reply_in_every_language_is_a_known_document(
    reply: Reply, languages: tuple[str, ...]
) -> None:
    for again in (False, True):
        root = parsed(rendered(reply, languages, again=again))
        assert verbs(root)[-1] in ("Redirect", "Hangup", "Dial")


@pytest.mark.parametrize("languages", LANGUAGES, ids="+".join)
@pytest.mark.parametrize("key", sorted(prompts.catalog("en").prompts))
def test_every_prompt_in_every_kind_of_document_is_known(
    key: str, languages: tuple[str, ...]
) -> None:
    said = prompts.say(key, languages)
    quiet = (
        twiml.held(said, URLS, URLS.hold(CALL.id, 1)),
        twiml.waiting(said, URLS, URLS.wait(CALL.id)),
        twiml.announcement(said),
    )
    for document in quiet:
        assert set(verbs(parsed(document))) <= QUIET
    for document in (twiml.farewell(said), twiml.patience(said, URLS.inbound)):
        parsed(document)


STATES = st.sampled_from(list(LegState))


@given(
    role=st.sampled_from(list(Role)),
    state=STATES,
    farewell=st.none() | st.text(max_size=30),
    reason=st.none() | st.text(max_size=30),
    closed=st.booleans(),
    gone=st.booleans(),
    handed=st.booleans(),
    language=st.none() | st.sampled_from(["en", "es", "ES-mx", "xx", ""]) | st.text(max_size=8),
    offered=st.sampled_from([("en",), ("en", "es"), ("es", "en"), ("fr",), ()]),
)
def test_whatever_state_a_leg_is_in_its_document_is_known(
    *,
    role: Role,
    state: LegState,
    farewell: str | None,
    reason: str | None,
    closed: bool,
    gone: bool,
    handed: bool,
    language: str | None,
    offered: tuple[str, ...],
) -> None:
    from routing.call import Leg

    leg = Leg(1, role, state, farewell=farewell, reason=reason)
    call = replace(
        CALL, legs=(leg,), closed=closed, caller_gone=gone, handed_over=handed, language=language
    )
    plan = replace(PLAN, prompts=offered)
    for number in (1, 2):
        spoken = prompts.languages_for(call, number, plan)
        document = twiml.render(
            reply_for(call, number, plan),
            call=call,
            leg=number,
            urls=URLS,
            languages=spoken,
            label="leg-1-1",
        )
        parsed(document)


def test_whoever_waits_hears_words_again_within_twenty_seconds() -> None:
    for key, made, length in (
        ("hold_reassurance", twiml.held, music.HOLD_SECONDS),
        ("connecting", twiml.waiting, music.RING_SECONDS),
    ):
        for languages in LANGUAGES:
            said = prompts.say(key, languages)
            root = parsed(made(said, URLS, URLS.wait(CALL.id)))
            play = root.find("Play")
            assert play is not None
            spoken = sum(prompts.seconds(each.text) for each in said)
            sounding = int(play.attrib["loop"]) * length
            assert spoken + sounding <= twiml.REASSURE_SECONDS
            assert sounding >= 5


def test_a_conference_is_named_after_its_call_and_nothing_else() -> None:
    root = parsed(rendered(ConferenceReply(Role.CALLER, star=False), ("en",)))
    assert root.findtext("Dial/Conference") == f"call-{CALL.id}"


def test_words_are_said_in_the_voice_of_their_language() -> None:
    root = parsed(rendered(FarewellReply("ended"), ("en", "es")))
    assert [say.attrib["language"] for say in root.iter("Say")] == ["en-US", "es-US"]


def test_callbacks_ask_to_be_repeated_and_documents_fit_into_fifteen_seconds() -> None:
    for url in (URLS.line_status, URLS.leg_status(CALL.id, 2), URLS.conference(CALL.id)):
        assert url.endswith("#rc=3&rp=all")
    overrides = dict(pair.split("=") for pair in URLS.inbound.partition("#")[2].split("&"))
    assert set(overrides["rp"].split(",")) == {"ct", "rt", "5xx"}
    assert 100 <= int(overrides["ct"]) <= 10_000
    # Two whole tries by read time-out fit, the third by whatever is left.
    assert 2 * (int(overrides["ct"]) + int(overrides["rt"])) < 15_000
