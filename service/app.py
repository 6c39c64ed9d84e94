"""The web process's application: the carrier's webhooks, the JSON API and the health pages."""

import threading

from flask import Flask

from service import changes, wiring
from service.config import Settings
from service.loops import Loop
from service.wiring import Core
from telephony import webhooks
from web import api, errors, headers, health
from web.metrics import Metrics

# Threads that serve requests while the others hold streams.
POOL = 16
# The fallback number that a caller hears of without the database is at most this old.
REFRESH_SECONDS = 5.0


def create_app(settings: Settings) -> Flask:
    """The application; `app.extensions["metline"]` closes it."""
    parts = wiring.core(settings, pool=POOL)
    hub = wiring.hub(parts)
    services = wiring.services(parts, settings, hub)
    app = Flask("metline", static_folder=None)
    metrics = Metrics()
    headers.install(app, wiring.new_id, https=settings.public_url.startswith("https:"))
    metrics.install(app)
    errors.install(app)
    app.register_blueprint(webhooks.blueprint(parts.calls, wiring.voice_settings(settings)))
    app.register_blueprint(api.blueprint(services))
    app.register_blueprint(health.blueprint(services.health, metrics))
    app.extensions["metline"] = Running(parts, changes.start(hub, settings.redis_url))
    return app


class Running:
    """What an application holds open."""

    def __init__(self, parts: Core, feeding: changes.Feeding) -> None:
        self._parts = parts
        self._feeding = feeding
        self._stopped = threading.Event()
        refreshing = Loop("directory", parts.calls.plans.load, REFRESH_SECONDS)
        self._refresher = threading.Thread(
            target=refreshing.run, args=(self._stopped,), name="directory", daemon=True
        )
        self._refresher.start()

    def close(self) -> None:
        """End every stream and let go of every connection."""
        self._stopped.set()
        self._feeding.stop()
        self._refresher.join()
        self._parts.close()
