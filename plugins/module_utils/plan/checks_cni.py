# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster's CNI: one function per CNI in CHECKS, and what holds for all of them."""

from __future__ import annotations

from . import checks_calico, checks_cilium, checks_kube_router, checks_ovn_kubernetes
from .errors import Findings
from .model import Cluster, Fabric
from .options_cluster import CNIS


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


CHECKS = {
    "calico": checks_calico.check,
    "cilium": checks_cilium.check,
    "kube_router": checks_kube_router.check,
    "ovn_kubernetes": checks_ovn_kubernetes.check,
}
