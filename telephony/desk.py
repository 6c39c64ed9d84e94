"""What the webhooks need of the use cases; `handlers.calls.Calls` has all of it."""

from __future__ import annotations

from typing import Protocol

from handlers.calls import Handled
from routing.commands import Report


class Desk(Protocol):
    """Takes in what the carrier says. Everything but `fallback_number` may fail."""

    def arrive(
        self,
        line: str,
        sid: str,
        caller_number: str | None,
        incident_number: str | None,
        receipt: str,
        *,
        from_number: str | None = None,
    ) -> Handled:
        """A call has come in. Raises UnknownLine. The same sid twice is the same call."""

    def report(
        self,
        call_id: str,
        report: Report,
        *,
        receipt: str | None = None,
        sid: str | None = None,
        conference: str | None = None,
    ) -> Handled:
        """The network's word. Raises UnknownCall."""

    def reply(self, call_id: str) -> Handled:
        """The call as it is. Raises UnknownCall."""

    def call_of(self, sid: str) -> str | None:
        """The id of the call that arrived on the leg with that carrier's id, or None."""

    def fallback_number(self, line: str) -> str | None:
        """The number of a human for that line, from memory; never fails."""
