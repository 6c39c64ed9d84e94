"""A load generator: one thread, a few kept-alive connections, one request under way on each."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

CONNECTIONS = 8
LONGEST_SECONDS = 60.0
END_OF_HEADERS = b"\r\n\r\n"


class LoadError(Exception):
    """The server did not answer as a benchmark needs it to."""


@dataclass(frozen=True)
class Load:
    """What came of a batch: its duration, each request's, and its answers, in request order."""

    seconds: float
    took: tuple[float, ...]
    answers: tuple[bytes, ...]

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return len(self.took) / self.seconds

    def percentile(self, share: float) -> float:
        """The seconds within which that share (0 to 1) of the requests were answered."""
        return percentile(self.took, share)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is at least as large as that share of them."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    number: int = 0
    began: float = 0.0


def drive(port: int, requests: Sequence[bytes], connections: int = CONNECTIONS) -> Load:
    """Send all of them to loopback, each when a connection is free. Raises LoadError."""
    waiting = iter(enumerate(requests))
    took, answers = [0.0] * len(requests), [b""] * len(requests)
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(min(connections, len(requests))):
            opened = _Connection(socket.create_connection(("127.0.0.1", port), timeout=10))
            selector.register(opened.socket, selectors.EVENT_READ, opened)
            _send_next(opened, waiting)
        while selector.get_map():
            for each in _readable(selector, began):
                answer = _answer(each)
                if answer is None:
                    continue
                took[each.number] = time.perf_counter() - each.began
                answers[each.number] = answer
                if not _send_next(each, waiting):
                    selector.unregister(each.socket)
                    each.socket.close()
        return Load(time.perf_counter() - began, tuple(took), tuple(answers))


def _readable(selector: selectors.BaseSelector, began: float) -> list[_Connection]:
    left = began + LONGEST_SECONDS - time.perf_counter()
    ready = selector.select(left) if left > 0 else []
    if not ready:
        raise LoadError(f"not answered within {LONGEST_SECONDS:.0f} s")
    return [key.data for key, _ in ready]


def _send_next(connection: _Connection, waiting: Iterator[tuple[int, bytes]]) -> bool:
    following = next(waiting, None)
    if following is None:
        return False
    connection.number, request = following
    connection.received.clear()
    connection.began = time.perf_counter()
    connection.socket.sendall(request)
    return True


def _answer(connection: _Connection) -> bytes | None:
    """The body once it is whole, None before. Raises LoadError unless it is a success."""
    piece = connection.socket.recv(65536)
    if not piece:
        raise LoadError("the server closed a connection")
    connection.received += piece
    headers, end, body = bytes(connection.received).partition(END_OF_HEADERS)
    if not end or len(body) < _length(headers):
        return None
    if not headers.startswith(b"HTTP/1.1 2"):
        raise LoadError(headers.partition(b"\r\n")[0].decode("latin-1"))
    return body


def _length(headers: bytes) -> int:
    for line in headers.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
