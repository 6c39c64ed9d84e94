"""Phone numbers as people may see them."""

from __future__ import annotations

SHOWN = 4


def masked(number: str | None) -> str | None:
    """A number with all but its last four digits hidden."""
    if not number:
        return None
    digits = [character for character in number if character.isdigit()]
    return "•••• " + "".join(digits[-SHOWN:]) if len(digits) > SHOWN else "••••"
