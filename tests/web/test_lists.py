"""The log: newest first, page by page, filtered, and never another agency's."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing import commands as c
from tests.web.stage import DIRECT, SHERIFF, Person, World


def test_pages_follow_each_other_without_gap_or_repetition(world: World, dana: Person) -> None:
    made = [world.arrived().id for _ in range(7)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = dana.get(f"/calls?limit=3&cursor={cursor}").json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert [each for each in seen if each in made] == made[::-1]
    assert len(seen) == len(set(seen))


def test_each_agency_sees_its_own(world: World, dana: Person, dee: Person, maria: Person) -> None:
    police, sheriff = world.arrived(DIRECT).id, world.arrived(SHERIFF).id

    def seen(person: Person) -> set[str]:
        ids = {item["id"] for item in person.get("/calls?limit=200").json()["items"]}
        return ids & {police, sheriff}

    assert (seen(dana), seen(dee)) == ({police}, {sheriff})
    assert seen(maria) == {police, sheriff}
    assert dana.get("/calls?agency=kern-sheriff").status_code == 404
    only = maria.get("/calls?agency=kern-sheriff&limit=200").json()["items"]
    assert {item["agency"] for item in only} == {"kern-sheriff"}


def test_filters_narrow_the_list(world: World, dana: Person) -> None:
    open_call, closed = world.arrived(), world.arrived()
    world.tell(closed, c.ReportEnded(1, "completed"))
    dana.patch(f"/calls/{open_call.id}", {"incident_number": "26-777123"})

    def found(query: str) -> set[str]:
        ids = {item["id"] for item in dana.get(f"/calls?limit=200&{query}").json()["items"]}
        return ids & {open_call.id, closed.id}

    assert found("status=open") == {open_call.id}
    assert found("q=26-777123") == {open_call.id}
    assert found("to=2020-01-01") == set()
    today = datetime.now(ZoneInfo("America/Los_Angeles")).date()
    assert found(f"from={today}&to={today}") == {open_call.id, closed.id}
    assert found(f"to={today - timedelta(days=1)}") == set()
    assert found("from=2020-01-01") == {open_call.id, closed.id}
    assert found("outcome=R01") == set()


def test_the_diversion_report_shows_counts_beside_every_rate(sam: Person) -> None:
    answer = sam.get("/reports/diversion?agency=bakersfield-pd&from=2026-01-01&to=2026-12-31")
    assert answer.status_code == 200
    assert answer.json()["total"]["diversion"].keys() == {"count", "of", "rate"}
    monthly = sam.get(
        "/reports/diversion?agency=bakersfield-pd&from=2026-01-01&to=2026-03-31&by=month"
    )
    assert [row["period"] for row in monthly.json()["rows"]] == ["2026-01", "2026-02", "2026-03"]


def test_the_report_of_another_agency_does_not_exist(sam: Person) -> None:
    answer = sam.get("/reports/diversion?agency=kern-sheriff&from=2026-01-01&to=2026-12-31")
    assert answer.status_code == 404
