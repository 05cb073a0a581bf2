# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further peers of Calico at addresses that others of its peers have.

Of two BGPPeers that give a node the same address and port confd configures one: a global one, or any
(confd/pkg/backends/calico/client.go, updatePeersV1). With another port BIRD has two sessions with one neighbour.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Cluster, Fabric, Member
from ....intent.nested import Nested, peering_addresses
from .peers import BGP_PORT, covers, split

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject


def check(cluster: Cluster, fabric: Fabric, addresses: Any, findings: Findings) -> None:
    """``addresses`` are those that the cluster's SVI design allocated (svi/design.py)."""
    if cluster.settings["cni"] != "calico":
        return
    racks = {name: fabric.racks[node.rack].label for name, node in cluster.nodes.items() if node.rack in fabric.racks}
    owners: dict[Any, tuple[str, set[str]]] = _leaves(cluster, fabric, addresses)
    for name, _key, address in cluster.reflector_hosts():
        owners.setdefault(address, (f"route reflector {name}", set(cluster.nodes)))
    for name in ((cluster.settings["calico"] or {}).get("route_reflectors") or {}).get("nodes") or []:
        for address in addresses.of_node(name).values():
            owners.setdefault(address, (f"route reflector {name}", set(cluster.nodes) - {name}))
    _check(cluster, racks, owners, findings)
    _own(cluster, addresses, findings)


def check_nested(cluster: Nested, findings: Findings) -> None:
    """A nested cluster's nodes peer with their parent at its virtual addresses."""
    parent = cluster.parent
    if cluster.settings["cni"] == "calico" and parent is not None:
        found = {
            ip_address(text): ("the parent cluster", set(cluster.nodes)) for text in peering_addresses(parent).values()
        }
        _check(cluster, {}, found, findings)


def _leaves(cluster: Cluster, fabric: Fabric, addresses: Any) -> JsonObject:
    """{address: (whose, nodes that peer there)} of the leaves; what was reported has no address."""
    found: dict[Any, Any] = {}
    for name, node in cluster.nodes.items():
        leaves = fabric.racks[node.rack].leaves if node.rack in fabric.racks else []
        for side, leaf in enumerate(leaves):
            for address in addresses.peers(name, leaf, side).values():
                found.setdefault(address, (f"leaf {leaf}", set()))[1].add(name)
    return found


def _check(cluster: Member, racks: Fields, owners: dict[Any, tuple[str, set[str]]], findings: Findings) -> None:
    for index, peer in enumerate((cluster.settings["calico"] or {}).get("peers") or []):
        if not peer["peer_ip"]:
            continue
        whose, nodes = owners.get(split(peer["peer_ip"])[0], ("", set()))
        if any(covers(cluster, racks, peer, name) is not False for name in nodes):
            findings.add(
                cluster.at(f"calico.peers[{index}].peer_ip"),
                f"{peer['peer_ip']} is the address of {whose}, with which the nodes peer already: {_consequence(peer)}",
                "remove it, and set in calico.leaf_peers what shall differ"
                if whose.startswith("leaf")
                else "remove it",
            )


def _consequence(peer: Fields) -> str:
    """The effect of a second peer at an address: confd tells peers apart by address and port."""
    if split(peer["peer_ip"])[1] == BGP_PORT:
        return "this peer would take the place of that one, without its password and filters"
    return "this peer would be another session with it, without the password and filters of the first"


def _own(cluster: Cluster, addresses: Any, findings: Findings) -> None:
    """A node does not peer with itself: confd leaves such a peer out."""
    for index, peer in enumerate((cluster.settings["calico"] or {}).get("peers") or []):
        if peer["peer_ip"] and split(peer["peer_ip"])[0] in addresses.of_node(peer["node"] or "").values():
            findings.add(
                cluster.at(f"calico.peers[{index}].peer_ip"),
                f"{peer['peer_ip']} is {peer['node']}'s own address, and Calico leaves such a peer out",
                "name the other end",
            )
