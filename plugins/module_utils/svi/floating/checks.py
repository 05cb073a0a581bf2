# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with floating SVI."""

from __future__ import annotations

from typing import Any

from ...contract.families import label
from ...contract.findings import Findings
from ...intent import limits
from ...intent.model import Cluster, Fabric, family
from ..options import has_no_use_for, limit_leaves, needs
from .description import listens


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    needs(cluster, "vlan", 310, findings)
    has_no_use_for(cluster, ["vlans"], "vlan", findings)
    _release(fabric, cluster, findings)
    known, _exact = limits.of_fabric(fabric.version, fabric.limits)
    limit_leaves(cluster, "anchor", known.anchor_leaves, ", or use standard SVI", findings)
    _admin_states(cluster, findings)
    _propagation(cluster, fabric, findings)
    _one_network(cluster, findings)


def _release(fabric: Fabric, cluster: Cluster, findings: Findings) -> None:
    if fabric.version and limits.parse(fabric.version) < limits.FLOATING_SINCE:
        findings.add(
            cluster.at("l3out.svi"),
            f"release {fabric.version} has no floating SVI on physical domains",
            "use standard, or 5.0(1) or later",
        )


def _admin_states(cluster: Cluster, findings: Findings) -> None:
    """A node's sessions go down where the node is a peer of its own."""
    if not listens(cluster):
        return
    for node in cluster.nodes.values():
        if node.admin_state == "disabled":
            findings.add(
                f"{node.at}: bgp_admin_state",
                "has no meaning with dynamic neighbours: leaves have one peer for the whole node network",
                "set bgp.neighbors to per_node, or stop the node's BGP speaker",
            )


def _propagation(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Cisco, "Floating L3Out Consideration and Restrictions": not across the pods of a Multi-Pod fabric."""
    pods = sorted({fabric.leaves[leaf].pod for leaf in cluster.leaves})
    if cluster.bgp["next_hop_propagation"] and len(pods) > 1:
        findings.add(
            cluster.at("bgp.next_hop_propagation"),
            f"APIC supports it inside of one pod, and the cluster's leaves are in pods {', '.join(map(str, pods))}",
            "remove it, or give the cluster racks of one pod",
        )


def _one_network(cluster: Cluster, findings: Findings) -> None:
    """A floating SVI has one subnet per family."""
    seen: dict[str, Any] = {}
    for index, network in enumerate(cluster.networks["node"]):
        name = family(network)
        if seen.setdefault(name, network) != network:
            findings.add(
                cluster.at(f"networks.node[{index}]"),
                f"{network} is a second {label(name)} network, and floating SVI has one per family",
                f"keep to {seen[name]}, or use standard SVI",
            )
