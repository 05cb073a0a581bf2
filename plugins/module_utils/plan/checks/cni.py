# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster's CNI: one function per CNI in CHECKS, and what holds for all of them."""

from __future__ import annotations

from functools import partial

from ... import svi
from ...cni.base.groups import NODE_LABEL, groups
from ...cni.base.router_id import router_ids
from ...cni.calico import checks as checks_calico
from ...cni.cilium import checks as checks_cilium
from ...cni.kube_router import checks as checks_kube_router
from ...cni.ovn_kubernetes import checks as checks_ovn_kubernetes
from ...cni.ovn_kubernetes.settings import HOSTNAME
from ...contract.findings import Findings
from ...intent.model import Cluster, Fabric
from ...intent.options_cluster import CNIS
from .resources import collect


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """The options of other CNIs than the cluster's are mistakes; then the rules of its own."""
    cni = cluster.settings["cni"]
    for other in CNIS:
        if cni and other != cni and cluster.settings.get(other):
            findings.add(
                cluster.at(other), f"is there, but the cluster's CNI is {cni}", f"remove it, or set cni to {other}"
            )
    if cni in CHECKS:
        CHECKS[cni](cluster, fabric, findings)
    if cni in NODE_LABELS:
        _speakers(cluster, fabric, findings)


def _speakers(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Names of resources and router IDs, as far as they follow from the intent: two speakers cannot share one."""
    plan = cluster.outline()
    for name, node in cluster.nodes.items():
        if node.rack in fabric.racks:
            addresses = {kind: str(address) for kind, address in node.addresses.items()}
            peers = [{"of": name}] if svi.of(cluster).peers_differ else []  # what differs from node to node
            plan["nodes"][name] = {"rack_id": fabric.racks[node.rack].label, "addresses": addresses, "peers": peers}
    plan["leaves"] = {str(leaf): {"id": leaf, "router_id": cluster.router_id(fabric, leaf)} for leaf in cluster.leaves}
    cni = cluster.settings["cni"]
    options = {"nodes": (cluster.settings[cni] or {}).get("nodes") or {}}
    if cluster.l3out["svi"]:
        collect(cluster.name, partial(groups, plan, NODE_LABELS[cni]), findings)
    collect(cluster.name, partial(router_ids, plan, options), findings)


# the labels by which single nodes are selected, where one resource stands for several nodes
NODE_LABELS = {"cilium": NODE_LABEL, "ovn_kubernetes": HOSTNAME}

CHECKS = {
    "calico": checks_calico.check,
    "cilium": checks_cilium.check,
    "kube_router": checks_kube_router.check,
    "ovn_kubernetes": checks_ovn_kubernetes.check,
}
