"""Performs outbox rows: lease, do it at the carrier outside of any transaction, feed back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.calls import Calls
from handlers.errors import UnknownCall
from handlers.ports import Bell, Carrier, CarrierError, Clock, Retry
from handlers.whereabouts import news_of
from models.errors import Contended, Unavailable
from models.outbox import OutboxRow
from models.store import Store
from models.work import Work
from routing import commands as c
from routing.call import OVER, Call, Leg
from routing.codec import call_from_plain
from routing.states import LegState

log = logging.getLogger(__name__)

LEASE_SECONDS = 15.0
BACKOFF_SECONDS = 0.5
TRIES = {"dial": 5, "hang_up": 6, "hand_over": 6, "sync_hold": 5, "lookup": 2, "announce": 2}
# A row that breaks our own code breaks it again: it must neither stay for ever nor block its leg.
TRIES_IN_VAIN = 5
FAULT = "internal fault"
# An unknown dial is looked for one second after it, and three seconds after it.
LOOKUP_DELAYS = (1.0, 2.0)
# The carrier's clock shows whole seconds, and may be a little behind ours.
SINCE_MARGIN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a row is performed upon: read when it is performed, not when it was written."""

    call: Call
    leg: Leg | None
    sid: str | None
    conference: str | None

    @property
    def over(self) -> bool:
        """Whether nothing can be done with the leg any more."""
        return self.leg is None or self.leg.state in OVER


class Outbox:
    """The worker's use case. Safe to run many times over, in many processes at once."""

    def __init__(
        self,
        store: Store,
        calls: Calls,
        carrier: Carrier,
        clock: Clock,
        bell: Bell | None = None,
        *,
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._store = store
        self._calls = calls
        self._carrier = carrier
        self._clock = clock
        self._bell = bell
        self._lease_seconds = lease_seconds

    def perform(self, row_id: int) -> None:
        """Do one row if it is due, free and first of its leg; else nothing. Raises Unavailable."""
        now = self._clock()
        row = self._store.run(lambda w: w.outbox.lease(row_id, now, self._lease_seconds))
        if row is None:
            return
        try:
            self._try(row)
        except (Contended, Unavailable):
            raise
        except Exception as error:
            log.exception("outbox row %d (%s)", row.id, row.kind, extra=_told(row, error))
            self._broke(row)

    def due(self, limit: int = 100) -> tuple[int, ...]:
        """Ids of rows that could be performed now, oldest first."""
        with self._store.begin() as work:
            return work.outbox.due(self._clock(), limit)

    def next_due(self) -> datetime | None:
        """When the next row will be due, None when nothing waits."""
        with self._store.begin() as work:
            return work.outbox.next_due()

    def _try(self, row: OutboxRow) -> None:
        if row.kind == "timer":
            self._timer(row)
            return
        situation = self._store.run(lambda work: _situation(work, row))
        try:
            self._at_carrier(row, situation)
        except CarrierError as error:
            self._failed(row, error)

    def _timer(self, row: OutboxRow) -> None:
        report = c.ReportTimer(row.timer or "", row.subject or 0, row.token or 0)
        self._report(row, report)
        self._finish(row)

    def _at_carrier(self, row: OutboxRow, situation: Situation) -> None:
        match row.kind:
            case "dial":
                self._dial(row, situation)
            case "hang_up":
                self._hang_up(row, situation)
            case "sync_hold":
                self._sync_hold(row, situation)
            case "announce":
                self._announce(row, situation)
            case "hand_over":
                self._hand_over(row, situation)
            case "lookup":
                self._look_up_leg(row, situation)

    def _dial(self, row: OutboxRow, situation: Situation) -> None:
        if situation.sid:
            self._finish(row)
        elif row.sent_before:
            self._look_for_dial(row, situation, row.sent_before)
        elif situation.leg is None or not situation.leg.live:
            self._finish(row)
        else:
            address, seconds = row.payload["address"], row.payload["seconds"]
            line = situation.call.line
            sid = self._carrier.dial(row.call_id, row.leg, address, line, seconds)
            self._calls.bind(row.call_id, row.leg, sid)
            self._finish(row)

    def _look_for_dial(self, row: OutboxRow, situation: Situation, since: datetime) -> None:
        sid = self._unclaimed(row, situation, since - SINCE_MARGIN)
        if sid:
            self._calls.bind(row.call_id, row.leg, sid, guessed=True)
            self._finish(row)
        elif row.lookups < len(LOOKUP_DELAYS):
            self._look_again(row, LOOKUP_DELAYS[row.lookups])
        else:
            self._give_up(row, "dial unknown")

    def _unclaimed(self, row: OutboxRow, situation: Situation, since: datetime) -> str | None:
        try:
            found = self._carrier.find_dial(row.payload["address"], situation.call.line, since)
        except CarrierError as error:
            log.warning("outbox row %d: the dial cannot be looked up: %s", row.id, error.reason)
            return None
        with self._store.begin() as work:
            bound = work.outbox.bound(found)
        return next((sid for sid in found if sid not in bound), None)

    def _hang_up(self, row: OutboxRow, situation: Situation) -> None:
        farewell = row.payload["farewell"]
        if situation.sid:
            try:
                self._end(row, situation.leg, situation.sid, farewell)
            except CarrierError as error:
                if error.retry is not Retry.GONE:
                    raise
                farewell = None
        # After a farewell the carrier says itself when the leg is over.
        if not situation.over and not (situation.sid and farewell):
            reason = (situation.leg and situation.leg.reason) or "ended"
            self._report(row, c.ReportEnded(row.leg, reason))
        self._finish(row)

    def _end(self, row: OutboxRow, leg: Leg | None, sid: str, farewell: str | None) -> None:
        if leg is None or leg.answered or farewell:
            self._carrier.hang_up(sid, row.call_id, row.leg, farewell)
        else:
            # Whoever answers at this moment hears from us that it is taken, and not a click.
            self._carrier.stop_ringing(sid)

    def _sync_hold(self, row: OutboxRow, situation: Situation) -> None:
        leg, sid = situation.leg, situation.sid
        if sid and leg and leg.live and leg.held != leg.hold_wanted:
            wanted = leg.hold_wanted
            self._carrier.hold(row.call_id, situation.conference, sid, row.leg, on=wanted)
            self._report(row, c.ReportHold(row.leg, wanted))
        self._finish(row)

    def _announce(self, row: OutboxRow, situation: Situation) -> None:
        leg, sid, prompt = situation.leg, situation.sid, row.payload["prompt"]
        if sid and leg and leg.state is LegState.JOINED:
            self._carrier.announce(row.call_id, situation.conference, sid, row.leg, prompt)
        self._finish(row)

    def _hand_over(self, row: OutboxRow, situation: Situation) -> None:
        if situation.sid:
            self._carrier.hand_over(situation.sid, row.call_id, row.leg)
        self._finish(row)

    def _look_up_leg(self, row: OutboxRow, situation: Situation) -> None:
        if situation.sid and situation.leg and not situation.over:
            status = self._carrier.where_is(row.call_id, situation.conference, situation.sid)
            for number, report in enumerate(news_of(situation.leg, status)):
                self._report(row, report, number)
        self._finish(row)

    def _failed(self, row: OutboxRow, error: CarrierError) -> None:
        log.warning("outbox row %d (%s): %s", row.id, row.kind, error.reason)
        if error.retry is Retry.UNKNOWN and row.kind == "dial":
            self._look_again(row, LOOKUP_DELAYS[0])
        elif error.retry is Retry.GONE and row.kind != "dial":
            self._finish(row)
        elif error.retry is Retry.NEVER or row.attempts + 1 >= TRIES[row.kind]:
            self._give_up(row, _lasting_reason(error))
        else:
            self._again(row, BACKOFF_SECONDS * 2**row.attempts, error.reason)

    def _again(self, row: OutboxRow, seconds: float, error: str) -> None:
        due = self._clock() + timedelta(seconds=seconds)
        self._store.run(lambda work: work.outbox.retry(row.id, due, error))

    def _broke(self, row: OutboxRow) -> None:
        """A fault of our own: a few more tries, none of which dials blindly, then the row fails."""
        tries = row.attempts + row.lookups
        seconds = BACKOFF_SECONDS * 2**tries
        if tries + 1 >= TRIES_IN_VAIN:
            self._fail_at_last(row)
        elif row.kind == "dial":
            self._look_again(row, max(seconds, LOOKUP_DELAYS[0]))
        else:
            self._again(row, seconds, FAULT)

    def _fail_at_last(self, row: OutboxRow) -> None:
        try:
            self._give_up(row, FAULT)
        except (Contended, Unavailable):
            raise
        except Exception as error:
            # The leg's end could not be decided either; the reconciler comes back to the call.
            log.exception("outbox row %d is given up", row.id, extra=_told(row, error))
            self._finish(row, failed=FAULT)

    def _look_again(self, row: OutboxRow, seconds: float) -> None:
        due = self._clock() + timedelta(seconds=seconds)
        self._store.run(lambda work: work.outbox.look_up(row.id, due, "dial unknown"))

    def _give_up(self, row: OutboxRow, reason: str) -> None:
        if row.kind == "dial":
            self._report(row, c.ReportEnded(row.leg, reason))
        self._finish(row, failed=reason)

    def _report(self, row: OutboxRow, report: c.Report, number: int = 0) -> None:
        # The receipt keeps a row that is performed twice from being heard twice.
        try:
            self._calls.report(row.call_id, report, receipt=f"outbox:{row.id}:{number}")
        except UnknownCall:
            log.warning("outbox row %d is of a call that does not exist", row.id)

    def _finish(self, row: OutboxRow, failed: str | None = None) -> None:
        following = self._store.run(lambda work: work.outbox.finish(row.id, failed=failed))
        if following and self._bell:
            self._bell.ring((following,))


def _situation(work: Work, row: OutboxRow) -> Situation:
    stored = work.calls.read(row.call_id)
    call = call_from_plain(stored.state) if stored else Call()
    conference = stored.conference_sid if stored else None
    return Situation(call, call.leg(row.leg), work.outbox.sid(row.call_id, row.leg), conference)


def _told(row: OutboxRow, error: Exception) -> dict[str, object]:
    reason = type(error).__name__
    return {"event": "effect_failed", "call": row.call_id, "kind": row.kind, "reason": reason}


def _lasting_reason(error: CarrierError) -> str:
    return error.reason if error.retry is Retry.NEVER else "carrier did not answer"
