"""What a local installation keeps in its data folder: its lock, secrets and addresses."""

import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from service import config
from service.config import Environ, Settings
from service.faults import Fault

SECRETS = "secrets.json"
RUN = "run.json"
LOCK = "lock"
LOCK_TRIES = 5
LOCK_PAUSE_SECONDS = 0.05


def settings(environ: Environ) -> Settings:
    """The settings of a command: locally, with kept secrets and a running service's addresses.

    Raises ConfigError; a Fault when the data folder cannot be written.
    """
    asked = config.read(environ)
    if asked.production:
        return asked
    return config.read({**environment(environ), **running(asked.data_dir), **given(environ)})


def given(environ: Environ) -> dict[str, str]:
    """environ without the names that are set to nothing, which mean unset."""
    return {name: value for name, value in environ.items() if value}


def environment(environ: Environ) -> Mapping[str, str]:
    """The names that a local installation fills in when environ leaves them open."""
    asked = config.read(environ)
    kept = kept_secrets(asked.data_dir)
    if asked.needs_sandbox:
        return {**kept, "METLINE_CARRIER_URL": f"http://127.0.0.1:{asked.port + 1}"}
    if asked.twilio_account_sid:
        return {"METLINE_SECRET_KEY": kept["METLINE_SECRET_KEY"]}
    return kept


def kept_secrets(folder: Path) -> Mapping[str, str]:
    """This installation's own secrets by variable name; made on first use, 0600."""
    return {name: value for name, value in _secrets(folder).items() if name.isupper()}


def demo_password(folder: Path) -> str:
    """The password of the packaged demo users, of this installation alone."""
    return _secrets(folder)["demo_password"]


def _secrets(folder: Path) -> Mapping[str, str]:
    path = folder / SECRETS
    try:
        if not path.exists():
            _publish(path, _new_secrets())
        found: dict[str, str] = json.loads(path.read_text())
    except OSError as problem:
        raise Fault(
            f"cannot read {path} ({problem.strerror}): "
            "run as its owner, or set METLINE_DATA_DIR to a folder of your own"
        ) from problem
    return found


def _new_secrets() -> dict[str, str]:
    return {
        "METLINE_SECRET_KEY": secrets.token_hex(32),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_KEY_SID": "SK" + secrets.token_hex(16),
        "TWILIO_API_KEY_SECRET": secrets.token_hex(16),
        "TWILIO_TWIML_APP_SID": "AP" + secrets.token_hex(16),
        "demo_password": "-".join(secrets.token_hex(2) for _ in range(4)),
    }


def _publish(path: Path, content: Mapping[str, object]) -> None:
    """Write path whole and private (0600) or leave what another process wrote first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=1)
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
    except OSError as problem:
        raise Fault(
            f"cannot write {path.parent} ({problem.strerror}): "
            "set METLINE_DATA_DIR to a folder that you can write"
        ) from problem


def announce(folder: Path, addresses: Mapping[str, str]) -> None:
    """Leave the running service's addresses, by variable name, for other commands."""
    forget(folder)
    _publish(folder / RUN, addresses)


def forget(folder: Path) -> None:
    """Take the addresses away again."""
    (folder / RUN).unlink(missing_ok=True)


def running(folder: Path) -> Mapping[str, str]:
    """The addresses of the service running in folder, by variable name; empty when none is."""
    path = folder / RUN
    if not path.exists() or not _held(folder):
        return {}
    try:
        found: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold folder for this process alone. Raises Fault when another holds it."""
    with _lock_file(folder) as file:
        if not _take_soon(file.fileno()):
            file.seek(0)
            pid = file.read().strip() or "unknown"
            raise Fault(
                f"metline already runs in {folder} (pid {pid}): "
                "stop it, or set METLINE_DATA_DIR to another folder"
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock_file(folder: Path) -> IO[str]:
    try:
        return (folder / LOCK).open("a+")
    except OSError as problem:
        raise Fault(
            f"cannot write {folder / LOCK} ({problem.strerror}): "
            "set METLINE_DATA_DIR to a folder that you can write"
        ) from problem


def _take_soon(descriptor: int) -> bool:
    # A command that only looks whether somebody runs holds it for a moment.
    for _ in range(LOCK_TRIES):
        if _take(descriptor):
            return True
        time.sleep(LOCK_PAUSE_SECONDS)
    return False


def _held(folder: Path) -> bool:
    try:
        with (folder / LOCK).open("rb") as file:
            return not _take(file.fileno())
    except OSError:
        return False


def _take(descriptor: int) -> bool:
    # The kernel lets go when the holder dies, however it dies: no lock is ever stale.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
