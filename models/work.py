"""One transaction, and the repositories that work in it."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from sqlalchemy import Connection

from models.accounts import AccountRows
from models.call_log import CallLogRows
from models.calls import CallRows
from models.directory import DirectoryRows
from models.forms import FormRows
from models.outbox import OutboxRows
from models.partitions import ensure_months
from models.presences import PresenceRows
from models.records import RecordRows
from models.reports import ReportRows
from models.tasks import TaskRows


class Work:
    """Everything that a use case reads and writes between begin and commit."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def calls(self) -> CallRows:
        """The calls themselves: load and lock, save with events and effects."""
        return CallRows(self.connection)

    @cached_property
    def log(self) -> CallLogRows:
        """Reading calls and events."""
        return CallLogRows(self.connection)

    @cached_property
    def outbox(self) -> OutboxRows:
        """Effects that wait."""
        return OutboxRows(self.connection)

    @cached_property
    def presences(self) -> PresenceRows:
        """What specialists are doing."""
        return PresenceRows(self.connection)

    @cached_property
    def directory(self) -> DirectoryRows:
        """Agencies, lines, destinations."""
        return DirectoryRows(self.connection)

    @cached_property
    def accounts(self) -> AccountRows:
        """Users and their tokens."""
        return AccountRows(self.connection)

    @cached_property
    def forms(self) -> FormRows:
        """Outcomes, drafts, context, and what is still to be done."""
        return FormRows(self.connection)

    @cached_property
    def tasks(self) -> TaskRows:
        """Reading what remains to be done."""
        return TaskRows(self.connection)

    @cached_property
    def records(self) -> RecordRows:
        """Audit, idempotency keys, heartbeats."""
        return RecordRows(self.connection)

    @cached_property
    def reports(self) -> ReportRows:
        """Counts."""
        return ReportRows(self.connection)

    def ensure_months(self, first: date) -> tuple[str, ...]:
        """Make the event log's months from that day on; returns the partitions made."""
        return ensure_months(self.connection, first)
