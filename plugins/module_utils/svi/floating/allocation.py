# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of a cluster with floating SVI: one node network per family for nodes, leaves and the two shared ones."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ...contract.findings import Findings
from ...intent.allocations import Earlier, Holder, Kept
from ...intent.model import Cluster, family
from ..addressing import Pool
from ..design import Addresses, ByFamily

if TYPE_CHECKING:
    from ...contract.freeform import Json


@dataclass
class FloatingAddresses(Addresses):
    """Addresses by family: of each node and leaf, the floating one and the secondary (the nodes' gateway)."""

    nodes: dict[str, ByFamily]
    leaves: dict[int, ByFamily]
    floating: ByFamily
    secondary: ByFamily
    prefix_lengths: dict[str, int]
    shared_vlan: int

    def of_node(self, node: str) -> ByFamily:
        return self.nodes.get(node, {})

    def lengths(self, node: str) -> dict[str, int]:
        return self.prefix_lengths

    def gateways(self, node: str) -> ByFamily:
        return self.secondary

    def vlan(self, node: str) -> int:
        return self.shared_vlan

    def of_leaf(self, leaf: int) -> ByFamily:
        return self.leaves.get(leaf, {})

    def peers(self, node: str, leaf: int, side: int) -> ByFamily:
        return self.of_leaf(leaf)


def allocate(cluster: Cluster, found: Json, findings: Findings) -> tuple[FloatingAddresses, Kept]:
    """Give every node, leaf and shared address of a cluster its place in each node network.

    What the intent gives wins, then what is kept from earlier runs (``found``), then the secondary address takes the
    highest free one, the floating address the next, then the leaves in the order of their IDs downwards, the nodes in
    their natural order upwards; what was in use before comes last. Nothing that has an address gets another one
    because of what comes or goes.
    """
    kept, earlier = Kept(), Earlier(cluster.name, found, findings)
    holders = _holders(cluster)
    addresses: dict[tuple[str, str | None], ByFamily] = {(holder.section, holder.key): {} for holder in holders}
    for network in _one_per_family(cluster):
        for holder, address in _allocate_network(Pool(network), holders, earlier, kept, findings, cluster):
            addresses[holder.section, holder.key][family(network)] = address
    kept.remember(cluster.nodes)
    kept.remember_leaves(cluster.leaves)
    return _result(cluster, addresses), kept


def _one_per_family(cluster: Cluster) -> list[Any]:
    """The first node network of each family (checks.py reports the others)."""
    networks: dict[Any, Any] = {}
    for network in cluster.networks["node"]:
        networks.setdefault(family(network), network)
    return list(networks.values())


def _holders(cluster: Cluster) -> list[Holder]:
    """Everybody who needs an address, in the order of allocation."""
    at = cluster.at
    return [
        Holder(
            "the secondary address",
            at("l3out.secondary_address"),
            cluster.given("secondary_address"),
            "secondary",
            top=True,
        ),
        Holder(
            "the floating address",
            at("l3out.floating_address"),
            cluster.given("floating_address"),
            "floating",
            top=True,
        ),
        *(
            Holder(
                f"leaf {leaf}",
                at(f"l3out.leaves.{leaf}.addresses"),
                cluster.leaf_addresses(leaf),
                "leaves",
                str(leaf),
                True,
            )
            for leaf in cluster.leaves
        ),
        *(Holder(name, f"{node.at}: addresses", node.addresses, "nodes", name) for name, node in cluster.nodes.items()),
    ]


def _allocate_network(
    pool: Pool, holders: list[Any], earlier: Earlier, kept: Kept, findings: Findings, cluster: Cluster
) -> Any:
    """Allocate one network; yields each holder with its address."""
    name = family(pool.network)
    for host, _key, address in cluster.reflector_hosts():
        if address in pool.network:
            pool.claim(address, f"the route reflector {host}")
    open_holders = []
    for holder in holders:
        address = holder.given.get(name)
        if address is None:
            open_holders.append(holder)
        elif _place(pool, address, holder, findings):
            yield holder, address
    still_open = []
    for holder in open_holders:
        address = _kept_address(pool, holder, earlier, findings)
        if address is None:
            still_open.append(holder)
        else:
            kept.keep(holder, name, address)
            yield holder, address
    if len(still_open) > pool.free():
        _too_small(pool, holders, findings, cluster)
        return
    pool.postpone(earlier.left(name, ip_address))
    for holder in still_open:
        address = pool.highest(holder.owner) if holder.top else pool.lowest(holder.owner)
        kept.keep(holder, name, address, new=True)
        yield holder, address
    kept.keep_freed(name, [str(address) for address in pool.postponed()])


def _place(pool: Pool, address: Json, holder: Holder, findings: Findings) -> bool:
    """Claim an address that the intent gives; reports why it cannot be had."""
    fault = pool.fault(address)
    if fault:
        findings.add(holder.at, *fault)
        return False
    other = pool.claim(address, holder.owner)
    if other:
        findings.add(holder.at, f"{address} is taken by {other}", "give every host an address of its own")
    return other is None


def _kept_address(pool: Pool, holder: Holder, earlier: Earlier, findings: Findings) -> Any:
    """The address kept for a holder, if it still can be had."""
    address = earlier.address(holder, family(pool.network))
    if address is None:
        return None
    at = earlier.at(holder, family(pool.network))
    fault = pool.fault(address)
    if fault:
        findings.warn(at, fault[0], f"{holder.owner} gets a new address, because the node network has changed")
        return None
    other = pool.claim(address, holder.owner)
    if other:
        findings.add(
            at,
            f"{address} is kept for {holder.owner}, but {other} has it",
            f"give {other} another address, or remove this entry so that {holder.owner} is renumbered",
        )
        return None
    return address


def _too_small(pool: Pool, holders: list[Holder], findings: Findings, cluster: Cluster) -> None:
    needed = len(holders)
    spare = 2 if pool.network.version == 4 else 1
    length = pool.network.max_prefixlen - (needed + spare - 1).bit_length()
    # an allocation that the user spread over the network may fill it before its size does
    remedy = f"give at least a /{min(length, pool.network.prefixlen - 1)}"
    findings.add(
        cluster.at("networks.node"),
        f"{pool.network} has no room for {len(cluster.nodes)} nodes, {len(cluster.leaves)} leaves, "
        "the floating and the secondary address",
        remedy,
    )


def _result(cluster: Cluster, addresses: dict[tuple[str, str | None], ByFamily]) -> FloatingAddresses:
    return FloatingAddresses(
        nodes={name: addresses["nodes", name] for name in cluster.nodes},
        leaves={leaf: addresses["leaves", str(leaf)] for leaf in cluster.leaves},
        floating=addresses["floating", None],
        secondary=addresses["secondary", None],
        prefix_lengths={family(network): network.prefixlen for network in cluster.networks["node"]},
        shared_vlan=cluster.l3out["vlan"],
    )
