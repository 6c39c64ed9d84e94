"""The whole product as real processes over real HTTP, each of which a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, LiteralString

import psutil
import psycopg
import requests

from sandbox.driver import SandboxDriver
from sandbox.runner import SandboxProcess
from sandbox.settings import Account
from service import config, database
from service.config import Settings
from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.embedded.process import leashed
from tests.service.running import ROOT
from tests.waiting import eventually

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "1" * 32
KEY = ("SK" + "2" * 32, "3" * 32)
# Speech and music last no time; what is listed is listed at once.
QUICK = {"speech_characters_per_second": 0, "play_seconds": 0, "listing_lag": 0}
STOP_SECONDS = 15.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """One command of the product; everything that it ever said is kept."""

    def __init__(self, command: str, env: Mapping[str, str], folder: Path) -> None:
        self._command = [sys.executable, "-m", "service.cli", command]
        self._env = env
        self._said = folder / f"{command}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._said.open("ab") as said:
            self._process = leashed(
                self._command, on_death=signal.SIGKILL, output=said, env=self._env, cwd=ROOT
            )

    def kill(self) -> None:
        """SIGKILL to it and to whatever it has started."""
        assert self._process is not None, "it was not started"
        family = _family(self._process.pid)
        for member in family:
            member.kill()
        self._process.wait()
        psutil.wait_procs(family, STOP_SECONDS)

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """Ended when this returns, by SIGTERM when that is enough."""
        if self._process is None:
            return
        self.ask_to_stop()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        return self._said.read_text(encoding="utf-8") if self._said.exists() else ""


class Product:
    """Stores, sandbox, web and worker of one test session, on addresses of their own."""

    def __init__(self, folder: Path) -> None:
        self.postgres = EmbeddedPostgres(folder, durable=False)
        self.valkey = EmbeddedValkey(folder)
        self._carrier = SandboxProcess(Account(ACCOUNT_SID, AUTH_TOKEN, (KEY,)))
        self.sandbox: SandboxDriver = self._carrier.start()
        self.sandbox.set_habits(**QUICK)
        environ = {
            "DATABASE_URL": self.postgres.start(),
            "REDIS_URL": self.valkey.start(),
            "METLINE_SECRET_KEY": "5d" * 32,
            "METLINE_CARRIER_URL": self.sandbox.url,
            "METLINE_FALLBACK_URL": f"{self.sandbox.url}/fallback",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_KEY_SID": KEY[0],
            "TWILIO_API_KEY_SECRET": KEY[1],
            "TWILIO_TWIML_APP_SID": "AP" + "4" * 32,
            "PORT": str(free_port()),
        }
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("METLINE_", "TWILIO_"))}
        self.settings: Settings = config.read(environ)
        self.web = Program("serve", plain | environ, folder)
        self.worker = Program("worker", plain | environ, folder)

    def start(self) -> None:
        database.upgrade(self.settings.database_url)
        # The server will be killed, and what was committed must still be there.
        with psycopg.connect(self.settings.database_url) as connection:
            connection.execute("ALTER DATABASE metline SET synchronous_commit = on")
        self.web.start()
        self.worker.start()

    def ready(self) -> Product:
        """Waits until every part says that it is well."""
        eventually(lambda: set(self.parts().values()) == {"ok"})
        return self

    def parts(self) -> dict[str, str]:
        """The state of each part; empty while the web process does not answer."""
        try:
            answer = requests.get(f"{self.settings.public_url}/readyz", timeout=10)
            told: dict[str, Any] = answer.json()
        except requests.RequestException:
            return {}
        return {name: part["state"] for name, part in told.items() if isinstance(part, dict)}

    def query(self, statement: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the product's own database."""
        with psycopg.connect(self.settings.database_url) as connection:
            return connection.execute(statement, values).fetchall()

    def said(self) -> str:
        """Every line that the product's own processes have written."""
        return self.web.said() + self.worker.said()

    def stop(self) -> None:
        for program in (self.web, self.worker):
            program.ask_to_stop()
        self.web.stop()
        self.worker.stop()
        self._carrier.stop()
        self.valkey.stop()
        self.postgres.stop()

    def kill_postgres(self) -> None:
        """SIGKILL to the whole server: every connection is gone, and none can be made."""
        family = self._postgres_family()
        for member in family:
            member.kill()
        eventually(lambda: not self.postgres.alive())
        psutil.wait_procs(family, STOP_SECONDS)

    def freeze_postgres(self) -> None:
        """The server takes everything in and answers nothing."""
        for member in self._postgres_family():
            member.send_signal(signal.SIGSTOP)

    def thaw_postgres(self) -> None:
        for member in self._postgres_family():
            member.send_signal(signal.SIGCONT)

    def kill_valkey(self) -> None:
        process = self.valkey._process
        assert process is not None, "Valkey was started"
        process.kill()
        process.wait()

    def _postgres_family(self) -> list[psutil.Process]:
        process = self.postgres._process
        assert process is not None, "Postgres was started"
        return _family(process.pid)


def _family(pid: int) -> list[psutil.Process]:
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]
