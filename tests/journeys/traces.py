"""What a call has left behind: at the sandbox, in the log, in what the processes have said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from service.demo.cast import AGENCY, CALLER, Cast
from tests.oracle import carrier_schema
from tests.telephony import grammar
from tests.waiting import eventually

Json = dict[str, Any]

# The caller, the people, and what the journeys write into a call's context.
SECRETS = (
    CALLER,
    CALLER.lstrip("+"),
    "Maria",
    "Lopez",
    "Jon Park",
    "Dana",
    "4th and Main",
    "none seen",
    "BPD-26-004711",
)


def everybody_hangs_up(cast: Cast) -> None:
    """Callers hang up, and nothing else is done: no leg may outlive its call."""
    for leg in live_legs(cast):
        if leg["direction"] == "inbound":
            cast.sandbox.hangup(leg["sid"])
    eventually(lambda: not live_legs(cast))
    eventually(lambda: not cast.dana.get("/calls", agency=AGENCY, status="open")["items"])


def live_legs(cast: Cast) -> list[Json]:
    """Legs at the sandbox that have not ended."""
    return [leg for leg in cast.sandbox.calls() if leg["ended_at"] is None]


def faults_of_documents(log: Iterable[Json]) -> list[object]:
    """Requests and answers that the carrier's description does not allow, and bad documents."""
    entries = list(log)
    for entry in entries:
        if entry["kind"] == "webhook" and entry["body"].startswith("<?xml"):
            grammar.parsed(entry["body"])
    heard = [entry for entry in entries if _is_application_error(entry)]
    return [*carrier_schema.violations(entries), *heard]


def _is_application_error(entry: Json) -> bool:
    return entry["kind"] == "application error" or entry.get("what") == "application error"


def names_in(said: str) -> list[str]:
    """The lines that name a person, a caller's number or what was told about an incident."""
    return [line for line in said.splitlines() if any(secret in line for secret in SECRETS)]


def complaints(log: Iterable[Json]) -> list[Json]:
    """What the carrier found wrong with us: errors of documents, callbacks not taken in."""
    wrong = ("error", "warning", "application error")
    return [entry for entry in log if entry["kind"] in wrong]


def dials(log: Iterable[Json], address: str | None = None) -> list[Json]:
    """Requests to ring somebody, whatever came of them."""
    made = [e for e in log if e["kind"] == "rest" and e["method"] == "POST"]
    calls = [e for e in made if e["path"].endswith("/Calls.json")]
    return [e for e in calls if address in (None, e["params"]["To"][0].partition("?")[0])]


def dialed_twice(log: Iterable[Json]) -> list[str]:
    """Answer URLs, one for each leg, that the carrier was asked to dial more than once."""
    asked = Counter(entry["params"]["Url"][0] for entry in dials(log))
    return [url for url, times in asked.items() if times > 1]
