"""The sounds that ship are the ones that the generator makes, and are safe to loop."""

from __future__ import annotations

import wave
from array import array
from itertools import pairwise

import pytest

from telephony import music

SOUNDS = [
    ("hold.wav", music.hold, music.HOLD_SECONDS),
    ("ringing.wav", music.ringing, music.RING_SECONDS),
]


def _shipped(name: str) -> array[int]:
    with wave.open(str(music.FOLDER / name)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        assert shape == (1, 2, 8000)
        return array("h", file.readframes(file.getnframes()))


@pytest.mark.parametrize(("name", "sound", "seconds"), SOUNDS)
def test_what_ships_is_what_the_generator_makes(name: str, sound: music.Wave, seconds: int) -> None:
    made, shipped = music.samples(sound, seconds), _shipped(name)
    assert len(made) == len(shipped) == seconds * music.RATE
    # Another processor's sine may differ in the last bit.
    assert max(abs(a - b) for a, b in zip(made, shipped, strict=True)) <= 1


@pytest.mark.parametrize(("name", "sound", "seconds"), SOUNDS)
def test_it_is_audible_never_clips_and_loops_without_a_click(
    name: str, sound: music.Wave, seconds: int
) -> None:
    samples = _shipped(name)
    assert 3000 < max(map(abs, samples)) < 16_000
    assert abs(samples[0]) < 50
    assert abs(samples[-1]) < 50
    assert max(abs(a - b) for a, b in pairwise(samples)) < 8000


def test_the_sounds_are_small() -> None:
    assert sum(path.stat().st_size for path in music.FOLDER.iterdir()) <= 350_000


def test_writing_them_again_gives_the_same_files(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "ringing.wav"
    music.write(path, music.ringing, music.RING_SECONDS)
    assert path.stat().st_size == (music.FOLDER / "ringing.wav").stat().st_size
