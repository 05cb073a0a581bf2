"""The tables that the lab's run ends with: what came up, and how wide."""

from __future__ import annotations


class Table:
    """Lines under titles, noted by tests."""

    def __init__(self, heading: str, *titles: str) -> None:
        self.heading, self.titles = heading, titles
        self._rows: list[tuple] = []

    def note(self, row: tuple) -> None:
        """Add a line, a cell per title."""
        self._rows.append(row)

    def drain(self) -> list[tuple]:
        """The rows that were noted since the last time, which are taken out."""
        rows, self._rows = self._rows, []
        return rows

    def lines(self) -> list[str]:
        """The table as text, titles first; nothing if nothing was noted."""
        cells = [[str(cell) for cell in row] for row in (self.titles, *self._rows)]
        widths = [max(len(line[column]) for line in cells) for column in range(len(self.titles))]
        table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in cells]
        return table if self._rows else []


DESIGNS = Table(
    "matrix of designs: ways to a prefix as planned/seen, from a border leaf and from a leaf of another rack",
    *("case", "cluster", "SVI", "family", "racks", "leaves", "nodes", "sessions"),
    *("border leaf", "other leaf", "seconds"),
)
NETWORKS = Table(
    "matrix of cluster networks: everything as planned/seen; ways are those of the leaves of a rack",
    *("network", "SVI", "family", "nodes", "sessions", "pod blocks", "ways to a service"),
    *("ways to a local one", "unexpected", "changed by a second run"),
)
TABLES = (DESIGNS, NETWORKS)
