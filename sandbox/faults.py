"""Rules that make webhooks or REST requests go wrong on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

WHOLE = frozenset({"drop", "repeat", "delay"})
ATTEMPT = frozenset({"slow", "status", "refuse", "timeout_but_done"})
REST = frozenset({"drop", "delay", "slow", "status", "refuse", "timeout_but_done"})


@dataclass(frozen=True)
class Rule:
    target: str
    action: str
    path: str = ""
    method: str = ""
    event: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    status: int = 503
    count: int | None = 1


@dataclass(frozen=True)
class Subject:
    """A request a rule may match: a webhook about to be sent or a REST request received."""

    target: str
    method: str
    url: str
    params: Mapping[str, str]
    purpose: str = ""

    @property
    def events(self) -> set[str]:
        names = (self.params.get("StatusCallbackEvent", ""), self.params.get("CallStatus", ""))
        return {self.purpose, *names} - {""}


class Faults:
    def __init__(self) -> None:
        self._rules: list[tuple[Rule, int | None]] = []

    def replace(self, rules: list[Rule]) -> None:
        self._rules = [(rule, rule.count) for rule in rules]

    def listed(self) -> list[dict[str, Any]]:
        return [{**asdict(rule), "left": left} for rule, left in self._rules]

    def take(self, subject: Subject, actions: frozenset[str]) -> Rule | None:
        for index, (rule, left) in enumerate(self._rules):
            if left == 0 or rule.action not in actions or not _matches(rule, subject):
                continue
            self._rules[index] = (rule, None if left is None else left - 1)
            return rule
        return None


def _matches(rule: Rule, subject: Subject) -> bool:
    return (
        rule.target == subject.target
        and (not rule.method or rule.method == subject.method)
        and (not rule.event or rule.event in subject.events)
        and re.search(rule.path, subject.url) is not None
        and all(
            name in subject.params and re.search(pattern, subject.params[name])
            for name, pattern in rule.params.items()
        )
    )


def parse_rule(data: Any) -> Rule:
    """A rule from JSON; anything unknown or impossible raises ValueError with the reason."""
    if not isinstance(data, dict):
        raise TypeError("a fault rule is an object")
    if unknown := sorted(set(data) - set(Rule.__dataclass_fields__)):
        raise ValueError(f"unknown field {unknown[0]!r} in a fault rule")
    rule = Rule(**data)
    allowed = {"webhook": WHOLE | ATTEMPT, "rest": REST}.get(rule.target, frozenset())
    if rule.action not in allowed:
        raise ValueError(f"target {rule.target!r} cannot {rule.action!r}; it can {sorted(allowed)}")
    for pattern in (rule.path, *rule.params.values()):
        re.compile(pattern)
    return rule
