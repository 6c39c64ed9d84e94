"""Generated documents are what the code says."""

from routing.states import TRANSITIONS
from service import generated


def test_every_committed_document_is_in_step() -> None:
    generated.check()


def test_the_diagram_shows_every_transition() -> None:
    shown = generated.states()
    for row in TRANSITIONS:
        assert f"{row.before} --> {row.after}: {row.event}" in shown
