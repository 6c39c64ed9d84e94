"""Compares calls with the carrier, at a low rate and after any silence."""

from __future__ import annotations

import logging
from datetime import timedelta

from handlers.calls import Calls
from handlers.ports import Carrier, CarrierError, Clock, Where
from handlers.whereabouts import news_of
from models.store import Store
from models.work import Work
from routing import commands as c
from routing.call import OVER, Call, Leg
from routing.codec import call_from_plain
from routing.states import LegState

log = logging.getLogger(__name__)

QUIET = timedelta(seconds=20)
EVERY = timedelta(seconds=60)
# A closed call is looked after for as long as a leg of it may still be at the carrier.
AFTERWARDS = timedelta(hours=6)


class Reconciler:
    """Asks the carrier about legs of which nothing was heard, and reports what it says."""

    def __init__(self, store: Store, calls: Calls, carrier: Carrier, clock: Clock) -> None:
        self._store = store
        self._calls = calls
        self._carrier = carrier
        self._clock = clock

    def run(self, limit: int = 10) -> int:
        """Check up to `limit` calls that are due for it; returns how many were."""
        due = self._store.run(lambda work: self._due(work, limit))
        for call_id in due:
            self._check(call_id)
        return len(due)

    def _due(self, work: Work, limit: int) -> list[str]:
        now = self._clock()
        due = work.log.silent(now - QUIET, now - EVERY, now - AFTERWARDS, limit)
        for call_id in due:
            work.log.checked(call_id, now)
        return due

    def _check(self, call_id: str) -> None:
        with self._store.begin() as work:
            row = work.calls.read(call_id)
            call = call_from_plain(row.state) if row else Call()
            legs = [leg for leg in call.legs if leg.state not in OVER]
            sids = {leg.id: work.outbox.sid(call_id, leg.id) for leg in legs}
            waiting = {leg.id for leg in legs if work.outbox.waits(call_id, leg.id, *_DIALED_BY)}
        for leg in legs:
            sid = sids[leg.id]
            if sid:
                self._ask(call_id, row.conference_sid if row else None, leg, sid)
            elif leg.id not in waiting:
                self._calls.report(call_id, c.ReportEnded(leg.id, "dial unknown"))

    def _ask(self, call_id: str, conference: str | None, leg: Leg, sid: str) -> None:
        try:
            status = self._carrier.where_is(call_id, conference, sid)
            if leg.state is LegState.LEAVING and status.where not in (Where.ENDED, Where.UNKNOWN):
                self._carrier.hang_up(sid, call_id, leg.id, None)
        except CarrierError as error:
            log.warning("call %s leg %d cannot be compared: %s", call_id, leg.id, error.reason)
            return
        for report in news_of(leg, status):
            self._calls.report(call_id, report)


_DIALED_BY = ("dial", "hang_up")
