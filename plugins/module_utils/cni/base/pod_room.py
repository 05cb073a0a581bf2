# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the pod networks have a part for every node."""

from __future__ import annotations

from ...contract.families import label
from ...contract.findings import Findings
from ...intent.model import Cluster, family


def pod_room(cluster: Cluster, findings: Findings) -> None:
    """Every node gets a part of the pod networks; for CNIs whose controller decides how long its prefix is."""
    for name in cluster.families:
        own = [network for network in cluster.networks["pod"] if family(network) == name]
        room = sum(network.num_addresses for network in own)
        if own and room < len(cluster.nodes):
            addresses = f"{room} {label(name)} address{'es' if room > 1 else ''}"
            rule = f"has {addresses} for the parts of {len(cluster.nodes)} nodes"
            findings.add(cluster.at("networks.pod"), rule, "give a shorter prefix")
