"""Waits for a condition, never for a while."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 60.0


def eventually(condition: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """The first truthy value of condition. Raises AssertionError when it stays falsy."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {seconds:.0f} s: {condition}")
        time.sleep(0.02)
    return value
