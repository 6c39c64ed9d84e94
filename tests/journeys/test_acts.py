"""J1 to J10 as the demo plays them, and what all of them together have left at the carrier."""

from __future__ import annotations

from typing import Any

import pytest

from service.demo.cast import DISPATCH, FALLBACK, JON_PHONE, LIFELINE, MARIA_PHONE, TEAM, Cast
from service.demo.handoffs import with_dispatcher
from service.demo.play import ACTS, Act
from service.demo.scene import Scene
from tests.journeys import traces
from tests.journeys.product import Product
from tests.oracle import carrier_schema
from tests.telephony import grammar

Json = dict[str, Any]


@pytest.fixture(scope="module")
def curtain(product: Product) -> int:
    """The place in the carrier's log at which the acts begin."""
    return int(product.sandbox.health()["log"])


@pytest.fixture(scope="module")
def log(cast: Cast, curtain: int) -> list[Json]:
    """All that the carrier has seen of the acts; one is played when none was asked for."""
    if cast.sandbox.health()["log"] == curtain:
        ACTS[0].play(Scene(cast, ACTS[0].line))
    return cast.sandbox.log(curtain)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: f"{act.journey} {act.title}")
def test_the_journey_holds(cast: Cast, curtain: int, act: Act) -> None:
    scene = Scene(cast, act.line)
    act.play(scene)
    assert [check.text for check in scene.checks if not check.held] == []
    assert len(scene.checks) > 3


def test_the_carrier_found_nothing_wrong_in_any_document_or_answer(log: list[Json]) -> None:
    assert traces.complaints(log) == []


def test_every_request_is_one_that_the_carrier_describes_and_so_is_every_answer(
    log: list[Json],
) -> None:
    assert carrier_schema.violations(log, refused=True) == []


def test_every_document_has_only_verbs_and_attributes_that_the_carrier_knows(
    log: list[Json],
) -> None:
    documents = [e["body"] for e in log if e["kind"] == "webhook" and "<Response" in e["body"]]
    assert documents
    for document in documents:
        grammar.parsed(document)


def test_no_url_label_or_conference_name_tells_a_number(log: list[Json]) -> None:
    ours = [entry["url"] for entry in log if entry["kind"] == "webhook"]
    told = [entry["params"] for entry in log if entry["kind"] == "webhook"]
    ours += [
        each[name] for each in told for name in ("FriendlyName", "ParticipantLabel") if name in each
    ]
    assert [text for text in ours if "1559555" in text] == []


def test_nobody_is_dialed_but_the_directorys_numbers(log: list[Json]) -> None:
    dialed = {entry["params"]["To"][0].partition("?")[0] for entry in traces.dials(log)}
    phones = {address for address in dialed if not address.startswith("client:")}
    assert phones <= {DISPATCH, FALLBACK, MARIA_PHONE, JON_PHONE, *LIFELINE, *TEAM}


def test_the_time_alone_is_what_the_carrier_saw(direct: Scene) -> None:
    with_dispatcher(direct)
    direct.cast.sandbox.hangup(direct.caller_sid)
    direct.stage_is("closed")
    caller = direct.cast.sandbox.call(direct.caller_sid)
    alone = _alone_seconds(caller, direct.cast.sandbox.audible(direct.caller_sid))
    assert abs(direct.view()["timings"]["alone"] - alone) < 1


def _alone_seconds(caller: Json, heard: Json) -> float:
    """From the call's beginning to its end, less what the caller spent with somebody."""
    end = caller["ended_at"]
    spans = [(span["since"], span["until"] or end) for span in heard["with_someone"]]
    together = sum(min(until, end) - since for since, until in spans)
    return float(end - caller["created_at"] - together) / 1000
