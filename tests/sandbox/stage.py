"""What the tests of the stand-in carrier say often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from sandbox.driver import Json, SandboxDriver
from sandbox.settings import Account
from tests.sandbox.receiver import Received, Receiver

ACCOUNT = Account("AC" + "1" * 32, "s3cret-token", (("SK" + "2" * 32, "key-secret"),))
LINE, CALLER, OTHER, THIRD = "+16615550110", "+16615550001", "+16615550002", "+16615550003"


@dataclass(frozen=True)
class Stage:
    driver: SandboxDriver
    receiver: Receiver
    client: Client

    def line(self, verbs: str, **number: str) -> None:
        """The account's number answers calls with these verbs."""
        url = self.receiver.says("/voice", verbs)
        self.driver.set_numbers({"phone_number": LINE, "voice_url": url, **number})

    def arrives(self, from_: str = CALLER, **phone: Any) -> str:
        return self.driver.place_call(from_, LINE, phone=phone or None)

    def dials(self, to: str, twiml: str, **options: Any) -> str:
        call = self.client.calls.create(
            to=to, from_=LINE, twiml=f"<Response>{twiml}</Response>", **options
        )
        return cast("str", call.sid)

    def until(self, sid: str, wanted: Callable[[Json], Any]) -> Json:
        """The call's view as soon as it is as wanted."""

        def look() -> Json | None:
            view = self.driver.call(sid)
            return view if wanted(view) else None

        return cast("Json", self.driver.wait_until(look))

    def rung(self, address: str) -> str:
        """The sid of the leg that rings at this address, once it does."""

        def rings(entry: Json) -> bool:
            facts = {"kind": "call", "to": address, "status": "ringing"}
            return facts.items() <= entry.items() and entry["direction"] != "inbound"

        return str(self.driver.wait_for(rings)["call_sid"])

    def status(self, sid: str, status: str) -> Json:
        return self.until(sid, lambda view: view["status"] == status)

    def in_room(self, sid: str) -> str:
        """The conference's sid, once the leg is in one."""
        return str(self.until(sid, lambda view: view["conference"])["conference"]["sid"])

    def hears(self, sid: str, text: str) -> Json:
        def heard(entry: Json) -> bool:
            return entry["kind"] == "heard" and entry["call_sid"] == sid and text in _told(entry)

        return self.driver.wait_for(heard)

    def heard(self, sid: str) -> list[str]:
        entries = [e for e in self.driver.log() if e["kind"] == "heard" and e["call_sid"] == sid]
        return [_told(each) for each in entries]

    def webhooks(self, purpose: str) -> list[Json]:
        return [e for e in self.driver.log() if e.get("purpose") == purpose]

    def webhook(self, purpose: str, wanted: Callable[[Json], Any] = bool) -> Json:
        def matches(entry: Json) -> bool:
            return bool(entry.get("purpose") == purpose and wanted(entry))

        return self.driver.wait_for(matches)

    def got(self, path: str, count: int = 1) -> list[Received]:
        """What the receiver got at this path, once there are so many."""

        def enough() -> list[Received]:
            found = self.receiver.received(path)
            return found if len(found) >= count else []

        return cast("list[Received]", self.driver.wait_until(enough))

    def events(self, path: str = "/conference") -> list[str]:
        return [each.params["StatusCallbackEvent"] for each in self.receiver.received(path)]


def _told(entry: Json) -> str:
    return f"{entry['what']}: {entry['text']}" if entry["text"] else str(entry["what"])


def refusal(act: Callable[[], object]) -> TwilioRestException:
    """The carrier's refusal of what is done; the test fails when it is not refused."""
    try:
        act()
    except TwilioRestException as error:
        return error
    raise AssertionError("it was not refused")


def room(name: str = "room", **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<Dial><Conference{given}>{name}</Conference></Dial>"
