# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The paths in a plan's ``l3out``: the SVI of each node."""

from __future__ import annotations

from typing import Any

from ...intent.model import Cluster, Fabric, family
from ..options import disabled
from .allocation import NodeNetwork, StandardAddresses


def describe(cluster: Cluster, fabric: Fabric, addresses: StandardAddresses) -> list[dict[str, Any]]:
    """One path per node and family: rspathL3OutAtt is keyed by the path alone, so families share none."""
    return [
        _path(cluster, fabric, name, part, addresses)
        for name in cluster.nodes
        for part in (addresses.nodes[name][key] for key in sorted(addresses.nodes[name]))
    ]


def _path(
    cluster: Cluster, fabric: Fabric, name: str, part: NodeNetwork, addresses: StandardAddresses
) -> dict[str, Any]:
    rack = cluster.rack(fabric, name)
    length = part.network.prefixlen
    sides = [{"leaf": leaf, "address": f"{address}/{length}"} for leaf, address in zip(rack.leaves, part.sides)]
    return {
        "node": name,
        "family": family(part.network),
        "vlan": addresses.vlans[name],
        "vpc": cluster.nodes[name].vpc,
        "pod": rack.pod,
        "secondary_address": f"{part.secondary}/{length}",
        "sides": dict(zip("ab", sides)),
        "peers": [
            {
                "address": str(part.node),
                "asn": cluster.settings["asn"],
                **disabled(cluster.is_down(node=name)),
            }
        ],
    }
