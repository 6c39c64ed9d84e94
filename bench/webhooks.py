"""Webhooks of the product beside a bare view: the same server, database, form and load."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from bench import bare
from bench.load import Load, LoadError, drive
from bench.results import Figure
from bench.stage import (
    environ,
    folder,
    free_port,
    module,
    running,
    wait_until_serving,
)
from handlers import directory
from models.store import Store
from sandbox.signing import signature
from service import database, directory_file, local
from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.health import WORKER
from service.up import DEMO

LIMIT = 2.5
ROUNDS = 7
CALLS, WARM_UP_CALLS = 400, 150
# A round of both, at the slowest that can pass.
ROUND_SECONDS = 60
LINE = "+16615550111"
# What a leg tells of itself, in this order.
STATUSES = ("ringing", "in-progress", "completed")
DISPATCHER_LEG = 2
_CALL = re.compile(rb"/voice/wait/([0-9a-f-]{36})")

Form = Mapping[str, str]


@dataclass(frozen=True)
class Servers:
    """The ports of the two that are compared, what signs for the carrier, and their database."""

    product: int
    bare: int
    auth_token: str
    store: Store

    def beat(self) -> None:
        """Stand in for the worker, which would take the other core: without one, no call is taken.

        It beats for a round's time ahead.
        """
        ahead = datetime.now(UTC) + timedelta(seconds=ROUND_SECONDS)
        self.store.run(lambda work: work.records.beat(f"{WORKER}:bench", ahead))


@dataclass(frozen=True)
class Pair:
    """One batch at the product, and the same one at the bare view, right before or after."""

    product: Load
    bare: Load


def measure() -> list[Figure]:
    """Throughput and p99 of arrivals and of leg status callbacks. Raises LoadError, StageError."""
    with folder() as place, _servers(place) as servers:
        _round(servers, 0, WARM_UP_CALLS)
        rounds = [_round(servers, number, CALLS) for number in range(1, ROUNDS + 1)]
    arrivals, statuses = zip(*rounds, strict=True)
    return [*_figures("inbound", arrivals), *_figures("status", statuses)]


def _round(servers: Servers, number: int, calls: int) -> tuple[Pair, Pair]:
    """Calls arrive, then each tells of its dispatcher's leg; every other round begins with us."""
    servers.beat()
    arrivals = [("/voice/inbound", _arrival(number, call)) for call in range(calls)]
    arrived = _pair(servers, arrivals, ours_first=bool(number % 2))
    ids = [_call_id(answer) for answer in arrived.product.answers]
    told = [
        (f"/voice/legs/{call_id}/{DISPATCHER_LEG}/status", _status(call_id, place))
        for place in range(len(STATUSES))
        for call_id in ids
    ]
    return arrived, _pair(servers, told, ours_first=bool(number % 2))


def _pair(servers: Servers, told: Sequence[tuple[str, Form]], *, ours_first: bool) -> Pair:
    plain = [_post(bare.PATH, form) for _, form in told]
    signed = [_signed(servers, path, form) for path, form in told]
    if ours_first:
        return Pair(product=drive(servers.product, signed), bare=drive(servers.bare, plain))
    return Pair(bare=drive(servers.bare, plain), product=drive(servers.product, signed))


def _arrival(number: int, call: int) -> Form:
    return {
        **_said_of_every_call(f"CA{number:016x}{call:016x}", "ringing"),
        "From": "+16615550123",
        "To": LINE,
        "Direction": "inbound",
    }


def _status(call_id: str, place: int) -> Form:
    return {
        **_said_of_every_call("CA" + call_id.replace("-", ""), STATUSES[place]),
        "From": LINE,
        "To": "+16615550100",
        "Direction": "outbound-api",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(place + 1),
        "Timestamp": "Mon, 05 Jan 2026 20:00:00 +0000",
    }


def _said_of_every_call(sid: str, status: str) -> Form:
    return {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": status,
    }


def _call_id(document: bytes) -> str:
    found = _CALL.search(document)
    if found is None:
        raise LoadError("an arrival was not answered with its conference")
    return found[1].decode()


def _signed(servers: Servers, path: str, form: Form) -> bytes:
    url = f"http://127.0.0.1:{servers.product}{path}"
    signed = signature(servers.auth_token, url, dict(form))
    return _post(path, form, f"X-Twilio-Signature: {signed}")


def _post(path: str, form: Form, *headers: str) -> bytes:
    body = urlencode(form).encode()
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *headers,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


def _figures(name: str, pairs: Sequence[Pair]) -> list[Figure]:
    slower = median(pair.bare.per_second / pair.product.per_second for pair in pairs)
    later = median(pair.product.percentile(0.99) / pair.bare.percentile(0.99) for pair in pairs)
    rates = [median(load.per_second for load in loads) for loads in _sides(pairs)]
    tails = [median(load.percentile(0.99) for load in loads) for loads in _sides(pairs)]
    return [
        Figure(f"{name}: throughput, bare / ours", slower, LIMIT, "x", _both("/s", rates)),
        Figure(
            f"{name}: p99, ours / bare", later, LIMIT, "x", _both("ms", [t * 1000 for t in tails])
        ),
    ]


def _sides(pairs: Sequence[Pair]) -> tuple[list[Load], list[Load]]:
    return [pair.bare for pair in pairs], [pair.product for pair in pairs]


def _both(unit: str, values: Sequence[float]) -> dict[str, object]:
    return {f"bare {unit}": round(values[0], 1), f"ours {unit}": round(values[1], 1)}


@contextmanager
def _servers(place: Path) -> Iterator[Servers]:
    with EmbeddedPostgres(place) as postgres, EmbeddedValkey(place) as valkey:
        stores = {"DATABASE_URL": postgres.url(), "REDIS_URL": valkey.url()}
        env = environ(METLINE_DATA_DIR=str(place), **stores)
        token = local.kept_secrets(place)["TWILIO_AUTH_TOKEN"]
        with _store(postgres.url()) as store, _both_serving(env, place) as (ours, other):
            yield Servers(ours, other, token, store)


@contextmanager
def _store(url: str) -> Iterator[Store]:
    """Migrated, with the demo's directory."""
    database.upgrade(url)
    store = Store.connect(url, pool=1)
    directory.apply(store, directory.parse(directory_file.read(DEMO)))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _both_serving(env: dict[str, str], place: Path) -> Iterator[tuple[int, int]]:
    ours = free_port()
    other = ours + 1
    serve, beside = module("service.cli", "serve"), module("bench.bare")
    with (
        running(serve, env | {"PORT": str(ours)}, place / "web.log") as web,
        running(beside, env | {"PORT": str(other)}, place / "bare.log") as plain,
    ):
        wait_until_serving(web, ours, "/healthz")
        wait_until_serving(plain, other, bare.PATH)
        yield ours, other
