"""Figures beside their limits: a table for people, JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Figure:
    """One measurement; it holds when it is at most `limit`. `beside` says what it came from."""

    name: str
    value: float
    limit: float
    unit: str
    beside: Mapping[str, object] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        """Whether the limit was kept."""
        return self.value <= self.limit


def write(benchmark: str, figures: Sequence[Figure]) -> None:
    """`bench/results/BENCHMARK.json`; nothing in it names this machine."""
    FOLDER.mkdir(exist_ok=True)
    shown = {
        "benchmark": benchmark,
        "held": all(figure.held for figure in figures),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "figures": [{**asdict(figure), "held": figure.held} for figure in figures],
    }
    text = json.dumps(shown, indent=1, default=str)
    (FOLDER / f"{benchmark}.json").write_text(text + "\n")


def show(figures: Sequence[Figure]) -> None:
    """The table."""
    table = Table("figure", "measured", "limit", "", "from")
    for figure in figures:
        beside = ", ".join(f"{name} {value}" for name, value in figure.beside.items())
        measured, limit = (f"{each:.4g}{figure.unit}" for each in (figure.value, figure.limit))
        table.add_row(figure.name, measured, limit, "held" if figure.held else "NOT HELD", beside)
    Console(width=None if os.isatty(1) else 140).print(table)
