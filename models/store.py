"""The database as the use cases see it: one method that opens a unit of work."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from psycopg import errors as pg
from sqlalchemy import Engine, create_engine, event, exc

from models.errors import Contended, Unavailable
from models.urls import driver_url
from models.work import Work

Result = TypeVar("Result")

TRIES = 3
# A webhook has 15 s in all, so a stuck database must be known well before that.
SESSION = (
    "-c timezone=UTC -c lock_timeout=1s -c statement_timeout=3s"
    " -c idle_in_transaction_session_timeout=15s"
)
_IN_THE_WAY = (
    pg.DeadlockDetected,
    pg.SerializationFailure,
    pg.LockNotAvailable,
    pg.UniqueViolation,
)
_SILENT = (pg.OperationalError, pg.InterfaceError, exc.TimeoutError)


class Store:
    """Opens units of work on one database. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def connect(cls, url: str, *, pool: int = 5) -> Store:
        """A store at a `postgresql://` address; nothing is opened before the first use."""
        engine = create_engine(
            driver_url(url),
            pool_size=pool,
            max_overflow=pool,
            pool_timeout=4,
            pool_recycle=1800,
            hide_parameters=True,  # an error's text is logged, and parameters name people
            connect_args={"connect_timeout": 3, "options": SESSION},
        )
        event.listen(engine, "checkout", _refuse_hung_up)
        return cls(engine)

    @contextmanager
    def begin(self) -> Iterator[Work]:
        """One transaction: committed at the end, rolled back on any exception.

        Raises Unavailable and Contended, never what the driver raises.
        """
        try:
            with self._engine.begin() as connection:
                yield Work(connection)
        except (exc.DBAPIError, exc.TimeoutError, pg.Error) as problem:
            raise _translated(problem) from problem

    def run(self, use: Callable[[Work], Result]) -> Result:
        """`use` in a transaction of its own, tried again when another one stood in the way."""
        for _ in range(TRIES - 1):
            try:
                with self.begin() as work:
                    return use(work)
            except Contended:
                continue
        with self.begin() as work:
            return use(work)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _translated(problem: exc.DBAPIError | exc.TimeoutError | pg.Error) -> Exception:
    cause = problem.orig if isinstance(problem, exc.DBAPIError) else problem
    if isinstance(cause, _IN_THE_WAY):
        return Contended("another transaction stood in the way")
    if isinstance(cause, _SILENT):
        return Unavailable("the database does not answer")
    if isinstance(cause, (pg.UndefinedTable, pg.UndefinedColumn)):
        return Unavailable("the database has not been migrated")
    return problem


def _refuse_hung_up(connection: Any, _record: Any, _proxy: Any) -> None:
    # An idle connection with something to read was closed by the server: no ping is needed.
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise exc.DisconnectionError
