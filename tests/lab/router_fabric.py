"""Routers in place of leaves: an FRR each, in a namespace on one switch with the nodes of all clusters.

The routers are configured by hand, as whoever runs them would: nothing of the plan reaches them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from lab import cluster
from lab.context import Lab, process_names, run, start_process, stop_process, wait_for
from lab.topology import Cluster, Node, Topology


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
class RouterFabric:
    """The switch, the routers and the nodes' namespaces."""

    lab: Lab
    topology: Topology
    routers: Iterable[Router]

    def up(self) -> None:
        """Namespaces, cables and routers; what an earlier run left goes first."""
        self.clean()
        switch = self.lab.namespace("switch")
        run(["ip", "netns", "add", switch])
        run(["ip", "-n", switch, "link", "add", "br0", "up", "type", "bridge", "mcast_snooping", "0"])
        for number, (name, node) in enumerate(self.topology.nodes.items()):
            self._cable(f"n{number}", self.lab.node_namespace(node.cluster, name), node.addresses)
        for number, router in enumerate(self.routers):
            self._cable(f"r{number}", self.namespace(router), (router.address,))
            run(["ip", "-n", self.namespace(router), "addr", "add", f"{router.inside}/32", "dev", "lo"])
            self._start(router)

    def namespace(self, router: Router) -> str:
        return self.lab.namespace(f"router-{router.name}")

    def _cable(self, port: str, namespace: str, addresses: Iterable[str]) -> None:
        switch = self.lab.namespace("switch")
        run(["ip", "netns", "add", namespace])
        run(["ip", "-n", namespace, "link", "set", "lo", "up"])
        run(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1"])
        run(["ip", "-n", switch, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace])
        run(["ip", "-n", switch, "link", "set", port, "master", "br0", "up"])
        run(["ip", "-n", namespace, "link", "set", "eth0", "up"])
        for address in addresses:
            run(["ip", "-n", namespace, "addr", "add", address, "dev", "eth0"])

    def _start(self, router: Router) -> None:
        """zebra and bgpd in the router's namespace."""
        directory = self.lab.file(f"router-{router.name}", "bgpd.conf").parent
        nodes = next(
            node.addresses[0]
            for node in self.topology.nodes.values()
            if _same_network(node.addresses[0], router.address)
        )
        (directory / "bgpd.conf").write_text(router.configuration(_network(nodes)))
        shutil.chown(directory, "frr", "frr")
        for daemon, more in {"zebra": [], "bgpd": ["-f", str(directory / "bgpd.conf")]}.items():
            files = ["-i", f"{directory}/{daemon}.pid", "-z", f"{directory}/zserv", "--vty_socket", str(directory)]
            line = [f"/usr/lib/frr/{daemon}", "-u", "frr", "-g", "frr", *files, *more]
            start_process(self.lab, f"router-{router.name}-{daemon}", line, namespace=self.namespace(router))
            wait_for((directory / f"{daemon}.vty").exists, f"{daemon} of {router.name}")

    def clean(self) -> None:
        """Leave nothing of the lab."""
        cluster.down(self.lab)
        for name in process_names(self.lab):
            stop_process(self.lab, name)
        for line in run(["ip", "netns", "list"]).splitlines():
            if line.split()[0].startswith(self.lab.namespace("")):
                run(["ip", "netns", "delete", line.split()[0]])
        shutil.rmtree(self.lab.directory, ignore_errors=True)

    # -- what they say ----------------------------------------------------------------------------------

    def ask(self, router: Router, command: str) -> dict:
        """What a router's daemons answer."""
        line = ["vtysh", "--vty_socket", str(self.lab.directory / f"router-{router.name}"), "-c", f"{command} json"]
        return json.loads(run(line, namespace=self.namespace(router)) or "{}")

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


def _is_up(state: dict) -> bool:
    return state.get("bgpState") == "Established"


def _network(address: str) -> str:
    """The network of an IPv4 address with prefix length."""
    from ipaddress import ip_interface

    return str(ip_interface(address).network)


def _same_network(one: str, other: str) -> bool:
    return _network(one) == _network(other)
