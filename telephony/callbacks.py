"""The views that take in what happened: 204, or 500 so that the carrier tells us again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from flask import Blueprint, Response, request

from handlers.errors import UnknownCall
from routing.commands import Report, ReportEnded
from telephony import inbound
from telephony.desk import Desk
from telephony.signature import Guard

log = logging.getLogger(__name__)

CALLER_LEG = 1


class Callbacks:
    """Every callback view. What is unknown, late or malformed is answered 204 and dropped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def leg_status(self, call: str, leg: str) -> Response:
        """The progress of a leg that we dialed."""
        number = inbound.leg_number(leg)
        report = inbound.call_report(request.form, number) if number else None
        return self._told(inbound.call_id(call), report, inbound.call_receipt(request.form))

    def line_status(self) -> Response:
        """The end of a leg that came in on a line; known by the carrier's id alone."""
        sid, reason = inbound.call_sid(request.form), inbound.over(request.form)
        call_id = self._desk.call_of(sid) if sid and reason else None
        report = ReportEnded(CALLER_LEG, reason) if reason else None
        return self._told(call_id, report, inbound.call_receipt(request.form))

    def conference(self, call: str) -> Response:
        """Somebody came into a conference, left it, or was put on hold."""
        report = inbound.conference_report(request.form)
        return self._told(
            inbound.call_id(call),
            report,
            inbound.conference_receipt(request.form),
            conference=inbound.conference_sid(request.form),
        )

    def _told(
        self,
        call_id: str | None,
        report: Report | None,
        receipt: str | None,
        conference: str | None = None,
    ) -> Response:
        if call_id is not None and report is not None:
            sid = inbound.call_sid(request.form)
            try:
                self._desk.report(call_id, report, receipt=receipt, sid=sid, conference=conference)
            except UnknownCall:
                log.info("a callback about no call of ours", extra={"kind": request.endpoint})
        return Response(status=204)


def blueprint(desk: Desk, check: Guard) -> Blueprint:
    """Every callback route, signed."""
    made = Blueprint("callbacks", __name__)
    made.before_request(check)
    views = Callbacks(desk)
    for rule, view in (
        ("/legs/<call>/<leg>/status", views.leg_status),
        ("/lines/status", views.line_status),
        ("/conferences/<call>", views.conference),
    ):
        made.add_url_rule(
            rule,
            endpoint=view.__name__,
            view_func=_answering(view),
            methods=["POST"],
            provide_automatic_options=False,
        )
    return made


def _answering(view: Callable[..., Response]) -> Callable[..., Response]:
    @wraps(view)
    def run(**url: str) -> Response:
        try:
            return view(**url)
        except Exception as error:  # noqa: BLE001 - whatever broke, the carrier tells us again
            # The error's own text may quote a row or a form.
            about = {"kind": request.endpoint, "reason": type(error).__name__}
            log.error("a callback could not be taken in", extra=about)  # noqa: TRY400
            return Response("not taken in, send it again\n", 500, mimetype="text/plain")

    return run
