"""The table that the lab's run ends with: what came up, and how wide."""

from __future__ import annotations

TITLES = (
    *("case", "cluster", "SVI", "family", "racks", "leaves", "nodes", "sessions"),
    *("border leaf", "other leaf", "seconds"),
)
_rows: list[tuple] = []


def note(row: tuple) -> None:
    """Add a line, a cell per title."""
    _rows.append(row)


def lines() -> list[str]:
    """The table as text, titles first; nothing if nothing was noted."""
    cells = [[str(cell) for cell in row] for row in (TITLES, *_rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(TITLES))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
    return table if _rows else []
