"""One decision: what a command makes of a call, as new events, or a refusal."""

from __future__ import annotations

from typing import cast

from routing import commands as c
from routing import events as e
from routing import outcomes, requests
from routing.call import Call
from routing.draft import Draft, Refused
from routing.reports import apply_report
from routing.roster import Roster
from routing.settle import close, settle

__all__ = ["Refused", "decide", "drafted"]


def decide(call: Call, command: c.Command, roster: Roster) -> tuple[e.Event, ...]:
    """The events that a command leads to; Refused when a person asks what cannot be."""
    return tuple(drafted(call, command, roster).events)


def drafted(call: Call, command: c.Command, roster: Roster) -> Draft:
    """The decision with the states that its events lead through."""
    draft = Draft(call, roster)
    if isinstance(command, c.REQUESTS):
        _request(draft, cast("c.Request", command))
        settle(draft)
    elif apply_report(draft, cast("c.Report", command)):
        settle(draft)
    return draft


def _request(draft: Draft, request: c.Request) -> None:
    if not draft.call.legs:
        raise Refused("There is no such call.")
    if not _after_call(draft, request):
        if draft.call.closed:
            raise Refused("The call is over.")
        _during_call(draft, request)


def _after_call(draft: Draft, request: c.Request) -> bool:
    match request:
        case c.UpdateContext(fields=fields, language=language):
            draft.emit(e.ContextUpdated(fields, language))
        case c.SubmitOutcome():
            outcomes.submit(draft, request)
        case c.AttemptCallback():
            _attempt_callback(draft, request)
        case c.RecordResponder():
            requests.record_responder(draft, request)
        case c.Acknowledge():
            requests.acknowledge(draft)
        case _:
            return False
    return True


def _attempt_callback(draft: Draft, request: c.AttemptCallback) -> None:
    if not draft.call.closed:
        raise Refused("The caller is still on the call.")
    draft.emit(e.CallbackAttempted(request.result))


def _during_call(draft: Draft, request: c.Request) -> None:
    match request:
        case c.RequestTransfer():
            requests.request_transfer(draft, request)
        case c.AcceptTransfer():
            requests.accept(draft, request)
        case c.CompleteTransfer():
            requests.complete(draft, request)
        case c.CancelTransfer():
            requests.cancel(draft, request)
        case c.NextNumber():
            requests.next_number(draft, request)
        case c.DeclineOffer():
            requests.decline(draft, request)
        case _:
            _about_parties(draft, request)


def _about_parties(draft: Draft, request: c.Request) -> None:
    match request:
        case c.Rejoin():
            requests.rejoin(draft, request)
        case c.SetHold():
            requests.set_hold(draft, request)
        case c.Escalate():
            requests.escalate(draft, request)
        case c.MarkReleased():
            requests.mark_released(draft)
        case c.Leave():
            requests.leave(draft, request)
        case _:
            requests.check_end(draft, cast("c.End", request))
            close(draft, "ended")
