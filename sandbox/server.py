"""The sandbox as a server: carrier paths, control paths, one event loop."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from sandbox.control import Control
from sandbox.launch import Launch, read_launch
from sandbox.rest.routes import add_routes
from sandbox.settings import Account
from sandbox.world import World, build_world


@dataclass(frozen=True)
class Running:
    url: str
    port: int
    world: World


def build_app(world: World) -> web.Application:
    app = web.Application(client_max_size=1024 * 1024)
    add_routes(app, world)
    Control(world).add_routes(app)
    return app


@asynccontextmanager
async def sandbox(
    account: Account,
    host: str = "127.0.0.1",
    port: int = 0,
    routes: dict[str, str] | None = None,
) -> AsyncIterator[Running]:
    """Runs inside the caller's event loop until the context ends."""
    world = build_world(account, routes)
    await world.courier.open()
    runner = web.AppRunner(build_app(world), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = runner.addresses[0][1]
        yield Running(f"http://{host}:{bound}", bound, world)
    finally:
        await _close(world, runner)


async def _close(world: World, runner: web.AppRunner) -> None:
    for call in world.calls.values():
        if call.task is not None:
            call.task.cancel()
    await runner.cleanup()
    await world.streams.close()
    await world.courier.close()


async def serve(launch: Launch) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with sandbox(launch.account, launch.host, launch.port, launch.routes) as running:
        for sid in launch.applications:
            running.world.directory.save_application(None, {"sid": sid})
        ready = {"ready": True, "port": running.port, "url": running.url}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    launch = read_launch(arguments, os.environ)
    asyncio.run(serve(launch))
