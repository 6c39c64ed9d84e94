"""Which workers live: a session lock dies with its process, so no clock has to be trusted."""

from __future__ import annotations

from contextlib import suppress
from typing import LiteralString

import psycopg

from models.errors import Unavailable
from models.work import Work

LOCK = 0x6D65746C  # any number that nothing else locks
_ALONE: LiteralString = "SELECT pg_try_advisory_lock(%s)"
_AMONG: LiteralString = "SELECT pg_advisory_lock_shared(%s)"
_LET_GO: LiteralString = "SELECT pg_advisory_unlock(%s)"
_FREE = """
    UPDATE outbox SET lease_until = NULL
    WHERE state = 'pending' AND lease_until IS NOT NULL
"""


class Attendance:
    """One worker's presence at the database. Used by one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None

    def keep(self) -> bool:
        """Be present; True when just come, with no other worker there. Raises Unavailable."""
        try:
            if self._connection is not None:
                self._connection.execute("SELECT 1")
                return False
            self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=3)
            return self._come(self._connection)
        except psycopg.Error as problem:
            self.leave()
            raise Unavailable("the database does not answer") from problem

    def leave(self) -> None:
        """Be present no longer."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _come(self, connection: psycopg.Connection) -> bool:
        alone = connection.execute(_ALONE, [LOCK]).fetchone() == (True,)
        connection.execute(_AMONG, [LOCK])
        if alone:
            connection.execute(_LET_GO, [LOCK])
        return alone


def free_leases(work: Work) -> int:
    """Give back what workers held who are no more; returns how many rows that were."""
    return work.connection.exec_driver_sql(_FREE).rowcount
