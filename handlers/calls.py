"""One command on one call: lock its row, decide, save everything together, ring the outbox."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.access import Account, require_agency, require_role, who_may
from handlers.errors import Stale, UnknownCall, UnknownLine
from handlers.plans import Line, Plans
from handlers.ports import Bell, Clock, NewId
from handlers.presence import roster_of
from handlers.projection import actor_of, result_of
from handlers.saving import NOTHING, Decision, Heard, open_call, rung_users, save
from models.calls import CallRow
from models.errors import Unavailable
from models.ids import time_ordered
from models.store import Store
from models.work import Work
from routing import commands as c
from routing.call import Call
from routing.codec import call_from_plain
from routing.commands import Command, Report, Request
from routing.decide import drafted
from routing.events import Event
from routing.plan import Entry, Plan
from routing.roster import Roster


@dataclass(frozen=True, slots=True)
class Handled:
    """What a command led to; `events` are the new ones, none when it was repeated."""

    call: Call
    plan: Plan
    events: tuple[Event, ...] = ()


Done = tuple[Handled, tuple[int, ...]]
Use = Callable[[Work], Done]
# A report of these kinds is answered with a document, which ends a leg that is over by itself.
_ANSWERED = (c.ReportAnswered, c.ReportKey, c.ReportStar, c.ReportEnded)
# Before these a specialist may win a call, and may have won another one a moment ago.
_WINNING = (c.ReportAnswered, c.ReportKey)


class Calls:
    """The commands on calls. Threads may share it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        bell: Bell,
        new_id: NewId,
        *,
        worker_silence: timedelta | None = None,
    ) -> None:
        """A worker silent for longer takes no new calls; None does not ask."""
        self._worker_silence = worker_silence
        self._store = store
        self._clock = clock
        self._bell = bell
        self._new_id = new_id
        self.plans = Plans(store)
        with suppress(Unavailable):
            self.plans.load()

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
        """A call has come in. Raises UnknownLine. The same sid twice is the same call.

        `from_number` is who dialed: the caller on a direct line, the center on a bridged one.
        """
        about = {
            "caller_number": caller_number,
            "incident_number": incident_number,
            "from_number": from_number,
        }
        heard = Heard(receipt, sid, leg=1)
        return self._done(lambda work: self._arrive(work, line, about, heard))

    def report(
        self,
        call_id: str,
        report: Report,
        *,
        receipt: str | None = None,
        sid: str | None = None,
        conference: str | None = None,
    ) -> Handled:
        """The network's word. Raises UnknownCall, Unavailable."""
        heard = Heard(receipt, sid, conference, getattr(report, "leg", 0))
        return self._done(lambda work: self._report(work, call_id, report, heard))

    def reply(self, call_id: str) -> Handled:
        """The call as it is, for rendering. Raises UnknownCall, Unavailable."""
        with self._store.begin() as work:
            row = _found(work.calls.read(call_id))
            return Handled(call_from_plain(row.state), self._plan(work, row))

    def request(
        self,
        call_id: str,
        request: Request,
        *,
        if_match: int | None = None,
        account: Account | None = None,
    ) -> Handled:
        """A person's wish. With `account`, role and agency are checked (Forbidden, NotFound).

        Raises Refused, UnknownCall, Stale, Unavailable.
        """
        return self._done(lambda w: self.ask(w, call_id, request, if_match, account))

    def bind(self, call_id: str, leg: int, sid: str, *, guessed: bool = False) -> Handled:
        """The carrier's id of a leg is known now; a leg that is over is hung up.

        Raises UnknownCall, Unavailable.
        """
        heard = Heard(sid=sid, leg=leg, guessed=guessed)
        return self._done(lambda work: self._bind(work, call_id, heard))

    def call_of(self, sid: str) -> str | None:
        """The id of the call that arrived on the leg with that carrier's id. Raises Unavailable."""
        with self._store.begin() as work:
            return work.calls.by_caller_sid(sid)

    def fallback_number(self, line: str) -> str | None:
        """The number of a human for that line, from memory."""
        return self.plans.fallback_number(line)

    def ring(self, row_ids: tuple[int, ...]) -> None:
        """Tell the workers, once what they are to do is committed."""
        if row_ids:
            self._bell.ring(row_ids)

    def _done(self, use: Use) -> Handled:
        handled, rung = self._store.run(use)
        self.ring(rung)
        return handled

    def ask(
        self,
        work: Work,
        call_id: str,
        request: Request,
        if_match: int | None,
        account: Account | None,
    ) -> Done:
        """`request` inside a transaction of the caller's, who rings the rows afterwards."""
        row = _found(work.calls.lock(call_id))
        if account:
            require_agency(account, row.agency)
            require_role(account, *who_may(request))
        if if_match is not None and if_match != row.version:
            raise Stale(f"The call has moved on: it is at version {row.version}.")
        return self._decide(work, row, request, NOTHING)

    def _report(self, work: Work, call_id: str, report: Report, heard: Heard) -> Done:
        row = _found(work.calls.lock(call_id, heard.receipt))
        if row.repeated or _stranger(row, heard):
            return Handled(call_from_plain(row.state), self._plan(work, row)), ()
        return self._decide(work, row, report, heard)

    def _decide(self, work: Work, row: CallRow, command: Command, heard: Heard) -> Done:
        before = call_from_plain(row.state)
        roster = self._roster(work, row, before, command)
        draft = drafted(before, command, roster)
        events = tuple(draft.events)
        result = result_of(draft.states, events)
        decision = Decision(before, result, events, actor_of(command), self._now())
        hang_up = not isinstance(command, _ANSWERED)
        rung = save(work, row, decision, heard, hang_up=hang_up)
        return Handled(result.call, roster.plan, events), rung

    def _bind(self, work: Work, call_id: str, heard: Heard) -> Done:
        row = _found(work.calls.lock(call_id))
        call = call_from_plain(row.state)
        rung: tuple[int, ...] = ()
        if str(heard.leg) not in row.sids:
            decision = Decision(call, result_of((call,), ()), (), "carrier", self._now())
            rung = save(work, row, decision, heard, hang_up=True)
        return Handled(call, self._plan(work, row)), rung

    def _arrive(self, work: Work, line: str, about: dict[str, str | None], heard: Heard) -> Done:
        arriving = work.calls.arriving(heard.sid or "", line)
        book = self.plans.at(work, arriving.config)
        if arriving.id:
            row = _found(work.calls.read(arriving.id))
            return Handled(call_from_plain(row.state), book.plans[row.agency]), ()
        self._refuse_unattended(arriving.beat)
        if line not in book.lines:
            raise UnknownLine("that number is no line of any agency")
        roster = roster_of(book.plans[book.lines[line].agency], arriving.roster, self._now())
        decision = self._opened(book.lines[line], roster)
        if book.lines[line].entry is Entry.DIRECT:
            about["caller_number"] = about["caller_number"] or about["from_number"]
        rung = open_call(work, decision, heard, about)
        return Handled(decision.after, roster.plan, decision.events), rung

    def _refuse_unattended(self, beat: datetime | None) -> None:
        # With nobody to ring for the caller, the fallback number is the nearer human.
        silence = self._worker_silence
        if silence and (beat is None or self._now() - beat > silence):
            raise Unavailable("no worker is alive to ring anybody")

    def _opened(self, line: Line, roster: Roster) -> Decision:
        now = self._now()
        call_id = time_ordered(self._new_id(), now)
        command = c.ReportArrival(call_id, line.agency, line.number, line.entry, line.drill)
        draft = drafted(Call(), command, roster)
        events = tuple(draft.events)
        return Decision(Call(), result_of(draft.states, events), events, actor_of(command), now)

    def _roster(self, work: Work, row: CallRow, call: Call, command: Command) -> Roster:
        rows = row.roster
        rung = rung_users(call) if isinstance(command, _WINNING) else ()
        if rung:
            work.presences.lock(rung)
            rows = work.presences.roster(row.agency)
        return roster_of(self._plan(work, row), rows, self._now())

    def _plan(self, work: Work, row: CallRow) -> Plan:
        return self.plans.at(work, row.config).plans[row.agency]

    def _now(self) -> datetime:
        now = self._clock()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _found(row: CallRow | None) -> CallRow:
    if row is None:
        raise UnknownCall("There is no such call.")
    return row


def _stranger(row: CallRow, heard: Heard) -> bool:
    """Whether another connection than the leg's own speaks for it: a guess that went wrong."""
    known = row.sids.get(str(heard.leg))
    return known is not None and heard.sid is not None and known != heard.sid
