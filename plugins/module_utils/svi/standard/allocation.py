# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and VLANs of a cluster with standard SVI: a /29 or /125 and a VLAN for every node.

The layout inside a node's network is the white paper's ("Example standard SVI IP allocation"): the node has the first
usable address, the first leaf the last but two, the second leaf the last but one, the secondary address is the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import chain
from typing import TYPE_CHECKING, Any, Union

from ...contract.findings import Findings
from ...intent.allocations import AT, Earlier, Holder, Kept
from ...intent.model import Cluster, Node, family
from ..addressing import hosts
from ..design import Address, Addresses, ByFamily

if TYPE_CHECKING:
    from ...contract.freeform import Json

Network = Union[IPv4Network, IPv6Network]
# prefix length of a node's network
LENGTHS = {"ipv4": 29, "ipv6": 125}


@dataclass(frozen=True)
class NodeNetwork:
    """One node's network in one family and the addresses in it; ``sides`` are those of the first and second leaf."""

    network: Network
    node: Address
    sides: tuple[Address, Address]
    secondary: Address


@dataclass
class StandardAddresses(Addresses):
    """Networks by node and family, and the VLAN of each node."""

    nodes: dict[str, dict[str, NodeNetwork]] = field(default_factory=dict)
    vlans: dict[str, int] = field(default_factory=dict)

    def of_node(self, node: str) -> ByFamily:
        return {name: part.node for name, part in self._of(node)}

    def lengths(self, node: str) -> dict[str, int]:
        return {name: part.network.prefixlen for name, part in self._of(node)}

    def gateways(self, node: str) -> ByFamily:
        return {name: part.secondary for name, part in self._of(node)}

    def vlan(self, node: str) -> int:
        return self.vlans[node]

    def of_leaf(self, leaf: int) -> ByFamily:
        return {}

    def peers(self, node: str, leaf: int, side: int) -> ByFamily:
        return {name: part.sides[side] for name, part in self._of(node) if side < len(part.sides)}

    def _of(self, node: str) -> Iterable[tuple[str, NodeNetwork]]:
        return self.nodes.get(node, {}).items()


def allocate(cluster: Cluster, found: Json, findings: Findings) -> tuple[StandardAddresses, Kept]:
    """Give every node its networks and its VLAN: what the intent gives, what is kept, then the lowest free that was
    never in use, then what was freed.
    """
    kept, earlier, result = Kept(), Earlier(cluster.name, found, findings), StandardAddresses()
    for name in cluster.families:
        for node, network in _allocate_family(cluster, name, earlier, kept, findings):
            result.nodes.setdefault(node.name, {})[name] = layout(network, node.addresses.get(name))
    result.vlans = _allocate_vlans(cluster, earlier, kept, findings)
    kept.remember(cluster.nodes)
    kept.remember_leaves(cluster.leaves)
    return result, kept


def layout(network: Network, node: Address | None = None) -> NodeNetwork:
    """The addresses in a node's network; ``node`` is the node's own where the intent gives it."""
    first, last = hosts(network)
    address = type(network.network_address)
    return NodeNetwork(network, node or address(first), (address(last - 2), address(last - 1)), address(last))


def _holder(node: Node) -> Holder:
    return Holder(node.name, f"{node.at}: addresses", node.addresses, "nodes", node.name)


def _allocate_family(cluster: Cluster, name: str, earlier: Earlier, kept: Kept, findings: Findings) -> Any:
    """Yields each node with its network in one family."""
    supernets = [network for network in cluster.networks["node"] if family(network) == name]
    supernets = [network for network in supernets if network.prefixlen <= LENGTHS[name]]
    taken: dict[Any, Any] = {}
    waiting = []
    for node in cluster.nodes.values():
        if name not in node.addresses:
            waiting.append(node)
            continue
        network = _given_network(node, node.addresses[name], supernets, taken, findings)
        if network:
            yield node, network
    unallocated = []
    for node in waiting:
        network = _kept_network(node, name, supernets, taken, earlier, findings)
        if network:
            kept.keep(_holder(node), name, network)
            yield node, network
        else:
            unallocated.append(node)
    late = [network for network in earlier.left(name, ip_network) if _fits(network, supernets)]
    yield from _allocate_free(cluster, name, supernets, taken, late, unallocated, kept, findings)
    kept.keep_freed(name, [str(network) for network in late if network not in taken])


def _fits(network: Json, supernets: list[Any]) -> bool:
    """Whether a kept network is still one that a node may have."""
    length = LENGTHS[family(network)]
    return network.prefixlen == length and any(network.subnet_of(supernet) for supernet in supernets)


def _given_network(node: Node, address: Json, supernets: list[Any], taken: dict[Any, str], findings: Findings) -> Any:
    """The network around an address that the intent gives."""
    at = f"{node.at}: addresses"
    if not any(address in supernet for supernet in supernets):
        listed = ", ".join(str(supernet) for supernet in supernets)
        findings.add(at, f"{address} is outside of the node networks {listed}", "give an address in one of them")
        return None
    network = ip_network(f"{address}/{LENGTHS[family(address)]}", strict=False)
    first, last = hosts(network)
    if not first <= int(address) <= last - 3:
        usable = f"{layout(network).node} to {type(address)(last - 3)}"
        findings.add(at, f"{address} is reserved in {network} (network, leaves, gateway)", f"give one of {usable}")
        return None
    if taken.setdefault(network, node.name) != node.name:
        findings.add(at, f"{network} is taken by {taken[network]}", "give every node a network of its own")
        return None
    return network


def _kept_network(
    node: Node, name: str, supernets: list[Any], taken: dict[Any, str], earlier: Earlier, findings: Findings
) -> Any:
    """The network kept for a node, if it still can be had."""
    holder = _holder(node)
    network = earlier.network(holder, name)
    if network is None:
        return None
    if not _fits(network, supernets):
        findings.warn(
            earlier.at(holder, name),
            f"{network} is not a /{LENGTHS[name]} of the node networks",
            f"{node.name} gets a new network, because the node networks have changed",
        )
        return None
    if taken.setdefault(network, node.name) != node.name:
        findings.add(
            earlier.at(holder, name),
            f"{network} is kept for {node.name}, but {taken[network]} has it",
            f"give {taken[network]} another address, or remove this entry so that {node.name} is renumbered",
        )
        return None
    return network


def _allocate_free(
    cluster: Cluster,
    name: str,
    supernets: list[Any],
    taken: dict[Any, str],
    late: list[Any],
    nodes: list[Any],
    kept: Kept,
    findings: Findings,
) -> Any:
    """Yields each of the nodes with the lowest free network; those of ``late`` come last."""
    held = {*taken, *late}
    new = (
        network
        for supernet in supernets
        for network in supernet.subnets(new_prefix=LENGTHS[name])
        if network not in held
    )
    free = chain(new, (network for network in late if network not in taken))
    # a pair of iterators instead of a list: an IPv6 supernet has more /125 than a machine has memory
    for node, network in zip(nodes, free):
        kept.keep(_holder(node), name, network, new=True)
        taken[network] = node.name
        yield node, network
    room = sum(2 ** (LENGTHS[name] - supernet.prefixlen) for supernet in supernets)
    if supernets and len(taken) < len(cluster.nodes) and room < len(cluster.nodes):
        findings.add(
            cluster.at("networks.node"),
            f"{len(cluster.nodes)} nodes need as many /{LENGTHS[name]} networks, and there is room for {room}",
            f"give at least a /{LENGTHS[name] - (len(cluster.nodes) - 1).bit_length()}",
        )


def _allocate_vlans(cluster: Cluster, earlier: Earlier, kept: Kept, findings: Findings) -> dict[str, int]:
    """Every node's VLAN: the kept one, or the lowest free of l3out.vlans."""
    ranges = cluster.l3out["vlans"]
    if not ranges:
        return {}
    usable = [vlan for first, last in ranges for vlan in range(first, last + 1)]
    members = set(usable)
    owners: dict[int, str] = {}
    vlans: dict[str, int] = {}
    for name in cluster.nodes:
        vlan = earlier.vlan(name)
        if vlan not in members:
            continue
        if owners.setdefault(vlan, name) != name:
            findings.add(
                f"{AT}.{cluster.name}.vlans.{name}",
                f"VLAN {vlan} is kept for {name}, but {owners[vlan]} has it",
                f"remove this entry so that {name} gets another VLAN",
            )
        vlans[name] = vlan
        kept.keep_vlan(name, vlan)
    waiting = [name for name in cluster.nodes if name not in vlans]
    late = [vlan for vlan in earlier.left_vlans() if vlan in members and vlan not in owners]
    free = [vlan for vlan in usable if vlan not in owners and vlan not in late] + late
    for name, vlan in zip(waiting, free):
        vlans[name] = vlan
        kept.keep_vlan(name, vlan, new=True)
    kept.keep_freed("vlans", [vlan for vlan in late if vlan not in vlans.values()])
    if len(waiting) > len(free):
        findings.add(
            cluster.at("l3out.vlans"),
            f"{len(cluster.nodes)} nodes need as many VLANs, and there are {len(usable)}",
            "give at least one VLAN per node",
        )
    return {name: vlans[name] for name in cluster.nodes if name in vlans}
