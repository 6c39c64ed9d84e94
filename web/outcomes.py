"""What came of the call: the form, its revisions and its draft."""

from __future__ import annotations

from web.asked import Asked, Json
from web.bodies import OutcomeFields, SubmitOutcome


def submit_outcome(asked: Asked) -> Json:
    """The first is the outcome; later ones are revisions and say why."""
    body = asked.read(SubmitOutcome).model_dump(mode="json", exclude_unset=True)
    return asked.services.outcomes.submit(
        asked.account, asked.call_id, body, if_match=asked.if_match
    )


def save_draft(asked: Asked) -> Json:
    """The form so far; replaces what was saved before."""
    body = asked.read(OutcomeFields).model_dump(mode="json", exclude_unset=True)
    return asked.services.outcomes.save_draft(asked.account, asked.call_id, body)


def get_draft(asked: Asked) -> Json:
    """The form so far; empty when nothing was saved."""
    return asked.services.outcomes.draft(asked.account, asked.call_id) or {}


def list_revisions(asked: Asked) -> Json:
    """Every outcome that was submitted, the first one first."""
    items = asked.services.outcomes.revisions(asked.account, asked.call_id)
    return {"items": items, "next": None}
