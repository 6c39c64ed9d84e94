"""Who asks: a bearer token, looked up by its hash."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address

from flask import Request

from handlers.access import Account
from handlers.accounts import Accounts
from web.problems import unauthorized

BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]{8,200}) *", re.IGNORECASE)


def account_of(request: Request, accounts: Accounts) -> Account:
    """The account of the request's token, with where it asks from. Raises Problem 401."""
    found = BEARER.fullmatch(request.headers.get("Authorization", ""))
    account = accounts.by_token(found[1]) if found else None
    if account is None:
        raise unauthorized()
    return replace(account, origin=_origin(request))


def _origin(request: Request) -> str | None:
    """The address that connected, and whom it says it speaks for: only the last hop can know."""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    with suppress(ValueError):
        return f"{ip_address(told)} via {request.remote_addr}"
    return request.remote_addr
