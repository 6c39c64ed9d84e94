"""Counts of calls, by period and outcome, from the report's index alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

# Comparing with a few bounds is much cheaper than turning every time into the agency's zone.
_COUNTS = text(
    """
    SELECT width_bucket(opened_at, CAST(:bounds AS timestamptz[])) AS period, outcome, disposition,
           specialist_joined, law_arrived, closed_at IS NOT NULL AS closed, count(*) AS calls
    FROM calls
    WHERE agency = :agency AND opened_at >= :start AND opened_at < :end AND NOT drill
    GROUP BY 1, 2, 3, 4, 5, 6
    """
)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many calls that are alike; `period` counts the periods from 1."""

    period: int
    outcome: str | None
    disposition: str | None
    specialist_joined: bool
    law_arrived: bool
    closed: bool
    calls: int


class ReportRows:
    """Counts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def counts(self, agency: str, bounds: list[datetime]) -> list[Cell]:
        """The agency's calls by period, each from its bound until before the next; no drills."""
        values = {"agency": agency, "bounds": bounds, "start": bounds[0], "end": bounds[-1]}
        return [Cell(*row) for row in self._connection.execute(_COUNTS, values)]
