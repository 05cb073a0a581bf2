# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floating SVIs in a plan's ``l3out``."""

from __future__ import annotations

from typing import Any

from ...intent.model import Cluster, Fabric, family
from ..options import disabled
from .allocation import FloatingAddresses


def listens(cluster: Cluster) -> bool:
    """Whether leaves listen for the whole node network, which is the default, or have a peer for each node."""
    value = cluster.bgp["neighbors"]
    return value == "dynamic" or (value is None and not cluster.doubtful("bgp.neighbors"))


def describe(cluster: Cluster, fabric: Fabric, addresses: FloatingAddresses) -> list[dict[str, Any]]:
    """One floating SVI per node network; every leaf is an anchor.

    It listens for the whole network, or has a peer for each node of its own rack.
    """
    peers = listens(cluster)
    return [
        {
            "family": family(network),
            "vlan": cluster.l3out["vlan"],
            "floating_address": f"{addresses.floating[family(network)]}/{network.prefixlen}",
            "secondary_address": f"{addresses.secondary[family(network)]}/{network.prefixlen}",
            "anchors": [_anchor(cluster, fabric, leaf, network, addresses) for leaf in cluster.leaves],
            "peers": [{"address": str(network), "asn": cluster.settings["asn"]}] if peers else [],
        }
        for network in sorted(cluster.networks["node"], key=family)
    ]


def _anchor(cluster: Cluster, fabric: Fabric, leaf: int, network: Any, addresses: FloatingAddresses) -> dict[str, Any]:
    name = family(network)
    anchor = {"leaf": leaf, "address": f"{addresses.leaves[leaf][name]}/{network.prefixlen}"}
    if listens(cluster):
        return {**anchor, **disabled(cluster.is_down(leaf))}
    nodes = [node for node in cluster.nodes if leaf in cluster.rack(fabric, node).leaves]
    peers = [
        {
            "address": str(addresses.nodes[node][name]),
            "asn": cluster.settings["asn"],
            **disabled(cluster.is_down(leaf, node)),
        }
        for node in nodes
    ]
    return {**anchor, "peers": peers}
