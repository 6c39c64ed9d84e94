"""Reading calls: by role and agency, in pages, in the contract's shapes."""

import re
from datetime import UTC, datetime
from functools import partial

import pytest

from handlers.errors import Forbidden, Invalid, NotFound, Stale
from handlers.log import Query
from routing import commands as c
from tests.handlers.world import DIRECT, SHERIFF, World, at_once

FORM = {"code": "R01", "law_enforcement": "none", "caller_type": "self", "risk_end": 1}


def test_a_call_shows_the_contracts_fields(world: World) -> None:
    call = world.with_specialist("maria")
    shown = world.log.call(world.account("dana"), call.id)
    assert {
        "id", "agency", "line", "entry", "stage", "opened_at", "closed_at", "incident_number",
        "context", "parties", "transfers", "outcome", "timings", "version",
    } <= shown.keys()  # fmt: skip
    assert (shown["line"], shown["stage"], shown["version"]) == (
        DIRECT,
        "with_specialist",
        call.version,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", shown["opened_at"])
    roles = [(party["role"], party["status"], party["name"]) for party in shown["parties"]]
    assert ("specialist", "connected", "Maria Lopez") in roles
    assert [transfer["to"] for transfer in shown["transfers"]] == ["met"]


def test_pages_hold_every_call_once_newest_first(world: World) -> None:
    opened = []
    for number in range(7):
        opened.append(world.arrive().id)
        world.clock.forward(number % 2)
    dana, seen, cursor = world.account("dana"), [], None
    while True:
        page = world.log.page(dana, Query(limit=3, cursor=cursor))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(opened)
    times = [world.query("SELECT opened_at FROM calls WHERE id = %s", key) for key in seen]
    assert times == sorted(times, key=lambda rows: rows[0]["opened_at"], reverse=True)


def test_another_agencys_calls_are_neither_listed_nor_told(world: World) -> None:
    ours, theirs = world.arrive(), world.arrive(SHERIFF)
    dana = world.account("dana")
    assert [item["id"] for item in world.log.page(dana, Query())["items"]] == [ours.id]
    for read in (world.log.call, world.log.events, world.log.caller_number):
        with pytest.raises(NotFound):
            read(dana, theirs.id)
    with pytest.raises(NotFound):
        world.log.page(dana, Query(agency="kern-sheriff"))
    with pytest.raises(NotFound):
        world.log.call(dana, "not-an-id")


def test_a_list_can_be_narrowed(world: World) -> None:
    first = world.arrive(incident_number="I-100")
    world.clock.forward(86400)
    second = world.arrive(incident_number="I-200")
    world.tell(first, c.ReportEnded(1, "hung up"))
    dana = world.account("dana")

    def ids(**wanted: str) -> list[str]:
        return [item["id"] for item in world.log.page(dana, Query(**wanted))["items"]]  # type: ignore[arg-type]

    assert ids(status="open") == [second.id]
    assert ids(status="closed") == [first.id]
    assert ids(q="I-1") == [first.id]
    assert ids(q=second.id) == [second.id]
    assert ids(end="2026-07-01", agency="bakersfield-pd") == [first.id]
    assert ids(start="2026-07-02") == [second.id]
    assert ids(outcome="R01") == []


# The call arrives on the 1st of July at 23:30 in the agency's zone, which is the 2nd in UTC.
@pytest.mark.parametrize(
    ("name", "wanted", "found"),
    [
        ("dana", {"end": "2026-07-01"}, True),  # the last day is included, to its end
        ("dana", {"start": "2026-07-01", "end": "2026-07-01"}, True),
        ("dana", {"start": "20260701", "end": "20260701"}, True),
        ("dana", {"end": "2026-06-30"}, False),
        ("dana", {"start": "2026-07-02"}, False),
        ("dana", {"end": "2026-07-02T06:30:00Z"}, False),  # a time is not
        ("dana", {"end": "2026-07-01T23:30:00.001"}, True),
        ("maria", {"start": "2026-07-01", "end": "2026-07-01"}, True),  # two agencies, one zone
        ("maria", {"end": "2026-06-30", "agency": "bakersfield-pd"}, False),
    ],
)
def test_the_last_day_of_a_list_is_included_in_the_agencys_zone(
    world: World, name: str, wanted: dict[str, str], *, found: bool
) -> None:
    world.clock.at = datetime(2026, 7, 2, 6, 30, tzinfo=UTC)
    world.arrive()
    page = world.log.page(world.account(name), Query(**wanted))  # type: ignore[arg-type]
    assert bool(page["items"]) is found


@pytest.mark.parametrize(
    "query",
    [Query(status="odd"), Query(limit=0), Query(limit=500), Query(start="soon"), Query(cursor="x")],
)
def test_a_list_that_makes_no_sense_is_refused(world: World, query: Query) -> None:
    with pytest.raises(Invalid):
        world.log.page(world.account("dana"), query)


def test_numbers_are_masked_and_a_reveal_is_audited(world: World) -> None:
    call = world.with_dispatcher()
    dana = world.account("dana")
    shown = world.log.call(dana, call.id)
    assert shown["caller_number"] == "•••• 9999"
    assert "5559999" not in str(shown) + str(world.log.events(dana, call.id))
    assert "5550100" not in str(world.log.events(dana, call.id))
    shown_in_full = world.log.caller_number(dana, call.id)
    assert shown_in_full == {"number": "+16615559999", "callback_number": None}
    (entry,) = world.query(
        "SELECT who, role, object, result FROM audit WHERE action = 'caller number shown'"
    )
    assert entry == {"who": dana.id, "role": "dispatcher", "object": call.id, "result": "done"}


def test_the_context_is_kept_field_by_field_and_the_log_has_no_words(world: World) -> None:
    call = world.with_dispatcher()
    dana = world.account("dana")
    world.log.patch(dana, call.id, {"incident_number": "I-9", "context": {"weapons": "knife"}})
    shown = world.log.patch(dana, call.id, {"context": {"language": "es", "officers": 2}})
    assert shown["incident_number"] == "I-9"
    assert {k: v for k, v in shown["context"].items() if v} == {
        "weapons": "knife",
        "language": "es",
        "officers": 2,
    }
    assert world.call(call.id).language == "es"
    assert "knife" not in str(world.log.events(dana, call.id))


def test_a_wrong_context_changes_nothing_and_names_its_fields(world: World) -> None:
    call = world.with_dispatcher()
    body = {"incident": 1, "context": {"caller": 5, "mood": "x", "location": "Main St"}}
    with pytest.raises(Invalid) as wrong:
        world.log.patch(world.account("dana"), call.id, body)
    assert [path for path, _ in wrong.value.fields] == [
        "incident",
        "context.mood",
        "context.caller",
    ]
    assert world.call(call.id) == call


def test_a_context_is_refused_to_other_roles_and_older_versions(world: World) -> None:
    call = world.with_dispatcher()
    body = {"context": {"location": "Main St"}}
    with pytest.raises(Forbidden):
        world.log.patch(world.account("ada"), call.id, body)
    with pytest.raises(Stale):
        world.log.patch(world.account("dana"), call.id, body, if_match=1)


def test_the_callers_number_of_a_bridged_call_is_the_callback_number(world: World) -> None:
    call = world.arrive(caller_number=None)
    dana = world.account("dana")
    assert world.log.caller_number(dana, call.id)["number"] is None
    world.log.patch(dana, call.id, {"context": {"callback_number": "+16615551234"}})
    assert world.log.caller_number(dana, call.id)["number"] == "+16615551234"
    (listed,) = world.log.page(dana, Query())["items"]
    assert listed["context"]["callback_number"] == "•••• 1234"


def test_a_callback_number_is_shown_in_full_during_the_call_only(world: World) -> None:
    call = world.with_dispatcher()
    dana, ada = world.account("dana"), world.account("ada")
    body = {"context": {"callback_number": "+16615551234"}}
    during = world.log.patch(dana, call.id, body)
    assert during["context"]["callback_number"] == "+16615551234"
    assert world.log.call(ada, call.id)["context"]["callback_number"] == "•••• 1234"
    world.tell(call, c.ReportEnded(1, "hung up"))
    assert world.log.call(dana, call.id)["context"]["callback_number"] == "•••• 1234"
    assert world.log.caller_number(dana, call.id)["callback_number"] == "+16615551234"


def test_events_come_in_order_with_actor_leg_and_time(world: World) -> None:
    call = world.with_dispatcher()
    world.clock.forward(0.25)
    world.ask(call, "dana", lambda by: c.RequestTransfer(by, "met"))
    events = world.log.events(world.account("dana"), call.id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["actor"] == "caller"
    requested = next(event for event in events if event["name"] == "specialist_requested")
    assert requested["actor"] == world.account("dana").id
    assert requested["at"] == "2026-07-01T12:00:00.250Z"


def test_an_outcome_is_submitted_once_and_revised_with_reasons(world: World) -> None:
    call = world.with_specialist("maria")
    maria = world.account("maria")
    first = world.outcomes.submit(maria, call.id, FORM | {"note": "calm at the end"})
    assert (first["code"], first["diverted"], first["revision"]) == ("R01", True, 1)
    from routing.decide import Refused

    with pytest.raises(Refused, match="reason"):
        world.outcomes.submit(maria, call.id, FORM)
    second = world.outcomes.submit(maria, call.id, FORM | {"code": "R02", "reason": "linked later"})
    assert (second["revision"], second["reason"]) == (2, "linked later")
    assert [r["code"] for r in world.outcomes.revisions(maria, call.id)] == ["R01", "R02"]
    assert world.query("SELECT outcome FROM calls") == [{"outcome": "R02"}]


def test_two_outcomes_at_once_are_one_outcome_and_one_refusal(world: World) -> None:
    call = world.with_specialist("maria")
    submit = partial(world.outcomes.submit, world.account("maria"), call.id, dict(FORM))
    results = at_once(submit, submit)
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert len(world.query("SELECT 1 FROM outcomes")) == 1


def test_dispatchers_never_see_the_clinical_part(world: World) -> None:
    call = world.with_specialist("maria")
    clinical = {"note": "told of a loss", "problems": ["suicidal"], "risk_start": 4}
    world.outcomes.submit(world.account("maria"), call.id, FORM | clinical)
    shown = world.log.call(world.account("dana"), call.id)
    assert shown["outcome"]["code"] == "R01"
    assert "told of a loss" not in str(shown)
    assert "suicidal" not in str(shown)
    assert "told of a loss" in str(world.log.call(world.account("sue"), call.id))
    assert "told of a loss" not in str(world.log.page(world.account("sue"), Query()))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Z99"}, "code"),
        ({"risk_end": 5}, "risk_end"),
        ({"risk_end": True}, "risk_end"),
        ({"caller_type": None}, "caller_type"),
        ({"law_enforcement": "primary"}, "law_enforcement"),
        ({"code": "C01"}, "law_enforcement"),
        ({"problems": "sad"}, "problems"),
        ({"mood": "x"}, "mood"),
    ],
)
def test_a_form_that_cannot_be_is_refused_by_its_field(
    world: World, change: dict[str, object], field: str
) -> None:
    call = world.with_specialist("maria")
    with pytest.raises(Invalid) as wrong:
        world.outcomes.submit(world.account("maria"), call.id, FORM | change)
    assert [path for path, _ in wrong.value.fields] == [field]


def test_only_the_calls_own_specialist_and_supervisors_submit(world: World) -> None:
    call = world.with_specialist("maria")
    for name in ("sam", "dana", "ada"):
        with pytest.raises(Forbidden):
            world.outcomes.submit(world.account(name), call.id, dict(FORM))
    with pytest.raises(NotFound):
        world.outcomes.submit(world.account("shay"), call.id, dict(FORM))
    assert world.outcomes.submit(world.account("sue"), call.id, dict(FORM))["code"] == "R01"


def test_a_draft_is_kept_as_typed_until_the_form_is_in(world: World) -> None:
    call = world.with_specialist("maria")
    maria = world.account("maria")
    assert world.outcomes.draft(maria, call.id) is None
    world.outcomes.save_draft(maria, call.id, {"code": "R01"})
    world.outcomes.save_draft(maria, call.id, {"note": "half a sent"})
    assert world.outcomes.draft(maria, call.id) == {"note": "half a sent"}
    world.outcomes.submit(maria, call.id, dict(FORM))
    assert world.outcomes.draft(maria, call.id) is None
