"""Documents made from the code: written by `metline docs write`, compared by `docs check`.

A document may be generated whole, or hold generated parts between two marks:
`<!-- generated: NAME -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from service import reference
from service.faults import Fault

ROOT = Path(__file__).parent.parent
PART = re.compile(r"(?s)(?<=<!-- generated: )(?P<name>[\w-]+) -->\n.*?(?=<!-- end -->)")

Make = Callable[[], str]

DOCUMENTS: Mapping[str, Make] = {"docs/states.md": reference.states}
PARTS: Mapping[str, Make] = {
    "settings": reference.settings,
    "commands": reference.commands,
    "endpoints": reference.endpoints,
    "events": reference.events,
    "log-events": reference.log_events,
    "carrier-errors": reference.carrier_errors,
    "outcomes": reference.outcomes,
    "times": reference.times,
}


def write() -> None:
    """Write every document anew. Raises Fault."""
    for path, text in _wanted().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def check() -> None:
    """Raises Fault naming each document that is not what the code says."""
    stale = [path for path, text in _wanted().items() if _text(path) != text]
    if stale:
        named = ", ".join(str(path.relative_to(ROOT)) for path in stale)
        raise Fault(f"out of step with the code: {named}: run `metline docs write`")


def filled(text: str, where: str) -> str:
    """text with its generated parts made anew. Raises Fault when it asks for an unknown one."""

    def made(part: re.Match[str]) -> str:
        name = part["name"]
        if name not in PARTS:
            raise Fault(f"{where} asks for {name!r}; generated parts are {', '.join(PARTS)}")
        return f"{name} -->\n{PARTS[name]()}"

    return PART.sub(made, text)


def _wanted() -> dict[Path, str]:
    whole = {ROOT / path: make() for path, make in DOCUMENTS.items()}
    return whole | {path: filled(_text(path), path.name) for path in _with_parts()}


def _with_parts() -> Iterator[Path]:
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        if PART.search(_text(path)):
            yield path


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
