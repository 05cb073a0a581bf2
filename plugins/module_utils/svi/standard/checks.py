# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with standard SVI."""

from __future__ import annotations

from ...contract.findings import Findings
from ...intent import limits
from ...intent.model import Cluster, Fabric, Node, family
from ..options import has_no_use_for, limit_leaves, needs
from .allocation import LENGTHS

# l3extLIfP.name has at most 64 characters
PROFILE_NODE_NAME = 64 - len("-ipv6")


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    needs(cluster, "vlans", '"400-463"', findings)
    has_no_use_for(cluster, ["vlan", "floating_address", "secondary_address"], "vlans", findings)
    _leaves(cluster, findings)
    known, _exact = limits.of_fabric(fabric.version, fabric.limits)
    limit_leaves(cluster, "border", known.border_leaves, "", findings)
    for node in cluster.nodes.values():
        _node(node, findings)
    _bgp(cluster, findings)
    _networks(cluster, findings)
    _reflectors(cluster, findings)


def _leaves(cluster: Cluster, findings: Findings) -> None:
    """Leaves have their addresses in the nodes' networks, and one peer is on both leaves of a vPC."""
    for leaf, options in cluster.l3out["leaves"].items():
        if options["addresses"]:
            findings.add(
                cluster.at(f"l3out.leaves.{leaf}.addresses"),
                "has no meaning with standard SVI",
                "remove it; the leaves' addresses lie in each node's network",
            )
        if options["admin_state"] == "disabled":
            findings.add(
                cluster.at(f"l3out.leaves.{leaf}.admin_state"),
                "has no meaning with standard SVI, where one peer is on both leaves of a vPC",
                "set bgp_admin_state of the nodes, or bgp.admin_state",
            )


def _node(node: Node, findings: Findings) -> None:
    """A node's name is part of its interface profile's, and its vPC is the path that the SVI is on."""
    if len(node.name) > PROFILE_NODE_NAME:
        findings.add(
            f"{node.at}: name of the node",
            f"has {len(node.name)} characters, and interface profiles are named <node>-<family>",
            f"use at most {PROFILE_NODE_NAME} with standard SVI",
        )
    if not node.vpc and "vpc" not in node.reported:
        findings.add(
            f"{node.at}: vpc",
            "is missing for standard SVI",
            "name the vPC interface policy group that the node hangs on",
        )


def _bgp(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["neighbors"] == "dynamic":
        findings.add(
            cluster.at("bgp.neighbors"),
            "standard SVI has one node on each subnet, which is its peer",
            "remove it, or set it to per_node",
        )
    if cluster.bgp["next_hop_propagation"]:
        findings.add(
            cluster.at("bgp.next_hop_propagation"),
            "a node on a standard SVI is reached through its own leaves only",
            "remove it, or use floating SVI",
        )


def _networks(cluster: Cluster, findings: Findings) -> None:
    """A supernet must hold one node's network."""
    for index, network in enumerate(cluster.networks["node"]):
        length = LENGTHS[family(network)]
        if network.prefixlen > length:
            at = cluster.at(f"networks.node[{index}]")
            findings.add(at, f"{network} is too small for one node", f"give a /{length} or larger")


def _reflectors(cluster: Cluster, findings: Findings) -> None:
    """A host that reflects routes cannot be in a node's network, where the leaves have the other addresses."""
    for _name, key, address in cluster.reflector_hosts():
        for network in cluster.networks["node"]:
            if address in network:
                rule = f"{address} is in {network}, which is divided among the nodes"
                findings.add(cluster.at(key), rule, "give the host an address of another network")
