# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a change resets, and which prefixes lose next hops while these sessions are down. Pure.

The worst case is reckoned: all sessions of the change set are down at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.addresses import address, sort_key
from ..verify import fabric
from ..verify.resets import meets

if TYPE_CHECKING:
    from ..contract.changes import PathLoss, SessionReset
    from ..contract.observed import Leaves, NextHop, Reset, Tables
    from ..contract.plan import Plan


def resets_of(place: str, plan: Plan, bgp: Leaves, resets: list[Reset]) -> list[SessionReset]:
    """The sessions of a plan that are Established and that these changes reset; one that is down loses nothing."""
    return [
        {"place": place, "leaf": one.leaf, "node": one.node, "peer": one.peer, "state": one.state}
        for one in fabric.sessions(plan, bgp)
        if one.established and any(meets(one, reset) for reset in resets)
    ]


def losses(bgp: Leaves, resets: list[SessionReset]) -> list[PathLoss]:
    """The prefixes of these leaves with fewer next hops while the sessions are down; ``left`` 0 has none."""
    down: dict[str, set[str]] = {}
    for reset in resets:
        down.setdefault(reset["leaf"], set()).add(reset["peer"])
    tables = {leaf: fabric.routes(bgp, leaf) for leaf in bgp}
    up = {leaf: _established(bgp, leaf) for leaf in bgp}
    found: list[PathLoss] = []
    for leaf, table in tables.items():
        for prefix, hops in table.items():
            left = sum(not _is_lost(leaf, prefix, hop, down, up, tables) for hop in hops)
            if left < len(hops):
                found.append({"leaf": leaf, "prefix": prefix, "paths": len(hops), "left": left})
    return sorted(found, key=lambda one: (one["leaf"], sort_key(one["prefix"])))


def _established(bgp: Leaves, leaf: str) -> set[str]:
    sessions = bgp[leaf].get("sessions") or []
    return {address(one["peer"]) for one in sessions if str(one.get("state")).lower() == "established"}


def _is_lost(
    leaf: str, prefix: str, hop: NextHop, down: dict[str, set[str]], up: dict[str, set[str]], tables: Tables
) -> bool:
    """Whether a leaf loses a next hop: its own session with the node, all those of others, or another leaf's own."""
    other, node = hop.get("leaf"), hop["address"]
    if other is None:
        by = [leaf] if node in up[leaf] else [one for one, peers in up.items() if node in peers]
        return bool(by) and all(node in down.get(one, ()) for one in by)
    local = [one["address"] for one in tables.get(other, {}).get(prefix, []) if one.get("leaf") is None]
    return bool(local) and all(one in down.get(other, ()) for one in local)
