"""Reports: no rate without its counts."""

from __future__ import annotations

from web.asked import Asked, Json
from web.bodies import DiversionQuery


def report_diversion(asked: Asked) -> Json:
    """Diversion in three definitions, each with its numerator and denominator."""
    wanted = asked.read(DiversionQuery)
    return asked.services.reports.diversion(
        asked.account,
        wanted.agency,
        wanted.from_,
        wanted.to,
        by=wanted.by,
        definition=wanted.definition,
        copy=wanted.copy_,
    )
