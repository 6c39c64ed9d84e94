"""Starts a sandbox, as a process of its own or on a thread, and ends it again."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from sandbox.driver import SandboxDriver
from sandbox.server import sandbox
from sandbox.settings import Account

_STOP_SECONDS = 10


class SandboxProcess:
    def __init__(
        self, account: Account, *, port: int = 0, routes: dict[str, str] | None = None
    ) -> None:
        self._account = account
        self._port = port
        self._routes = dict(routes or {})
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.port = 0

    def start(self) -> SandboxDriver:
        # The folder that holds this package, so that the child finds it from anywhere.
        folder = str(Path(__file__).resolve().parent.parent)
        self._process = subprocess.Popen(
            self._command(), stdout=subprocess.PIPE, text=True, cwd=folder
        )
        assert self._process.stdout is not None, "the process was started with a pipe"
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox ended at once, exit {self._process.wait()}")
        ready = json.loads(line)
        self.url, self.port = ready["url"], ready["port"]
        return SandboxDriver(self.url)

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "sandbox", "--port", str(self._port)]
        command += ["--account-sid", self._account.sid, "--auth-token", self._account.auth_token]
        for sid, secret in self._account.api_keys:
            command += ["--api-key", f"{sid}:{secret}"]
        for public, actual in self._routes.items():
            command += ["--route", f"{public}={actual}"]
        return command

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None

    def __enter__(self) -> SandboxDriver:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


@contextmanager
def start_sandbox(
    account: Account, routes: dict[str, str] | None = None
) -> Iterator[SandboxDriver]:
    """On a thread of this process: quick to start, for tests; the same server and HTTP."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started, stop = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with sandbox(account, routes=routes) as running:
            ready.append(running.url)
            started.set()
            await stop.wait()

    def serve() -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(run())
        finally:
            started.set()

    thread = threading.Thread(target=serve, name="sandbox", daemon=True)
    thread.start()
    started.wait()
    if not ready:
        raise RuntimeError("the sandbox did not start")
    driver = SandboxDriver(ready[0])
    try:
        yield driver
    finally:
        driver.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join()
