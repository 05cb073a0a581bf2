# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a fabric of kind ``routers`` and of its clusters: who peers with whom, at which addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from ...contract.families import label
from ...contract.findings import Findings
from ...intent.model import FABRIC_AT, Fabric, Node, Router, family
from ...intent.routers import Routed, check_rack
from . import attributes as checks_attributes
from . import networks as checks_networks
from . import single as checks_single


def check(clusters: list[Routed], fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file, and of the others those that hold without leaves."""
    _fabric(fabric, findings)
    for cluster in clusters:
        checks_single.check_speaker(cluster, fabric, findings)
        checks_single.check_there_are_nodes(cluster, findings)
        checks_attributes.check_needs(cluster, findings)
        checks_networks.check_networks(cluster, fabric, findings)
        for node in cluster.nodes.values():
            checks_single.check_node_name(node, findings)
            check_rack(node, fabric, findings)
            _addresses(node, cluster, findings)
            _peers(node, cluster, fabric, findings)
    _owners(clusters, fabric, findings)


# -- the fabric ----------------------------------------------------------------------------------------


def _fabric(fabric: Fabric, findings: Findings) -> None:
    """There are routers, each with one address per family, and none twice among a node's peers."""
    checks_single.check_labels(fabric, "routers", findings)
    if not fabric.routers and not any(one.path.startswith(FABRIC_AT) for one in findings.errors):
        findings.add(
            FABRIC_AT,
            "has no routers",
            "list them in racks.<rack>.routers, or in routers where all nodes peer with them, for example "
            "{tor1: {asn: 64567, addresses: [192.0.2.1]}}",
        )
    for router in fabric.routers.values():
        _one_per_family(router, findings)
    for index, router in enumerate(fabric.routers.values()):
        for other in list(fabric.routers.values())[:index]:
            if _meet(router, other):
                _shared_address(router, other, findings)


def _one_per_family(router: Router, findings: Findings) -> None:
    seen: dict[Any, Any] = {}
    for text in router.listed:
        address = ip_address(text)
        if seen.setdefault(family(address), address) != address:
            findings.add(
                f"{router.at}.addresses",
                f"{address} is a second {label(family(address))} address",
                f"keep to {seen[family(address)]}, or make another router of it",
            )


def _meet(one: Router, other: Router) -> bool:
    """Whether there are nodes that peer with both."""
    return not one.racks or not other.racks or bool(set(one.racks) & set(other.racks))


def _shared_address(router: Router, other: Router, findings: Findings) -> None:
    for which, address in router.addresses.items():
        if other.addresses.get(which) == address:
            findings.add(
                f"{router.at}.addresses",
                f"{address} is an address of router {other.name} too, and the same nodes peer with both",
                "give every router its own",
            )


# -- nodes ---------------------------------------------------------------------------------------------


def _addresses(node: Node, cluster: Routed, findings: Findings) -> None:
    """Nothing is allocated: a node has an address in each family of the nodes' networks, and in one of these."""
    at = f"{node.at}: addresses"
    if "addresses" in node.reported or cluster.doubtful("networks.node"):
        return
    for which in cluster.families:
        own = [network for network in cluster.networks["node"] if family(network) == which]
        address = node.addresses.get(which)
        shown = ", ".join(map(str, own))
        if address is None:
            findings.add(
                at,
                f"has no {label(which)} address; in a fabric of kind routers none is allocated",
                f"give the address that the node has in {shown}",
            )
        elif not any(address in network for network in own):
            findings.add(at, f"{address} is in no network of networks.node", f"give an address in {shown}")


def _peers(node: Node, cluster: Routed, fabric: Fabric, findings: Findings) -> None:
    """Every family of the nodes has a router: its routes have no other way out."""
    if (fabric.racks and node.rack not in fabric.racks) or not fabric.routers or cluster.doubtful("networks.node"):
        return
    found = cluster.routers(fabric, node.name)
    where = f"racks.{node.rack}.routers" if fabric.racks else "routers"
    if not found:
        findings.add(
            f"{FABRIC_AT}.{where}",
            f"rack {node.rack} has no router, and nodes of cluster {cluster.name} are in it",
            "list its routers, or routers of all nodes in kubefabric_fabric.routers",
        )
        return
    if not all(router.addresses for router in found):
        return  # that one was reported
    for which in cluster.families:
        if not any(which in router.addresses for router in found):
            findings.add(
                f"{FABRIC_AT}.{where}",
                f"no router has an {label(which)} address, and nodes of cluster {cluster.name} that peer with them do",
                f"give one of {', '.join(one.name for one in found)} an {label(which)} address, or remove the "
                f"{label(which)} network from networks.node",
            )


def _owners(clusters: list[Routed], fabric: Fabric, findings: Findings) -> None:
    """An address belongs to one node or one router."""
    owners = {address: f"router {one.name}" for one in fabric.routers.values() for address in one.addresses.values()}
    for cluster, node, address in _of_nodes(clusters):
        owner = owners.setdefault(address, f"{node.name} of cluster {cluster.name}")
        if owner != f"{node.name} of cluster {cluster.name}":
            findings.add(f"{node.at}: addresses", f"{address} is the address of {owner} too", "give it another one")


def _of_nodes(clusters: list[Routed]) -> Iterator[tuple[Any, ...]]:
    for cluster in clusters:
        for node in cluster.nodes.values():
            for address in node.addresses.values():
                yield cluster, node, address
