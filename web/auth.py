"""Who asks: a bearer token, looked up by its hash."""

from __future__ import annotations

import re

from flask import Request

from handlers.access import Account
from handlers.accounts import Accounts
from web.problems import unauthorized

BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/=-]{8,200}) *", re.IGNORECASE)


def account_of(request: Request, accounts: Accounts) -> Account:
    """The account of the request's token. Raises Problem 401."""
    found = BEARER.fullmatch(request.headers.get("Authorization", ""))
    account = accounts.by_token(found[1]) if found else None
    if account is None:
        raise unauthorized()
    return account
