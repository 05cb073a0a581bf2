# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of what nodes with FRR-K8s take from their peers."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Cluster

if TYPE_CHECKING:
    from ....contract.freeform import Fields


def received(cluster: Cluster, at: str, rules: list[Any], own: list[Any], findings: Findings) -> None:
    """The provider's prefixes: neither everything, nor routes back in to what the nodes announce themselves.

    ``own`` are the latter, as (what it is, network).
    """
    for index, rule in enumerate(rules):
        if not rule["prefix"]:
            continue
        network, here = ip_network(rule["prefix"]), cluster.at(f"{at}[{index}]")
        longest = _range(network, rule, here, findings)
        if network.prefixlen == 0 and longest == network.max_prefixlen:
            findings.add(here, f"{network} up to /{longest} accepts everything", "list the provider's networks")
            continue
        for what, announced in own:
            if _reaches(network, longest, announced):
                findings.add(
                    f"{here}.prefix",
                    f"{network} lets routes to the cluster's own {announced} ({what}) back in",
                    "list the provider's networks",
                )


def _range(network: Any, rule: Fields, at: str, findings: Findings) -> int:
    """The longest prefix that a rule takes; FRR-K8s wants the prefix's own length <= ge <= le, and so does FRR."""
    low, high = rule["ge"], rule["le"]
    for key, value in (("ge", low), ("le", high)):
        if value is not None and not network.prefixlen <= value <= network.max_prefixlen:
            findings.add(
                f"{at}.{key}",
                f"{value} is no length of prefixes in {network}",
                f"give {max(1, network.prefixlen)} to {network.max_prefixlen}",
            )
    if low and high and low > high:
        findings.add(at, f"ge {low} is more than le {high}", "give ge the shorter length")
    return high or (network.max_prefixlen if low else network.prefixlen)


def _reaches(network: Any, longest: int, own: Any) -> bool:
    """Whether routes to a network, or to a part of it, are among those that a rule takes."""
    if network.version != own.version:
        return False
    return network.subnet_of(own) or (own.subnet_of(network) and longest >= own.prefixlen)
