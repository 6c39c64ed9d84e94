"""Children are restarted when they die and are gone when asked."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.supervisor import Child, Program, stop_all
from tests.service.running import gone, python
from tests.waiting import eventually

NOTE_AND_WAIT = """
import os, sys, time
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n")
while True: time.sleep(60)
"""
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
inner = subprocess.Popen([sys.executable, "-c", "import time\\nwhile True: time.sleep(60)"])
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()}\\n{inner.pid}\\n")
while True: time.sleep(60)
"""
PARENT = """
import sys, time
from service.supervisor import Child, Program
child = Child(Program("child", [sys.executable, "-c", sys.argv[1], sys.argv[2]], {}))
child.start()
print(child.pid, flush=True)
while True: time.sleep(60)
"""


class Notes:
    """The process ids that the children wrote down."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pids(self, count: int) -> list[int]:
        eventually(lambda: len(self.noted()) >= count)
        return self.noted()

    def noted(self) -> list[int]:
        """Those written so far."""
        if not self.path.exists():
            return []
        return [int(line) for line in self.path.read_text().splitlines()]

    def child(self, code: str) -> Child:
        command = [sys.executable, "-c", code, str(self.path)]
        return Child(Program("child", command, dict(os.environ)))


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    made = Notes(tmp_path / "notes")
    yield made
    for pid in made.noted():
        assert gone(pid)


def test_a_killed_child_is_started_again(notes: Notes) -> None:
    child = notes.child(NOTE_AND_WAIT)
    child.start()
    (first,) = notes.pids(1)
    os.kill(first, signal.SIGKILL)

    def restarted() -> bool:
        child.tend()
        return child.pid not in (None, first)

    eventually(restarted)
    assert child.deaths == 1
    assert notes.pids(2)[1] == child.pid
    stop_all([child])


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(notes: Notes) -> None:
    child = Child(Program("child", [sys.executable, "-c", "raise SystemExit(3)"], {}))
    child.start()

    def died(times: int) -> bool:
        child.tend()
        return child.deaths >= times

    pauses = []
    for times in (1, 2, 3):
        eventually(lambda times=times: died(times))  # type: ignore[misc]  # mypy cannot infer it
        pauses.append(child._pause)
    assert pauses == sorted(set(pauses))
    stop_all([child])


def test_a_stubborn_child_and_what_it_started_are_killed_in_the_end(notes: Notes) -> None:
    child = notes.child(STUBBORN)
    child.start()
    outer, inner = notes.pids(2)
    stop_all([child], seconds=0.2)
    eventually(lambda: gone(outer) and gone(inner))


def test_what_a_dead_child_had_started_goes_before_its_successor_comes(notes: Notes) -> None:
    child = notes.child(STUBBORN)
    child.start()
    outer, inner = notes.pids(2)
    os.kill(outer, signal.SIGKILL)

    def buried() -> bool:
        child.tend()
        return child.deaths == 1

    eventually(buried)
    eventually(lambda: gone(inner))
    stop_all([child], seconds=0.2)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children")
def test_children_of_a_killed_supervisor_die_with_it(notes: Notes) -> None:
    parent = python(PARENT, NOTE_AND_WAIT, str(notes.path))
    (pid,) = notes.pids(1)
    parent.kill()
    parent.communicate()
    eventually(lambda: gone(pid))
