"""The document that speaks when the service cannot: static, hosted apart, calling nobody back."""

from __future__ import annotations

from twilio.twiml.voice_response import VoiceResponse

from telephony import prompts

RING_SECONDS = 30
TRIES = 2


def document(number: str, line: str, languages: tuple[str, ...]) -> str:
    """TwiML that rings the agency's fallback number twice, then says that nobody was reached.

    `line` is the caller ID; both numbers are E.164.
    """
    response = VoiceResponse()
    _say(response, "handover", languages)
    for _ in range(TRIES):
        response.dial(number, caller_id=line, timeout=RING_SECONDS)
    _say(response, "nobody_reached", languages)
    return str(response.to_xml())


def _say(response: VoiceResponse, key: str, languages: tuple[str, ...]) -> None:
    for speech in prompts.say(key, languages):
        response.say(speech.text, language=speech.language, voice=speech.voice)
