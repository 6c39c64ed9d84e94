"""The only REST: what the outbox asks of the carrier, through its own helper library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from handlers.ports import CarrierError, LegStatus, Retry, Where
from telephony.errors import judged
from telephony.inbound import ENDED
from telephony.settings import VoiceSettings
from telephony.transport import Transport
from telephony.urls import Urls, conference_name, fallback_document

# The carrier takes 5 to 600 s for a ring; progress is asked for one event a parameter.
_SHORTEST_RING, _LONGEST_RING = 5, 600
_PROGRESS = ["ringing", "completed"]
# Most calls of one line to look through for a dial whose outcome is unknown.
_LOOK_THROUGH = 200
# A call's conference may have ended and begun anew this many times.
_ROOMS = 20
# The carrier's clock may differ from ours.
_CLOCK_MARGIN = timedelta(seconds=5)

_WHERE = {
    "queued": Where.QUEUED,
    "initiated": Where.QUEUED,
    "ringing": Where.RINGING,
    "in-progress": Where.ANSWERED,
}


class TwilioCarrier:
    """`handlers.ports.Carrier` at the real carrier, or at whatever stands in for it.

    One object serves all threads: its connections are pooled and it keeps no other state.
    """

    def __init__(self, settings: VoiceSettings) -> None:
        self._urls = Urls(settings.public_url)
        self._fallback_url = settings.fallback_url
        self._client = client(settings)
        # The library imports these on first use, which must not be a caller's half second.
        _ = (self._client.calls, self._client.conferences)

    def dial(self, call_id: str, leg: int, address: str, line: str, seconds: int) -> str:
        """Ring an address once; a lost answer is UNKNOWN and never tried again here."""
        with _judging(repeatable=False):
            created = self._client.calls.create(
                to=_with_parameters(address, call_id, leg),
                from_=line,
                url=self._urls.leg(call_id, leg, "answer"),
                method="POST",
                timeout=min(max(seconds, _SHORTEST_RING), _LONGEST_RING),
                status_callback=self._urls.leg_status(call_id, leg),
                status_callback_method="POST",
                status_callback_event=_PROGRESS,
                **self._fallback(line),
            )
            return str(created.sid)

    def find_dial(self, address: str, line: str, since: datetime) -> tuple[str, ...]:
        """Sids of calls to the address from the line since then, newest first.

        The carrier can only filter by start, which a ringing call does not have yet.
        """
        earliest = since - _CLOCK_MARGIN
        with _judging(repeatable=True):
            made = self._client.calls.list(from_=line, limit=_LOOK_THROUGH)
            return tuple(
                str(call.sid)
                for call in made
                if _bare(call.to or "") == _bare(address) and _created_since(call, earliest)
            )

    def hang_up(self, sid: str, call_id: str, leg: int, farewell: str | None) -> None:
        """End a leg in any state; GONE when it is over. Words are for answered legs only."""
        if farewell and self._said(sid, self._urls.farewell(call_id, leg, farewell)):
            return
        with _judging(repeatable=True):
            self._client.calls(sid).update(status="completed")

    def stop_ringing(self, sid: str) -> None:
        """Cancel a leg; the carrier leaves one alone that was answered a moment ago."""
        with _judging(repeatable=True):
            self._client.calls(sid).update(status="canceled")

    def hold(self, call_id: str, conference: str | None, sid: str, leg: int, *, on: bool) -> None:
        """Put a participant on hold with spoken reassurance, or take it off."""
        reassured = {"hold_url": self._urls.hold(call_id, leg), "hold_method": "POST"}
        asked = {"hold": on, **(reassured if on else {})}
        self._in_room(call_id, conference, lambda room: room.participants(sid).update(**asked))

    def announce(
        self, call_id: str, conference: str | None, sid: str, leg: int, prompt: str
    ) -> None:
        """Say a prompt to one participant of the conference."""
        url = self._urls.announce(call_id, leg, prompt)
        asked = {"announce_url": url, "announce_method": "POST"}
        self._in_room(call_id, conference, lambda room: room.participants(sid).update(**asked))

    def hand_over(self, sid: str, call_id: str, leg: int) -> None:
        """Send the leg to the document that rings the fallback number."""
        with _judging(repeatable=True):
            self._client.calls(sid).update(url=self._urls.handover(call_id, leg), method="POST")

    def where_is(self, call_id: str, conference: str | None, sid: str) -> LegStatus:
        """Where a leg is now: in its conference, else by its call."""
        held = self._held(call_id, conference, sid)
        if held is not None:
            return LegStatus(Where.IN_CONFERENCE, held=held)
        try:
            with _judging(repeatable=True):
                status = str(self._client.calls(sid).fetch().status)
        except CarrierError as error:
            if error.retry is Retry.GONE:
                return LegStatus(Where.UNKNOWN)
            raise
        if status in ENDED:
            return LegStatus(Where.ENDED, reason=ENDED[status])
        return LegStatus(_WHERE.get(status, Where.UNKNOWN))

    def _said(self, sid: str, url: str) -> bool:
        try:
            with _judging(repeatable=True):
                self._client.calls(sid).update(url=url, method="POST")
        except CarrierError as error:
            # A leg that still rings can't be spoken to: it is ended without words.
            if error.retry is Retry.GONE:
                return False
            raise
        return True

    def _held(self, call_id: str, conference: str | None, sid: str) -> bool | None:
        """Whether the participant is on hold, None when it is not in the conference."""
        try:
            participant = self._in_room(
                call_id, conference, lambda room: room.participants(sid).fetch()
            )
        except CarrierError as error:
            if error.retry is Retry.GONE or isinstance(error, NotListedError):
                return None
            raise
        return bool(participant.hold) if participant.status == "connected" else None

    def _in_room(self, call_id: str, known: str | None, act: Callable[[Any], Any]) -> Any:
        """Act in the conference that is known, or in the one that has taken its place.

        A conference that everybody has left is over; whoever comes back opens another one.
        """
        try:
            return self._acted(known or self._conference(call_id), act)
        except CarrierError as error:
            if known is None or error.retry is not Retry.GONE:
                raise
            present = self._present(call_id)
            if present in (None, known):
                raise
        return self._acted(str(present), act)

    def _acted(self, room: str, act: Callable[[Any], Any]) -> Any:
        with _judging(repeatable=True):
            return act(self._client.conferences(room))

    def _present(self, call_id: str) -> str | None:
        try:
            return self._conference(call_id)
        except NotListedError:
            return None

    def _conference(self, call_id: str) -> str:
        """The sid of a call's conference, which the carrier lists late.

        A conference of one has not started yet, so its status is no filter.
        """
        name = conference_name(call_id)
        with _judging(repeatable=True):
            rooms = self._client.conferences.list(friendly_name=name, limit=_ROOMS)
        present = [room for room in rooms if room.status != "completed"]
        if not present:
            raise NotListedError
        return str(present[0].sid)

    def _fallback(self, line: str) -> dict[str, str]:
        if not self._fallback_url:
            return {}
        document = fallback_document(self._fallback_url, line)
        return {"fallback_url": document, "fallback_method": "GET"}


class NotListedError(CarrierError):
    """The carrier does not list the conference, or not yet."""

    def __init__(self) -> None:
        super().__init__("the carrier does not list the conference yet", Retry.SAFE)


def client(settings: VoiceSettings) -> Any:
    """The helper library's client for the account, with a timeout; for `provision` too."""
    user = settings.api_key_sid or settings.account_sid
    password = settings.api_key_secret if settings.api_key_sid else settings.auth_token
    transport = Transport(settings.timeout_seconds, settings.carrier_url)
    return Client(user, password, settings.account_sid, http_client=transport)


@contextmanager
def _judging(*, repeatable: bool) -> Iterator[None]:
    try:
        yield
    except (TwilioException, requests.RequestException, ValueError, TypeError, KeyError) as error:
        # Not chained: the library's errors quote URLs, and URLs of lists hold numbers.
        raise judged(error, repeatable=repeatable) from None


def _with_parameters(address: str, call_id: str, leg: int) -> str:
    """A softphone learns from its invitation which offer it is; a phone number stays as it is."""
    if not address.startswith("client:"):
        return address
    return f"{address}?call={call_id}&leg={leg}"


def _bare(address: str) -> str:
    return address.partition("?")[0]


def _created_since(call: Any, earliest: datetime) -> bool:
    return call.date_created is None or call.date_created >= earliest
