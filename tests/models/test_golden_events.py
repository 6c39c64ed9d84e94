"""Events stored by an earlier version decode in this one, each kind once."""

import json
from pathlib import Path
from typing import Any

import pytest

from routing.codec import event_from_plain, event_to_plain
from routing.events import EVENT_TYPES

GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "golden_events.json").read_text()
)


@pytest.mark.parametrize("row", GOLDEN, ids=[row["name"] for row in GOLDEN])
def test_a_stored_event_still_says_the_same(row: dict[str, Any]) -> None:
    event = event_from_plain(row["name"], row["data"])
    said = event_to_plain(event)
    assert {name: said[name] for name in row["data"]} == row["data"]


def test_every_kind_of_event_is_among_them() -> None:
    assert sorted({row["name"] for row in GOLDEN}) == sorted(EVENT_TYPES)
