# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that proves it: one row per planned session. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from . import fabric

if TYPE_CHECKING:
    from ..contract.observed import Leaves, NextHop, Row, Table
    from .fabric import Session

COLUMNS = ("node", "leaf", "family", "peer", "state", "uptime", "prefixes_in", "prefixes_out", "ecmp")
_TITLES = {"prefixes_in": "IN", "prefixes_out": "OUT"}
_NUMBERS = ("prefixes_in", "prefixes_out", "ecmp")
_STATES = {"established": "Established", "none": "no entry", "unreachable": "leaf unreachable"}


def rows(bgp: Leaves, sessions: list[Session], bfd: bool = False) -> list[Row]:
    """One row per planned session, as the leaf sees it: ``in`` came from the node, ``out`` went to it.

    ``uptime`` is in seconds. ``ecmp`` is the largest number of next hops among the routes that lead through the node.
    With ``bfd`` a row also has the BFD session's state, or ``none``.
    """
    tables = {leaf: fabric.routes(bgp, leaf) for leaf in {session.leaf for session in sessions}}
    found = [_row(session, tables[session.leaf]) for session in sessions]
    if bfd:
        found = [{**row, "bfd": session.entry.get("bfd") or "none"} for row, session in zip(found, sessions)]
    return found


def _row(session: Session, table: Table) -> Row:
    entry = session.entry
    widths = [len({hop["address"] for hop in hops}) for hops in table.values() if _through(hops, session.peer)]
    return {
        "node": session.node,
        "leaf": session.leaf,
        "family": session.family,
        "peer": session.peer,
        "state": session.state,
        "uptime": entry.get("uptime") if session.established else None,
        "prefixes_in": entry.get("prefixes_received") if session.established else None,
        "prefixes_out": entry.get("prefixes_sent") if session.established else None,
        "ecmp": max(widths, default=0) if session.established else None,
    }


def _through(hops: list[NextHop], peer: str) -> bool:
    return any(hop["address"] == peer for hop in hops)


def lines(table: list[Row], leaf: str = "LEAF") -> list[str]:
    """The table as lines of fixed width, with a title line; a column for BFD where the rows have it.

    ``leaf`` is the title of what the nodes peer with.
    """
    columns = [*COLUMNS, *(["bfd"] if any("bfd" in row for row in table) else [])]
    titles = [leaf if column == "leaf" else _TITLES.get(column, column.upper()) for column in columns]
    cells = [titles, *([_cell(column, cast("dict[str, object]", row)[column]) for column in columns] for row in table)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    return [_line(columns, line, widths) for line in cells]


def _line(columns: list[str], cells: list[str], widths: list[int]) -> str:
    texts = zip(columns, cells, widths)
    return "  ".join(
        text.rjust(width) if column in _NUMBERS else text.ljust(width) for column, text, width in texts
    ).rstrip()


def _cell(column: str, value: object) -> str:
    if value is None:
        return "-"
    if column == "uptime":
        return duration(int(str(value)))
    return _STATES.get(str(value), str(value)) if column == "state" else str(value)


def duration(seconds: int) -> str:
    """``00:03:07``, or ``2d04h`` from a day on, as routers print it."""
    minutes, second = divmod(max(seconds, 0), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{days}d{hour:02}h" if days else f"{hour:02}:{minute:02}:{second:02}"
