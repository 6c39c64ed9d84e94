"""Whether the process is up, whether it can serve calls, and its numbers."""

from __future__ import annotations

import json

from flask import Blueprint, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from web.metrics import Metrics
from web.services import Health, State

# Without these no call can be served; without Redis effects are a second late.
NEEDED = ("database", "worker")


def blueprint(health: Health, metrics: Metrics) -> Blueprint:
    """/healthz, /readyz and /metrics."""
    pages = Blueprint("health", __name__)

    @pages.get("/healthz")
    def healthz() -> Response:
        return _json({"status": "up"}, 200)

    @pages.get("/readyz")
    def readyz() -> Response:
        parts = health()
        ready = all(parts[name].state is not State.DOWN for name in NEEDED)
        shown = {name: {"state": part.state, "detail": part.detail} for name, part in parts.items()}
        return _json({"ready": ready, **shown}, 200 if ready else 503)

    @pages.get("/metrics")
    def numbers() -> Response:
        return Response(metrics.page(health()), content_type=CONTENT_TYPE_LATEST)

    return pages


def _json(found: dict[str, object], status: int) -> Response:
    response = Response(json.dumps(found), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
