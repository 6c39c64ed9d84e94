"""The account's incoming numbers and applications."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.calls import Callback, Endpoint
from sandbox.sids import new_sid


@dataclass(frozen=True)
class Voice:
    """How calls to a number or an application are handled."""

    sid: str
    voice_url: str = ""
    voice_method: str = "POST"
    voice_fallback_url: str = ""
    voice_fallback_method: str = "POST"
    status_callback: str = ""
    status_callback_method: str = "POST"
    voice_caller_id_lookup: bool = False
    voice_application_sid: str = ""
    friendly_name: str = ""
    phone_number: str = ""
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)

    @property
    def fallback(self) -> Endpoint | None:
        if not self.voice_fallback_url:
            return None
        return Endpoint(self.voice_fallback_url, self.voice_fallback_method)

    @property
    def callback(self) -> Callback | None:
        if not self.status_callback:
            return None
        return Callback(self.status_callback, self.status_callback_method, purpose="number-status")


class Directory:
    def __init__(self, account_sid: str) -> None:
        self.account_sid = account_sid
        self._numbers: dict[str, Voice] = {}
        self._applications: dict[str, Voice] = {}
        self._verified: set[str] = set()

    def numbers(self) -> list[Voice]:
        return list(self._numbers.values())

    def applications(self) -> list[Voice]:
        return list(self._applications.values())

    def number(self, key: str) -> Voice | None:
        """By sid or by E.164."""
        if key in self._numbers:
            return self._numbers[key]
        return next((each for each in self._numbers.values() if each.phone_number == key), None)

    def application(self, sid: str) -> Voice | None:
        return self._applications.get(sid)

    def handling(self, number: Voice) -> Voice:
        """A number's application, when it has one, decides instead of its own URLs."""
        return self._applications.get(number.voice_application_sid, number)

    def put_number(self, phone_number: str, values: Mapping[str, Any]) -> Voice:
        known = self.number(phone_number)
        base = known or Voice(new_sid("PN"), phone_number=phone_number, friendly_name=phone_number)
        return self.save_number(base, values)

    def save_number(self, number: Voice, values: Mapping[str, Any]) -> Voice:
        changed = replace(number, **values, updated=time.time())
        self._numbers[changed.sid] = changed
        return changed

    def save_application(self, known: Voice | None, values: Mapping[str, Any]) -> Voice:
        changed = replace(known or Voice(new_sid("AP")), **values, updated=time.time())
        self._applications[changed.sid] = changed
        return changed

    def forget_numbers(self, keep: set[str]) -> None:
        for sid, number in list(self._numbers.items()):
            if number.phone_number not in keep:
                del self._numbers[sid]

    def verify(self, numbers: list[str]) -> None:
        self._verified = set(numbers)

    def may_call_from(self, number: str) -> bool:
        return number in self._verified or self.number(number) is not None
