"""Tells the sandbox about the lines, and again whenever it had to be started anew."""

import logging
import signal
import socket
import subprocess
from urllib.parse import urlsplit

from service.embedded.process import leashed, stop
from service.supervisor import Child, Program

STOP_SECONDS = 5.0

log = logging.getLogger("metline.up")


class Provisioner:
    """Runs `metline provision` once for each life of the sandbox."""

    def __init__(self, program: Program, sandbox: Child, carrier_url: str) -> None:
        self._program = program
        self._sandbox = sandbox
        self._carrier = urlsplit(carrier_url)
        self._process: subprocess.Popen[bytes] | None = None
        self._told_life: int | None = None

    @property
    def done(self) -> bool:
        """Whether the sandbox that runs now has been told, as well as could be."""
        return self._process is None and self._told_life == self._sandbox.deaths

    def tend(self) -> None:
        """Start when there is a new sandbox; say so when it failed."""
        if self._process is None:
            if self._told_life != self._sandbox.deaths and self._listens():
                self._told_life = self._sandbox.deaths
                self._process = leashed(
                    self._program.command, on_death=signal.SIGTERM, env=self._program.env
                )
        elif self._process.poll() is not None:
            if self._process.returncode != 0:
                log.warning("the sandbox's numbers are not set: run `metline provision`")
            self._process = None

    def stop(self) -> None:
        """End it when it still runs."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, seconds=STOP_SECONDS)
            self._process = None

    def _listens(self) -> bool:
        address = (self._carrier.hostname or "127.0.0.1", self._carrier.port or 80)
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            return False
        return True
