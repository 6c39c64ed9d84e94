"""The small world of the handlers' tests, over a database of its own."""

from collections.abc import Iterator

import pytest

from models.store import Store
from tests.handlers.world import World


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.connect(database_url, pool=12)
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)
