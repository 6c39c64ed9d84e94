"""What a sandbox is started with, and the carrier's habits that tests may change."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

API_VERSION = "2010-04-01"
WEBHOOK_LIMIT_SECONDS = 15.0
DOCUMENT_LIMIT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Account:
    sid: str
    auth_token: str
    api_keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Habits:
    """Times are in seconds; `calls_per_second` None means that nothing is queued."""

    calls_per_second: float | None = None
    listing_lag: float = 1.0
    setup_delay: float = 0.0
    speech_characters_per_second: float = 15.0
    play_seconds: float = 5.0
    ring_buffer_seconds: float = 5.0

    def changed(self, values: dict[str, Any]) -> Habits:
        known = {field.name for field in fields(self)}
        if unknown := sorted(set(values) - known):
            raise ValueError(f"unknown setting {unknown[0]!r}; known: {', '.join(sorted(known))}")
        for name, value in values.items():
            _check(name, value)
        return replace(self, **values)


def _check(name: str, value: Any) -> None:
    if value is None and name == "calls_per_second":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ValueError(f"{name} must be a number, zero or more")
    if name == "calls_per_second" and value == 0:
        raise ValueError("calls_per_second must be above zero, or null for no queue")
