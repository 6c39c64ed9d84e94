"""The web process: gunicorn, one worker process, threads, our own log."""

import logging
import re
from datetime import timedelta
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from service import logs
from service.config import Settings

# A console's event stream holds a thread for as long as it is open.
THREADS = 64
GRACE_SECONDS = 5
QUIET = re.compile(r"/(healthz|readyz|metrics|static/)")

log = logging.getLogger("metline.web")


class OwnLog(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's events and one line per request, through this process's log."""

    def setup(self, cfg: Any) -> None:
        """Add no handlers: the root's are the only ones."""
        self.cfg = cfg
        self._access_log_enabled = True
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)

    def access(self, resp: Any, _req: Any, environ: Any, request_time: timedelta) -> None:
        """Method, path without its query, status, milliseconds."""
        path = str(environ.get("PATH_INFO", ""))
        log.log(
            logging.DEBUG if QUIET.match(path) else logging.INFO,
            "%s %s",
            environ.get("REQUEST_METHOD"),
            path,
            extra={
                "event": "request",
                "request": dict(resp.headers).get("X-Request-Id"),
                "status": resp.status_code,
                "ms": round(request_time.total_seconds() * 1000),
            },
        )


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """The application under gunicorn; it is imported in the worker process only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Everything that differs from gunicorn's defaults."""
        host = "0.0.0.0" if self._settings.production else "127.0.0.1"  # noqa: S104 - behind the host's router
        chosen = {
            "bind": f"{host}:{self._settings.port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": 15,
            "graceful_timeout": GRACE_SECONDS,
            "logger_class": OwnLog,
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The Flask application."""
        # Imported here, so that the parent process stays small.
        from service.app import create_app  # noqa: PLC0415
        from web.headers import current_request  # noqa: PLC0415

        logs.name_requests(current_request)
        return create_app(self._settings)


def main(settings: Settings) -> None:
    """Serve until told to stop; does not return."""
    Web(settings).run()
