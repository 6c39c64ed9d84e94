"""One service for each module of tests: its calls are apart, its people are the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.embedded import EmbeddedValkey
from tests.web import stage
from tests.web.stage import Person, World


@pytest.fixture(scope="module")
def world(module_database_url: str, valkey_server: EmbeddedValkey) -> Iterator[World]:
    with stage.world(module_database_url, valkey_server.url()) as made:
        yield made


@pytest.fixture
def maria(world: World) -> Person:
    """A specialist of both agencies."""
    return world.person("maria")


@pytest.fixture
def jon(world: World) -> Person:
    """A specialist of the police."""
    return world.person("jon")


@pytest.fixture
def dana(world: World) -> Person:
    """A dispatcher of the police."""
    return world.person("dana")


@pytest.fixture
def dee(world: World) -> Person:
    """A dispatcher of the sheriff."""
    return world.person("dee")


@pytest.fixture
def sam(world: World) -> Person:
    """A supervisor of the police."""
    return world.person("sam")


@pytest.fixture
def ada(world: World) -> Person:
    """An admin of the police."""
    return world.person("ada")
