"""What a new event asks of the carrier and of the clock; never asked again on replay."""

from __future__ import annotations

from dataclasses import dataclass

from routing import events as e
from routing.call import Call


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring an address once; the carrier gives up after `seconds`."""

    leg: int
    address: str
    seconds: int


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a leg, after `farewell` (a prompt key) when there is one."""

    leg: int
    farewell: str | None = None


@dataclass(frozen=True, slots=True)
class SyncHold:
    """Make the leg's hold at the carrier what the call wants by then."""

    leg: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell one party in the conference something."""

    leg: int
    prompt: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Send the caller's leg to the fallback document."""

    leg: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """Ask the carrier where the leg is, and report it."""

    leg: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Report the timer with this token after `seconds`, unless stopped or started again."""

    timer: str
    subject: int
    token: int
    seconds: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    timer: str
    subject: int


Effect = Dial | HangUp | SyncHold | Announce | HandOver | Lookup | StartTimer | StopTimer


def effects_of(call: Call, event: e.Event) -> tuple[Effect, ...]:
    """What one new event asks for; `call` is the state right after it.

    So `call.version` is the event's sequence number.
    """
    match event:
        case e.LegDialed():
            return (Dial(event.leg, event.address, event.seconds),)
        case e.LegLeaving():
            return (HangUp(event.leg, event.farewell),)
        case e.HoldAsked():
            return (SyncHold(event.leg),)
        case e.Announced():
            return (Announce(event.leg, event.prompt),)
        case e.HandedOver():
            return (HandOver(event.leg),)
        case e.LegUnconfirmed():
            return (Lookup(event.leg),)
        case e.TimerStarted():
            return (StartTimer(event.timer, event.subject, call.version, event.seconds),)
        case e.TimerStopped():
            return (StopTimer(event.timer, event.subject),)
        case _:
            return ()
