# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of one cluster's networks and of the addresses that its intent gives."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from ... import svi
from ...contract.families import label
from ...contract.findings import Findings
from ...intent.model import KINDS, Cluster, Fabric, family


def check_networks(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    _service_networks(cluster, findings)
    _families(cluster, findings)
    _router_ids(cluster, fabric, findings)
    _given_addresses(cluster, findings)


def _service_networks(cluster: Cluster, findings: Findings) -> None:
    """Kubernetes has one service CIDR per family (kube-apiserver --service-cluster-ip-range)."""
    seen: dict[Any, Any] = {}
    for index, network in enumerate(cluster.networks["service"]):
        first = seen.setdefault(family(network), network)
        if first != network:
            findings.add(
                cluster.at(f"networks.service[{index}]"),
                f"{network} is a second {label(family(network))} service network",
                f"keep to {first}: Kubernetes has one per family",
            )


def _families(cluster: Cluster, findings: Findings) -> None:
    """A route's next hop is the node's address of the same family: the kinds of networks need the same families."""
    nodes = set(cluster.families)
    if not nodes or cluster.doubtful("networks.node"):
        return
    for kind in KINDS[1:]:
        have = {family(network) for network in cluster.networks[kind]}
        at = cluster.at(f"networks.{kind}")
        for name in sorted(have - nodes):
            findings.add(
                at,
                f"has {label(name)} networks, but the nodes have no {label(name)} network to be next hops in",
                f"add one to networks.node, or remove the {label(name)} networks here",
            )
        # pods need every family their nodes have; services may stay single stack
        if kind == "pod" and have and not cluster.doubtful("networks.pod"):
            for name in sorted(nodes - have):
                findings.add(
                    at,
                    f"has no {label(name)} network, but networks.node has",
                    f"add one, or remove the nodes' {label(name)} network",
                )


def _router_ids(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    for leaf in cluster.leaves:
        text = cluster.router_id(fabric, leaf)
        for kind in KINDS:
            for index, network in enumerate(cluster.networks[kind]):
                if text and ip_address(text) in network:
                    findings.add(
                        cluster.at(f"networks.{kind}[{index}]"),
                        f"{network} holds {text}, the router ID of leaf {leaf}",
                        "give the leaf a router ID outside of all networks, or use another network",
                    )


def _given_addresses(cluster: Cluster, findings: Findings) -> None:
    """One address per family, and only of families that the node networks have."""
    for at, texts in _listed(cluster):
        seen: dict[Any, Any] = {}
        for address in map(ip_address, texts):
            name = family(address)
            if seen.setdefault(name, address) != address:
                findings.add(
                    at,
                    f"{address} is a second {label(name)} address",
                    f"keep to one per family: {seen[name]} or this one",
                )
            elif cluster.families and name not in cluster.families and not cluster.doubtful("networks.node"):
                findings.add(
                    at,
                    f"{address} is {label(name)}, and the cluster has no such node network",
                    "remove it, or add a network to networks.node",
                )


def _listed(cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
    """Every list of addresses in the intent, with its path."""
    for node in cluster.nodes.values():
        yield f"{node.at}: addresses", node.listed
    yield from svi.of(cluster).listed_addresses(cluster)
