"""What a fresh clone relies on."""

import re
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent


def test_the_lock_file_names_only_the_public_registry() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_the_lock_file_names_no_path_but_the_project_itself() -> None:
    lock = (ROOT / "uv.lock").read_text()
    assert re.findall(r"(?:editable|path|directory) = \"([^\"]*)\"", lock) == ["."]
    assert "file://" not in lock


def test_make_alone_lists_the_targets() -> None:
    shown = subprocess.run(
        ["/usr/bin/env", "make"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for target in ("run", "test", "check", "bench", "clean"):
        assert f"make {target} " in shown


def test_the_procfile_runs_the_commands_of_the_contract() -> None:
    assert yaml.safe_load((ROOT / "Procfile").read_text()) == {
        "release": "metline db upgrade",
        "web": "metline serve",
        "worker": "metline worker",
    }


def test_the_packaged_demo_dials_only_numbers_that_are_nobodys() -> None:
    numbers = re.findall(r"\"(\+\d+)\"", (ROOT / "service" / "demo.yaml").read_text())
    assert [n for n in numbers if not re.fullmatch(r"\+166155501\d\d|\+18002738255", n)] == []
