"""What can go wrong with the database, as types that the other layers may know."""

from __future__ import annotations


class Unavailable(Exception):
    """The database does not answer, or not in time: nothing was changed."""


class Contended(Exception):
    """Two transactions stood in each other's way; the whole transaction may be tried again."""


class DatabaseTooNew(Exception):
    """The database was migrated by a newer version of metline."""
