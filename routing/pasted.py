"""A violation's history as a test that can be pasted."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum

from routing.explore import Violation


def as_test(violation: Violation) -> str:
    """Source text of a test that replays the history in its world."""
    lines = [
        f"# {violation.why}",
        "def test_found_by_the_model_checker() -> None:",
        f"    world = named_world({violation.world!r})",
        "    story = Story(world)",
        *(f"    story.take({_source(command)})" for command in violation.history),
    ]
    return "\n".join(lines) + "\n"


def _source(value: object) -> str:
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if not is_dataclass(value):
        return repr(value)
    parts = (f"{f.name}={_source(getattr(value, f.name))}" for f in fields(value))
    return f"{type(value).__name__}({', '.join(parts)})"
