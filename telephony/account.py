"""The carrier account as `doctor` looks at it: each number's settings, and our own signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator

from telephony.client import client
from telephony.errors import judged
from telephony.settings import VoiceSettings
from telephony.urls import Urls, fallback_document


@dataclass(frozen=True, slots=True)
class Hooks:
    """Where the carrier turns to for one number; "" where nothing is set."""

    voice: str
    fallback: str
    status: str


class Account:
    """Looks, and changes nothing. Every method raises CarrierError and nothing else."""

    def __init__(self, settings: VoiceSettings) -> None:
        self._client = client(settings)

    def knock(self) -> None:
        """Prove the credentials by the smallest request that needs them."""
        self._listed(limit=1)

    def hooks(self, line: str) -> Hooks | None:
        """What is set on a number, None when the account has no such number."""
        found = [each for each in self._listed(phone_number=line) if each.phone_number == line]
        if not found:
            return None
        number = found[0]
        return Hooks(
            voice=number.voice_url or "",
            fallback=number.voice_fallback_url or "",
            status=number.status_callback or "",
        )

    def _listed(self, **query: object) -> list[Any]:
        try:
            return list(self._client.incoming_phone_numbers.list(**query))
        except (TwilioException, requests.RequestException, ValueError) as error:
            # Not chained: the library's errors quote URLs, and these hold numbers.
            raise judged(error, repeatable=True) from None


def wanted_hooks(settings: VoiceSettings, line: str) -> Hooks:
    """What should be set on a line's number; the fallback is "" when none is hosted."""
    urls = Urls(settings.public_url)
    hosted = fallback_document(settings.fallback_url, line) if settings.fallback_url else ""
    return Hooks(urls.inbound, hosted, urls.line_status)


def signature(settings: VoiceSettings, url: str, form: Mapping[str, str]) -> str:
    """The carrier's signature of a request, made with the account's own token."""
    validator = RequestValidator(settings.auth_token)
    return str(validator.compute_signature(url, dict(form)))
