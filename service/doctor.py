"""`metline doctor`: looks at every part of this installation, and says how to mend a fault."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import click
import requests

from handlers.errors import Unavailable
from handlers.plans import Book, Plans
from handlers.ports import CarrierError
from models import migrate
from service import wiring
from service.config import Settings
from service.health import HealthCheck
from service.wiring import Core
from telephony.account import Account, Hooks, signature, wanted_hooks
from telephony.settings import VoiceSettings
from telephony.urls import fallback_document
from web.services import State

HTTP_SECONDS = 10
# Signed like the carrier's own requests, and about nothing: it reaches no call.
SELF_TEST = "/voice/doctor"
PROVISION = "run `metline provision`"


@dataclass(frozen=True)
class Finding:
    """What one check found; `mend` says what to do about a fault."""

    state: Literal["ok", "fault"]
    subject: str
    words: str
    mend: str = ""

    def line(self) -> str:
        """One line for a person."""
        mend = f": {self.mend}" if self.mend else ""
        return f"{self.state:5}  {self.subject:24}  {self.words}{mend}"


def main(settings: Settings) -> None:
    """Print one line per check; exits with 1 when one found a fault."""
    broken = False
    for finding in examine(settings):
        click.echo(finding.line())
        broken = broken or finding.state == "fault"
    if broken:
        raise SystemExit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check, in the order in which faults explain each other."""
    yield Finding("ok", "configuration", settings.env)
    if not settings.database_url or not settings.redis_url:
        yield fault("stores", "no service runs here", "run `metline up`, or set the store URLs")
        return
    parts = wiring.core(settings, pool=2)
    try:
        yield from _stores(settings, parts)
        book = _book(parts)
        yield from _directory(book)
        yield from _carrier(wiring.voice_settings(settings), book)
        yield from _own_door(wiring.voice_settings(settings))
    finally:
        parts.close()


def good(subject: str, words: str) -> Finding:
    """A check that found nothing wrong."""
    return Finding("ok", subject, words)


def fault(subject: str, words: str, mend: str) -> Finding:
    """A check that found a fault."""
    return Finding("fault", subject, words, mend)


def _stores(settings: Settings, parts: Core) -> Iterator[Finding]:
    health = HealthCheck(parts.store, parts.redis, wiring.now)()
    mends = {
        "database": "check DATABASE_URL and the server",
        "redis": "check REDIS_URL and the server",
        "worker": "start `metline worker`",
    }
    for name, part in health.items():
        well = part.state is State.OK
        yield good(name, part.detail) if well else fault(name, part.detail, mends[name])
    if health["database"].state is State.OK:
        yield _migrations(settings)


def _migrations(settings: Settings) -> Finding:
    if migrate.current(settings.database_url):
        return good("migrations", "all applied")
    return fault("migrations", "some are missing", "run `metline db upgrade`")


def _book(parts: Core) -> Book:
    try:
        return Plans(parts.store).load()
    except Unavailable:
        return Book()


def _directory(book: Book) -> Iterator[Finding]:
    if book.lines:
        count = f"{len(book.plans)} agencies, {len(book.lines)} lines"
        yield good("directory", count)
    else:
        yield fault("directory", "no line is known", "run `metline config apply FILE`")


def _carrier(voice: VoiceSettings, book: Book) -> Iterator[Finding]:
    account = Account(voice)
    try:
        account.knock()
        yield good("carrier credentials", "accepted")
        for line in sorted(book.lines):
            yield from _line(voice, line, account.hooks(line))
    except CarrierError as problem:
        mend = "check the TWILIO_ settings and the network"
        yield fault("carrier", problem.reason, mend)


def _line(voice: VoiceSettings, line: str, found: Hooks | None) -> Iterator[Finding]:
    if found is None:
        mend = "buy or port it there, or take it out of the directory"
        yield fault(f"line {line}", "the carrier account has no such number", mend)
        return
    wanted = wanted_hooks(voice, line)
    yield _hook(f"line {line} voice", found.voice, wanted.voice)
    yield _hook(f"line {line} status", found.status, wanted.status)
    if wanted.fallback:
        yield _hook(f"line {line} fallback", found.fallback, wanted.fallback)
        yield _hosted(line, fallback_document(voice.fallback_url or "", line))
    else:
        yield fault(f"line {line} fallback", "is hosted nowhere", "set METLINE_FALLBACK_URL")


def _hook(subject: str, found: str, wanted: str) -> Finding:
    if _bare(found) == _bare(wanted):
        return good(subject, "as it should be")
    return fault(subject, f"is {_bare(found) or 'not set'}, not {_bare(wanted)}", PROVISION)


def _bare(url: str) -> str:
    # The fragment only tunes how the carrier connects.
    return url.partition("#")[0]


def _hosted(line: str, url: str) -> Finding:
    subject = f"line {line} document"
    mend = "run `metline fallback write DIR` and upload it"
    try:
        answer = requests.get(url, timeout=HTTP_SECONDS)
    except requests.RequestException as problem:
        return fault(subject, f"{url} does not answer ({type(problem).__name__})", mend)
    if answer.status_code == 200 and "<Dial" in answer.text:
        return good(subject, "is hosted")
    return fault(subject, f"{url} answers {answer.status_code} without a <Dial>", mend)


def _own_door(voice: VoiceSettings) -> Iterator[Finding]:
    form = {"AccountSid": voice.account_sid}
    signed = signature(voice, voice.public_url + SELF_TEST, form)
    yield _knocked(voice, "signed request", form, signed)
    yield _knocked(voice, "unsigned request", form, None)


def _knocked(
    voice: VoiceSettings, subject: str, form: dict[str, str], signed: str | None
) -> Finding:
    url = voice.public_url + SELF_TEST
    mend = "METLINE_PUBLIC_URL must be the address that the carrier uses"
    headers = {"X-Twilio-Signature": signed} if signed else {}
    try:
        answer = requests.post(url, data=form, headers=headers, timeout=HTTP_SECONDS)
    except requests.RequestException as problem:
        return fault(subject, f"{url} does not answer ({type(problem).__name__})", mend)
    wanted = 200 if signed else 403
    if answer.status_code == wanted:
        return good(subject, "let in" if signed else "refused, as it should be")
    return fault(subject, f"answered {answer.status_code}, not {wanted}", mend)
