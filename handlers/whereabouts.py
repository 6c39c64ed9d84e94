"""What the carrier's word about a leg tells a call that does not know it yet."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.ports import LegStatus, Where
from routing import commands as c
from routing.call import OVER, Leg
from routing.states import LegState


def news_of(leg: Leg, status: LegStatus) -> tuple[c.Report, ...]:
    """The reports to make, () when the call knows it all."""
    return tuple(_news(leg, status)) if leg.state not in OVER else ()


def _news(leg: Leg, status: LegStatus) -> Iterator[c.Report]:
    match status.where:
        case Where.ENDED:
            yield c.ReportEnded(leg.id, status.reason or "ended")
        case Where.RINGING if leg.state is LegState.DIALING:
            yield c.ReportRinging(leg.id)
        case Where.ANSWERED if leg.state is LegState.JOINED:
            yield c.ReportAway(leg.id)
        case Where.IN_CONFERENCE:
            yield from _in_conference(leg, status)


def _in_conference(leg: Leg, status: LegStatus) -> Iterator[c.Report]:
    if leg.state in (LegState.JOINING, LegState.AWAY):
        yield c.ReportJoined(leg.id)
    if status.held is not None and status.held != leg.held:
        yield c.ReportHold(leg.id, status.held)
