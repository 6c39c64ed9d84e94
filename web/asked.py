"""One request to the API, parsed; and one row of the table that lists them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Response
from pydantic import BaseModel

from handlers.access import Account
from routing.call import Call
from routing.commands import Actor, Request
from web.fields import Answer, Body, Query
from web.services import Services

Json = dict[str, Any]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: ids in the path, and the version that the press was made for."""

    services: Services
    account: Account
    path: Json
    body: Body | None = None
    query: Query | None = None
    if_match: int | None = None

    @property
    def call_id(self) -> str:
        """The call in the path."""
        return str(self.path["call"])

    @property
    def actor(self) -> Actor:
        """Who asks, as the core knows them."""
        return self.account.actor

    def read(self, kind: type[Model]) -> Model:
        """The body or query, of the kind that the route declares."""
        found = self.body if isinstance(self.body, kind) else self.query
        assert isinstance(found, kind)
        return found

    def request(self, request: Request) -> Call:
        """Put a request to the call in the path; returns the call after it."""
        handled = self.services.calls.request(
            self.call_id, request, if_match=self.if_match, account=self.account
        )
        return handled.call

    def shown(self) -> Json:
        """The call in the path as this account may see it."""
        return self.services.log.call(self.account, self.call_id)


View = Callable[[Asked], "Json | Response"]
Method = Literal["GET", "POST", "PUT", "PATCH"]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint: `path` is below /api/v1, `roles` may use it, `does` is its documentation."""

    method: Method
    path: str
    roles: tuple[str, ...]
    view: View
    does: str
    answer: type[Answer] | None
    body: type[Body] | None = None
    query: type[Query] | None = None
    status: int = 200

    @property
    def about_call(self) -> bool:
        """Whether it changes a call, so that If-Match means something."""
        return self.method in ("POST", "PATCH") and self.path.startswith("/calls/")

    @property
    def name(self) -> str:
        """Unique and stable: the view's own name."""
        return self.view.__name__
