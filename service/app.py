"""The web process's application: the carrier's webhooks, the JSON API and the health pages."""

from flask import Flask

from service import changes, wiring
from service.config import Settings
from service.wiring import Core
from telephony import webhooks
from web import api, errors, headers, health
from web.metrics import Metrics

# Threads that serve requests while the others hold streams.
POOL = 16


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

    def close(self) -> None:
        """End every stream and let go of every connection."""
        self._feeding.stop()
        self._parts.close()
