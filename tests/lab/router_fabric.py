"""Routers in place of leaves: an FRR each, in a namespace on one switch with the nodes of all clusters.

The routers are configured by hand, as their operators would: nothing of the plan reaches them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_interface

from lab.context import run
from lab.topology import Cluster, Node, Topology
from tests.lab.frr_switch import FrrSwitch


@dataclass(frozen=True)
class Router:
    """A router: its interface's address with prefix length, and the network behind it, which it announces.

    ``internal``: sessions are iBGP, and it reflects routes between the nodes; else nodes are in any other AS.
    """

    name: str
    asn: int
    address: str
    behind: str
    password: str = ""
    internal: bool = False

    @property
    def inside(self) -> str:
        """Its own address in the network behind it."""
        network, _slash, _length = self.behind.partition("/")
        return f"{network.rpartition('.')[0]}.1"

    def configuration(self, nodes: str) -> str:
        """FRR's configuration; ``nodes`` is the network in which it listens for nodes."""
        secret = f" neighbor NODES password {self.password}\n" if self.password else ""
        told = "route-reflector-client" if self.internal else "as-override"
        return (
            f"router bgp {self.asn}\n"
            f" bgp router-id {self.address.partition('/')[0]}\n"
            " no bgp ebgp-requires-policy\n no bgp network import-check\n"
            " neighbor NODES peer-group\n"
            f" neighbor NODES remote-as {'internal' if self.internal else 'external'}\n{secret}"
            f" bgp listen range {nodes} peer-group NODES\n"
            " address-family ipv4 unicast\n"
            f"  network {self.behind}\n"
            f"  neighbor NODES {told}\n"
        )


def topology(clusters: dict[str, dict], nodes: dict[str, dict], length: int) -> Topology:
    """What stands there, of the intents' clusters and nodes: ``nodes`` by cluster, then by name."""
    made = Topology(fabric="routers", fabric_asn=0, version="")
    for name, given in clusters.items():
        options = given.get(given["cni"]) or {}
        made.clusters[name] = Cluster(name, given["networks"], "", "", "", given["cni"], options)
        for node, found in nodes[name].items():
            addresses = tuple(f"{address}/{length}" for address in found["addresses"])
            made.nodes[node] = Node(node, name, found.get("rack", ""), 1, 1500, addresses, ())
    return made


@dataclass
class RouterFabric(FrrSwitch):
    """The switch, the routers and the nodes' namespaces."""

    routers: Iterable[Router]

    def up(self) -> None:
        """Namespaces, cables and routers; what an earlier run left goes first."""
        self.clean()
        self.add_switch()
        for number, (name, node) in enumerate(self.topology.nodes.items()):
            self._cable(f"n{number}", self.lab.node_namespace(node.cluster, name), node.addresses)
        for number, router in enumerate(self.routers):
            namespace = self.lab.namespace(_frr(router))
            self._cable(f"r{number}", namespace, (router.address,))
            run(["ip", "-n", namespace, "addr", "add", f"{router.inside}/32", "dev", "lo"])
            self.start_frr(_frr(router), router.configuration(_network(router.address)))

    def _cable(self, port: str, namespace: str, addresses: Iterable[str]) -> None:
        self.attach(port, namespace, addresses)
        run(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1"])

    # -- what they say ----------------------------------------------------------------------------------

    def ask(self, router: Router, command: str) -> dict:
        """What a router's daemons answer."""
        return self.ask_frr(_frr(router), command)

    def sessions(self, router: Router) -> set[str]:
        """The nodes' addresses with which a router has an Established session."""
        found = self.ask(router, "show bgp neighbors")
        return {peer for peer, state in found.items() if isinstance(state, dict) and _is_up(state)}

    def routes(self, router: Router) -> dict[str, set[str]]:
        """Prefix → next hops of what a router has installed of BGP."""
        found = self.ask(router, "show ip route bgp")
        return {
            prefix: {hop["ip"] for entry in entries for hop in entry["nexthops"] if hop.get("fib") and "ip" in hop}
            for prefix, entries in found.items()
        }


def _frr(router: Router) -> str:
    """What the router's FRR and its namespace are called."""
    return f"router-{router.name}"


def _is_up(state: dict) -> bool:
    return state.get("bgpState") == "Established"


def _network(address: str) -> str:
    """The network of an IPv4 address with prefix length."""
    return str(ip_interface(address).network)
