"""Keeps child processes running: one that dies is started again, all of them stop together."""

import logging
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.embedded.process import kill_group, leashed

STOP_SECONDS = 12.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
# A child that lived this long had started well: its next death is a new story.
SETTLED_SECONDS = 30.0

log = logging.getLogger("metline.up")


@dataclass(frozen=True)
class Program:
    """What to run: a name for the log, an argument list, a whole environment.

    speaks: whether its standard output is for a person to read.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    speaks: bool = True


class Child:
    """One program and the process that runs it now."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.deaths = 0
        self._pause = FIRST_PAUSE
        self._due = 0.0
        self._started = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process's id; None while it is down."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Run the program, its output joining ours."""
        self._started = time.monotonic()
        program = self.program
        self._process = leashed(
            program.command, on_death=signal.SIGTERM, env=program.env, speaks=program.speaks
        )

    def tend(self) -> None:
        """Notice a death, and start again after a pause that grows with each."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._bury(now)
        if self._process is None and now >= self._due:
            self.start()

    def _bury(self, now: float) -> None:
        assert self._process is not None
        code = self._process.returncode
        # Its own children hold its port and its jobs.
        kill_group(self._process)
        self._process = None
        self.deaths += 1
        self._pause = self._next_pause(now)
        self._due = now + self._pause
        log.warning(
            "%s %s; starting it again",
            self.program.name,
            f"was ended by signal {-code}" if code < 0 else f"ended with code {code}",
            extra={"event": "child_died", "kind": self.program.name, "status": code},
        )

    def _next_pause(self, now: float) -> float:
        if now - self._started > SETTLED_SECONDS or self.deaths == 1:
            return FIRST_PAUSE
        return min(self._pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        """SIGTERM; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def finish(self, seconds: float) -> None:
        """Wait at most seconds, then kill; nothing of it is left afterwards."""
        if self._process is None:
            return
        try:
            self._process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            log.warning("%s does not stop: killing it", self.program.name)
        kill_group(self._process)
        self._process.wait()
        self._process = None


def stop_all(children: Sequence[Child], *, seconds: float = STOP_SECONDS) -> None:
    """Ask all, then wait for each; together at most seconds."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + seconds
    for child in children:
        child.finish(deadline - time.monotonic())
