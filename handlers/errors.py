"""Why a use case did not happen, as types: each carries words that a person can read."""

from __future__ import annotations

from models.errors import Unavailable

__all__ = [
    "Elsewhere",
    "Forbidden",
    "Invalid",
    "NotFound",
    "Stale",
    "Unavailable",
    "UnknownCall",
    "UnknownLine",
    "UseCaseError",
]


class UseCaseError(Exception):
    """A use case could not be done; `str(error)` says why."""


class UnknownLine(UseCaseError):
    """A call arrived for a number that is no line of any agency."""


class NotFound(UseCaseError):
    """There is no such thing, or none that this account may know of (404)."""


class Elsewhere(NotFound):
    """It is another agency's: answered like NotFound, and told to the audit alone."""


class UnknownCall(NotFound):
    """There is no call of that id (404)."""


class Forbidden(UseCaseError):
    """The account's role may not do this (403)."""


class Stale(UseCaseError):
    """The call has moved on since the version the request was made for (409)."""


class Invalid(UseCaseError):
    """Fields of a form are wrong (422): `fields` holds (path, reason) pairs."""

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in fields))
        self.fields = fields
