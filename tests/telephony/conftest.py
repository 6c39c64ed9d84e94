"""The webhooks on a real port with a working desk behind them, and a carrier to talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.driver import SandboxDriver
from sandbox.runner import start_sandbox
from sandbox.settings import Account
from tests.oracle import carrier_schema
from tests.telephony.fakes import (
    ACCOUNT,
    AUTH_TOKEN,
    KEY,
    SECRET,
    CarrierSide,
    DeskInMemory,
    application,
    served,
    voice_settings,
)


@pytest.fixture
def desk() -> DeskInMemory:
    return DeskInMemory()


@pytest.fixture
def carrier(desk: DeskInMemory) -> Iterator[CarrierSide]:
    with served(application(desk, voice_settings())) as actual:
        yield CarrierSide(actual)


@pytest.fixture
def sandbox() -> Iterator[SandboxDriver]:
    """A stand-in carrier; all REST traffic is checked against the carrier's own description."""
    account = Account(ACCOUNT, AUTH_TOKEN, ((KEY, SECRET),))
    with start_sandbox(account) as driver:
        driver.set_habits(speech_characters_per_second=0, play_seconds=0.2, listing_lag=0)
        yield driver
        assert carrier_schema.violations(driver.log(), refused=True) == []
