"""The nodes: a namespace each, cabled to the switch, with the address, gateway and MTU its installer gave it."""

from __future__ import annotations

from lab.context import Lab
from lab.hosts import install, links, switching
from lab.hosts.install import INTERFACE
from lab.hosts.wiring import PORT_MTU, node_port
from lab.topology import Node, Topology

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
    links.batch(inside, install.uplink(node))


def remove_others(lab: Lab, topology: Topology) -> None:
    """Delete the namespaces of nodes that are no longer in the topology."""
    wanted = {lab.node_namespace(node.cluster, node.name) for node in topology.nodes.values()}
    for name in links.namespaces(lab.namespace("node-")):
        if name not in wanted:
            links.delete_namespace(name)
