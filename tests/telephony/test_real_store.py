"""The webhooks over the real use cases and a real database, which then goes away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from handlers.calls import Calls
from models.store import Store
from routing.states import LegState
from tests.conftest import drop_database
from tests.handlers.world import World
from tests.telephony.fakes import (
    BRIDGED,
    DIRECT,
    FALLBACK,
    CarrierSide,
    application,
    came_in,
    goes_on,
    served,
    sid,
    voice_settings,
)
from tests.telephony.grammar import parsed, verbs


@dataclass
class Product:
    """Everything but the worker; `lose_the_database` is for good."""

    desk: Calls
    carrier: CarrierSide
    lose_the_database: Callable[[], None]


@pytest.fixture
def product(postgres_url: str, new_database: Callable[[], str]) -> Iterator[Product]:
    url = new_database()
    store = Store.connect(url)
    world = World(store)
    lost: list[str] = []

    def lose() -> None:
        drop_database(postgres_url, url)
        lost.append(url)

    with served(application(world.calls, voice_settings())) as actual:
        yield Product(world.calls, CarrierSide(actual), lose)
    store.close()
    if not lost:
        lose()


def arrived(product: Product, line: str) -> str:
    assert product.carrier.post("/voice/inbound", came_in(line)).status_code == 200
    call_id = product.desk.call_of(sid())
    assert call_id
    return call_id


def test_a_call_comes_in_is_answered_and_ends(product: Product) -> None:
    call_id = arrived(product, DIRECT)
    assert arrived(product, DIRECT) == call_id
    answer = f"/voice/legs/{call_id}/2/answer"
    for _ in range(2):
        root = parsed(product.carrier.post(answer, goes_on(2)).text)
        assert root.findtext("Dial/Conference") == f"call-{call_id}"
    joined = {
        "ConferenceSid": "CF" + "7" * 32,
        "CallSid": sid(2),
        "StatusCallbackEvent": "participant-join",
        "ParticipantLabel": "leg-2-9-t",
        "SequenceNumber": "1",
    }
    for _ in range(2):
        path = f"/voice/conferences/{call_id}"
        assert product.carrier.post(path, joined).status_code == 204
    assert product.desk.reply(call_id).call.legs[1].state is LegState.JOINED
    over = came_in(CallStatus="completed", SequenceNumber="3")
    assert product.carrier.post("/voice/lines/status", over).status_code == 204
    assert product.desk.reply(call_id).call.closed


def test_a_number_that_is_no_line_is_answered_in_words(product: Product) -> None:
    root = parsed(product.carrier.post("/voice/inbound", came_in("+15005550006")).text)
    assert verbs(root)[-1] == "Hangup"


@pytest.mark.parametrize("line", [DIRECT, BRIDGED])
def test_a_caller_reaches_the_fallback_number_when_the_database_is_gone(
    product: Product, line: str
) -> None:
    product.lose_the_database()
    answer = product.carrier.post("/voice/inbound", came_in(line))
    assert answer.status_code == 200
    assert parsed(answer.text).findtext("Dial") == FALLBACK


def test_what_happens_on_a_call_when_the_database_is_gone(product: Product) -> None:
    call_id = arrived(product, DIRECT)
    legs = f"/voice/legs/{call_id}/2"
    product.carrier.post(f"{legs}/answer", goes_on(2))
    product.lose_the_database()
    status = product.carrier.post(f"{legs}/status", goes_on(2, CallStatus="completed"))
    assert status.status_code == 500
    back = product.carrier.post(f"{legs}/menu", goes_on(2, DialCallStatus="answered"))
    assert parsed(back.text).findtext("Dial/Conference") == f"call-{call_id}"
    held = product.carrier.post(f"/voice/hold/{call_id}/1", {"CallSid": sid()})
    assert verbs(parsed(held.text))[0] == "Say"
