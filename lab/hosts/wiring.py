"""Which port hangs on which bridge: pure, from the racks' cabling and from what the leaves deploy.

Every external bridge domain (a floating SVI's spans all its leaves) is one bridge; every VRF has one more that
represents the fabric between its leaves. A node is cabled to both leaves of its rack and joins the bridge of the domain
that those leaves deploy for its VLAN on its port: a floating SVI is on every port, a standard one on the vPCs that it
names. While there is none, the node's port is up, and alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lab.fabric.model import Interface, Vrf
from lab.fabric.render import FABRIC_INTERFACE
from lab.fabric.vpc import path_end
from lab.topology import Node, Topology

# IEEE-administered locally: a leaf's own MAC on an SVI. The rack answers with the shared MAC for these addresses, too.
LEAF_MAC_PREFIX = "02:6b:66"
PORT_MTU = 9216


@dataclass(frozen=True)
class LeafPort:
    """A link between the switch and an SVI (or the fabric side) of one VRF instance on a leaf."""

    port: str
    bridge: str
    leaf: int
    vrf: str
    interface: str
    mtu: int
    mac: str
    gateway_mac: str = ""


@dataclass(frozen=True)
class NodePort:
    """A node's link; ``bridge`` empty: no leaf of its rack has its VLAN. ``leaves``: its rack's, sorted."""

    port: str
    bridge: str
    node: str
    leaves: tuple[int, ...]


@dataclass(frozen=True)
class Wiring:
    """All bridges (name → what it stands for) and ports of the switch."""

    bridges: dict[str, str]
    leaf_ports: tuple[LeafPort, ...]
    node_ports: tuple[NodePort, ...]


def short(text: str, length: int = 6) -> str:
    """A stable abbreviation: interface names end at 15 characters."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def node_port(cluster: str, node: str) -> str:
    """The switch's name for the port of a node."""
    return f"n{short(f'{cluster}/{node}', 10)}"


def wire(topology: Topology, vrfs: Iterable[Vrf]) -> Wiring:
    """The wiring for these VRF instances."""
    vrfs = list(vrfs)
    bridges: dict[str, str] = {}
    ports = [port for vrf in vrfs for port in (*_svi_ports(vrf, bridges), _fabric_port(vrf, bridges))]
    deployed = {(interface.encap, vrf.leaf): interface for vrf in vrfs for interface in vrf.interfaces}
    nodes = tuple(_node_port(topology, node, deployed) for node in topology.nodes.values())
    return Wiring(bridges, tuple(sorted(ports, key=lambda port: port.port)), nodes)


def _bridge(domain: str) -> str:
    return f"b{short(domain, 8)}"


def _leaf_mac(leaf: int, what: str) -> str:
    digits = short(f"{leaf}/{what}", 6)
    return ":".join([LEAF_MAC_PREFIX, *(digits[at : at + 2] for at in (0, 2, 4))])


def _svi_ports(vrf: Vrf, bridges: dict[str, str]) -> list[LeafPort]:
    ports = []
    for interface in vrf.interfaces:
        bridge = _bridge(interface.domain)
        bridges[bridge] = interface.domain
        name, mac = f"l{vrf.leaf}-{short(interface.domain)}", _leaf_mac(vrf.leaf, interface.domain)
        gateway = interface.mac if interface.shared else ""
        ports.append(LeafPort(name, bridge, vrf.leaf, vrf.key, interface.name, interface.mtu, mac, gateway))
    return ports


def _fabric_port(vrf: Vrf, bridges: dict[str, str]) -> LeafPort:
    bridge = f"f{short(vrf.key, 8)}"
    bridges[bridge] = f"fabric {vrf.key}"
    name, mac = f"f{vrf.leaf}-{short(vrf.key)}", _leaf_mac(vrf.leaf, f"fabric {vrf.key}")
    return LeafPort(name, bridge, vrf.leaf, vrf.key, FABRIC_INTERFACE, PORT_MTU, mac)


def _node_port(topology: Topology, node: Node, deployed: Mapping[tuple[int, int], Interface]) -> NodePort:
    leaves = tuple(leaf.id for leaf in topology.rack_leaves(node.rack))
    found = (deployed[node.vlan, leaf] for leaf in leaves if (node.vlan, leaf) in deployed)
    bridge = next((_bridge(interface.domain) for interface in found if _on_port(interface, node, leaves)), "")
    return NodePort(node_port(node.cluster, node.name), bridge, f"{node.cluster}/{node.name}", leaves)


def _on_port(interface: Interface, node: Node, leaves: tuple[int, ...]) -> bool:
    """Is an SVI on a node's port channel? A standard one is where its paths say, leaves and policy group both."""
    return not interface.paths or any(path_end(path) == (leaves, node.vpc) for path in interface.paths)
