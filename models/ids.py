"""Call ids that carry their time, so that the event log can be partitioned by the id alone."""

from __future__ import annotations

from datetime import UTC, datetime

_RANDOM_BITS = 80


def time_ordered(random_id: str, at: datetime) -> str:
    """A UUID of version 7 (RFC 9562): the milliseconds of `at`, then the bits of `random_id`."""
    kept = int(random_id.replace("-", ""), 16) & ((1 << _RANDOM_BITS) - 1)
    versioned = (_millis(at) << _RANDOM_BITS) | (kept & ~(0xF << 76)) | (7 << 76)
    return _dashed(versioned & ~(0b11 << 62) | (0b10 << 62))


def first_id(at: datetime) -> str:
    """The smallest id of that moment: a bound of a partition."""
    return _dashed(_millis(at) << _RANDOM_BITS)


def opened_at(call_id: str) -> datetime:
    """The moment inside an id."""
    return datetime.fromtimestamp(int(call_id.replace("-", "")[:12], 16) / 1000, UTC)


def _millis(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _dashed(number: int) -> str:
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
