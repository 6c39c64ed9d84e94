"""`metline up`: how soon it is ready, how much it holds, how fast a press is answered on it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import press
from bench.results import Figure
from bench.stage import Running, environ, folder, free_port, module, running, wait_until_said
from service import local

READY = "ready: Ctrl-C"
WARM_SECONDS, FRESH_SECONDS = 15.0, 180.0
RESIDENT_MB = 400.0
ROOT = Path(__file__).parent.parent


def measure() -> tuple[list[Figure], list[Figure]]:
    """Figures of the start and of the press, on one service. Raises StageError, LoadError."""
    with folder() as place:
        env = environ(METLINE_DATA_DIR=str(place / "data"), PORT=str(free_port()))
        with _up(env, place / "cold.log"):
            pass
        with _up(env, place / "warm.log") as (service, seconds):
            presses = press.measure(local.settings(env))
            held = service.resident_mb("serve", "worker")
    return [
        Figure("metline up, warm: ready", seconds, WARM_SECONDS, " s"),
        Figure(
            "web + worker: resident", held, RESIDENT_MB, " MB", {"after presses": press.PRESSES}
        ),
    ], presses


@contextmanager
def _up(env: dict[str, str], log: Path) -> Iterator[tuple[Running, float]]:
    began = time.monotonic()
    with running(module("service.cli", "up"), env, log, ROOT) as service:
        wait_until_said(service, READY)
        yield service, time.monotonic() - began


def measure_fresh() -> list[Figure]:
    """`make run` from a clone of the last commit, with nothing installed and nothing cached."""
    with folder() as place:
        clone = place / "clone"
        command = ["/usr/bin/env", "git", "clone", "--quiet", str(ROOT), str(clone)]
        subprocess.run(command, check=True)
        caches = {"UV_CACHE_DIR": str(place / "uv"), "XDG_CACHE_HOME": str(place / "cache")}
        env = environ(PORT=str(free_port()), PIP_NO_CACHE_DIR="1", **caches)
        began = time.monotonic()
        with running(["/usr/bin/env", "make", "run"], env, place / "fresh.log", clone) as service:
            wait_until_said(service, READY, FRESH_SECONDS * 2)
            seconds = time.monotonic() - began
    return [Figure("make run, fresh clone: ready", seconds, FRESH_SECONDS, " s")]
