"""Child processes that cannot outlive this one."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True)
class Owner:
    """The user a process runs as."""

    uid: int
    gid: int


def leashed(
    command: Sequence[str],
    *,
    on_death: signal.Signals,
    owner: Owner | None = None,
    output: IO[bytes] | None = None,
    speaks: bool = True,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start command in its own session; on_death reaches it when this process dies, however.

    output None: it writes where this process does; one that does not speak, to standard error
    alone. Call it on the main thread only: the kernel takes the end of the thread that started a
    child for the parent's death.
    """
    who = owner or Owner(uid=-1, gid=-1)
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(on_death))]
    return subprocess.Popen(
        [*leash, str(who.uid), str(who.gid), *command],
        stdin=subprocess.DEVNULL,
        stdout=output if speaks else subprocess.DEVNULL,
        stderr=None if output is None else subprocess.STDOUT,
        env=env,
        cwd=cwd,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes], signum: signal.Signals, *, seconds: float) -> None:
    """Ask with signum, insist with SIGKILL after seconds; returns when it is gone."""
    if process.poll() is None:
        process.send_signal(signum)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_group(process)
        process.wait()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to process and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
