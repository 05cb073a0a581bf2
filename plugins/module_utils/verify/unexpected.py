# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prefixes that leaves or routers have from nodes which should not announce them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.addresses import address, prefix, sort_key, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..contract.observed import Announced, NextHop, Tables
    from ..contract.plan import NestedCluster, Plan


def _never(_hop: NextHop) -> bool:
    return False


def by_source(
    plan: Plan, announced: Announced, tables: Tables, is_other: Callable[[NextHop], bool] = _never
) -> dict[tuple[str, str], list[str]]:
    """``{(leaf or router, node): [prefix, …]}`` of what no node should announce, in order.

    ``is_other`` says whether a next hop that is no planned node counts as well; its address stands for its name.
    Prefixes of clusters nested in this one are handled in nested.py: here it is unknown where they run.
    """
    inner = [network for one in _clusters_in(plan) for network in one["networks"]]
    planned = {prefix(item) for prefixes in announced.values() for item in prefixes}
    nodes = {address(peer["local_address"]): name for name, node in plan["nodes"].items() for peer in node["peers"]}
    found: dict[tuple[str, str], list[str]] = {}
    for receiver, table in tables.items():
        unknown = (item for item in set(table) - planned if not any(within(item, network) for network in inner))
        for item in sorted(unknown, key=sort_key):
            for hop in table[item]:
                if hop["address"] in nodes or is_other(hop):
                    found.setdefault((receiver, nodes.get(hop["address"], hop["address"])), []).append(item)
    return found


def _clusters_in(plan: Plan) -> list[NestedCluster]:
    """The clusters that are nested in this one."""
    nested = plan.get("nested")
    return list((nested.get("clusters") or {}).values()) if nested else []
