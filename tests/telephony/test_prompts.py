"""The catalog: complete in both languages, short, and nothing in it that nobody says."""

from __future__ import annotations

import re
import shutil
import subprocess
import wave
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

from routing.call import Call, Leg
from routing.plan import Role
from routing.states import LegState
from telephony import prompts
from tests.telephony.fakes import PLAN

ROOT = Path(__file__).parents[2]
LONGEST_WORDS = {"en": 15, "es": 16}
# A prompt is named in routing by what is announced and by a leg's last words.
NAMED = [
    r"Announced\([^,()]*(?:\([^()]*\))?[^,()]*, \"(\w+)\"\)",
    r"FarewellReply\(\"(\w+)\"\)",
    r"release\((?:[^()]|\([^()]*\))*, \"[^\"]*\", \"(\w+)\"\)",
    r"(?:_drop_legs|skip)\([^()]*(?:\.id)?, \"([\w ]+)\"\)",
    r"return \"(caller_gone|ended|taken)\"",
    r"\"(taken|caller_gone)\" if .* else",
    r"if .* else \"(ended)\"",
]


def _source(package: str) -> str:
    return "\n".join(path.read_text() for path in sorted((ROOT / package).glob("*.py")))


def named_by_routing() -> set[str]:
    source = _source("routing")
    return {key.replace(" ", "_") for pattern in NAMED for key in re.findall(pattern, source)}


def test_both_languages_have_the_same_prompts() -> None:
    english, spanish = prompts.catalog("en"), prompts.catalog("es")
    assert english.prompts.keys() == spanish.prompts.keys()
    assert english.targets.keys() == spanish.targets.keys()


def test_every_prompt_that_routing_names_is_in_the_catalog() -> None:
    found = named_by_routing()
    assert {"stay_on_line", "taken", "ended", "caller_gone", "unknown_leg"} <= found
    assert found <= prompts.catalog("en").prompts.keys()


def test_no_prompt_is_never_said() -> None:
    speech = _source("telephony")
    # Named by what is rung, which the plan knows.
    rung = {key for key in prompts.catalog("en").prompts if key.startswith("ringing_")}
    used = rung | {key for key in prompts.catalog("en").prompts if f'"{key}"' in speech}
    assert prompts.catalog("en").prompts.keys() == used | named_by_routing()


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_no_prompt_is_longer_than_six_seconds(language: str) -> None:
    for key, text in prompts.catalog(language).prompts.items():
        assert len(text.split()) <= LONGEST_WORDS[language], key
        assert prompts.seconds(text) <= prompts.LONGEST_SECONDS, key


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_no_prompt_has_a_place_to_fill_in_but_the_menus(language: str) -> None:
    for key, text in prompts.catalog(language).prompts.items():
        fields = {name for _, name, _, _ in Formatter().parse(text) if name}
        assert fields == ({"digit", "target"} if key == "menu_option" else set()), key


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_the_menu_fits_into_six_seconds_however_long_the_plan_is(language: str) -> None:
    roles = [Role.SPECIALIST, Role.LIFELINE, Role.TREATMENT_TEAM, Role.MOBILE_CRISIS, Role.PROGRAM]
    for count in range(len(roles) + 1):
        options = tuple((str(n), role) for n, role in enumerate(roles[:count], start=1))
        speech = prompts.menu(options, language)
        assert prompts.seconds(speech.text) <= prompts.LONGEST_SECONDS
        for digit, role in options[:3]:
            assert f"{digit}, {prompts.catalog(language).targets[role]}" in speech.text


@pytest.mark.parametrize("language", prompts.LANGUAGES)
def test_the_estimate_is_no_shorter_than_real_speech(language: str, tmp_path: Path) -> None:
    """Measured where a synthesizer is at hand; elsewhere a slow reader's pace is the measure."""
    espeak = shutil.which("espeak-ng")
    for key, text in prompts.catalog(language).prompts.items():
        if espeak:
            path = tmp_path / f"{key}.wav"
            command = [espeak, "-v", language, "-s", "160", "-w", str(path), text]
            subprocess.run(command, check=True, timeout=60)
            with wave.open(str(path)) as sound:
                assert sound.getnframes() / sound.getframerate() <= prompts.LONGEST_SECONDS, key
        else:
            assert prompts.seconds(text) >= len(text.split()) / 2.8


@pytest.mark.parametrize(
    ("role", "language", "offered", "spoken"),
    [
        (Role.CALLER, None, ("en", "es"), ("en", "es")),  # not known yet: each in turn
        (Role.CALLER, "es", ("en", "es"), ("es",)),
        (Role.CALLER, "es-MX", ("en", "es"), ("es",)),
        (Role.CALLER, "fr", ("en", "es"), ("en", "es")),  # none of the agency's
        (Role.CALLER, "es", ("en",), ("en",)),
        (Role.CALLER, None, ("fr",), ("en",)),  # not in the catalog
        (Role.CENTER, "es", ("en", "es"), ("en",)),  # the dispatcher listens there
        (Role.DISPATCHER, "es", ("en", "es"), ("en",)),
        (Role.TREATMENT_TEAM, "es", ("es", "en"), ("es",)),
    ],
)
def test_a_caller_is_spoken_to_in_their_language_and_staff_in_the_agencys(
    role: Role, language: str | None, offered: tuple[str, ...], spoken: tuple[str, ...]
) -> None:
    call = Call("x", language=language, legs=(Leg(1, role, LegState.JOINED),))
    assert prompts.languages_for(call, 1, replace(PLAN, prompts=offered)) == spoken


def test_a_prompt_that_is_not_known_still_says_something() -> None:
    (said,) = prompts.say("no such prompt", ("en",))
    assert said.text == prompts.catalog("en").prompts["ended"]
