"""A YAML file becomes the directory, or nothing changes and the reason names file and place."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.plans import Plans
from models.store import Store
from service import directory_file
from service.faults import Fault
from tests.service.effects_stage import DEMO
from tests.web.stage import settings

REDIS = "redis://127.0.0.1:9/0"


def test_what_changed_is_printed_and_a_second_time_nothing_does(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = settings(database_url, REDIS)
    directory_file.main(chosen, DEMO)
    first = capsys.readouterr().out
    assert "bakersfield-pd" in first
    directory_file.main(chosen, DEMO)
    assert capsys.readouterr().out == "nothing changed\n"


# what is written into the file, and what the fault says of it
BROKEN = [
    ("agencies: [", ":1:12: "),
    ("agencies:\n\t- key: a", ":2:1: "),
    ("users: []\nagencies: []\nusers: []\n", ":3:1: 'users' stands twice"),
    ("agencies: !!python/object:os.system {}", ":1:11: "),
    ("just words", "document: "),
    ("", "document: "),
    ("agencies: 5", "agencies: "),
    ("agents: []", "agents"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN)
def test_a_broken_file_is_refused_with_its_place_and_reason(
    database_url: str, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(text)
    with pytest.raises(Fault) as refused:
        directory_file.main(settings(database_url, REDIS), file)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


def test_one_bad_field_changes_nothing(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(DEMO.read_text().replace('"+16615550122"', '"call me"'))
    with pytest.raises(Fault) as refused:
        directory_file.main(settings(database_url, REDIS), file)
    assert "lines[1].number" in str(refused.value)
    assert str(refused.value).endswith("nothing was changed")
    store = Store.connect(database_url, pool=1)
    assert Plans(store).load().lines == {}
    store.close()


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    nowhere = settings("postgresql://nobody@127.0.0.1:9/none", REDIS)
    with pytest.raises(Fault, match="the database does not answer"):
        directory_file.main(nowhere, DEMO)


def test_a_file_that_is_not_text_or_not_there_is_told(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    for file in (binary, tmp_path / "missing.yaml"):
        with pytest.raises(Fault, match=str(file)):
            directory_file.read(file)
