"""The directory document: applied whole or not at all, and every refusal says where and why."""

import copy
import re
from typing import Any

import pytest
import yaml

from handlers.directory import BadDirectory, apply, parse
from models.store import Store
from tests.handlers.world import DIRECT, DIRECTORY, World, at_once

Document = dict[str, Any]


def _document() -> Document:
    loaded: Document = yaml.safe_load(DIRECTORY.read_text())
    return loaded


def _set(document: Document, path: str, value: object) -> None:
    *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    place: Any = document
    for step in way:
        place = place[step]
    place[last] = value


@pytest.mark.parametrize(
    ("path", "value", "inside", "reason"),
    [
        ("agencies[0].lines[1].number", "5550111", "", "E.164"),
        ("agencies[0].dispatch_number", "911", "", "emergency"),
        ("agencies[0].fallback_number", "+1911", "", "emergency"),
        ("agencies[0].fallback_number", DIRECT, "", "our own"),
        ("agencies[0].timezone", "Kern", "", "time zone"),
        ("agencies[0].fiscal_year_starts", 13, "", "1 to 12"),
        ("agencies[0].ring", {"strategy": "loudest"}, ".strategy", "one of"),
        ("agencies[0].ring", {"second": 5}, ".second", "unknown field"),
        ("agencies[0].overflow", ["nobody"], "[0]", "no destination"),
        ("agencies[1].overflow", ["kern-988"], "[0]", "of this agency"),
        ("agencies[0].menu", {"1": "met", "2": "x"}, ".2", "no destination"),
        ("agencies[0].menu", {"12": "met"}, ".12", "one digit"),
        ("agencies[0].lines[0].entry", "sideways", "", "one of"),
        ("agencies[1].lines[0].number", DIRECT, "", "the same as"),
        ("agencies[1].key", "bakersfield-pd", "", "the same as"),
        ("agencies[0].name", "", "", "expected text"),
        ("agencies[0].extra", 1, "", "unknown field"),
        ("destinations[0].numbers", [], "", "at least one"),
        ("destinations[0].numbers[1]", "112", "", "emergency"),
        ("destinations[0].kind", "police", "", "one of"),
        ("destinations[0].agencies", ["x"], "[0]", "no agency"),
        ("users[0].email", "maria", "", "email"),
        ("users[1].email", "Maria@example.org", "", "the same as"),
        ("users[0].phone", None, "", "needs a phone"),
        ("users[0].role", "boss", "", "one of"),
        ("users", "none", "", "list"),
        ("user", [], "", "unknown field"),
    ],
)
def test_one_bad_field_is_named_with_its_reason(
    path: str, value: object, inside: str, reason: str
) -> None:
    document = _document()
    _set(document, path, value)
    with pytest.raises(BadDirectory) as refused:
        parse(document)
    assert reason in dict(refused.value.problems)[path + inside]


def test_a_document_that_is_no_mapping_is_refused() -> None:
    with pytest.raises(BadDirectory, match="mapping"):
        parse(["agencies"])


def test_applying_it_again_changes_nothing(world: World, store: Store) -> None:
    assert apply(store, parse(_document())) == []


def test_each_change_is_told_in_words(world: World, store: Store) -> None:
    document = _document()
    document["agencies"][0]["ring"]["seconds"] = 20
    document["agencies"][0]["lines"].pop()
    document["users"][0]["name"] = "Maria L."
    document["users"].pop(1)
    document["destinations"][1]["agencies"] = ["kern-sheriff"]
    document["agencies"][0]["menu"] = {"1": "met"}
    assert apply(store, parse(document)) == [
        "changed agency bakersfield-pd: ring_seconds, menu",
        "removed line +16615550112",
        "destination adult-outpatient now serves kern-sheriff",
        "destination adult-outpatient no longer serves bakersfield-pd",
        "changed user maria@example.org: name",
        "user sam@example.org leaves bakersfield-pd",
        "removed user sam@example.org",
    ]


def test_a_document_about_one_agency_leaves_the_others_alone(world: World, store: Store) -> None:
    document = _document()
    document["agencies"].pop(0)
    document["destinations"] = []
    document["users"] = [{**document["users"][5], "name": "Shay C."}]
    assert apply(store, parse(document)) == [
        "changed user shay@example.org: name",
        "user maria@example.org leaves kern-sheriff",
    ]
    assert world.calls.plans.load().lines[DIRECT].agency == "bakersfield-pd"


def test_somebody_who_was_removed_comes_back_with_their_id(world: World, store: Store) -> None:
    before = world.account("sam")
    document = _document()
    without = copy.deepcopy(document)
    without["users"].pop(1)
    apply(store, parse(without))
    assert world.accounts.by_email("sam@example.org") is None
    apply(store, parse(document))
    assert world.account("sam") == before


def test_two_documents_at_once_are_applied_one_after_the_other(world: World, store: Store) -> None:
    changed = _document()
    changed["agencies"][0]["name"] = "BPD"
    specs = [parse(changed), parse(changed)]
    results = at_once(*(lambda spec=spec: apply(store, spec) for spec in specs))
    assert sorted(map(len, results)) == [0, 1]  # type: ignore[arg-type]
