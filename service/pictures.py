"""`metline docs pictures`: the documents' pictures and timelines, from one run of the demo."""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click
from rich.console import Console

from service.config import Settings
from service.demo import play, show
from service.demo.show import Verdict
from service.faults import Fault

DOCS = Path(__file__).parent.parent / "docs"
JOURNEYS = DOCS / "journeys.md"
PICTURES = DOCS / "pictures"
STORY = "Warm transfer to 988"
WIDTH = 96
# The pictures fetch no font: whoever looks at them has a monospaced one.
FONT = re.compile(r"(?s)@font-face \{.*?\}\s*")
TIMELINE = re.compile(r"(?s)(?<=<!-- timeline: )(?P<title>[^>]+) -->\n.*?(?=<!-- end -->)")


def write(settings: Settings) -> None:
    """Play, draw, and put each timeline in its place. Raises Fault unless all journeys held."""
    verdicts = play.stories(settings, Console(highlight=False))
    journeys = play.journeys_of(verdicts)
    if not all(journey.held for journey in journeys):
        raise Fault("a journey did not hold: its story is above, and no document was changed")
    told = {verdict.title: verdict for verdict in verdicts}
    draw(PICTURES / "demo.svg", lambda console: show.print_summary(console, journeys))
    draw(PICTURES / "warm-transfer.svg", lambda console: show.print_story(console, told[STORY]))
    JOURNEYS.write_text(with_timelines(JOURNEYS.read_text(), verdicts))
    click.echo(f"wrote pictures and timelines into {DOCS}")


def draw(path: Path, show_on: Callable[[Console], None]) -> Path:
    """What `show_on` prints, as a picture of a terminal in path."""
    console = _console()
    show_on(console)
    path.parent.mkdir(exist_ok=True)
    path.write_text(FONT.sub("", console.export_svg(title="metline demo")))
    return path


def with_timelines(text: str, verdicts: Sequence[Verdict]) -> str:
    """text with each `<!-- timeline: TITLE -->` followed by that call's. Raises Fault."""
    told = {verdict.title: verdict for verdict in verdicts}

    def made(place: re.Match[str]) -> str:
        title = place["title"]
        if title not in told:
            raise Fault(f"the demo plays nothing called {title!r}")
        return f"{title} -->\n```text\n{_timeline(told[title])}\n```\n"

    return TIMELINE.sub(made, text)


def _timeline(verdict: Verdict) -> str:
    console = _console()
    show.print_story(console, verdict)
    lines = console.export_text().splitlines()[1:]
    return "\n".join(line.rstrip() for line in lines)


def _console() -> Console:
    return Console(
        record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False
    )
