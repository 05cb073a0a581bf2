"""One leaf and the nodes of one cluster, dual stack, for tests of the lab's clusters without the lab's fabric.

The namespaces and the leaf, an FRR, are the test's own.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from lab import cluster
from lab.context import Lab, process_names, run, start_process, stop_process, wait_for
from lab.topology import Cluster, Node, Topology

LEAF_ADDRESSES = ("192.168.2.201", "fd00:2::c9")
NETWORKS = {
    "node": ["192.168.2.0/24", "fd00:2::/64"],
    "pod": ["10.1.0.0/16", "fd00:10::/112"],
    "service": ["10.96.0.0/16", "fd00:96::/112"],
    "external_service": ["192.168.3.0/24"],
}
PASSWORD = "s3cret"
# A peer group for each family, as ACI's peers are: kube-router offers both families on every session.
CONFIGURATION = f"""
router bgp 65002
 bgp router-id 1.1.1.101
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 neighbor FOUR peer-group
 neighbor FOUR remote-as 65003
 neighbor FOUR password {PASSWORD}
 neighbor FOUR timers 1 3
 neighbor SIX peer-group
 neighbor SIX remote-as 65003
 neighbor SIX password {PASSWORD}
 neighbor SIX timers 1 3
 bgp listen range 192.168.2.0/24 peer-group FOUR
 bgp listen range fd00:2::/64 peer-group SIX
 address-family ipv4 unicast
  neighbor FOUR activate
 address-family ipv6 unicast
  neighbor SIX activate
"""
# The same with BFD, at intervals that a busy machine keeps.
WITH_BFD = CONFIGURATION.replace(
    " bgp listen range 192", " neighbor FOUR bfd 3 300 300\n neighbor SIX bfd 3 300 300\n bgp listen range 192"
)


def topology(name: str, cni: str, nodes: Sequence[str]) -> Topology:
    """A cluster with these nodes: the first has 192.168.2.1 and fd00:2::1."""
    return Topology(
        fabric="dc1",
        fabric_asn=65002,
        version="6.0(9c)",
        clusters={name: Cluster(name, NETWORKS, "k8s", "prod", "k8s", cni)},
        nodes={
            node: Node(node, name, "rack1", 310, 9000, (f"192.168.2.{n}/24", f"fd00:2::{n}/64"), ())
            for n, node in enumerate(nodes, 1)
        },
    )


@dataclass
class LittleFabric:
    """A leaf and the nodes' namespaces; ``configuration`` is the leaf's, ``bfd`` says whether it runs bfdd."""

    lab: Lab
    topology: Topology
    configuration: str = CONFIGURATION
    bfd: bool = False

    @property
    def cluster(self) -> str:
        """The name of the one cluster."""
        return next(iter(self.topology.clusters))

    def up(self) -> None:
        """Namespaces, cables and leaf; what an earlier run left goes first."""
        self.clean()
        self._cable()
        self._start_leaf()

    def _cable(self) -> None:
        """A bridge in a namespace of its own, the leaf and the nodes hanging on it."""
        switch, leaf = self.lab.namespace("switch"), self.lab.namespace("leaf")
        run(["ip", "netns", "add", switch])
        run(["ip", "-n", switch, "link", "add", "br0", "up", "type", "bridge", "mcast_snooping", "0"])
        ends = {leaf: [f"{LEAF_ADDRESSES[0]}/24", f"{LEAF_ADDRESSES[1]}/64"]}
        for name, node in self.topology.nodes.items():
            ends[self.lab.node_namespace(self.cluster, name)] = list(node.addresses)
        for number, (namespace, addresses) in enumerate(ends.items()):
            run(["ip", "netns", "add", namespace])
            run(["ip", "-n", namespace, "link", "set", "lo", "up"])
            peer = ["peer", "name", "eth0", "netns", namespace]
            run(["ip", "-n", switch, "link", "add", f"p{number}", "type", "veth", *peer])
            run(["ip", "-n", switch, "link", "set", f"p{number}", "master", "br0", "up"])
            run(["ip", "-n", namespace, "link", "set", "eth0", "up"])
            for address in addresses:
                family, nodad = (["-6"], ["nodad"]) if ":" in address else ([], [])
                run(["ip", *family, "-n", namespace, "addr", "add", address, "dev", "eth0", *nodad])

    def _start_leaf(self) -> None:
        """FRR's daemons in the leaf's namespace."""
        directory = self.lab.file("leaf", "bgpd.conf").parent
        (directory / "bgpd.conf").write_text(self.configuration)
        shutil.chown(directory, "frr", "frr")
        daemons = {"zebra": [], "bgpd": ["-f", str(directory / "bgpd.conf")]}
        daemons |= {"bfdd": ["--bfdctl", str(directory / "bfdd.ctl")]} if self.bfd else {}
        for daemon, more in daemons.items():
            files = ["-i", f"{directory}/{daemon}.pid", "-z", f"{directory}/zserv", "--vty_socket", str(directory)]
            line = [f"/usr/lib/frr/{daemon}", "-u", "frr", "-g", "frr", *files, *more]
            start_process(self.lab, f"leaf-{daemon}", line, namespace=self.lab.namespace("leaf"))
            wait_for((directory / f"{daemon}.vty").exists, f"the leaf's {daemon}")

    def clean(self) -> None:
        """Leave nothing of the lab."""
        cluster.down(self.lab)
        for name in process_names(self.lab):
            stop_process(self.lab, name)
        for line in run(["ip", "netns", "list"]).splitlines():
            if line.split()[0].startswith(self.lab.namespace("")):
                run(["ip", "netns", "delete", line.split()[0]])
        shutil.rmtree(self.lab.directory, ignore_errors=True)

    # -- what they say ------------------------------------------------------------------------------------

    def leaf(self, command: str) -> dict:
        """What the leaf's daemons answer."""
        line = ["vtysh", "--vty_socket", str(self.lab.directory / "leaf"), "-c", f"{command} json"]
        return json.loads(run(line, namespace=self.lab.namespace("leaf")) or "{}")

    def sessions(self) -> dict[str, tuple[int, int]]:
        """Established sessions of the leaf, each with the two ports of its connection, which a new session changes."""
        return {
            peer: (found["portLocal"], found["portForeign"])
            for peer, found in self.leaf("show bgp neighbors").items()
            if found.get("bgpState") == "Established"
        }

    def prefixes(self, family: str) -> dict[str, int]:
        """Prefixes that the leaf has learned, with the number of nodes they came from."""
        found = self.leaf(f"show bgp {family} unicast").get("routes", {})
        return {prefix: len(paths) for prefix, paths in found.items()}

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """kubectl as the cluster's administrator."""
        directory = self.lab.directory
        line = [str(directory / "bin/kubectl"), f"--kubeconfig={directory}/{self.cluster}.kubeconfig", *arguments]
        return run(line, stdin=stdin)
