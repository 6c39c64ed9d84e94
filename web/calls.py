"""One call: reading it, what the specialist should know, and what people on it may ask."""

from __future__ import annotations

from handlers.log import Query as LogQuery
from routing import commands as c
from routing.decide import Refused
from routing.plan import Role
from web.asked import Asked, Json
from web.bodies import CallbackResult, CallFilter, EditCall, MaybeReason, Responder, SetHold
from web.problems import not_found


def list_calls(asked: Asked) -> Json:
    """A page of the log, newest first."""
    wanted = asked.read(CallFilter)
    query = LogQuery(
        status=wanted.status,
        agency=wanted.agency,
        start=wanted.from_,
        end=wanted.to,
        outcome=wanted.outcome,
        stage=wanted.stage,
        alarm=wanted.alarm,
        q=wanted.q,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    return asked.services.log.page(asked.account, query)


def get_call(asked: Asked) -> Json:
    """One call."""
    return asked.shown()


def list_events(asked: Asked) -> Json:
    """Everything that happened on it, in order."""
    events = asked.services.log.events(asked.account, asked.call_id)
    return {"items": events, "next": None}


def edit_call(asked: Asked) -> Json:
    """Incident number and context: fields that were left out stay."""
    body = asked.read(EditCall).model_dump(mode="json", exclude_unset=True)
    return asked.services.log.patch(asked.account, asked.call_id, body, if_match=asked.if_match)


def get_caller_number(asked: Asked) -> Json:
    """The full number; the reveal is audited."""
    return asked.services.log.caller_number(asked.account, asked.call_id)


def decline_offer(asked: Asked) -> Json:
    """The specialist rung cannot take it: the next one is rung at once."""
    offer = asked.path["offer"]
    try:
        asked.request(c.DeclineOffer(asked.actor, offer))
    except Refused:
        leg = asked.services.calls.reply(asked.call_id).call.leg(offer)
        if leg is None or leg.role is not Role.SPECIALIST:
            raise not_found("This offer") from None
        raise
    return asked.shown()


def rejoin_call(asked: Asked) -> Json:
    """Ring its specialist's devices again."""
    asked.request(c.Rejoin(asked.actor))
    return asked.shown()


def set_hold(asked: Asked) -> Json:
    """One party on hold, or off it; off it by force when a supervisor asks."""
    body = asked.read(SetHold)
    asked.request(c.SetHold(asked.actor, body.party, body.hold))
    return asked.shown()


def escalate_call(asked: Asked) -> Json:
    """Bring the dispatcher back into the same conference."""
    asked.request(c.Escalate(asked.actor, asked.read(MaybeReason).reason))
    return asked.shown()


def acknowledge_escalation(asked: Asked) -> Json:
    """Stop the alarm."""
    asked.request(c.Acknowledge(asked.actor))
    return asked.shown()


def record_responder(asked: Asked) -> Json:
    """A step of the in-person response."""
    body = asked.read(Responder)
    asked.request(c.RecordResponder(asked.actor, body.status, body.kind))
    return asked.shown()


def mark_released(asked: Asked) -> Json:
    """The dispatcher has left a leg that cannot show it."""
    asked.request(c.MarkReleased(asked.actor))
    return asked.shown()


def record_callback(asked: Asked) -> Json:
    """One attempt to reach a caller who dropped."""
    result = asked.read(CallbackResult).result
    asked.services.tasks.attempt(asked.account, asked.call_id, result, if_match=asked.if_match)
    return asked.shown()


def leave_call(asked: Asked) -> Json:
    """One's own leg ends, the others go on."""
    asked.request(c.Leave(asked.actor))
    return asked.shown()


def end_call(asked: Asked) -> Json:
    """The call is over for everyone."""
    asked.request(c.End(asked.actor))
    return asked.shown()
