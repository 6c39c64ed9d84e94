"""A small real web server that stands where the product would: it answers and remembers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

EMPTY = "<Response/>"


@dataclass(frozen=True)
class Received:
    method: str
    url: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    body: str = EMPTY
    status: int = 200
    content_type: str = "text/xml"
    location: str = ""


Answer = Callable[[Received], Reply]


class Receiver:
    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._received: list[Received] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def says(self, path: str, verbs: str) -> str:
        """This path answers a document with these verbs; its URL."""
        return self.replies(path, Reply(f"<Response>{verbs}</Response>"))

    def replies(self, path: str, reply: Reply) -> str:
        return self.decides(path, lambda _: reply)

    def decides(self, path: str, answer: Answer) -> str:
        self._answers[path] = answer
        return self.url + path

    def received(self, path: str | None = None) -> list[Received]:
        with self._lock:
            return [each for each in self._received if path in (None, each.path)]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, request: Received) -> Reply:
        with self._lock:
            self._received.append(request)
        answer = self._answers.get(request.path)
        return answer(request) if answer else Reply(status=404)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._serve("")

            def do_POST(self) -> None:
                self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def _serve(self, body: str) -> None:
                path = urlsplit(self.path).path
                params = dict(parse_qsl(body, keep_blank_values=True))
                url = f"http://{self.headers['Host']}{self.path}"
                request = Received(self.command, url, path, params, dict(self.headers))
                reply = receiver._take(request)
                content = reply.body.encode()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.content_type)
                self.send_header("Content-Length", str(len(content)))
                if reply.location:
                    self.send_header("Location", reply.location)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        return Handler
