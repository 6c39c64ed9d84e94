"""A fresh sandbox for every test, the real library, and a check of all REST traffic."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from sandbox.driver import SandboxDriver, carrier_client
from sandbox.runner import start_sandbox
from sandbox.settings import Account
from tests.oracle import carrier_schema
from tests.sandbox.receiver import Receiver
from tests.sandbox.stage import ACCOUNT, Stage


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    product = Receiver()
    yield product
    product.close()


@pytest.fixture
def account() -> Account:
    return ACCOUNT


@pytest.fixture
def driver(account: Account) -> Iterator[SandboxDriver]:
    with start_sandbox(account) as running:
        running.set_habits(speech_characters_per_second=0, play_seconds=0, listing_lag=0)
        yield running
        assert carrier_schema.violations(running.log()) == []


@pytest.fixture
def client(driver: SandboxDriver, account: Account) -> Client:
    return carrier_client(driver.url, account.sid, account.auth_token)


@pytest.fixture
def stage(driver: SandboxDriver, receiver: Receiver, client: Client) -> Stage:
    return Stage(driver, receiver, client)
