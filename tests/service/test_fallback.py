"""The documents that speak when the service cannot."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from service import directory_file, fallback
from service.faults import Fault
from tests.service.effects_stage import DEMO
from tests.web.stage import settings

REDIS = "redis://127.0.0.1:9/0"


def test_each_line_has_a_document_that_rings_its_agencys_human(
    database_url: str, tmp_path: Path
) -> None:
    chosen = settings(database_url, REDIS)
    directory_file.main(chosen, DEMO)
    fallback.write(chosen, tmp_path / "new" / "folder")
    files = {path.name: path for path in (tmp_path / "new" / "folder").iterdir()}
    assert sorted(files) == [
        "16615550110.xml",
        "16615550111.xml",
        "16615550112.xml",
        "16615550121.xml",
        "16615550122.xml",
    ]
    verbs = list(ET.fromstring(files["16615550122.xml"].read_text()))  # noqa: S314 - our own
    dials = [verb for verb in verbs if verb.tag == "Dial"]
    assert {dial.text for dial in dials} == {"+16615550129"}
    assert {dial.get("callerId") for dial in dials} == {"+16615550122"}
    assert verbs[-1].tag == "Say"


def test_a_document_asks_nothing_of_the_service(database_url: str, tmp_path: Path) -> None:
    chosen = settings(database_url, REDIS)
    directory_file.main(chosen, DEMO)
    fallback.write(chosen, tmp_path)
    for path in tmp_path.iterdir():
        assert "http" not in path.read_text()


def test_without_lines_there_is_nothing_to_write(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="there are no lines yet"):
        fallback.write(settings(database_url, REDIS), tmp_path)


def test_a_folder_that_cannot_be_written_is_told(database_url: str, tmp_path: Path) -> None:
    chosen = settings(database_url, REDIS)
    directory_file.main(chosen, DEMO)
    (tmp_path / "file").write_text("")
    with pytest.raises(Fault, match="cannot write into"):
        fallback.write(chosen, tmp_path / "file" / "folder")
