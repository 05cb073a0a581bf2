# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with OVN-Kubernetes and FRR-K8s: what they would refuse, or do otherwise than meant."""

from __future__ import annotations

from ipaddress import ip_network

from . import checks_secret
from .errors import Findings
from .model import KINDS, Cluster, Fabric
from .schema import did_you_mean

# detectMultiplier of an FRRConfiguration's BFD profile
LEAST_MULTIPLIER = 2
# FRR's own restart time; FRR-K8s has no field for another
RESTART_TIME = 120


def check(cluster: Cluster, _fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    options = cluster.settings["ovn_kubernetes"] or {}
    checks_secret.check(cluster, findings)
    _sessions(cluster, findings)
    _received(cluster, "ovn_kubernetes.receive", options.get("receive") or [], findings)
    _services(cluster, options, findings)
    for name in options.get("nodes") or {}:
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"ovn_kubernetes.nodes.{name}"),
                f"the cluster has no node {name}",
                did_you_mean(name, cluster.nodes),
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


def _services(cluster: Cluster, options: dict, findings: Findings) -> None:
    if options.get("advertise_external_services") and not cluster.networks["external_service"]:
        findings.add(
            cluster.at("ovn_kubernetes.advertise_external_services"),
            "there is no external service network to announce",
            "give networks.external_service, or remove it",
        )


def _received(cluster: Cluster, at: str, rules: list, findings: Findings) -> None:
    """The provider's prefixes: neither everything, nor routes to the cluster's own networks back from the leaves."""
    for index, rule in enumerate(rules):
        if not rule["prefix"]:
            continue
        network, here = ip_network(rule["prefix"]), cluster.at(f"{at}[{index}]")
        longest = _range(network, rule, here, findings)
        if network.prefixlen == 0 and longest == network.max_prefixlen:
            findings.add(here, f"{network} up to /{longest} accepts everything", "list the provider's networks")
            continue
        for kind in KINDS:
            for own in cluster.networks[kind]:
                if _reaches(network, longest, own):
                    findings.add(
                        f"{here}.prefix",
                        f"{network} lets routes to the cluster's own {own} (networks.{kind}) back in from the leaves",
                        "list the provider's networks",
                    )


def _range(network, rule: dict, at: str, findings: Findings) -> int:
    """The longest prefix that a rule takes; FRR wants the prefix's own length < ge <= le."""
    low, high = rule["ge"], rule["le"]
    for key, value in (("ge", low), ("le", high)):
        if value is not None and not network.prefixlen < value <= network.max_prefixlen:
            findings.add(
                f"{at}.{key}",
                f"{value} is no length of prefixes in {network}",
                f"give {network.prefixlen + 1} to {network.max_prefixlen}",
            )
    if low and high and low > high:
        findings.add(at, f"ge {low} is more than le {high}", "give ge the shorter length")
    return high or (network.max_prefixlen if low else network.prefixlen)


def _reaches(network, longest: int, own) -> bool:
    """Whether routes to a network, or to a part of it, are among those that a rule takes."""
    if network.version != own.version:
        return False
    return network.subnet_of(own) or (own.subnet_of(network) and longest >= own.prefixlen)
