"""The prompt catalog: what is said, by key and language. The words are data, in `words/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from routing.call import Call
from routing.plan import Plan, Role

LANGUAGES = ("en", "es")
LONGEST_SECONDS = 6.0
LAST_WORDS = "ended"

# Unhurried speech, and a breath after each sentence.
_WORDS_PER_SECOND = 2.8
_LETTERS_PER_SECOND = 16.0
_BREATH_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Speech:
    """One text to be said: `language` and `voice` as the carrier names them."""

    text: str
    language: str
    voice: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """One language's words."""

    language: str
    voice: str
    prompts: dict[str, str]
    targets: dict[str, str]

    def speech(self, text: str) -> Speech:
        """A text in this language's voice."""
        return Speech(text, self.language, self.voice)


@cache
def catalog(language: str) -> Catalog:
    """The words of a language of LANGUAGES."""
    data = yaml.safe_load((files("telephony") / "words" / f"{language}.yaml").read_text("utf-8"))
    return Catalog(data["say"]["language"], data["say"]["voice"], data["prompts"], data["targets"])


def say(key: str, languages: tuple[str, ...]) -> tuple[Speech, ...]:
    """A prompt, once in each language. A key that is not known says that the call is over."""
    return tuple(_said(catalog(language), key) for language in languages)


def _said(words: Catalog, key: str) -> Speech:
    known = key.replace(" ", "_")
    return words.speech(words.prompts.get(known, words.prompts[LAST_WORDS]))


def menu(options: tuple[tuple[str, Role], ...], language: str) -> Speech:
    """The menu in one breath: as many options as can be said in time, in the plan's order."""
    words = catalog(language)
    text, option = words.prompts["menu"], words.prompts["menu_option"]
    for digit, role in options:
        target = words.targets.get(role, role.replace("_", " "))
        longer = f"{text} {option.format(digit=digit, target=target)}"
        if seconds(longer) > LONGEST_SECONDS:
            break
        text = longer
    return words.speech(text)


def seconds(text: str) -> float:
    """How long a text takes to say, roughly and rather too long."""
    sentences = sum(text.count(mark) for mark in ".?!")
    words = len(text.split()) / _WORDS_PER_SECOND
    return max(words, len(text) / _LETTERS_PER_SECOND) + _BREATH_SECONDS * sentences


def languages_for(call: Call, leg_id: int, plan: Plan) -> tuple[str, ...]:
    """What a leg is spoken to in: a caller of unknown language hears each of the agency's."""
    offered = tuple(each for each in plan.prompts if each in LANGUAGES) or LANGUAGES[:1]
    leg = call.leg(leg_id)
    if leg is None or leg.role is not Role.CALLER:
        return offered[:1]
    spoken = (call.language or "").lower().partition("-")[0]
    return (spoken,) if spoken in offered else offered
