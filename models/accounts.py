"""Users and their API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

Plain = dict[str, Any]

_USER = """
    SELECT u.id, u.email, u.name, u.role, u.phone, u.on_call, u.languages, u.language, u.theme,
           u.password_hash,
           array(SELECT a.agency FROM user_agencies a WHERE a.user_id = u.id ORDER BY 1) AS agencies
    FROM users u
"""
_BY_EMAIL = text(f"{_USER} WHERE u.email = lower(:email) AND u.active")
_BY_ID = text(f"{_USER} WHERE u.id = CAST(:id AS uuid) AND u.active")
_BY_TOKEN = text(
    f"""
    {_USER} JOIN api_tokens t ON t.user_id = u.id
    WHERE t.hash = :hash AND t.revoked_at IS NULL AND u.active
    """
)
_SEEN = text(
    """
    UPDATE api_tokens SET last_used_at = :now
    WHERE hash = :hash AND (last_used_at IS NULL OR last_used_at < :before)
    """
)
_ADD_TOKEN = text(
    """
    INSERT INTO api_tokens (hash, user_id, prefix, name, created_at)
    VALUES (:hash, :user, :prefix, :name, :now)
    """
)
_REVOKE = text(
    """
    UPDATE api_tokens SET revoked_at = :now
    WHERE (hash = :hash OR prefix = :prefix) AND revoked_at IS NULL
    """
)
_PASSWORD = text("UPDATE users SET password_hash = :hash WHERE email = lower(:email) AND active")
_SETTINGS = text(
    """
    UPDATE users SET language = coalesce(:language, language), theme = coalesce(:theme, theme)
    WHERE id = CAST(:id AS uuid)
    """
)


class AccountRows:
    """Rows of users and tokens; only active users are ever found."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_email(self, email: str) -> Plain | None:
        """The user of that address, whatever its case."""
        return self._one(_BY_EMAIL, {"email": email})

    def by_id(self, user_id: str) -> Plain | None:
        """The user of that id."""
        return self._one(_BY_ID, {"id": user_id})

    def by_token(self, token_hash: str) -> Plain | None:
        """The user of a token that was not revoked."""
        return self._one(_BY_TOKEN, {"hash": token_hash})

    def _one(self, statement: Any, values: Plain) -> Plain | None:
        row = self._connection.execute(statement, values).mappings().first()
        return {**row, "id": str(row["id"])} if row else None

    def token_seen(self, token_hash: str, now: datetime, before: datetime) -> None:
        """Note the use of a token, unless one was noted since `before`."""
        values = {"hash": token_hash, "now": now, "before": before}
        self._connection.execute(_SEEN, values)

    def add_token(self, token_hash: str, user: str, prefix: str, name: str, now: datetime) -> None:
        """Keep a token's hash."""
        values = {"hash": token_hash, "user": user, "prefix": prefix, "name": name, "now": now}
        self._connection.execute(_ADD_TOKEN, values)

    def revoke_token(self, token_hash: str, prefix: str, now: datetime) -> bool:
        """Whether a token of that hash or prefix was there to revoke."""
        values = {"hash": token_hash, "prefix": prefix, "now": now}
        return self._connection.execute(_REVOKE, values).rowcount > 0

    def set_password(self, email: str, password_hash: str) -> bool:
        """Whether there was such a user."""
        values = {"email": email, "hash": password_hash}
        return self._connection.execute(_PASSWORD, values).rowcount > 0

    def set_settings(self, user_id: str, language: str | None, theme: str | None) -> None:
        """Change what is given."""
        values = {"id": user_id, "language": language, "theme": theme}
        self._connection.execute(_SETTINGS, values)
