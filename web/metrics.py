"""Numbers about the web process, for Prometheus: routes and states, never a person."""

from __future__ import annotations

import time
from collections.abc import Mapping

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from web.services import PartHealth, State

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """One process's numbers."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self._requests = Counter(
            "metline_requests", "Requests answered.", labels, registry=self._registry
        )
        self._seconds = Histogram(
            "metline_request_seconds",
            "Time to the start of the answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._parts = Gauge(
            "metline_part_up",
            "1 when a part is well, 0.5 degraded, 0 down.",
            ("part",),
            registry=self._registry,
        )

    def install(self, app: Flask) -> None:
        """Count every request of the application."""

        def begin() -> None:
            g.began = time.perf_counter()

        def end(response: Response) -> Response:
            self._observe(response)
            return response

        app.before_request(begin)
        app.after_request(end)

    def _observe(self, response: Response) -> None:
        route = request.url_rule.rule if request.url_rule else "unknown"
        self._requests.labels(request.method, route, response.status_code).inc()
        if "began" in g:
            took = time.perf_counter() - g.began
            self._seconds.labels(request.method, route).observe(took)

    def page(self, parts: Mapping[str, PartHealth]) -> bytes:
        """The numbers as text."""
        worth = {State.OK: 1.0, State.DEGRADED: 0.5, State.DOWN: 0.0}
        for name, part in parts.items():
            self._parts.labels(name).set(worth[part.state])
        return generate_latest(self._registry)
