"""What the webhooks are measured against: one Flask view, one committed INSERT, the same server."""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import create_engine, text

from models.urls import driver_url
from service import config, logs, serve
from service.app import POOL

PATH = "/bare"
_CREATE = text("CREATE TABLE IF NOT EXISTS bench_bare (sid text, status text, at timestamptz)")
_INSERT = text("INSERT INTO bench_bare (sid, status, at) VALUES (:sid, :status, now())")


def create_app(database_url: str) -> Flask:
    """The application: the product's driver and pool, nothing else of it."""
    engine = create_engine(driver_url(database_url), pool_size=POOL, max_overflow=POOL)
    with engine.begin() as connection:
        connection.execute(_CREATE)
    app = Flask("bare", static_folder=None)

    def bare() -> Response:
        values = {"sid": request.form["CallSid"], "status": request.form["CallStatus"]}
        with engine.begin() as connection:
            connection.execute(_INSERT, values)
        return Response(status=204)

    app.add_url_rule(PATH, view_func=bare, methods=["POST"])
    return app


class Bare(serve.Web):
    """The product's server with the bare application in it."""

    def load(self) -> Any:
        """The Flask application."""
        return create_app(self._settings.database_url)


if __name__ == "__main__":
    logs.configure()
    Bare(config.read(os.environ)).run()
