# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the virtual machines on OVN-Kubernetes' user-defined networks."""

from __future__ import annotations

from ....contract.findings import Findings
from ....intent.model import Cluster
from ....intent.schema import did_you_mean

_AT = "ovn_kubernetes.virtual_machines"


def check(cluster: Cluster, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    options = cluster.settings["ovn_kubernetes"] or {}
    homes = [item for network in (options.get("networks") or {}).values() for item in network["namespaces"]]
    machines = options.get("virtual_machines") or {}
    if machines and not options.get("kubevirt") and not cluster.doubtful("ovn_kubernetes.kubevirt"):
        findings.add(
            cluster.at("ovn_kubernetes.kubevirt"),
            "is missing, and virtual machines need its binding",
            'add it, for example kubevirt: {version: "1.8.0"}',
        )
    for name, machine in machines.items():
        if (
            machine["namespace"]
            and machine["namespace"] not in homes
            and not cluster.doubtful("ovn_kubernetes.networks")
        ):
            findings.add(
                cluster.at(f"{_AT}.{name}.namespace"),
                f"{machine['namespace']} is a namespace of none of ovn_kubernetes.networks",
                did_you_mean(machine["namespace"], homes),
            )
        if bool(machine["image"]) == bool(machine["claim"]) and not cluster.doubtful(f"{_AT}.{name}.claim"):
            rule = "image and claim are both there" if machine["image"] else "has neither image nor claim"
            findings.add(cluster.at(f"{_AT}.{name}"), rule, "give one of them, for its disk")
