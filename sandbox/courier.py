"""Carries webhooks to the product: signed, retried and timed out as the carrier does."""

from __future__ import annotations

import asyncio
import ipaddress
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import aiohttp

from sandbox.clock import Clock
from sandbox.faults import ATTEMPT, Faults, Rule, Subject
from sandbox.journal import Journal
from sandbox.overrides import BadOverride, Overrides, split
from sandbox.settings import DOCUMENT_LIMIT_BYTES, WEBHOOK_LIMIT_SECONDS, Account
from sandbox.signing import signature

_REDIRECTS = 10
_LOGGED_BODY = 8_192


@dataclass(frozen=True)
class Request:
    url: str
    method: str
    params: Mapping[str, str]
    purpose: str
    call_sid: str | None = None
    conference_sid: str | None = None


@dataclass(frozen=True)
class Answer:
    """`failure` is empty, or the retry class: ct, rt, 4xx, 5xx, or other for what is final."""

    url: str
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    failure: str = ""
    error: str = ""
    error_code: int | None = None
    location: str = ""


@dataclass
class Delivery:
    request: Request
    bare: str
    overrides: Overrides
    started: float
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: int = 0


class Courier:
    def __init__(
        self,
        account: Account,
        clock: Clock,
        journal: Journal,
        faults: Faults,
        routes: dict[str, str],
    ) -> None:
        self.clock = clock
        self.routes = routes
        self._account = account
        self._journal = journal
        self._faults = faults
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        # Fresh connections: a kept one closed by the receiver would look like a failure.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(force_close=True, limit=200),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def postponed(self, request: Request) -> float | None:
        rule = self._faults.take(_subject(request), frozenset({"delay"}))
        return rule.seconds if rule else None

    async def notify(self, request: Request) -> None:
        """A status callback: a refused one leaves a warning (15003) and is lost."""
        answer = await self._send(request)
        if answer.failure:
            self._warn(request, answer)

    async def fetch(self, request: Request) -> Answer:
        """A document: the whole exchange is finished even when the leg is gone meanwhile."""
        delay = self.postponed(request)
        if delay:
            await self.clock.sleep(delay)
        return await asyncio.shield(asyncio.ensure_future(self._send(request)))

    def _warn(self, request: Request, answer: Answer) -> None:
        self._journal.add(
            "warning",
            code=15003,
            message=f"status callback failed: {answer.error}",
            url=request.url,
            call_sid=request.call_sid,
            conference_sid=request.conference_sid,
        )

    async def _send(self, request: Request) -> Answer:
        subject = _subject(request)
        if self._faults.take(subject, frozenset({"drop"})):
            return await self._dropped(request)
        try:
            bare, overrides = split(request.url)
        except BadOverride as bad:
            return Answer(request.url, failure="other", error=str(bad), error_code=11100)
        repeat = self._faults.take(subject, frozenset({"repeat"}))
        delivery = Delivery(request, bare, overrides, self.clock.now())
        answer = await self._attempts(delivery)
        if repeat:
            await self._attempts(delivery)
        return answer

    async def _dropped(self, request: Request) -> Answer:
        lost = Answer(request.url, failure="rt", error="lost on the way (fault)", error_code=11200)
        self._record(Delivery(request, request.url, Overrides(), self.clock.now()), lost)
        return lost

    async def _attempts(self, delivery: Delivery) -> Answer:
        while True:
            delivery.attempt += 1
            answer = await self._attempt(delivery)
            self._record(delivery, answer)
            if not answer.failure or not self._again(delivery, answer.failure):
                return answer

    def _again(self, delivery: Delivery, failure: str) -> bool:
        allowed = delivery.attempt % (delivery.overrides.retries + 1) != 0
        return allowed and delivery.overrides.retries_on(failure) and self._left(delivery) > 0

    def _left(self, delivery: Delivery) -> float:
        limit = min(WEBHOOK_LIMIT_SECONDS, delivery.overrides.total_ms / 1000)
        return limit - (self.clock.now() - delivery.started)

    async def _attempt(self, delivery: Delivery) -> Answer:
        rule = self._faults.take(_subject(delivery.request), ATTEMPT)
        if rule and rule.action == "refuse":
            return _failed(delivery.bare, "ct", "connection refused (fault)", 11205)
        if rule and rule.action == "status":
            return _judged(Answer(delivery.bare, rule.status, b"", "text/plain"))
        answer = await self._follow(delivery)
        return await self._slowed(delivery, rule, answer) if rule else answer

    async def _slowed(self, delivery: Delivery, rule: Rule, answer: Answer) -> Answer:
        limit = min(delivery.overrides.read_ms / 1000, max(0.0, self._left(delivery)))
        await self.clock.sleep(min(rule.seconds, limit))
        if rule.action == "timeout_but_done" or rule.seconds >= limit:
            return _failed(answer.url, "rt", "read timeout (fault)", 11200)
        return answer

    async def _follow(self, delivery: Delivery) -> Answer:
        url, method, params = delivery.bare, delivery.request.method, delivery.request.params
        for _ in range(_REDIRECTS + 1):
            answer = await self._exchange(delivery, url, method, params)
            if not answer.location:
                return answer
            url = urljoin(url, answer.location)
            if answer.status not in (307, 308):
                # What a redirected POST carried is lost, as with every HTTP client.
                method, params = "GET", {}
        return _failed(url, "other", "too many redirects", 11215)

    async def _exchange(
        self, delivery: Delivery, url: str, method: str, params: Mapping[str, str]
    ) -> Answer:
        if method == "GET" and params:
            url += ("&" if urlsplit(url).query else "?") + urlencode(dict(params))
        actual, forwarded = self._actual(url)
        if not _is_loopback(actual):
            reason = f"{url} is not on this machine and no route leads to it; not connected"
            return _failed(url, "ct", reason, 11205)
        form = dict(params) if method == "POST" else {}
        headers = self._headers(delivery, url, form) | forwarded
        try:
            with self.clock.busy():
                return await self._request(delivery, (url, actual), method, form, headers)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return _failed(url, _failure(error), f"{type(error).__name__}: {error}", _code(error))

    async def _request(
        self,
        delivery: Delivery,
        urls: tuple[str, str],
        method: str,
        form: dict[str, str],
        headers: dict[str, str],
    ) -> Answer:
        assert self._session is not None, "the courier is not open"
        limits = aiohttp.ClientTimeout(
            total=max(0.05, self._left(delivery)),
            sock_connect=delivery.overrides.connect_ms / 1000,
            sock_read=delivery.overrides.read_ms / 1000,
        )
        async with self._session.request(
            method,
            urls[1],
            data=form if method == "POST" else None,
            headers=headers,
            timeout=limits,
            allow_redirects=False,
        ) as response:
            body = await _read(response)
            moved = response.headers.get("Location", "") if 300 <= response.status < 400 else ""
            kind = response.headers.get("Content-Type", "")
            return _judged(Answer(urls[0], response.status, body, kind, location=moved))

    def _headers(self, delivery: Delivery, url: str, form: dict[str, str]) -> dict[str, str]:
        return {
            "X-Twilio-Signature": signature(self._account.auth_token, url, form),
            "I-Twilio-Idempotency-Token": delivery.token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }

    def _actual(self, url: str) -> tuple[str, dict[str, str]]:
        """Where a public URL really listens; as a proxy would, the public name is forwarded."""
        for public, actual in self.routes.items():
            if url == public or url.startswith((public.rstrip("/") + "/", public + "?")):
                parts = urlsplit(url)
                names = {"X-Forwarded-Proto": parts.scheme, "X-Forwarded-Host": parts.netloc}
                return actual.rstrip("/") + url[len(public.rstrip("/")) :], names
        return url, {}

    def _record(self, delivery: Delivery, answer: Answer) -> None:
        request = delivery.request
        self._journal.add(
            "webhook",
            purpose=request.purpose,
            url=request.url,
            method=request.method,
            params=dict(request.params),
            call_sid=request.call_sid,
            conference_sid=request.conference_sid,
            attempt=delivery.attempt,
            token=delivery.token,
            sent_at=round(delivery.started * 1000),
            **_outcome(answer),
        )


def _outcome(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "error": answer.error or None,
        "error_code": answer.error_code,
        "body": answer.body[:_LOGGED_BODY].decode("utf-8", "replace"),
    }


def _subject(request: Request) -> Subject:
    return Subject("webhook", request.method, request.url, request.params, request.purpose)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = b""
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > DOCUMENT_LIMIT_BYTES:
            break
    return body


def _judged(answer: Answer) -> Answer:
    status = answer.status or 0
    if status < 400:
        return answer
    failure = "4xx" if status < 500 else "5xx"
    return Answer(
        answer.url,
        answer.status,
        answer.body,
        answer.content_type,
        failure,
        f"HTTP status {status}",
        11200,
    )


def _failed(url: str, failure: str, error: str, code: int) -> Answer:
    return Answer(url, failure=failure, error=error, error_code=code)


def _failure(error: Exception) -> str:
    connecting = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
    return "ct" if isinstance(error, connecting) else "rt"


def _code(error: Exception) -> int:
    return 11205 if _failure(error) == "ct" else 11200


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
