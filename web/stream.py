"""The event stream: that something changed, never what it says; consoles then ask for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

from flask import Response

from handlers.access import Account
from handlers.errors import Unavailable
from web.asked import Asked
from web.fields import iso
from web.services import Listener

TICK = timedelta(seconds=5)
RETRY_MS = 1000


def open_stream(asked: Asked) -> Response:
    """Events for as long as the client listens and its account may hear them."""
    # Entered before the answer starts, so that a full house is still an error.
    listening = asked.services.feed.listen(asked.account)
    listener = listening.__enter__()
    response = Response(_events(asked, listener), mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: listening.__exit__(None, None, None))
    return response


def _events(asked: Asked, listener: Listener) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    due = asked.services.clock()
    while True:
        now = asked.services.clock()
        if now >= due:
            if not _still_welcome(asked):
                return
            yield _event("tick", {"time": iso(now)})
            due = now + TICK
        news = listener.wait(max((due - now).total_seconds(), 0.0))
        if news is None:
            return
        for each in news:
            yield _event(each.kind, each.data)


def _still_welcome(asked: Asked) -> bool:
    try:
        account: Account | None = asked.services.accounts.by_id(asked.account.id)
    except Unavailable:
        return True
    return account is not None and account.agencies == asked.account.agencies


def _event(name: str, data: Mapping[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(dict(data))}\n\n"
