"""`metline check-model` ends with its result in JSON, and fails on what it finds."""

import json

import pytest

from routing.explore import World
from routing.plan import Entry, Plan
from routing.roster import Roster
from service import check_model

# Nobody can be rung here: emergency numbers never are. Only the caller's own leg moves.
TINY = World("tiny", Entry.BRIDGED, Roster(Plan("agency", "911", "911")), (), ())


def last_line(out: str) -> dict[str, object]:
    told: dict[str, object] = json.loads(out.splitlines()[-1])
    return told


def test_the_last_line_is_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check_model.main((TINY,))
    told = last_line(capsys.readouterr().out)
    assert told["exhausted"] is True
    assert isinstance(told["states"], int)
    assert told["states"] > 1


def test_a_stage_change_of_the_table_that_is_never_reached_is_a_violation(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        check_model.main((TINY,))
    out = capsys.readouterr().out
    assert ended.value.code == 1
    assert "the stage change menu to with_dispatcher" not in out
    assert "is listed, never reached" in out
    assert last_line(out)["violations"]


def test_each_world_is_named_with_what_was_seen_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        check_model.main((TINY,))
    assert capsys.readouterr().out.startswith("tiny: ")
