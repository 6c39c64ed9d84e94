"""A phone that acts out its script on one leg."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sandbox import lines
from sandbox.calls import Call, Handset, Sound
from sandbox.clock import Timer
from sandbox.phones import PhoneScript, Press
from sandbox.world import World


class ScriptedHandset:
    def __init__(self, world: World, script: PhoneScript) -> None:
        self._world = world
        self._script = script
        self._timers: list[Timer] = []
        self._pressed: Counter[int] = Counter()

    def rings(self, call: Call) -> None:
        does = self._script.does
        if does in ("answer", "voicemail"):
            self._later(self._script.after, lambda: lines.answer(self._world, call))
        elif does == "busy":
            self._refuses(call, "busy")
        elif does == "fail":
            self._refuses(call, "failed")

    def answered(self, call: Call) -> None:
        if self._script.speaks:
            lines.note(self._world, call, "spoke", text=self._script.speaks)
        if self._script.hang_up_after is not None:
            self._later(self._script.hang_up_after, lambda: lines.hang_up(self._world, call))
        for press in self._script.press:
            if press.at is not None and self._script.does != "voicemail":
                self._later(press.at, self._presser(call, press))

    def hears(self, call: Call, sound: Sound) -> None:
        if self._script.does == "voicemail" or not call.in_progress:
            return
        for index, press in enumerate(self._script.press):
            if press.when_hears and press.when_hears.lower() in sound.text.lower():
                self._pressed[index] += 1
                if self._pressed[index] <= press.times:
                    self._later(press.after, self._presser(call, press))

    def ended(self, _: Call) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _refuses(self, call: Call, status: str) -> None:
        # At once means before any ringing, so that no ringing is reported.
        if self._script.after:
            self._later(self._script.after, lambda: lines.fail(self._world, call, status))
        else:
            lines.fail(self._world, call, status)

    def _presser(self, call: Call, press: Press) -> Callable[[], None]:
        return lambda: lines.press(self._world, call, press.digits)

    def _later(self, seconds: float, action: Callable[[], object]) -> None:
        self._timers.append(self._world.clock.later(seconds, action))


def handset_for(world: World, address: str) -> Handset:
    return world.phones.handset(address) or ScriptedHandset(world, world.phones.script(address))
