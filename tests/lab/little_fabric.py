"""One leaf and the nodes of one cluster, dual stack, for tests of the lab's clusters without the lab's fabric.

The namespaces and the leaf, an FRR, are the test's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.context import run
from lab.topology import Cluster, Node, Topology
from tests.lab.frr_switch import FrrSwitch

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
class LittleFabric(FrrSwitch):
    """A leaf and the nodes' namespaces; ``configuration`` is the leaf's, ``bfd`` says whether it runs bfdd."""

    configuration: str = CONFIGURATION
    bfd: bool = False

    @property
    def cluster(self) -> str:
        """The name of the one cluster."""
        return next(iter(self.topology.clusters))

    def up(self) -> None:
        """Namespaces, cables and leaf; what an earlier run left goes first."""
        self.clean()
        self.add_switch()
        ends: dict[str, tuple[str, ...]] = {
            self.lab.namespace("leaf"): (f"{LEAF_ADDRESSES[0]}/24", f"{LEAF_ADDRESSES[1]}/64")
        }
        for name, node in self.topology.nodes.items():
            ends[self.lab.node_namespace(self.cluster, name)] = node.addresses
        for number, (namespace, addresses) in enumerate(ends.items()):
            self.attach(f"p{number}", namespace, addresses)
        self.start_frr("leaf", self.configuration, bfd=self.bfd)

    # -- what they say ------------------------------------------------------------------------------------

    def leaf(self, command: str) -> dict:
        """What the leaf's daemons answer."""
        return self.ask_frr("leaf", command)

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
