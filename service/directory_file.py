"""`metline config apply FILE`: a YAML file becomes the directory, or nothing changes."""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import click
import yaml

from handlers.directory import BadDirectory, apply, parse
from handlers.errors import Unavailable
from models.store import Store
from service.config import Settings
from service.faults import Fault


class Loader(yaml.SafeLoader):
    """YAML's safe subset, in which no key may stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - yaml's signature
        """The mapping. Raises MarkedYAMLError at a repeated key."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value!r} stands twice", key.start_mark
                )
            seen.add(getattr(key, "value", "") if isinstance(key, yaml.ScalarNode) else "")
        return super().construct_mapping(node, deep=deep)


def main(settings: Settings, file: Path) -> None:
    """Apply file and print what changed, one line each. Raises Fault; then nothing changed."""
    spec = _spec(file)
    store = Store.connect(settings.database_url, pool=1)
    try:
        changed = apply(store, spec)
    except BadDirectory as bad:
        raise _refused(file, bad) from bad
    except Unavailable as problem:
        raise Fault("the database does not answer: check DATABASE_URL and the server") from problem
    finally:
        store.close()
    for line in changed or ["nothing changed"]:
        click.echo(line)


def _spec(file: Path) -> Any:
    data = read(file)
    try:
        return parse(data)
    except BadDirectory as bad:
        raise _refused(file, bad) from bad


def read(file: Path) -> Any:
    """The file's content as plain data. Raises Fault with file, line and reason."""
    try:
        return yaml.load(file.read_text(encoding="utf-8"), Loader)  # noqa: S506 - it is the safe loader
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        at = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Fault(f"{file}{at}: {problem.problem or 'is not YAML'}") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise Fault(f"{file}: is not YAML text") from problem
    except OSError as problem:
        raise Fault(f"{file}: cannot be read ({problem.strerror})") from problem


def _refused(file: Path, bad: BadDirectory) -> Fault:
    lines = [f"{file}: {path}: {reason}" for path, reason in bad.problems]
    return Fault("\n".join([*lines, "nothing was changed"]))
