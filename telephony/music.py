"""The sounds that ship with the product, synthesized here: nobody else's music, no license.

`python -m telephony.music` writes them again. Both are 8 kHz, 16 bit, mono, which is what a
telephone carries, and both begin and end in silence so that they loop without a click.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from collections.abc import Callable
from pathlib import Path

RATE = 8000
FOLDER = Path(__file__).parent / "audio"
HOLD_SECONDS = 5
RING_SECONDS = 6

_LOUDNESS = 0.28
# Two calm chords in C: a major seventh, then its subdominant; notes in hertz.
_CHORDS = ((130.81, 196.00, 246.94, 329.63), (174.61, 220.00, 261.63, 349.23))
_PARTIALS = ((1, 1.0), (2, 0.25), (3, 0.06))
# North American ringback: 440 and 480 Hz, two seconds of every six.
_RINGBACK = (440.0, 480.0)
_RINGBACK_SECONDS = 2

Wave = Callable[[float], float]


def hold(at: float) -> float:
    """The hold music at a time in seconds, between -1 and 1."""
    length = HOLD_SECONDS / len(_CHORDS)
    which, since = divmod(at, length)
    swell = math.sin(math.pi * since / length) ** 2
    return _LOUDNESS * swell * _chord(_CHORDS[int(which) % len(_CHORDS)], at)


def ringing(at: float) -> float:
    """A telephone that rings at the far end, between -1 and 1."""
    if at >= _RINGBACK_SECONDS:
        return 0.0
    edge = min(1.0, at / 0.02, (_RINGBACK_SECONDS - at) / 0.02)
    tone = sum(math.sin(2 * math.pi * hertz * at) for hertz in _RINGBACK)
    return _LOUDNESS * edge * tone / len(_RINGBACK)


def _chord(notes: tuple[float, ...], at: float) -> float:
    weight = sum(loud for _, loud in _PARTIALS) * len(notes)
    return sum(_note(hertz, at) for hertz in notes) / weight


def _note(hertz: float, at: float) -> float:
    return sum(loud * math.sin(2 * math.pi * hertz * n * at) for n, loud in _PARTIALS)


def samples(sound: Wave, seconds: int) -> array[int]:
    """The sound as 16-bit samples."""
    return array("h", (round(32767 * sound(i / RATE)) for i in range(seconds * RATE)))


def write(path: Path, sound: Wave, seconds: int) -> None:
    """Write a sound as a WAV file."""
    values = samples(sound, seconds)
    if sys.byteorder == "big":
        values.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(values.itemsize)
        file.setframerate(RATE)
        file.writeframes(values.tobytes())


def main() -> None:
    """Write every sound into the package."""
    FOLDER.mkdir(exist_ok=True)
    write(FOLDER / "hold.wav", hold, HOLD_SECONDS)
    write(FOLDER / "ringing.wav", ringing, RING_SECONDS)


if __name__ == "__main__":
    main()
