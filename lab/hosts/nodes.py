"""The nodes: a namespace each, cabled to the switch, with the address, gateway and MTU its installer gave it."""

from __future__ import annotations

from lab.context import Lab
from lab.fabric.model import family_of
from lab.hosts import links, switching
from lab.hosts.wiring import PORT_MTU, node_port
from lab.topology import Node, Topology

# The name that people give a host's port channel; the VLAN is the bridge it joins (this kernel has no VLAN devices).
INTERFACE = "bond0"
SETTINGS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv6.conf.all.accept_ra": "0",
    "net.ipv6.conf.default.accept_ra": "0",
    "net.ipv6.conf.default.accept_dad": "0",
    "net.ipv4.fib_multipath_hash_policy": "1",
    "net.ipv6.fib_multipath_hash_policy": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
}


def up(lab: Lab, topology: Topology) -> None:
    """Make every node's namespace and cable; what is there stays."""
    for node in topology.nodes.values():
        ensure(lab, node)


def ensure(lab: Lab, node: Node) -> None:
    """Make one node's namespace and cable, or bring its addresses and routes to the topology."""
    inside, port = lab.node_namespace(node.cluster, node.name), node_port(node.cluster, node.name)
    links.ensure_namespace(inside, SETTINGS)
    if INTERFACE not in links.devices(inside):
        links.batch(
            switching.namespace(lab),
            [
                f"link add {port} mtu {PORT_MTU} type veth peer name {INTERFACE} mtu {node.mtu} netns {inside}",
                f'link set {port} alias "{node.cluster}/{node.name}" up',
            ],
        )
    links.batch(inside, install(node))


def install(node: Node) -> list[str]:
    """The ``ip`` commands that give a node its addresses, MTU and default routes; repeatable."""
    commands = [f"link set {INTERFACE} mtu {node.mtu} up"]
    for address in node.addresses:
        commands.append(f"address replace {address} dev {INTERFACE}" + (" nodad" if ":" in address else ""))
    for gateway in node.gateways:
        everything = "::/0" if family_of(gateway) == "ipv6" else "0.0.0.0/0"
        commands.append(f"route replace {everything} via {gateway} dev {INTERFACE}")
    return commands


def remove_others(lab: Lab, topology: Topology) -> None:
    """Delete the namespaces of nodes that are no longer in the topology."""
    wanted = {lab.node_namespace(node.cluster, node.name) for node in topology.nodes.values()}
    for name in links.namespaces(lab.namespace("node-")):
        if name not in wanted:
            links.delete_namespace(name)
