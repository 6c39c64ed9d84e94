"""The only place that makes the carrier's documents, with the carrier's own classes.

Every document ends in a verb that decides what comes next, so no leg falls off its end
unless it is meant to hang up. Wait, hold and announce documents keep to the verbs that the
carrier allows there: Say, Play and Redirect.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from routing.call import Call
from routing.replies import (
    AcceptReply,
    ConferenceReply,
    FarewellReply,
    HandOverReply,
    MenuReply,
    Reply,
)
from telephony import music, prompts
from telephony.prompts import Speech
from telephony.urls import Urls, conference_name

CONFERENCE_EVENTS = "start end join leave mute hold announcement"
# Words at once and again within this time, for whoever waits.
REASSURE_SECONDS = 20
KEY_SECONDS = 4
HANDOVER_RING_SECONDS = 60
RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Seat:
    """A leg's place in a call's conference; `label` must not clash with one it had before."""

    call_id: str
    leg: int
    label: str


def render(
    reply: Reply,
    *,
    call: Call,
    leg: int,
    urls: Urls,
    languages: tuple[str, ...],
    label: str,
    again: bool = False,
) -> str:
    """The document for a reply. `again` when the leg fell out of the conference by itself."""
    match reply:
        case MenuReply(options=options):
            return menu(call.id, leg, urls, prompts.menu(options, languages[0]))
        case AcceptReply():
            return accept(call.id, leg, urls, prompts.say("accept", languages))
        case ConferenceReply(star=star):
            return conference(Seat(call.id, leg, label), urls, star=star, again=again)
        case FarewellReply(prompt=prompt):
            return farewell(prompts.say(prompt, languages))
        case HandOverReply(number=number):
            return handover(number, call.line, prompts.say("handover", languages), urls)


def menu(call_id: str, leg: int, urls: Urls, speech: Speech) -> str:
    """One key chooses, silence too; no key ends the choosing without having been heard."""
    response = VoiceResponse()
    response.append(_gather(urls.leg(call_id, leg, "key"), (speech,), empty=True))
    return _onward(response, urls.leg(call_id, leg, "next"))


def accept(call_id: str, leg: int, urls: Urls, speeches: tuple[Speech, ...]) -> str:
    """Asks twice for the key that a voicemail never presses, then asks us what is next."""
    action = urls.leg(call_id, leg, "accept")
    response = VoiceResponse()
    response.append(_gather(action, speeches, empty=False))
    response.append(_gather(action, speeches, empty=True))
    return _onward(response, urls.leg(call_id, leg, "next"))


def conference(seat: Seat, urls: Urls, *, star: bool, again: bool = False) -> str:
    """Into the call's conference; with `star` the key `*` leads to the menu.

    All conference attributes are the same on every leg: the carrier takes them from the first.
    """
    response = VoiceResponse()
    if again:
        # A leg that the conference would not take must not ask a hundred times a second.
        response.pause(length=1)
    dial = _dial_star(urls.leg(seat.call_id, seat.leg, "menu")) if star else Dial()
    dial.conference(
        conference_name(seat.call_id),
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        beep="false",
        region="us1",
        participant_label=seat.label,
        wait_url=urls.wait(seat.call_id),
        wait_method="POST",
        status_callback=urls.conference(seat.call_id),
        status_callback_method="POST",
        status_callback_event=CONFERENCE_EVENTS,
    )
    response.append(dial)
    return _onward(response, urls.leg(seat.call_id, seat.leg, "next"))


def farewell(speeches: tuple[Speech, ...]) -> str:
    """Some words, then the leg ends."""
    response = VoiceResponse()
    _say(response, speeches)
    response.hangup()
    return response.to_xml()  # type: ignore[no-any-return]


def announcement(speeches: tuple[Speech, ...]) -> str:
    """Some words for one participant."""
    response = VoiceResponse()
    _say(response, speeches)
    return response.to_xml()  # type: ignore[no-any-return]


def held(speeches: tuple[Speech, ...], urls: Urls, again: str) -> str:
    """Words at once and every 20 s, over music; `again` is this document's own URL."""
    return _waiting(speeches, urls.hold_music, music.HOLD_SECONDS, again)


def waiting(speeches: tuple[Speech, ...], urls: Urls, again: str) -> str:
    """The same, while a telephone rings at the far end."""
    return _waiting(speeches, urls.ringing, music.RING_SECONDS, again)


def handover(number: str, line: str, speeches: tuple[Speech, ...], urls: Urls) -> str:
    """Rings one number from the document itself; when it does not answer, it is rung again.

    `line` is shown as caller ID: a number of the account is allowed on every kind of leg.
    """
    response = VoiceResponse()
    _say(response, speeches)
    dial = Dial(
        number,
        caller_id=line or None,
        timeout=HANDOVER_RING_SECONDS,
        action=urls.refuge,
        method="POST",
    )
    response.append(dial)
    return response.to_xml()  # type: ignore[no-any-return]


def patience(speeches: tuple[Speech, ...], onward: str) -> str:
    """A moment's wait, then the same question again."""
    response = VoiceResponse()
    _say(response, speeches)
    response.pause(length=RETRY_SECONDS)
    return _onward(response, onward)


def _waiting(speeches: tuple[Speech, ...], sound: str, length: int, again: str) -> str:
    spoken = sum(prompts.seconds(speech.text) for speech in speeches)
    response = VoiceResponse()
    _say(response, speeches)
    response.play(sound, loop=max(1, int((REASSURE_SECONDS - spoken) // length)))
    return _onward(response, again)


def _gather(action: str, speeches: tuple[Speech, ...], *, empty: bool) -> Any:
    gather = Gather(
        input="dtmf",
        num_digits=1,
        timeout=KEY_SECONDS,
        finish_on_key="",
        action=action,
        method="POST",
        action_on_empty_result=empty,
    )
    _say(gather, speeches)
    return gather


def _dial_star(action: str) -> Any:
    return Dial(hangup_on_star=True, action=action, method="POST")


def _say(verb: Any, speeches: Iterable[Speech]) -> None:
    for speech in speeches:
        verb.say(speech.text, language=speech.language, voice=speech.voice)


def _onward(response: Any, url: str) -> str:
    response.redirect(url, method="POST")
    return response.to_xml()  # type: ignore[no-any-return]
