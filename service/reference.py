"""The tables and diagrams of the documents, each made from the code that it describes."""

from collections.abc import Iterable, Iterator

import click

from handlers.access import ROLES
from handlers.ports import Retry
from routing import states as moves
from routing.events import EVENT_TYPES
from routing.outcomes import CODES, DIVERTED, EXCLUDED
from service import config, meanings
from telephony.errors import CODES as CARRIER_CODES
from web.table import ROUTES

MACHINES = {"leg": "A leg", "transfer": "A transfer"}
AGAIN = {
    Retry.NEVER: "no",
    Retry.SAFE: "yes, after a pause",
    Retry.UNKNOWN: "only after a look-up",
    Retry.GONE: "not needed: it is over",
}


def states() -> str:
    """The state diagrams, from the one table of transitions."""
    return "\n".join(_states()) + "\n"


def _states() -> Iterator[str]:
    yield "# States and transitions"
    yield ""
    yield "Generated from `routing/states.py` by `metline docs write`; do not edit."
    for machine, title in MACHINES.items():
        rows = [row for row in moves.TRANSITIONS if row.machine == machine]
        yield from _diagram(title, "dialing", [(r.before, r.after, r.event) for r in rows])
    if stages := getattr(moves, "STAGE_MOVES", ()):
        yield from _diagram("A call", None, [(before, after, "") for before, after in stages])


def _diagram(title: str, first: str | None, rows: list[tuple[str, str, str]]) -> Iterator[str]:
    leaving = {before for before, _, _ in rows}
    yield from ("", f"## {title}", "", "```mermaid", "stateDiagram-v2")
    if first:
        yield f"    [*] --> {first}"
    for before, after, event in rows if first else sorted(rows):
        yield f"    {before} --> {after}" + (f": {event}" if event else "")
    yield from (f"    {end} --> [*]" for end in sorted({after for _, after, _ in rows} - leaving))
    yield "```"


def settings() -> str:
    """Every variable of the environment."""
    rows = (
        (f"`{name}`", meanings.SETTINGS[name], _in_production(name)) for name in meanings.SETTINGS
    )
    return table(("name", "meaning", "in production"), rows)


def _in_production(name: str) -> str:
    production = {"METLINE_ENV": "production"}
    if name in production:
        return "`production`"
    if any(fault.startswith(f"{name} is missing") for fault in _faults(production)):
        return "required"
    given = _faults({**production, name: "given"})
    refused = any(fault.startswith(f"{name} is a local convenience") for fault in given)
    return "refused" if refused else "optional"


def _faults(environ: config.Environ) -> tuple[str, ...]:
    try:
        config.read(environ)
    except config.ConfigError as problem:
        return problem.faults
    return ()


def commands() -> str:
    """Every command of the command line."""
    from service.cli import main  # noqa: PLC0415 - it imports the documents' commands

    rows = ((f"`{usage}`", help_) for usage, help_ in _commands(main, "metline"))
    return table(("command", "does"), rows)


def _commands(group: click.Group, before: str) -> Iterator[tuple[str, str]]:
    for name, command in group.commands.items():
        usage = f"{before} {name}"
        if isinstance(command, click.Group):
            yield from _commands(command, usage)
        else:
            words = " ".join((usage, *(_parameter(each) for each in command.params)))
            yield words, (command.help or "").partition("\n")[0]


def _parameter(parameter: click.Parameter) -> str:
    shown = parameter.make_metavar(click.Context(click.Command("metline")))
    if not isinstance(parameter, click.Option):
        return shown
    flag = parameter.opts[0] if parameter.is_flag else f"{parameter.opts[0]} {shown}"
    return flag if parameter.required else f"[{flag}]"


def endpoints() -> str:
    """Every endpoint of the JSON API, below `/api/v1`."""
    rows = ((f"`{r.method} {r.path}`", _who(r.roles), r.does) for r in ROUTES)
    return table(("call", "who", "what it does"), rows)


def _who(roles: tuple[str, ...]) -> str:
    return "everyone" if set(roles) == set(ROLES) else ", ".join(roles)


def events() -> str:
    """Every event of the log."""
    rows = ((f"`{name}`", _carried(kind), _note(kind)) for name, kind in EVENT_TYPES.items())
    return table(("event", "carries", "note"), rows)


def _carried(kind: type) -> str:
    return ", ".join(f"`{name}`" for name in getattr(kind, "__match_args__", ()))


def _note(kind: type) -> str:
    said = (kind.__doc__ or "").strip().partition("\n")[0]
    return "" if said.startswith(f"{kind.__name__}(") else said


def log_events() -> str:
    """What the `event` field of a log line may say."""
    rows = ((f"`{name}`", *words) for name, words in meanings.LOG_EVENTS.items())
    return table(("event", "means", "do"), rows)


def carrier_errors() -> str:
    """The carrier's error codes in our words."""
    rows = (
        (str(code), known.reason, AGAIN[known.retry])
        for code, known in sorted(CARRIER_CODES.items())
    )
    return table(("code", "what it means", "tried again"), rows)


def outcomes() -> str:
    """The outcome codes."""
    return table(
        ("code", "meaning", "diverted"),
        ((code, meanings.OUTCOMES[code], _diverted(code)) for code in CODES),
    )


def _diverted(code: str) -> str:
    if code in DIVERTED:
        return "yes"
    return "not counted" if code in EXCLUDED else "no"


def times() -> str:
    """Every timeout of the core."""
    rows = ((f"`{name}`", f"{value} s", words) for name, (value, words) in meanings.TIMES.items())
    return table(("name", "time", "what it bounds"), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
