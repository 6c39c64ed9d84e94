"""One's agencies as screens need them: the menu, the ladder, destinations and lines."""

from __future__ import annotations

from typing import Any

from handlers.access import ADMIN, Account
from handlers.plans import Book, Plans
from models.store import Store
from routing.call import MET
from routing.plan import Destination, Plan, Role

Plain = dict[str, Any]


class Agencies:
    """The directory, read from memory. Threads may share it."""

    def __init__(self, store: Store, plans: Plans) -> None:
        self._store = store
        self._plans = plans

    def mine(self, account: Account) -> list[Plain]:
        """The account's agencies by key, in plain JSON data. Raises Unavailable."""
        with self._store.begin() as work:
            book = self._plans.at(work, work.directory.version())
        return [_agency(book, key, account) for key in sorted(account.agencies)]


def _agency(book: Book, key: str, account: Account) -> Plain:
    row, plan = book.agencies[key], book.plans[key]
    return {
        "key": key,
        "name": row["name"],
        "timezone": row["timezone"],
        "fiscal_year_starts": row["fiscal_year_starts"],
        "dispatch_line": bool(plan.dispatch_number),
        "fallback_number": plan.fallback_number,
        "prompts": list(plan.prompts),
        "ring": {"strategy": plan.strategy.value, "seconds": plan.ring_seconds},
        "overflow": list(plan.overflow),
        "menu": [_choice(plan, digit, to) for digit, to in plan.menu],
        "destinations": [_destination(each, account) for each in plan.destinations],
        "lines": [
            {"number": line.number, "entry": line.entry.value, "drill": line.drill}
            for line in book.lines.values()
            if line.agency == key
        ],
    }


def _choice(plan: Plan, digit: str, to: str) -> Plain:
    destination = plan.destination(to)
    kind = Role.SPECIALIST if to == MET else destination and destination.kind
    return {
        "digit": digit,
        "to": to,
        "name": destination.name if destination else None,
        "kind": kind.value if kind else None,
    }


def _destination(destination: Destination, account: Account) -> Plain:
    """Everybody rings it by its key; the numbers themselves concern who keeps the directory."""
    shown = account.role == ADMIN
    return {
        "key": destination.key,
        "kind": destination.kind.value,
        "name": destination.name,
        "accept": destination.accept,
        "number_count": len(destination.numbers),
        "numbers": list(destination.numbers) if shown else None,
    }
