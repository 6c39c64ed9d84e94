"""The form after a call: submit, revise with a reason, save as typed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from handlers.access import SPECIALIST, Account, require_agency, require_role
from handlers.accounts import is_id
from handlers.calls import Calls
from handlers.errors import Forbidden, UnknownCall
from handlers.outcome_form import checked
from handlers.ports import Clock
from handlers.views import outcome_view
from models.store import Store
from models.work import Work
from routing import commands as c
from routing.call import Call
from routing.codec import call_from_plain
from routing.plan import Role

Plain = dict[str, Any]


class Outcomes:
    """Outcomes of calls."""

    def __init__(self, store: Store, calls: Calls, clock: Clock) -> None:
        self._store = store
        self._calls = calls
        self._clock = clock

    def submit(
        self, account: Account, call_id: str, body: Plain, *, if_match: int | None = None
    ) -> Plain:
        """The first is the outcome, later ones revisions, which need `reason`.

        Returns the outcome as the call shows it. Raises Invalid, Refused, Forbidden, NotFound,
        Stale.
        """
        form = checked(body, draft=False)
        shown, rung = self._store.run(lambda w: self._submit(w, account, call_id, form, if_match))
        self._calls.ring(rung)
        return shown

    def _submit(
        self, work: Work, account: Account, call_id: str, form: Plain, if_match: int | None
    ) -> tuple[Plain, tuple[int, ...]]:
        whose = require_own(work, account, call_id).last_specialist or account.id
        request = c.SubmitOutcome(account.actor, form["code"], form.get("reason"))
        _, rung = self._calls.ask(work, call_id, request, if_match, account)
        now, kept = self._clock(), {k: v for k, v in form.items() if k != "reason"}
        work.forms.add_outcome(call_id, account.id, kept, form.get("reason"), now)
        if _consented(form.get("follow_up")):
            due = _due(form["follow_up"])
            work.forms.open_task(call_id, "follow_up", whose, now, due)
        return outcome_view(work.log.outcomes((call_id,))[call_id], account) or {}, rung

    def save_draft(self, account: Account, call_id: str, body: Plain) -> Plain:
        """Save an unfinished form. Raises Invalid (unknown field), Forbidden, NotFound."""
        require_role(account, SPECIALIST)
        form = checked(body, draft=True)
        with self._store.begin() as work:
            require_own(work, account, call_id)
            work.forms.save_draft(call_id, account.id, form, self._clock())
        return form

    def draft(self, account: Account, call_id: str) -> Plain | None:
        """The unfinished form, if there is one. Raises Forbidden, NotFound."""
        require_role(account, SPECIALIST)
        with self._store.begin() as work:
            require_own(work, account, call_id)
            return work.forms.draft(call_id, account.id)

    def revisions(self, account: Account, call_id: str) -> list[Plain]:
        """Every revision, the first one first. Raises NotFound."""
        with self._store.begin() as work:
            visible(work, account, call_id)
            rows = work.forms.revisions(call_id)
        return [outcome_view(row, account) or {} for row in rows]


def visible(work: Work, account: Account, call_id: str) -> Call:
    """A call of the account's agencies. Raises NotFound."""
    row = work.calls.read(call_id) if is_id(call_id) else None
    if row is None:
        raise UnknownCall("There is no such call.")
    require_agency(account, row.agency)
    return call_from_plain(row.state)


def require_own(work: Work, account: Account, call_id: str) -> Call:
    """A specialist's own calls: those they joined, and those nobody joined that rang them.

    Other roles own nothing and are let through. Raises Forbidden, NotFound.
    """
    call = visible(work, account, call_id)
    if account.role != SPECIALIST:
        return call
    own = [leg for leg in call.legs if leg.role is Role.SPECIALIST and leg.user == account.id]
    if not any(leg.ever_joined or not call.specialist_joined for leg in own):
        raise Forbidden("Another specialist had this call.")
    return call


def _due(follow_up: object) -> date | None:
    """The day agreed with the person: `due` of the answer, when it says one."""
    said = follow_up.get("due") if isinstance(follow_up, dict) else None
    try:
        return datetime.fromisoformat(said).date() if isinstance(said, str) else None
    except ValueError:
        return None


def _consented(follow_up: object) -> bool:
    if isinstance(follow_up, dict):
        return bool(follow_up.get("consent"))
    return follow_up is True
