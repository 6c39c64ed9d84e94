"""One call of a journey: what its players do, and what they wait to see."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from service.demo.cast import AGENCY, CALLER, Cast
from service.demo.person import ApiRefusedError, Person

Json = dict[str, Any]
PATIENCE_SECONDS = 40.0
LOOK_AGAIN_SECONDS = 0.05
# Text that only the held caller's document says.
REASSURANCE = "not alone"


class NotHeldError(Exception):
    """A journey did not go as it must; the message says what was awaited."""


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and whether it did."""

    text: str
    held: bool


@dataclass
class Scene:
    """A call under way. `checks` collects what was found to hold or not."""

    cast: Cast
    line: str
    call: str = ""
    caller_sid: str = ""
    checks: list[Check] = field(default_factory=list)

    def arrive(self, **phone: Any) -> None:
        """The caller dials the line, or the center's equipment adds it."""
        script = {"does": "answer", **phone}
        known = {item["id"] for item in self._listed()}
        self.caller_sid = self.cast.sandbox.place_call(CALLER, self.line, phone=script)
        self.call = self.until("the call is in the log", lambda: next(iter(self._new(known)), None))

    def _listed(self) -> list[Json]:
        items: list[Json] = self.cast.dana.get("/calls", agency=AGENCY)["items"]
        return items

    def _new(self, known: set[str]) -> list[str]:
        return [item["id"] for item in self._listed() if item["id"] not in known]

    def until(self, awaited: str, look: Callable[[], Any]) -> Any:
        """Wait until `look` sees something; NotHeldError in the words of `awaited`."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if seen := look():
                self.checks.append(Check(awaited, held=True))
                return seen
            time.sleep(LOOK_AGAIN_SECONDS)
        self.checks.append(Check(awaited, held=False))
        raise NotHeldError(f"never seen: {awaited}")

    def check(self, text: str, held: object) -> None:
        """Record what must hold at this moment."""
        self.checks.append(Check(text, bool(held)))

    def view(self) -> Json:
        """The call as the API shows it."""
        return self.cast.dana.get(f"/calls/{self.call}")

    def events(self, name: str | None = None) -> list[Json]:
        """Its events, all or those of a name, in order."""
        items: list[Json] = self.cast.dana.get(f"/calls/{self.call}/events")["items"]
        return [item for item in items if name in (None, item["name"])]

    def saw(self, awaited: str, name: str, times: int = 1) -> Json:
        """Wait for the event of that name, the so-manieth."""
        found: list[Json] = self.until(awaited, lambda: self.events(name)[times - 1 :])
        return found[0]

    def stage_is(self, stage: str) -> None:
        """Wait until the call is in that stage."""
        self.until(f"the call is {stage.replace('_', ' ')}", lambda: self.view()["stage"] == stage)

    def sid_of(self, address: str) -> str:
        """The carrier's id of the newest leg that rings, or talks on, that address."""
        live = self._live_at(address)
        if not live:
            raise NotHeldError("a leg that should be up is not")
        return str(max(live, key=lambda leg: leg["created_at"])["sid"])

    def rings(self, awaited: str, address: str) -> None:
        """Wait until that phone rings or talks."""
        self.until(awaited, lambda: self._live_at(address))

    def silent(self, awaited: str, address: str) -> None:
        """Wait until that phone neither rings nor talks."""
        self.until(awaited, lambda: not self._live_at(address))

    def _live_at(self, address: str) -> list[Json]:
        legs = self.cast.sandbox.calls()
        at = (leg for leg in legs if leg["to"].partition("?")[0] == address)
        return [leg for leg in at if leg["ended_at"] is None]

    def hears(self, awaited: str, sid: str, text: str) -> None:
        """Wait until that leg has been told something with these words in it."""
        self.until(awaited, lambda: text.lower() in self._heard(sid))

    def _heard(self, sid: str) -> str:
        history = self.cast.sandbox.call(sid)["history"]
        return " ".join(str(entry.get("text", "")) for entry in history).lower()

    def hear_each_other(self, awaited: str, one: str, other: str) -> None:
        """Wait until two legs hear each other, by the sandbox's own account."""
        self.until(awaited, lambda: self._hears(one, other) and self._hears(other, one))

    def _hears(self, listener: str, speaker: str) -> bool:
        heard = self.cast.sandbox.audible(listener)["hears"]
        return any(x["sid"] == speaker and x["until"] is None for x in heard)

    def caller_on_hold(self) -> None:
        """Wait until the carrier has the caller on hold."""
        self.until("the caller is on hold", lambda: self._caller_leg()["on_hold"])

    def caller_off_hold(self) -> None:
        """Wait until the carrier has the caller off hold."""
        self.until("the caller is off hold", lambda: not self._caller_leg()["on_hold"])

    def _caller_leg(self) -> Json:
        return self.cast.sandbox.call(self.caller_sid)

    def post(self, by: Person, path: str, body: Json | None = None) -> Json:
        """A press: POST below this call's path."""
        return by.post(f"/calls/{self.call}{path}", body)

    def refused(self, text: str, by: Person, path: str, body: Json | None = None) -> None:
        """A press that must be refused, with a reason."""
        try:
            self.post(by, path, body)
        except ApiRefusedError as problem:
            self.check(text, problem.status == 409 and bool(problem.reason))
        else:
            self.check(text, held=False)

    def wrap_up(self, by: Person, code: str = "R01") -> None:
        """End the call and hand its form in, so that the specialist is free again."""
        if self.view()["stage"] != "closed":
            self.cast.sandbox.hangup(self.caller_sid)
        self.stage_is("closed")
        self.until("every leg has ended", self._all_ended)
        form = {"code": code, "law_enforcement": "none", "caller_type": "self", "risk_end": 1}
        self.post(by, "/outcome", form)
        self.check("the outcome is recorded", self.view()["outcome"]["code"] == code)

    def clear(self) -> None:
        """Whatever came of it, nobody of this scene stays on a line."""
        for leg in self.cast.sandbox.calls():
            if leg["ended_at"] is None:
                self.cast.sandbox.hangup(leg["sid"])

    def _all_ended(self) -> bool:
        return all(leg["status"] in ("left", "failed") for leg in self.view()["parties"])
