"""Connection overrides in a callback URL's fragment: `#rc=3&rp=all&rt=5000`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

_POLICIES = {"4xx", "5xx", "ct", "rt", "all"}
_RANGES = {"ct": (100, 10_000), "rt": (100, 15_000), "tt": (100, 15_000), "rc": (0, 5)}


class BadOverride(ValueError):
    pass


@dataclass(frozen=True)
class Overrides:
    connect_ms: int = 5_000
    read_ms: int = 15_000
    total_ms: int = 15_000
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def retries_on(self, failure: str) -> bool:
        return failure in self.policies or "all" in self.policies


def split(url: str) -> tuple[str, Overrides]:
    """The URL to sign and to request, and the overrides; a bad fragment raises."""
    bare, fragment = urldefrag(url)
    given = dict(parse_qsl(fragment, keep_blank_values=True)) if fragment else {}
    if unknown := sorted(set(given) - {"ct", "rt", "tt", "rc", "rp", "sni", "e"}):
        raise BadOverride(f"unknown connection override {unknown[0]!r} in {url}")
    return bare, Overrides(
        connect_ms=_number(given, "ct", 5_000),
        read_ms=_number(given, "rt", 15_000),
        total_ms=_number(given, "tt", 15_000),
        retries=_number(given, "rc", 1),
        policies=_policies(given.get("rp", "ct")),
    )


def _number(given: dict[str, str], name: str, default: int) -> int:
    low, high = _RANGES[name]
    text = given.get(name, str(default))
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadOverride(f"connection override {name}={text!r} is not within {low}..{high}")
    return int(text)


def _policies(text: str) -> frozenset[str]:
    named = frozenset(text.split(","))
    if unknown := sorted(named - _POLICIES):
        raise BadOverride(f"unknown retry policy {unknown[0]!r}")
    return named
