"""What is measured: processes of the product, started in a folder of their own and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from service.embedded.process import kill_group, leashed, stop

READY_SECONDS = 60.0
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.01
OURS = ("METLINE_", "TWILIO_", "DATABASE_URL", "REDIS_URL", "PORT")


class StageError(Exception):
    """Something to be measured did not start; the message holds the end of its log."""


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that Postgres's own user can enter too, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="metline-bench-"))
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def environ(**values: str) -> dict[str, str]:
    """This process's environment with these settings of the product and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | values


def free_port() -> int:
    """A port that nothing listens on, nor on the one after it."""
    while True:
        with socket.socket() as probe, socket.socket() as after:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            try:
                after.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@dataclass(frozen=True)
class Running:
    """A process and its log."""

    process: subprocess.Popen[bytes]
    log: Path

    def said(self, words: str) -> bool:
        """Whether its log holds these words."""
        return words in self.log.read_text(errors="replace")

    def resident_mb(self, *commands: str) -> float:
        """Resident memory, in MB, of its children that run these commands, theirs included."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        wanted = [child for child in children if child.cmdline()[-1] in commands]
        return sum(child.memory_info().rss for child in wanted) / 1e6


@contextmanager
def running(
    command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Iterator[Running]:
    """The command until the end of the block; it dies with this process, however that ends."""
    with log.open("wb") as output:
        process = leashed(command, on_death=signal.SIGTERM, env=env, output=output, cwd=cwd)
        try:
            yield Running(process, log)
        finally:
            stop(process, signal.SIGTERM, seconds=STOP_SECONDS)
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """`make` may end before what it started."""
    deadline = time.monotonic() + STOP_SECONDS
    while _group_lives(process.pid) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    kill_group(process)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours."""
    return [sys.executable, "-m", name, *arguments]


def wait_until_said(started: Running, words: str, seconds: float = READY_SECONDS) -> float:
    """Seconds until its log held these words. Raises StageError."""
    began = time.monotonic()
    while not started.said(words):
        _refuse_late(started, began, seconds)
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def wait_until_serving(started: Running, port: int, path: str) -> None:
    """Returns when it answers at that path with anything at all. Raises StageError."""
    began = time.monotonic()
    while not _answers(f"http://127.0.0.1:{port}{path}"):
        _refuse_late(started, began, READY_SECONDS)
        time.sleep(LOOK_SECONDS)


def _answers(url: str) -> bool:
    try:
        requests.get(url, timeout=5).close()
    except requests.RequestException:
        return False
    return True


def _refuse_late(started: Running, began: float, seconds: float) -> None:
    if started.process.poll() is None and time.monotonic() - began < seconds:
        return
    tail = started.log.read_text(errors="replace").splitlines()[-15:]
    raise StageError("did not start:\n" + "\n".join(tail))
