"""What screens show beside calls: one's agencies, and what remains to be done."""

from __future__ import annotations

from handlers.tasks import Query
from web.asked import Asked, Json
from web.bodies import TaskFilter


def list_agencies(asked: Asked) -> Json:
    """One's agencies, with their menus, destinations and lines."""
    return {"items": asked.services.agencies.mine(asked.account), "next": None}


def list_tasks(asked: Asked) -> Json:
    """A page of callbacks, follow-ups and forms."""
    wanted = asked.read(TaskFilter)
    query = Query(
        agency=wanted.agency,
        status=wanted.status,
        kind=wanted.kind,
        cursor=wanted.cursor,
        limit=wanted.limit,
    )
    return asked.services.tasks.page(asked.account, query)
