"""How the lab says numbers of things."""

from __future__ import annotations

_PLURALS = {"leaf": "leaves"}


def counted(number: int, noun: str) -> str:
    """``1 leaf``, ``3 leaves``."""
    return f"{number} {noun if number == 1 else _PLURALS.get(noun, noun + 's')}"
