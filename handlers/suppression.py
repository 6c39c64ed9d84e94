"""Which counts a public copy may show: none below 11, none that can be subtracted back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST = 11


@dataclass(frozen=True, slots=True)
class Relation:
    """`total` is the sum of `parts`, as any reader of the report knows."""

    total: str
    parts: tuple[str, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """Everything that it ties together."""
        return (self.total, *self.parts)


def visible(
    cells: Mapping[str, int], relations: tuple[Relation, ...], printed: Iterable[str]
) -> frozenset[str]:
    """Those of the printed cells that may be shown.

    The smallest neighbor of a cell that could be worked out is withheld, until none can be.
    """
    shown = {name for name in printed if cells[name] >= LEAST}
    while leak := _leak(cells, relations, shown):
        shown.remove(min(leak, key=lambda name: (cells[name], name)))
    return frozenset(shown)


def _leak(
    cells: Mapping[str, int], relations: tuple[Relation, ...], shown: set[str]
) -> frozenset[str]:
    """The shown cells from which a reader learns some small count; empty when none is learned."""
    known, learned_by = worked_out(relations, shown)
    for name in learned_by:
        if cells[name] < LEAST:
            return _sources((name,), shown, learned_by)
    for relation in relations:
        hidden = [name for name in relation.parts if name not in known]
        if relation.total in known and hidden and sum(cells[name] for name in hidden) < LEAST:
            told = [name for name in relation.cells if name in known]
            return _sources(told, shown, learned_by)
    return frozenset()


def _sources(
    names: Iterable[str], shown: set[str], learned_by: Mapping[str, Relation]
) -> frozenset[str]:
    """The shown cells that those names were worked out from."""
    sources: set[str] = set()
    waiting, seen = list(names), set(names)
    while waiting:
        name = waiting.pop()
        if name in shown:
            sources.add(name)
            continue
        further = set(learned_by[name].cells) - seen
        seen |= further
        waiting += [cell for cell in further if cell in shown or cell in learned_by]
    return frozenset(sources)


def worked_out(
    relations: tuple[Relation, ...], shown: Iterable[str]
) -> tuple[frozenset[str], dict[str, Relation]]:
    """Everything that a reader can know, and through which relation what is not shown."""
    known = set(shown)
    learned: dict[str, Relation] = {}
    found = True
    while found:
        found = False
        for relation in relations:
            missing = [name for name in relation.cells if name not in known]
            if len(missing) == 1:
                known.add(missing[0])
                learned[missing[0]] = relation
                found = True
    return frozenset(known), learned
