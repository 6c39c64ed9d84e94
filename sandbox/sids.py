"""Identifiers in the carrier's form: two letters and 32 hex digits."""

from __future__ import annotations

import re
import uuid

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


def new_sid(prefix: str) -> str:
    return prefix + uuid.uuid4().hex


def is_sid(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and _SID.fullmatch(text) is not None
