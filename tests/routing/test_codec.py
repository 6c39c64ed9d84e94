"""What is stored today can be read tomorrow."""

import pytest

from routing import codec
from routing import events as e
from tests.routing.story import alone_with_maria


def test_an_event_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(codec.UnknownEventError, match="'moon_landed'"):
        codec.event_from_plain("moon_landed", {})


def test_a_field_of_a_newer_version_is_dropped_and_a_missing_one_has_its_default() -> None:
    assert codec.event_from_plain("leg_joined", {"leg": 3, "mood": "calm"}) == e.LegJoined(3)


def test_a_state_survives_storage() -> None:
    call = alone_with_maria().call
    assert codec.call_from_plain(codec.call_to_plain(call)) == call
