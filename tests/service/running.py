"""Runs a piece of Python as a process of its own, as ourselves or as an ordinary user."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from service.embedded.places import reachable
from service.embedded.process import Owner

ROOT = Path(__file__).parent.parent.parent
NOBODY = Owner(uid=65534, gid=65534)


def python(code: str, *arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start code; its standard output and error are pipes of text."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def ordinary_user() -> list[str]:
    """What to put before a command so that it runs as nobody. Skips where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("changing the user takes root; the other tests already run without it")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if all(reachable(path, NOBODY) for path in (Path(sys.executable).resolve(), ROOT)):
        return command
    # The interpreter may live where only root can enter; reading it is all that is lent.
    command += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    if subprocess.run([*command, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("nobody cannot reach the interpreter here")
    return command


def gone(pid: int) -> bool:
    """Whether pid has ended, reaped or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def processes_naming(text: str) -> list[int]:
    """Living processes with text in their command line or working folder."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd()]
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if any(text in word for word in words) and process.pid != os.getpid():
            found.append(process.pid)
    return found
