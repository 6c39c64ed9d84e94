"""`metline up`: the whole service on one machine, stopped as one."""

import logging
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import yaml

from service import config, database, local
from service.config import Environ, Settings
from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.embedded.places import writable
from service.faults import Fault
from service.provisioner import Provisioner
from service.supervisor import Child, Program, stop_all

DEMO = Path(__file__).with_name("demo.yaml")
READY_SECONDS = 60.0
POLL_SECONDS = 0.1
# A child that dies this often before the service was ever ready will not get there.
HOPELESS_DEATHS = 3

log = logging.getLogger("metline.up")
Store = EmbeddedPostgres | EmbeddedValkey


@dataclass(frozen=True)
class Parts:
    """What runs: the embedded stores, the child processes, the settings they share."""

    settings: Settings
    stores: Sequence[Store]
    children: Sequence[Child]
    provisioner: Provisioner | None


def main(environ: Environ, say: Callable[[str], None] = print) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP; then nothing of it is left. Raises Fault."""
    asked = config.read(environ)
    if asked.production:
        raise Fault("`metline up` is for local use: run `metline serve` and `metline worker`")
    folder = writable(asked.data_dir)
    with stop_requests() as stopped, ExitStack() as stack:
        stack.enter_context(local.locked(folder))
        _refuse_busy(asked.port)
        parts = _start(environ, asked, stack)
        _wait_until_ready(parts, stopped)
        if not stopped.is_set():
            _introduce(parts, asked, say)
        while not stopped.wait(POLL_SECONDS):
            _tend(parts)
        say("stopping")


@contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """An event that the stop signals set, in place of ending the process."""
    stopped = threading.Event()

    def stop(_signum: int, _frame: FrameType | None) -> None:
        stopped.set()

    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup wants it ignored
        signals.append(signal.SIGHUP)
    before = {signum: signal.signal(signum, stop) for signum in signals}
    try:
        yield stopped
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _start(environ: Environ, asked: Settings, stack: ExitStack) -> Parts:
    stores: list[Store] = []
    addresses = _start_stores(asked, stack, stores)
    addresses |= _carrier_addresses(asked)
    env = {**local.environment(environ), **addresses, **local.given(environ)}
    settings = config.read(env)
    database.upgrade(settings.database_url)
    _apply_directory(settings)
    children = [Child(program) for program in _programs(asked, settings, env)]
    stack.callback(stop_all, children)
    provisioner = _provisioner(children, settings) if asked.needs_sandbox else None
    if provisioner:
        stack.callback(provisioner.stop)
    local.announce(settings.data_dir, _announced(env, settings))
    stack.callback(local.forget, settings.data_dir)
    for child in children:
        child.start()
    return Parts(settings=settings, stores=stores, children=children, provisioner=provisioner)


def _provisioner(children: Sequence[Child], settings: Settings) -> Provisioner:
    sandbox = next(child for child in children if child.program.name == "sandbox")
    command = [sys.executable, "-m", "service.cli", "provision"]
    program = Program("provision", command, sandbox.program.env, speaks=False)
    return Provisioner(program, sandbox, settings.carrier_url)


def _start_stores(asked: Settings, stack: ExitStack, stores: list[Store]) -> dict[str, str]:
    addresses: dict[str, str] = {}
    if not asked.database_url:
        postgres = stack.enter_context(EmbeddedPostgres(asked.data_dir))
        stores.append(postgres)
        addresses["DATABASE_URL"] = postgres.url()
    if not asked.redis_url:
        valkey = stack.enter_context(EmbeddedValkey(asked.data_dir))
        stores.append(valkey)
        addresses["REDIS_URL"] = valkey.url()
    return addresses


def _carrier_addresses(asked: Settings) -> dict[str, str]:
    if not asked.needs_sandbox:
        return {}
    carrier = f"http://127.0.0.1:{_free_port(asked.port + 1)}"
    return {"METLINE_CARRIER_URL": carrier, "METLINE_FALLBACK_URL": f"{carrier}/fallback"}


def _programs(asked: Settings, settings: Settings, env: Mapping[str, str]) -> list[Program]:
    python = [sys.executable, "-m"]
    programs = [
        Program("web", [*python, "service.cli", "serve"], env),
        Program("worker", [*python, "service.cli", "worker"], env),
    ]
    if asked.needs_sandbox:
        port = settings.carrier_url.rpartition(":")[2]
        command = [*python, "sandbox", "--port", port]
        programs.insert(0, Program("sandbox", command, env, speaks=False))
    return programs


def _announced(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    names = ("DATABASE_URL", "REDIS_URL", "METLINE_CARRIER_URL", "METLINE_FALLBACK_URL")
    return {
        **{name: env[name] for name in names if env.get(name)},
        "METLINE_PUBLIC_URL": settings.public_url,
        "PORT": str(settings.port),
    }


def _apply_directory(settings: Settings) -> None:
    # A busy port or folder is told without waiting for these.
    from service import accounts, directory_file  # noqa: PLC0415

    directory_file.main(settings, settings.config_file or DEMO)
    if settings.config_file is None:
        emails = [user["email"] for user in _demo_users()]
        accounts.ensure_passwords(settings, emails, local.demo_password(settings.data_dir))


def _refuse_busy(port: int) -> None:
    if not _free(port):
        raise Fault(f"port {port} is in use: stop what holds it, or set PORT to another")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
        return True


def _free_port(wanted: int) -> int:
    if _free(wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(parts: Parts, stopped: threading.Event) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _ready(parts) and not stopped.wait(POLL_SECONDS):
        _tend(parts)
        for child in parts.children:
            if child.deaths >= HOPELESS_DEATHS:
                raise Fault(f"{child.program.name} does not start: its log is above")
        if time.monotonic() > deadline:
            url = f"http://127.0.0.1:{parts.settings.port}/readyz"
            raise Fault(f"not ready after {READY_SECONDS:.0f} s: {url} says what is missing")


def _ready(parts: Parts) -> bool:
    if parts.provisioner and not parts.provisioner.done:
        return False
    url = f"http://127.0.0.1:{parts.settings.port}/readyz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _tend(parts: Parts) -> None:
    for child in parts.children:
        child.tend()
    if parts.provisioner:
        parts.provisioner.tend()
    for store in parts.stores:
        if not store.alive():
            log.warning("%s ended; starting it again", type(store).__name__)
            store.start()


def _introduce(parts: Parts, asked: Settings, say: Callable[[str], None]) -> None:
    settings = parts.settings
    say(f"service   {settings.public_url}")
    if asked.needs_sandbox:
        say(f"sandbox   {settings.carrier_url}/sandbox")
    say(f"database  {'as DATABASE_URL says' if asked.database_url else settings.database_url}")
    say(f"redis     {'as REDIS_URL says' if asked.redis_url else settings.redis_url}")
    if settings.config_file is None:
        for line in _logins(settings):
            say(line)
    say("ready: Ctrl-C stops all of it")


def _logins(settings: Settings) -> list[str]:
    password = local.demo_password(settings.data_dir)
    return [f"sign in   {user['email']}  {password}  ({user['role']})" for user in _demo_users()]


def _demo_users() -> list[dict[str, str]]:
    users: list[dict[str, str]] = yaml.safe_load(DEMO.read_text())["users"]
    return users
