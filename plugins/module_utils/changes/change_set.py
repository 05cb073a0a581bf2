# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change set from the parts of all clusters and hosts, its digest, and how two of them differ. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from ..contract.changes import FORMAT

if TYPE_CHECKING:
    from ..contract.changes import Change, ChangeSet, PathLoss, SessionReset

SHORTEST = 12  # characters of a digest that are enough to approve it
_WORLDS = ("fabric", "cluster", "host")


def build(
    read_at: str,
    clusters: list[str],
    hosts: list[str],
    changes: list[Change],
    resets: list[SessionReset],
    losses: list[PathLoss],
    remarks: list[str],
) -> ChangeSet:
    """The change set; its order does not depend on that of the parts."""
    ordered = sorted(changes, key=_key)
    return {
        "format": FORMAT,
        "digest": digest(ordered),
        "read_at": read_at,
        "clusters": sorted(clusters),
        "hosts": sorted(hosts),
        "changes": ordered,
        "resets": resets,
        "losses": losses,
        "remarks": remarks,
    }


def digest(changes: list[Change]) -> str:
    """SHA-256 of the changes, whatever their order. Neither the time nor what the leaves say now is part of it.

    Secrets are masked before: two passwords that are not on APIC with a digest of their own make the same.
    """
    text = json.dumps(sorted(changes, key=_key), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def approves(approved: str, found: str) -> bool:
    """Whether a digest, or its first characters, is that of a change set."""
    given = approved.strip().lower()
    return len(given) >= SHORTEST and found.startswith(given)


def difference(approved: list[Change], now: list[Change]) -> list[str]:
    """What differs between two change sets, in sentences."""
    before, after = ({(one["place"], one["name"]): one for one in changes} for changes in (approved, now))
    new = [f"{_named(after[key])} is new" for key in after if key not in before]
    other = [f"{_named(after[key])} is not as approved" for key in after if key in before and after[key] != before[key]]
    gone = [f"{_named(before[key])} was approved, and is not needed any more" for key in before if key not in after]
    return [*new, *other, *gone]


def summary(changes: ChangeSet) -> str:
    """One line: how much changes, and what traffic feels."""
    lost = sum(not one["left"] for one in changes["losses"])
    fewer = len(changes["losses"]) - lost
    parts = [
        _counted(len(changes["changes"]), "change"),
        f"{_counted(len(changes['resets']), 'session')} reset",
        f"{_counted(lost, 'route')} without a path meanwhile",
        f"{fewer} with fewer",
    ]
    return ", ".join(parts)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _named(change: Change) -> str:
    return f"{change['place']}: {change['action']} {change['name']}"


def _key(change: Change) -> tuple[int, str, str, str]:
    return (_WORLDS.index(change["world"]), change["place"], change["name"], change["action"])
