"""One running product and one cast for the session; after each test its traces are looked at."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.demo.cast import BRIDGED_LINE, DIRECT_LINE, Cast, assembled
from service.demo.scene import Scene
from tests.journeys import traces
from tests.journeys.product import Product


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """Web, worker, stores and sandbox, started; they end with the session."""
    folder = Path(tempfile.mkdtemp(prefix="metline-journeys-"))
    folder.chmod(0o711)
    running = Product(folder)
    try:
        running.start()
        yield running.ready()
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cast(product: Product) -> Iterator[Cast]:
    """The demo's people, signed in, their heartbeats going."""
    with assembled(product.settings) as everybody:
        yield everybody


@pytest.fixture(autouse=True)
def aftermath(product: Product, cast: Cast) -> Iterator[None]:
    """Every test begins with free specialists and leaves neither a leg nor a name behind."""
    product.ready()
    cast.free_specialists()
    before = product.sandbox.health()["log"]
    yield
    product.sandbox.clear_faults()
    product.ready()
    traces.everybody_hangs_up(cast)
    assert traces.faults_of_documents(product.sandbox.log(before)) == []
    assert traces.names_in(product.said()) == []


@pytest.fixture
def direct(cast: Cast) -> Scene:
    """A call on the line where the caller has a leg of their own, not placed yet."""
    return Scene(cast, DIRECT_LINE)


@pytest.fixture
def bridged(cast: Cast) -> Scene:
    """A call on the line where caller and dispatcher share a leg, not placed yet."""
    return Scene(cast, BRIDGED_LINE)
