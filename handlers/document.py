"""Reads a document field by field and collects what is wrong, each with its path."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable

import phonenumbers

from routing.plan import is_emergency

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SHORTEST = 8  # "+" and seven digits; anything shorter is a short code


class BadDirectory(Exception):
    """The document is wrong: `problems` holds (path, reason) pairs, such as
    (`agencies[0].lines[1].number`, `not a phone number in E.164`)."""

    def __init__(self, problems: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{path}: {reason}" for path, reason in problems))
        self.problems = problems


class Problems:
    """Everything wrong so far."""

    def __init__(self) -> None:
        self._found: list[tuple[str, str]] = []

    def add(self, path: str, reason: str) -> None:
        """One more; the first reason for a path is enough."""
        if path not in (known for known, _ in self._found):
            self._found.append((path, reason))

    def raise_any(self) -> None:
        """Raises BadDirectory when anything was wrong."""
        if self._found:
            raise BadDirectory(tuple(self._found))


class Field:
    """A mapping in the document. Reading a wrong value notes the problem and gives a stand-in."""

    def __init__(self, path: str, value: object, problems: Problems) -> None:
        self.path = path
        self._problems = problems
        if not isinstance(value, dict):
            problems.add(path or "document", "expected a mapping of names to values")
        self._value = value if isinstance(value, dict) else {}

    def refuse(self, name: str, reason: str) -> None:
        """Note what is wrong with a field."""
        self._problems.add(self._at(name), reason)

    def _at(self, name: object) -> str:
        return f"{self.path}.{name}" if self.path else str(name)

    def raw(self, name: str) -> object:
        """The field's value as it is, None when missing."""
        return self._value.get(name)

    def names(self) -> tuple[str, ...]:
        """The names of its fields."""
        return tuple(self._value)

    def only(self, *known: str) -> None:
        """Every other name is refused: it is a slip of the pen."""
        for name in self._value:
            if name not in known:
                self.refuse(str(name), f"unknown field; known are {', '.join(known)}")

    def child(self, name: str, default: object) -> Field:
        """A mapping inside."""
        return Field(self._at(name), self._value.get(name, default), self._problems)

    def items(self, name: str) -> list[Field]:
        """A list of mappings inside; missing means empty."""
        value = self._value.get(name, [])
        if not isinstance(value, list):
            self.refuse(name, "expected a list")
            return []
        at = self._at(name)
        return [Field(f"{at}[{n}]", item, self._problems) for n, item in enumerate(value)]

    def text(self, name: str) -> str:
        """Words that must be there."""
        value = self._value.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.refuse(str(name), "missing" if value is None else "expected text")
        return ""

    def texts(self, name: str, default: list[str] | None = None) -> list[str]:
        """A list of words, each once."""
        value = self._value.get(name, default)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.refuse(name, "missing" if value is None else "expected a list of texts")
            return []
        if len(set(value)) < len(value):
            self.refuse(name, "the same entry twice")
        return value

    def key(self, name: str) -> str:
        """Lower case, digits and dashes: it appears in URLs and reports."""
        value = self.text(name)
        if value and not KEY.fullmatch(value):
            self.refuse(name, "expected lower case letters, digits and dashes")
        return value

    def choice(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """One of a few words."""
        words = [str(word) for word in allowed]
        value = self._value.get(name, default)
        if value not in words:
            self.refuse(name, f"expected one of {', '.join(words)}")
            return words[0]
        return str(value)

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        """A whole number within limits."""
        value = self._value.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(name, f"expected a whole number from {least} to {most}")
            return default
        return value

    def yes(self, name: str, *, default: bool) -> bool:
        """true or false."""
        value = self._value.get(name, default)
        if not isinstance(value, bool):
            self.refuse(name, "expected true or false")
            return default
        return value

    def email(self, name: str) -> str:
        """An address, in lower case."""
        value = self.text(name).lower()
        if value and not EMAIL.fullmatch(value):
            self.refuse(name, "not an email address")
        return value

    def timezone(self, name: str) -> str:
        """A name of the tz database."""
        value = self.text(name)
        if value and value not in zoneinfo.available_timezones():
            self.refuse(name, "not a time zone; expected one such as America/Los_Angeles")
        return value

    def number(self, name: str, *, optional: bool = False) -> str | None:
        """A phone number in E.164 that is no emergency number."""
        value = self._value.get(name)
        if value is None and optional:
            return None
        return self._dialable(name, value)

    def numbers(self, name: str) -> list[str | None]:
        """At least one phone number, in the order in which they are tried."""
        value = self._value.get(name)
        if not isinstance(value, list) or not value:
            self.refuse(name, "expected at least one phone number")
            return []
        return [self._dialable(f"{name}[{index}]", item) for index, item in enumerate(value)]

    def _dialable(self, name: str, value: object) -> str | None:
        if value is None:
            self.refuse(name, "missing")
        elif is_emergency(str(value)):
            self.refuse(name, "an emergency number is never dialed")
        elif read_number(value) is None:
            self.refuse(name, "not a phone number in E.164, such as +16615550100")
        return read_number(value)


def read_number(value: object) -> str | None:
    """The number when it is one in E.164 (fictitious 555 numbers included), else None."""
    if not isinstance(value, str) or not re.fullmatch(r"\+[1-9][0-9]{6,14}", value):
        return None
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number(number) and len(value) >= SHORTEST
    return value if possible and not is_emergency(value) else None
