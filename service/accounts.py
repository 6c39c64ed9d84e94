"""Passwords and API tokens from the command line."""

from collections.abc import Sequence
from datetime import UTC, datetime

from handlers.accounts import Accounts
from handlers.errors import Invalid, NotFound
from models.store import Store
from service.config import Settings
from service.faults import Fault


def create_token(settings: Settings, email: str) -> str:
    """A fresh API token of email, told once. Raises Fault."""
    try:
        return _accounts(settings).create_token(email, "command line")
    except NotFound as problem:
        raise _no_user(email) from problem


def revoke_token(settings: Settings, token: str) -> None:
    """Make a token worth nothing."""
    _accounts(settings).revoke_token(token)


def set_password(settings: Settings, email: str, password: str) -> None:
    """Give email that password. Raises Fault."""
    try:
        _accounts(settings).set_password(email, password)
    except NotFound as problem:
        raise _no_user(email) from problem
    except Invalid as problem:
        raise Fault(f"{problem}: choose another password") from problem


def ensure_passwords(settings: Settings, emails: Sequence[str], password: str) -> None:
    """Make password work for each of emails: the logins that `metline up` prints are true."""
    accounts = _accounts(settings)
    for email in emails:
        if accounts.by_password(email, password) is None:
            accounts.set_password(email, password)


def _no_user(email: str) -> Fault:
    return Fault(f"no user {email}: add one to the directory with `metline config apply FILE`")


def _accounts(settings: Settings) -> Accounts:
    return Accounts(Store.connect(settings.database_url), lambda: datetime.now(UTC))
