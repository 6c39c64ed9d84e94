"""The command line tells faults in a line and exits with 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.running import ROOT


def metline(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("METLINE_", "TWILIO_"))}
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        env=plain | environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ["up"],
        ["serve"],
        ["worker"],
        ["db", "upgrade"],
        ["db", "check"],
        ["config", "apply"],
        ["token", "create"],
        ["user", "password"],
        ["demo"],
        ["check-model"],
        ["doctor"],
        ["provision"],
        ["fallback", "write"],
        ["docs", "check"],
        ["docs", "write"],
    ],
    ids=" ".join,
)
def test_every_command_of_the_contract_explains_itself(command: list[str]) -> None:
    shown = metline(*command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Usage:" in shown.stdout


def test_help_loads_neither_the_web_nor_the_database_library() -> None:
    code = "import sys, service.cli; print({'flask', 'sqlalchemy', 'redis'} & set(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "set()"


def test_a_wrong_setting_is_told_in_one_line(tmp_path: Path) -> None:
    told = metline("up", PORT="many", METLINE_DATA_DIR=str(tmp_path))
    assert told.returncode == 2
    assert told.stderr.splitlines() == [
        "metline: PORT is 'many': set it to a number from 1 to 65535"
    ]


def test_a_process_without_its_stores_says_how_to_get_them(tmp_path: Path) -> None:
    told = metline("serve", METLINE_DATA_DIR=str(tmp_path))
    assert told.returncode == 2
    assert "run `metline up`" in told.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["db", "upgrade"],
        ["config", "apply", "service/demo.yaml"],
        ["token", "create", "--user", "dana@example.org"],
        ["provision"],
    ],
    ids=" ".join,
)
def test_a_database_that_does_not_answer_is_one_line(command: list[str], tmp_path: Path) -> None:
    silent = "postgresql://u:secret@127.0.0.1:1/d"
    told = metline(*command, DATABASE_URL=silent, METLINE_DATA_DIR=str(tmp_path))
    assert (told.returncode, len(told.stderr.splitlines())) == (2, 1)
    assert "check DATABASE_URL" in told.stderr
    assert "secret" not in told.stderr
