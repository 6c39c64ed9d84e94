"""The views that answer with a document: tell the use case, then say what is due now.

They answer 200 with a document whatever happens, because anything else is an application
error in the caller's ear. When the use case fails, each leg gets what keeps the caller with a
human: the caller's leg rings the agency's fallback number; a leg that was in the conference
goes back to the caller there; one that was not let in yet waits a moment and asks again.
When not even the fallback number is known here, an error makes the carrier turn to the line's
fallback document, which is hosted apart from us and knows it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps

from flask import Blueprint, Response, request

from handlers.calls import Handled
from handlers.errors import UnknownCall, UnknownLine
from routing.commands import Report, ReportAnswered, ReportEnded, ReportKey, ReportStar
from routing.replies import reply_for
from telephony import inbound, prompts, twiml
from telephony.desk import Desk
from telephony.signature import Guard
from telephony.urls import LegDocument, Urls

log = logging.getLogger(__name__)

CALLER_LEG = 1
IDEMPOTENCY = "I-Twilio-Idempotency-Token"

View = Callable[..., str]


class NobodyKnownError(Exception):
    """No number to ring is known here; the carrier has a document that knows one."""


class Documents:
    """Every document view. `call`, `leg` and `prompt` come from the URL, as text.

    `hosted`: whether fallback documents are hosted for the carrier to turn to.
    """

    def __init__(self, desk: Desk, urls: Urls, *, hosted: bool) -> None:
        self._desk = desk
        self._urls = urls
        self._hosted = hosted

    def inbound(self) -> str:
        """A caller, or a center with its caller, on one of our lines."""
        came = inbound.arrival(request.form)
        if came.line is None:
            return _words("unknown_line")
        if came.sid is None:
            return self.ring_fallback()
        try:
            handled = self._desk.arrive(
                came.line,
                came.sid,
                came.caller_number,
                came.incident_number,
                f"{came.sid}:arrived",
                from_number=came.from_number,
            )
        except UnknownLine:
            return _words("unknown_line")
        return self._rendered(handled, CALLER_LEG)

    def answer(self, call: str, leg: str) -> str:
        """A leg that we dialed was answered."""
        sid = inbound.call_sid(request.form)
        report = ReportAnswered(inbound.leg_number(leg))
        return self._told(call, leg, report, f"{sid}:answered" if sid else None)

    def menu(self, call: str, leg: str) -> str:
        """A leg's `<Dial>` into the conference has ended, most likely by `*`."""
        star = inbound.pressed_star(request.form)
        report = ReportStar(inbound.leg_number(leg)) if star else None
        return self._told(call, leg, report, _receipt("star"), again=not star)

    def key(self, call: str, leg: str) -> str:
        """A key in the menu or at the acceptance prompt, or silence."""
        report = ReportKey(inbound.leg_number(leg), inbound.key(request.form))
        return self._told(call, leg, report, _receipt("key"))

    def onward(self, call: str, leg: str) -> str:
        """A leg's verb has ended and nothing was reported by it."""
        return self._told(call, leg, None, None, again=True)

    def handover(self, call: str, leg: str) -> str:
        """The caller's leg is on its own: it rings the fallback number."""
        return self._told(call, leg, None, None)

    def wait(self, call: str) -> str:
        """The first in a conference waits for the second."""
        speeches = prompts.say("connecting", self._languages(call, CALLER_LEG))
        return twiml.waiting(speeches, self._urls, self._urls.wait(call))

    def hold(self, call: str, leg: str) -> str:
        """A leg on hold."""
        number = inbound.leg_number(leg)
        speeches = prompts.say("hold_reassurance", self._languages(call, number))
        return twiml.held(speeches, self._urls, self._urls.hold(call, number))

    def announce(self, call: str, leg: str, prompt: str) -> str:
        """One prompt for one leg."""
        languages = self._languages(call, inbound.leg_number(leg))
        return twiml.announcement(prompts.say(prompt, languages))

    def farewell(self, call: str, leg: str, prompt: str) -> str:
        """One prompt, then the leg ends."""
        languages = self._languages(call, inbound.leg_number(leg))
        return twiml.farewell(prompts.say(prompt, languages))

    def refuge(self) -> str:
        """The fallback number's ring has ended: answered and done, or to be rung again."""
        if inbound.pressed_star(request.form):
            return _words("ended")
        return self.ring_fallback()

    def nothing(self, rest: str) -> str:  # noqa: ARG002 - the path is not ours, so it says nothing
        """A path that we never handed out."""
        return _words("unknown_leg")

    # What is said when the use case has failed.

    def ring_fallback(self, **_url: str) -> str:
        """Rings the agency's fallback number, from memory. Raises NobodyKnownError."""
        for address in (request.form.get("To", ""), request.form.get("From", "")):
            line = inbound.number(address)
            number = self._desk.fallback_number(line) if line else None
            if line and number:
                speeches = prompts.say("handover", prompts.LANGUAGES)
                return twiml.handover(number, line, speeches, self._urls)
        if self._hosted:
            raise NobodyKnownError
        return _words("nobody_reached")

    def rejoin(self, call: str, leg: str) -> str:
        """Back to the caller: the conference is known from the URL alone."""
        number = inbound.leg_number(leg)
        seat = twiml.Seat(call, number, inbound.label(number, 0, _token()))
        return twiml.conference(seat, self._urls, star=True, again=True)

    def rejoin_or_ring(self, call: str, leg: str) -> str:
        """A menu's key that could not be taken in."""
        if inbound.leg_number(leg) == CALLER_LEG:
            return self.ring_fallback()
        return self.rejoin(call, leg)

    def ask_again(self, call: str, leg: str, *, of: LegDocument) -> str:
        """A leg that may not be let in yet; its human waits, the caller has someone coming."""
        number = inbound.leg_number(leg)
        if number == CALLER_LEG:
            return self.ring_fallback()
        onward = self._urls.leg(call, number, of)
        return twiml.patience(prompts.say("one_moment", prompts.LANGUAGES[:1]), onward)

    def _told(
        self,
        call: str,
        leg: str,
        report: Report | None,
        receipt: str | None,
        *,
        again: bool = False,
    ) -> str:
        number, call_id = inbound.leg_number(leg), inbound.call_id(call)
        if not number or call_id is None:
            return _words("unknown_leg")
        if reason := inbound.over(request.form):
            report, receipt = ReportEnded(number, reason), _receipt("over")
        try:
            handled = self._heard(call_id, report, receipt)
        except UnknownCall:
            return self.ring_fallback() if number == CALLER_LEG else _words("unknown_leg")
        return self._rendered(handled, number, again=again)

    def _heard(self, call_id: str, report: Report | None, receipt: str | None) -> Handled:
        if report is None:
            return self._desk.reply(call_id)
        sid = inbound.call_sid(request.form)
        return self._desk.report(call_id, report, receipt=receipt, sid=sid)

    def _rendered(self, handled: Handled, leg: int, *, again: bool = False) -> str:
        call, plan = handled.call, handled.plan
        return twiml.render(
            reply_for(call, leg, plan),
            call=call,
            leg=leg,
            urls=self._urls,
            languages=prompts.languages_for(call, leg, plan),
            label=inbound.label(leg, call.version, _token()),
            again=again,
        )

    def _languages(self, call: str, leg: int) -> tuple[str, ...]:
        """What the leg is spoken to in; every language when that cannot be known now."""
        call_id = inbound.call_id(call)
        if call_id is None:
            return prompts.LANGUAGES
        try:
            handled = self._desk.reply(call_id)
        except Exception as error:  # noqa: BLE001 - words in two languages beat none
            _failed(error)
            return prompts.LANGUAGES
        return prompts.languages_for(handled.call, leg, handled.plan)


def blueprint(desk: Desk, urls: Urls, check: Guard, *, hosted: bool) -> Blueprint:
    """Every document route, signed."""
    made = Blueprint("documents", __name__)
    made.before_request(check)
    views = Documents(desk, urls, hosted=hosted)
    rows: tuple[tuple[str, View, View], ...] = (
        ("/inbound", views.inbound, views.ring_fallback),
        ("/legs/<call>/<leg>/answer", views.answer, partial(views.ask_again, of="answer")),
        ("/legs/<call>/<leg>/menu", views.menu, views.rejoin),
        ("/legs/<call>/<leg>/key", views.key, views.rejoin_or_ring),
        ("/legs/<call>/<leg>/accept", views.key, partial(views.ask_again, of="next")),
        ("/legs/<call>/<leg>/next", views.onward, partial(views.ask_again, of="next")),
        ("/handover/<call>/<leg>", views.handover, views.ring_fallback),
        ("/refuge", views.refuge, views.ring_fallback),
        ("/wait/<call>", views.wait, _no_words),
        ("/hold/<call>/<leg>", views.hold, _no_words),
        ("/announce/<call>/<leg>/<prompt>", views.announce, _no_words),
        ("/farewell/<call>/<leg>/<prompt>", views.farewell, _no_words),
        ("/<path:rest>", views.nothing, _no_words),
    )
    for rule, view, otherwise in rows:
        made.add_url_rule(
            rule,
            endpoint=rule.strip("/").replace("/", "_"),
            view_func=_answering(view, otherwise),
            methods=["POST"],
            provide_automatic_options=False,
        )
    return made


def _answering(view: View, otherwise: View) -> Callable[..., Response]:
    @wraps(view)
    def run(**url: str) -> Response:
        try:
            return Response(_made(view, otherwise, url), mimetype="text/xml")
        except NobodyKnownError:
            return Response("no number to ring is known here\n", 503, mimetype="text/plain")

    return run


def _made(view: View, otherwise: View, url: dict[str, str]) -> str:
    try:
        return view(**url)
    except NobodyKnownError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever broke, the leg hears a document
        _failed(error)
        return otherwise(**url)


def _failed(error: Exception) -> None:
    # The error's own text may quote a row or a form.
    about = {"kind": request.endpoint, "reason": type(error).__name__}
    log.error("a voice document could not be decided", extra=about)


def _words(prompt: str) -> str:
    return twiml.farewell(prompts.say(prompt, prompts.LANGUAGES))


def _no_words(**_url: str) -> str:
    return twiml.announcement(())


def _token() -> str | None:
    return request.headers.get(IDEMPOTENCY)


def _receipt(kind: str) -> str | None:
    return inbound.document_receipt(request.form, kind, _token())
