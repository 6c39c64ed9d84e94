"""`metline fallback write DIR`: one static document per line, to be hosted apart from us."""

from pathlib import Path

import click

from handlers.errors import Unavailable
from handlers.plans import Book, Plans
from models.store import Store
from service.config import Settings
from service.faults import Fault
from telephony import standby
from telephony.urls import fallback_name


def write(settings: Settings, folder: Path) -> None:
    """Write every line's document; prints each file. Raises Fault."""
    made = documents(settings)
    if not made:
        raise Fault("there are no lines yet: add them with `metline config apply FILE`")
    for path in _written(folder, made):
        click.echo(f"wrote {path}")


def lines(settings: Settings) -> tuple[str, ...]:
    """Every line's number, in order. Raises Fault."""
    return tuple(sorted(_book(settings).lines))


def documents(settings: Settings) -> dict[str, str]:
    """Every line's fallback document, by file name. Raises Fault."""
    book = _book(settings)
    return {fallback_name(number): _document(book, number) for number in sorted(book.lines)}


def _document(book: Book, number: str) -> str:
    plan = book.plans[book.lines[number].agency]
    return standby.document(plan.fallback_number, number, plan.prompts)


def _book(settings: Settings) -> Book:
    store = Store.connect(settings.database_url, pool=1)
    try:
        return Plans(store).load()
    except Unavailable as problem:
        raise Fault("the database does not answer: check DATABASE_URL and the server") from problem
    finally:
        store.close()


def _written(folder: Path, documents: dict[str, str]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        paths = [folder / name for name in documents]
        for path, document in zip(paths, documents.values(), strict=True):
            path.write_text(document, encoding="utf-8")
    except OSError as problem:
        raise Fault(f"cannot write into {folder} ({problem.strerror}): choose another") from problem
    return paths
