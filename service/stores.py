"""The stores a command works on: those it was given, a running service's, or its own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from service.config import Settings
from service.embedded import EmbeddedPostgres, EmbeddedValkey
from service.embedded.places import writable
from service.faults import Fault
from service.local import locked


@contextmanager
def opened(settings: Settings, *, redis: bool = False) -> Iterator[Settings]:
    """settings with a database (and Redis) that answers, embedded for as long as needed.

    Raises Fault when one cannot be started.
    """
    with ExitStack() as stack:
        if not settings.database_url or (redis and not settings.redis_url):
            stack.enter_context(locked(writable(settings.data_dir)))
        if not settings.database_url:
            database = stack.enter_context(EmbeddedPostgres(settings.data_dir))
            settings = replace(settings, database_url=database.url())
        if redis and not settings.redis_url:
            valkey = stack.enter_context(EmbeddedValkey(settings.data_dir))
            settings = replace(settings, redis_url=valkey.url())
        yield settings


def required(settings: Settings) -> Settings:
    """settings, when both stores are given. Raises Fault naming the missing one."""
    for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)):
        if not url:
            raise Fault(f"{name} is missing: set it, or run `metline up`, which brings its own")
    return settings
