# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster's CNI: those of its own, and what holds for all of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from ... import svi
from ...cni.base.groups import groups
from ...cni.base.router_id import router_ids
from ...cni.registry import NETWORKS
from ...contract.findings import Findings
from ...intent.model import Cluster, Fabric
from ..networks import planning
from .resources import collect


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """The options of other CNIs than the cluster's are mistakes; then the rules of its own."""
    cni = cluster.settings["cni"]
    for other in NETWORKS:
        if cni and other != cni and cluster.settings.get(other):
            findings.add(
                cluster.at(other), f"is there, but the cluster's CNI is {cni}", f"remove it, or set cni to {other}"
            )
    own = planning(cluster)
    if own:
        own.check(cluster, fabric, findings)
        if own.node_label:
            _speakers(cluster, fabric, own.node_label, findings)


def _speakers(cluster: Cluster, fabric: Fabric, node_label: str, findings: Findings) -> None:
    """Names of resources and router IDs, as far as they follow from the intent: two speakers cannot share one.

    ``node_label`` is the label by which single nodes are selected, where one resource stands for several nodes.
    """
    plan: Any = cluster.outline()
    for name, node in cluster.nodes.items():
        if node.rack in fabric.racks:
            addresses = {kind: str(address) for kind, address in node.addresses.items()}
            peers = [{"of": name}] if svi.of(cluster).peers_differ else []  # what differs from node to node
            plan["nodes"][name] = {"rack_id": fabric.racks[node.rack].label, "addresses": addresses, "peers": peers}
    plan["leaves"] = {str(leaf): {"id": leaf, "router_id": cluster.router_id(fabric, leaf)} for leaf in cluster.leaves}
    options = {"nodes": cluster.options.get("nodes") or {}}
    if cluster.l3out["svi"]:
        collect(cluster.name, partial(groups, plan, node_label), findings)
    collect(cluster.name, partial(router_ids, plan, options), findings)
