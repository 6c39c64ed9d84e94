"""Documents made from the code: written by `metline docs write`, compared by `docs check`."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from routing.states import TRANSITIONS
from service.faults import Fault

ROOT = Path(__file__).parent.parent
MACHINES = {"leg": "A leg", "transfer": "A transfer"}


def write() -> None:
    """Write every document anew."""
    for path, make in DOCUMENTS.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(make())


def check() -> None:
    """Raises Fault naming each document that is not what the code says."""
    stale = [path for path, make in DOCUMENTS.items() if _text(ROOT / path) != make()]
    if stale:
        raise Fault(f"out of step with the code: {', '.join(stale)}: run `metline docs write`")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def states() -> str:
    """The state diagrams, from the one table of transitions."""
    return "\n".join(_states()) + "\n"


def _states() -> Iterator[str]:
    yield "# States and transitions"
    yield ""
    yield "Generated from `routing/states.py` by `metline docs write`; do not edit."
    for machine, title in MACHINES.items():
        rows = [row for row in TRANSITIONS if row.machine == machine]
        leaving = {row.before for row in rows}
        yield from ("", f"## {title}", "", "```mermaid", "stateDiagram-v2")
        yield "    [*] --> dialing"
        yield from (f"    {row.before} --> {row.after}: {row.event}" for row in rows)
        yield from (f"    {end} --> [*]" for end in sorted({row.after for row in rows} - leaving))
        yield "```"


DOCUMENTS: Mapping[str, Callable[[], str]] = {"docs/states.md": states}
