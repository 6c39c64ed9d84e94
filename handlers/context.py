"""What the specialist should know: written by dispatchers and specialists, field by field."""

from __future__ import annotations

from typing import Any

from handlers.errors import Invalid
from handlers.views import CONTEXT
from models.work import Work

Plain = dict[str, Any]

LONGEST = 4000
# A checkbox on one screen, a number or words on another.
_LOOSE = ("weapons", "officers")


def write(work: Work, call_id: str, fields: Plain) -> None:
    """Set the fields given, keep the others."""
    if "incident_number" in fields:
        work.forms.set_incident(call_id, fields["incident_number"])
    context = {name: value for name, value in fields.items() if name in CONTEXT}
    if context:
        work.forms.set_context(call_id, context)


def checked(body: Plain) -> Plain:
    """The fields of `{"incident_number", "context"}` side by side. Raises Invalid."""
    context = body.get("context", {})
    problems = [
        (name, "unknown field") for name in body if name not in ("incident_number", "context")
    ]
    if not isinstance(context, dict):
        raise Invalid((("context", "expected an object"),))
    problems += [(f"context.{name}", "unknown field") for name in context if name not in CONTEXT]
    problems += [(f"context.{n}", why) for n, v in context.items() if (why := _wrong(n, v))]
    incident = {"incident_number": body["incident_number"]} if "incident_number" in body else {}
    problems += [(name, why) for name, value in incident.items() if (why := _wrong(name, value))]
    if problems:
        raise Invalid(tuple(problems))
    return {**incident, **context}


def _wrong(name: str, value: object) -> str | None:
    if value is None or (name in _LOOSE and isinstance(value, (bool, int))):
        return None
    if not isinstance(value, str):
        return "expected text"
    return f"at most {LONGEST} characters" if len(value) > LONGEST else None
