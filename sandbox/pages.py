"""Fetching a document and walking through its verbs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from sandbox.calls import Call, Source
from sandbox.courier import Request
from sandbox.markup import DocumentError, Element, parse
from sandbox.parameters import standard
from sandbox.world import World


@dataclass(frozen=True)
class Leave:
    """The leg's document is over and so is the leg."""


Step = Source | Leave | None
Performer = Callable[["Stage", Element], Awaitable[Step]]


@dataclass(frozen=True)
class Repertoire:
    """The verbs allowed here, and the error of a document which holds another."""

    verbs: Mapping[str, Performer]
    forbidden: int = 12200


@dataclass(frozen=True)
class Stage:
    world: World
    call: Call
    url: str
    repertoire: Repertoire

    def resolve(self, address: str) -> str:
        return urljoin(self.url, address) if address else self.url


@dataclass(frozen=True)
class Page:
    url: str
    verbs: tuple[Element, ...]


async def fetch(world: World, call: Call, source: Source) -> Page:
    if source.inline is not None:
        return Page(source.url, _parsed(source.inline.encode(), source.url))
    params = {**standard(call), **source.extra}
    request = Request(
        source.url, source.method, params, source.purpose, call.sid, call.conference_sid
    )
    answer = await world.courier.fetch(request)
    if answer.failure:
        raise DocumentError(answer.error_code or 11200, answer.error, source.url)
    kind = answer.content_type.split(";")[0].strip().lower()
    if answer.body.strip() and kind not in ("text/xml", "application/xml", "text/html"):
        raise DocumentError(12300, f"content type {kind!r} is not a document", source.url)
    return Page(answer.url, _parsed(answer.body, source.url))


def _parsed(body: bytes, url: str) -> tuple[Element, ...]:
    try:
        return parse(body)
    except DocumentError as error:
        raise DocumentError(error.code, error.message, url) from error


async def perform(world: World, call: Call, page: Page, repertoire: Repertoire) -> Step:
    """Runs verbs in order until one of them leads elsewhere."""
    stage = Stage(world, call, page.url, repertoire)
    for verb in page.verbs:
        if verb.name not in repertoire.verbs:
            message = f"<{verb.name}> cannot be used here"
            raise DocumentError(repertoire.forbidden, message, page.url)
    for verb in page.verbs:
        step = await repertoire.verbs[verb.name](stage, verb)
        if step is not None:
            return step
    return None


async def play_through(world: World, call: Call, source: Source, repertoire: Repertoire) -> Step:
    """A document beside the leg's own (hold, wait, announcement, whisper): no fallback."""
    current = source
    while True:
        step = await perform(world, call, await fetch(world, call, current), repertoire)
        if not isinstance(step, Source):
            return step
        current = Source(step.url, step.method, {**source.extra, **step.extra}, source.purpose)
        # A page that only redirects to itself must not spin.
        await world.clock.sleep(0.05)


def report(world: World, call: Call, error: DocumentError) -> None:
    world.journal.add(
        "error", code=error.code, message=error.message, url=error.url, call_sid=call.sid
    )
