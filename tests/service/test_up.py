"""`metline up`: one command starts it all, survives deaths, and leaves nothing running."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from service import local
from tests.service.running import ROOT, gone, ordinary_user, processes_naming
from tests.waiting import eventually


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Up:
    """One `metline up` and what it printed."""

    def __init__(
        self, folder: Path, *, port: int | None = None, before: tuple[str, ...] = ()
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("METLINE_", "TWILIO_"))}
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", "service.cli", "up"],
            env=plain | {"METLINE_DATA_DIR": str(folder), "PORT": str(self.port)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))

    def ready(self) -> "Up":
        eventually(lambda: self.said("ready:") or self.process.poll() is not None)
        assert self.process.poll() is None, self.shown()
        return self

    def said(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    def shown(self) -> str:
        return "\n".join(self.lines)

    def ended(self) -> int:
        code = self.process.wait(60)
        self._reader.join()
        return code

    def stop(self, signum: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(signum)
        return self.ended()

    def child(self, command: str) -> psutil.Process:
        """The running child whose last argument is command."""
        for process in psutil.Process(self.process.pid).children():
            if process.cmdline()[-1:] == [command]:
                return process
        raise LookupError(command)

    def readyz(self) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return int(answer.status)
        except OSError:
            return 0


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="metline-up-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    made = Path(tempfile.mkdtemp(prefix="metline-up-"))
    made.chmod(0o711)
    running = Up(made)
    try:
        yield running.ready()
    finally:
        running.stop()
        shutil.rmtree(made, ignore_errors=True)


def test_it_prints_one_line_per_address_and_the_demo_logins(up: Up) -> None:
    for start in ("service ", "sandbox ", "database ", "redis "):
        assert len([line for line in up.lines if line.startswith(start)]) == 1
    logins = [line for line in up.lines if line.startswith("sign in ")]
    assert any("dana@example.org" in line and "(dispatcher)" in line for line in logins)


def test_a_second_terminal_finds_its_addresses_and_nobody_else_may_read_them(up: Up) -> None:
    told = json.loads((up.folder / "run.json").read_text())
    assert told["METLINE_PUBLIC_URL"] == f"http://127.0.0.1:{up.port}"
    assert stat.S_IMODE((up.folder / "run.json").stat().st_mode) == 0o600
    settings = local.settings({"METLINE_DATA_DIR": str(up.folder)})
    assert settings.database_url == told["DATABASE_URL"]
    assert settings.carrier_url == told["METLINE_CARRIER_URL"]


def test_a_second_one_in_the_same_folder_says_in_one_line_what_to_do(up: Up) -> None:
    second = Up(up.folder)
    assert second.ended() == 2
    assert len(second.lines) == 1
    assert "already runs" in second.lines[0]


def test_a_port_in_use_is_one_line(up: Up, folder: Path) -> None:
    second = Up(folder, port=up.port)
    assert second.ended() == 2
    assert second.lines == [
        f"metline: port {up.port} is in use: stop what holds it, or set PORT to another"
    ]


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_killed_child_comes_back(up: Up, command: str) -> None:
    before = up.child(command)
    before.kill()
    eventually(lambda: gone(before.pid))

    def came_back() -> bool:
        try:
            return up.child(command).pid != before.pid and up.readyz() == 200
        except (LookupError, psutil.NoSuchProcess):
            return False

    eventually(came_back)
    assert up.said("was ended by signal 9; starting it again")


def test_a_killed_database_comes_back(up: Up) -> None:
    database = json.loads((up.folder / "run.json").read_text())["DATABASE_URL"]
    pid = int((up.folder / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: gone(pid))

    def answers() -> bool:
        try:
            with psycopg.connect(database) as connection:
                return connection.execute("select 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    eventually(answers)
    eventually(lambda: up.readyz() == 200)


def test_web_and_worker_stay_within_their_memory(up: Up) -> None:
    used = 0
    for command in ("serve", "worker"):
        top = up.child(command)
        used += sum(p.memory_full_info().pss for p in [top, *top.children(recursive=True)])
    assert used <= 400 * 2**20


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_leaves_nothing_running(folder: Path, signum: signal.Signals) -> None:
    up = Up(folder).ready()
    assert up.stop(signum) == 0, up.shown()
    eventually(lambda: processes_naming(str(folder)) == [])
    assert not (folder / "run.json").exists()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", up.port))


def test_killed_outright_it_leaves_nothing_and_starts_again_with_its_data(folder: Path) -> None:
    up = Up(folder).ready()
    family = psutil.Process(up.process.pid).children(recursive=True)
    database = json.loads((folder / "run.json").read_text())["DATABASE_URL"]
    with psycopg.connect(database) as connection:
        connection.execute("create table kept (n int)")
    up.process.kill()
    up.ended()
    eventually(lambda: all(gone(process.pid) for process in family))
    again = Up(folder).ready()
    with psycopg.connect(database) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert again.stop() == 0


def test_a_database_that_is_too_new_is_one_line(folder: Path) -> None:
    first = Up(folder).ready()
    database = json.loads((folder / "run.json").read_text())["DATABASE_URL"]
    with psycopg.connect(database) as connection:
        connection.execute("update alembic_version set version_num = 'from_2031'")
    assert first.stop() == 0
    second = Up(folder)
    assert second.ended() == 2
    assert len(second.lines) == 1
    assert "too new" in second.lines[0]
    assert processes_naming(str(folder)) == []


def test_a_folder_that_cannot_be_written_is_one_line(folder: Path) -> None:
    (folder / "file").write_text("")
    up = Up(folder / "file")
    assert up.ended() == 2
    assert len(up.lines) == 1
    assert "set METLINE_DATA_DIR" in up.lines[0]


def test_an_ordinary_user_can_run_it_all(folder: Path) -> None:
    before = ordinary_user()
    os.chown(folder, 65534, 65534)
    up = Up(folder, before=tuple(before)).ready()
    assert up.stop() == 0
