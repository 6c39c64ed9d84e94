"""Bringing somebody in, and the steps until they are there."""

from __future__ import annotations

from routing import commands as c
from routing.call import Call
from routing.decide import Refused
from web.asked import Asked, Json
from web.bodies import AskTransfer
from web.problems import not_found


def request_transfer(asked: Asked) -> Json:
    """Ring specialists or a destination; the caller stays with whoever asks."""
    to = asked.read(AskTransfer).to
    call = asked.request(c.RequestTransfer(asked.actor, to))
    newest = max(transfer.id for transfer in call.transfers if transfer.to == to)
    return _shown(call, newest)


def accept_transfer(asked: Asked) -> Json:
    """A human accepted: a voicemail never does."""
    return _stepped(asked, c.AcceptTransfer(asked.actor, _transfer(asked)))


def complete_transfer(asked: Asked) -> Json:
    """The owner leaves; caller and target go on."""
    return _stepped(asked, c.CompleteTransfer(asked.actor, _transfer(asked)))


def cancel_transfer(asked: Asked) -> Json:
    """Give up and take the caller back."""
    return _stepped(asked, c.CancelTransfer(asked.actor, _transfer(asked)))


def ring_next_number(asked: Asked) -> Json:
    """Try the destination's next number."""
    return _stepped(asked, c.NextNumber(asked.actor, _transfer(asked)))


def _transfer(asked: Asked) -> int:
    return int(asked.path["transfer"])


def _stepped(asked: Asked, request: c.Request) -> Json:
    try:
        call = asked.request(request)
    except Refused:
        if asked.services.calls.reply(asked.call_id).call.transfer(_transfer(asked)) is None:
            raise not_found("This transfer") from None
        raise
    return _shown(call, _transfer(asked))


def _shown(call: Call, transfer_id: int) -> Json:
    transfer = call.transfer(transfer_id)
    assert transfer is not None
    return {
        "id": transfer.id,
        "to": transfer.to,
        "stage": transfer.stage.value,
        "call": call.id,
        "version": call.version,
    }
