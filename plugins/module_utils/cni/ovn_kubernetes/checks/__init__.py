# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with OVN-Kubernetes and FRR-K8s: what they would refuse, or do otherwise than meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....contract.findings import Findings
from ....intent.model import KINDS, Cluster, Fabric
from ....intent.schema import did_you_mean
from ...base import secret_checks as checks_secret
from ...base.pod_room import pod_room
from . import machines as checks_ovn_machines
from . import networks as checks_ovn_networks
from .routes import received

if TYPE_CHECKING:
    from ....contract.freeform import Options

# detectMultiplier of an FRRConfiguration's BFD profile
LEAST_MULTIPLIER = 2
# FRR's own restart time; FRR-K8s has no field for another
RESTART_TIME = 120


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    options = cluster.settings["ovn_kubernetes"] or {}
    checks_secret.check(cluster, findings)
    _password(cluster, findings)
    _sessions(cluster, findings)
    own = [(f"networks.{kind}", network) for kind in KINDS for network in cluster.networks[kind]]
    received(cluster, "ovn_kubernetes.receive", options.get("receive") or [], own, findings)
    _services(cluster, options, findings)
    pod_room(cluster, findings)
    checks_ovn_networks.check(cluster, fabric, findings)
    checks_ovn_machines.check(cluster, findings)
    for name in options.get("nodes") or {}:
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"ovn_kubernetes.nodes.{name}"),
                f"the cluster has no node {name}",
                did_you_mean(name, cluster.nodes),
            )


def _password(cluster: Cluster, findings: Findings) -> None:
    """FRR-K8s writes the password as it is (internal/frr/templates/neighborsession.tmpl), and FRR reads one word
    (``neighbor PEER password LINE``, bgpd/bgp_vty.c): a line with more is an unknown command, and the reload fails.
    """
    for name in ("password", "next_password"):
        if any(character.isspace() for character in cluster.bgp[name] or ""):
            findings.add(
                cluster.at(f"bgp.{name}"),
                "has a blank, and FRR reads a password as one word: it would refuse the node's configuration",
                "give a password without one",
            )


def _sessions(cluster: Cluster, findings: Findings) -> None:
    bgp = cluster.bgp
    if bgp["bfd"] and (bgp["bfd_multiplier"] or LEAST_MULTIPLIER) < LEAST_MULTIPLIER:
        findings.add(
            cluster.at("bgp.bfd_multiplier"),
            f"FRR-K8s does not take {bgp['bfd_multiplier']}",
            f"give at least {LEAST_MULTIPLIER}",
        )
    if bgp["graceful_restart"] and bgp["graceful_restart_time"] not in (None, RESTART_TIME):
        findings.warn(
            cluster.at("bgp.graceful_restart_time"),
            f"FRR-K8s has no field for it: nodes announce FRR's {RESTART_TIME} s",
            "remove it",
        )


def _services(cluster: Cluster, options: Options, findings: Findings) -> None:
    if options.get("advertise_external_services") and not cluster.networks["external_service"]:
        findings.add(
            cluster.at("ovn_kubernetes.advertise_external_services"),
            "there is no external service network to announce",
            "give networks.external_service, or remove it",
        )
