"""Generated documents are what the code says."""

import re
from pathlib import Path

import click
import pytest

from routing import ladder
from routing.events import EVENT_TYPES
from routing.outcomes import CODES
from routing.states import TRANSITIONS
from service import config, generated, meanings, reference
from service.cli import main
from service.faults import Fault
from telephony import errors
from web.table import ROUTES

ROOT = generated.ROOT
LOGGED = re.compile(r'"event": "(\w+)"')
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
STORES_AND_PORT = {"DATABASE_URL", "REDIS_URL", "PORT"}


def test_every_committed_document_is_in_step() -> None:
    generated.check()


def test_every_part_stands_in_some_document() -> None:
    written = "".join(path.read_text() for path in documents())
    for name in generated.PARTS:
        assert f"<!-- generated: {name} -->" in written


def test_a_part_that_nobody_makes_is_refused_by_name() -> None:
    with pytest.raises(Fault, match=r"'colors'.*settings, commands"):
        generated.filled("<!-- generated: colors -->\n<!-- end -->", "guide.md")


def test_what_stands_between_the_marks_is_made_anew_and_nothing_else() -> None:
    kept = "# Guide\n\n<!-- generated: times -->\nstale words\n<!-- end -->\nafter\n"
    made = generated.filled(kept, "guide.md")
    assert made.startswith("# Guide\n\n<!-- generated: times -->\n| name |")
    assert made.endswith("|\n<!-- end -->\nafter\n")
    assert "stale words" not in made
    assert generated.filled(made, "guide.md") == made


def test_the_diagram_shows_every_transition() -> None:
    shown = reference.states()
    for row in TRANSITIONS:
        assert f"{row.before} --> {row.after}: {row.event}" in shown


def test_the_settings_are_those_that_the_configuration_reads() -> None:
    known = {*config.NAMES, *config.CARRIER_NAMES, *STORES_AND_PORT}
    assert set(meanings.SETTINGS) == known


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("DATABASE_URL", "required"),
        ("METLINE_FALLBACK_URL", "required"),
        ("TWILIO_AUTH_TOKEN", "required"),
        ("METLINE_CARRIER_URL", "refused"),
        ("METLINE_DATA_DIR", "refused"),
        ("PORT", "optional"),
    ],
)
def test_what_production_asks_is_read_from_the_rules(name: str, said: str) -> None:
    row = next(line for line in reference.settings().splitlines() if f"`{name}`" in line)
    assert row.endswith(f"| {said} |")


def test_every_command_is_listed_with_its_arguments() -> None:
    listed = reference.commands()
    for name in main.list_commands(click.Context(main)):
        assert f"`metline {name}" in listed
    assert "`metline config apply FILE`" in listed
    assert "`metline provision [--dry-run]`" in listed
    assert "`metline token create --user EMAIL`" in listed


def test_every_endpoint_event_and_carrier_code_is_listed() -> None:
    for route in ROUTES:
        assert f"`{route.method} {route.path}`" in reference.endpoints()
    for name in EVENT_TYPES:
        assert f"| `{name}` |" in reference.events()
    for code in errors.CODES:
        assert f"| {code} |" in reference.carrier_errors()


def test_every_outcome_has_its_meaning() -> None:
    assert tuple(meanings.OUTCOMES) == CODES


def test_every_timeout_of_the_core_is_explained() -> None:
    known = {name.removesuffix("_SECONDS") for name in vars(ladder) if name.endswith("_SECONDS")}
    assert {name.replace(" ", "_").upper() for name in meanings.TIMES} == known


def test_every_event_that_is_logged_is_explained_and_no_other() -> None:
    rooms = ("handlers", "models", "telephony", "web", "sandbox", "service")
    sources = (path for room in rooms for path in (ROOT / room).rglob("*.py"))
    logged = {name for path in sources for name in LOGGED.findall(path.read_text())}
    assert set(meanings.LOG_EVENTS) == logged


def test_every_link_between_documents_leads_somewhere() -> None:
    for path in documents():
        for target, _ in LINK.findall(path.read_text()):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"


def documents() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
