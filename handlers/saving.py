"""Saves one decision whole: events, state, effects, bindings, presences and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.numbers import masked
from handlers.presence import doings
from handlers.projection import Result, event_rows, view_of
from models.calls import CallRow, Opening, Saved
from models.work import Work
from routing import events as e
from routing.call import Call
from routing.codec import call_to_plain
from routing.plan import Role

REACHED = "reached"
# The only outcome after which somebody still has to find the caller again.
LOST = "U01"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came with a command: its receipt, and what the carrier calls its leg and conference."""

    receipt: str | None = None
    sid: str | None = None
    conference: str | None = None
    leg: int = 0
    guessed: bool = False


NOTHING = Heard()


@dataclass(frozen=True, slots=True)
class Decision:
    """The events of one command, and the states around them."""

    before: Call
    result: Result
    events: tuple[e.Event, ...]
    actor: str
    now: datetime

    @property
    def after(self) -> Call:
        """The state that the events lead to."""
        return self.result.call


def save(
    work: Work, row: CallRow, decision: Decision, heard: Heard, *, hang_up: bool
) -> tuple[int, ...]:
    """Save a decision about a stored call; returns the outbox rows that are due at once.

    `hang_up`: whether a leg that is over is hung up when its carrier id becomes known only now.
    """
    saved = _with_bindings(_saved(decision, heard), row, heard)
    if hang_up and saved.sid and _must_hang_up(work, decision.after, heard.leg):
        effect = {"leg": heard.leg, "kind": "hang_up", "payload": {"farewell": None}, "seconds": 0}
        saved = replace(saved, outbox=[*saved.outbox, effect])
    rung = work.calls.save(saved, view_of(decision.after, decision.events))
    _keep_beside(work, decision)
    return rung


def open_call(
    work: Work, decision: Decision, heard: Heard, about: dict[str, str | None]
) -> tuple[int, ...]:
    """Save the decision that opens a call; returns the outbox rows that are due at once."""
    sids = {"1": heard.sid or ""}
    saved = replace(_saved(decision, heard), sid=heard.sid, leg=1, sids=sids)
    return work.calls.open(saved, _opening(decision.after, about))


def _saved(decision: Decision, heard: Heard) -> Saved:
    return Saved(
        id=decision.after.id,
        now=decision.now,
        actor=decision.actor,
        version=decision.after.version,
        state=call_to_plain(decision.after),
        events=event_rows(decision.before, decision.events),
        outbox=decision.result.outbox,
        sids={},
        receipt=heard.receipt,
        stopped=decision.result.stopped,
    )


def _with_bindings(saved: Saved, row: CallRow, heard: Heard) -> Saved:
    known = replace(saved, sids=row.sids, conference=heard.conference or row.conference_sid)
    if heard.sid is None or str(heard.leg) in row.sids:
        return known
    # A guess is kept apart, so that the leg's own connection is still believed.
    sids = row.sids if heard.guessed else row.sids | {str(heard.leg): heard.sid}
    return replace(known, sid=heard.sid, leg=heard.leg, guessed=heard.guessed, sids=sids)


def _must_hang_up(work: Work, call: Call, leg_id: int) -> bool:
    leg = call.leg(leg_id)
    over = leg is not None and not leg.live
    return over and not work.outbox.waits(call.id, leg_id, "hang_up", "hand_over")


def _opening(call: Call, about: dict[str, str | None]) -> Opening:
    return Opening(
        agency=call.agency,
        line=call.line,
        entry=call.entry.value,
        drill=call.drill,
        stage=call.stage.value,
        incident_number=about["incident_number"],
        caller_number=about["caller_number"],
        caller_masked=masked(about["caller_number"]),
    )


def _keep_beside(work: Work, decision: Decision) -> None:
    doing = doings(decision.before, decision.after)
    if doing:
        work.presences.engage(decision.after.id, doing, decision.now)
    for event in decision.events:
        _keep_task(work, decision, event)


def _keep_task(work: Work, decision: Decision, event: e.Event) -> None:
    call_id, now = decision.after.id, decision.now
    match event:
        case e.TaskOpened(task="outcome") if decision.after.outcome:
            pass
        case e.TaskOpened(task="callback") if decision.after.outcome not in (None, LOST):
            pass
        case e.TaskOpened(task=task, about=about):
            work.forms.open_task(call_id, task, about, now)
        case e.CallbackAttempted(result=result):
            work.forms.add_attempt(call_id, decision.actor, result, now)
            if result == REACHED:
                work.forms.close_tasks(call_id, "callback", now)
        case e.OutcomeSubmitted() | e.OutcomeRevised():
            work.forms.close_tasks(call_id, "outcome", now)
            if event.code != LOST:
                work.forms.close_tasks(call_id, "callback", now)
            work.presences.wrapped_up(call_id, now)


def rung_users(call: Call) -> tuple[str, ...]:
    """The specialists whom a call has rung or let in, in the order in which rows are locked."""
    return tuple(sorted(set(_specialists(call))))


def _specialists(call: Call) -> Iterator[str]:
    for leg in call.legs:
        if leg.role is Role.SPECIALIST and leg.user and leg.live:
            yield leg.user
