# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Standard SVI: a VLAN and a /29 or /125 per family for every node, on the vPC or port channel that it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...intent.model import Cluster, Fabric
from ..design import Design
from ..options import listed, values
from . import allocation, checks, description


class Standard(Design):
    """See the methods' texts in design.py."""

    name = "standard"
    vlan_option = "vlans"
    peers_differ = True
    allocate = staticmethod(allocation.allocate)
    interfaces = staticmethod(description.describe)
    check = staticmethod(checks.check)

    def listed_addresses(self, cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
        """None: the leaves' addresses lie in the nodes' networks."""
        return iter(())

    def vlans(self, cluster: Cluster) -> list[tuple[int, int]]:
        return cluster.l3out["vlans"] or []

    def vlans_by_leaf(self, cluster: Cluster, fabric: Fabric) -> list[int]:
        racks = [node.rack for node in cluster.nodes.values() if node.rack in fabric.racks]
        return [leaf for rack in racks for leaf in fabric.racks[rack].leaves]

    def subnets(self, cluster: Cluster) -> int:
        return len(cluster.nodes) * len(cluster.families)

    def totals(self, clusters: list[Cluster]) -> list[tuple[int, str, str]]:
        """None of its own: the white paper has no limit but that of all L3Outs."""
        return []

    def has_allocated(self, kept: Mapping[str, Any]) -> bool:
        return bool(kept.get("vlans"))

    def torn_down(self, cluster: Cluster, kept: Mapping[str, Any]) -> str:
        nodes = len(values(kept.get("nodes")))
        return f"the SVIs and networks of its {nodes} nodes with VLANs {listed(values(kept.get('vlans')))}"

    def named_leaves(self, interfaces: list[dict[str, Any]]) -> Iterator[tuple[str, int | None]]:
        for number, path in enumerate(interfaces):
            for side, end in (path["sides"] or {}).items():
                yield f"[{number}].sides.{side}.leaf", (end or {}).get("leaf")
