"""Passwords and API tokens from the command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from handlers.accounts import Accounts
from handlers.errors import Invalid, NotFound
from models.store import Store
from service.config import Settings
from service.faults import Fault


def create_token(settings: Settings, email: str) -> str:
    """A fresh API token of email, told once. Raises Fault."""
    try:
        with _accounts(settings) as accounts:
            return accounts.create_token(email, "command line")
    except NotFound as problem:
        raise _no_user(email) from problem


def revoke_token(settings: Settings, token: str) -> None:
    """Make a token worth nothing."""
    with _accounts(settings) as accounts:
        accounts.revoke_token(token)


def set_password(settings: Settings, email: str, password: str) -> None:
    """Give email that password. Raises Fault."""
    try:
        with _accounts(settings) as accounts:
            accounts.set_password(email, password)
    except NotFound as problem:
        raise _no_user(email) from problem
    except Invalid as problem:
        raise Fault(f"{problem}: choose another password") from problem


def ensure_passwords(settings: Settings, emails: Sequence[str], password: str) -> None:
    """Make password work for each of emails: the logins that `metline up` prints are true."""
    with _accounts(settings) as accounts:
        for email in emails:
            if accounts.by_password(email, password) is None:
                accounts.set_password(email, password)


def _no_user(email: str) -> Fault:
    return Fault(f"no user {email}: add one to the directory with `metline config apply FILE`")


@contextmanager
def _accounts(settings: Settings) -> Iterator[Accounts]:
    store = Store.connect(settings.database_url, pool=1)
    try:
        yield Accounts(store, lambda: datetime.now(UTC))
    finally:
        store.close()
