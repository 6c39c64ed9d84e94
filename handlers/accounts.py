"""Signing in, API tokens and one's own settings."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from handlers.access import Account
from handlers.errors import Invalid, NotFound
from handlers.ports import Clock
from models.store import Store
from models.work import Work

Plain = dict[str, Any]

LANGUAGES = ("en", "es")
THEMES = ("system", "light", "dark")
SHORTEST_PASSWORD = 12
TOKEN_BYTES = 32
TOKEN_MARK = "mtl_"  # noqa: S105 - a mark for secret scanners, not a secret
PREFIX = 12
SEEN_EVERY = timedelta(minutes=1)
# Tokens and passwords are made at the machine itself, by whoever may run commands there.
OPERATOR = {"who": "operator", "role": None, "origin": "command line"}


class Accounts:
    """Who somebody is. Threads may share it."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._hasher = PasswordHasher()

    def by_token(self, token: str) -> Account | None:
        """The account of an API token, None when it is unknown, revoked or its user is gone."""
        hashed, now = _hashed(token), self._clock()
        with self._store.begin() as work:
            row = work.accounts.by_token(hashed)
            if row:
                work.accounts.token_seen(hashed, now, now - SEEN_EVERY)
        return _account(row)

    def by_password(self, email: str, password: str) -> Account | None:
        """The account, None when the two do not belong together."""
        with self._store.begin() as work:
            row = work.accounts.by_email(email)
        # An unknown address takes as long as a wrong password, so that neither is told apart.
        kept = (row and row["password_hash"]) or self._hasher.hash("nobody's password")
        return _account(row) if self._verified(kept, password) and row else None

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def by_id(self, user_id: str) -> Account | None:
        """The account of that id (a session's)."""
        if not is_id(user_id):
            return None
        with self._store.begin() as work:
            return _account(work.accounts.by_id(user_id))

    def by_email(self, email: str) -> Account | None:
        """The account of that address."""
        with self._store.begin() as work:
            return _account(work.accounts.by_email(email))

    def set_password(self, email: str, password: str) -> None:
        """Raises NotFound (no such user) and Invalid (too short)."""
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid((("password", f"at least {SHORTEST_PASSWORD} characters"),))
        hashed = self._hasher.hash(password)
        with self._store.begin() as work:
            row = work.accounts.by_email(email)
            if row is None or not work.accounts.set_password(email, hashed):
                raise NotFound(f"there is no user {email}")
            self._audit(work, "password set", row["id"])

    def create_token(self, email: str, name: str = "") -> str:
        """A fresh API token, told once. Raises NotFound."""
        token = TOKEN_MARK + secrets.token_urlsafe(TOKEN_BYTES)
        with self._store.begin() as work:
            row = work.accounts.by_email(email)
            if row is None:
                raise NotFound(f"there is no user {email}")
            now = self._clock()
            work.accounts.add_token(_hashed(token), row["id"], token[:PREFIX], name, now)
            self._audit(work, "token created", row["id"], reason=name or None)
        return token

    def revoke_token(self, token_or_prefix: str) -> bool:
        """Whether there was such a token to revoke."""
        with self._store.begin() as work:
            hashed, prefix = _hashed(token_or_prefix), token_or_prefix[:PREFIX]
            revoked = work.accounts.revoke_token(hashed, prefix, self._clock())
            if revoked:
                self._audit(work, "token revoked", prefix)
        return revoked

    def _audit(self, work: Work, action: str, about: str, reason: str | None = None) -> None:
        what = {"action": action, "object": about, "reason": reason, "result": "done"}
        work.records.audit(self._clock(), **OPERATOR, **what)

    def update_settings(
        self, account: Account, *, language: str | None = None, theme: str | None = None
    ) -> Account:
        """One's own language and theme. Raises Invalid."""
        _check("language", language, LANGUAGES)
        _check("theme", theme, THEMES)
        with self._store.begin() as work:
            work.accounts.set_settings(account.id, language, theme)
            return _account(work.accounts.by_id(account.id)) or account


def is_id(value: str) -> bool:
    """Whether a text is a UUID, so that it may be asked for."""
    try:
        return bool(uuid.UUID(value))
    except ValueError:
        return False


def _check(name: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise Invalid(((name, f"expected one of {', '.join(allowed)}"),))


def _hashed(token: str) -> str:
    # 32 random bytes cannot be guessed, so a fast hash is enough.
    return hashlib.sha256(token.encode()).hexdigest()


def _account(row: Plain | None) -> Account | None:
    if row is None:
        return None
    return Account(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=row["role"],
        agencies=tuple(row["agencies"]),
        languages=tuple(row["languages"]),
        language=row["language"],
        theme=row["theme"],
        phone=row["phone"],
        on_call=row["on_call"],
    )
