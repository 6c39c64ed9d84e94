"""`python -m bench`: every benchmark, or those named; exits 1 when a limit is broken."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from bench import results, startup, webhooks
from bench.load import LoadError
from bench.results import Figure
from bench.stage import StageError

NAMES = ("webhooks", "startup")


def main() -> None:
    """Measure, write, show."""
    asked = _arguments()
    try:
        figures = [figure for name in asked.names or NAMES for figure in _measured(name)]
        if asked.fresh:
            figures += _kept("fresh", startup.measure_fresh())
    except (LoadError, StageError, TimeoutError) as problem:
        sys.exit(f"bench: {problem}")
    results.show(figures)
    sys.exit(0 if all(figure.held for figure in figures) else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help="which, default all")
    parser.add_argument("--fresh", action="store_true", help="`make run` in a fresh clone, too")
    return parser.parse_args()


def _measured(name: str) -> list[Figure]:
    with Console(stderr=True).status(f"measuring {name}"):
        if name == "webhooks":
            return _kept("webhooks", webhooks.measure())
        start, press = startup.measure()
        return [*_kept("startup", start), *_kept("press", press)]


def _kept(benchmark: str, figures: list[Figure]) -> list[Figure]:
    results.write(benchmark, figures)
    return figures


if __name__ == "__main__":
    main()
