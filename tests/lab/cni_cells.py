"""The cells of the matrix of cluster networks: a network, a design of SVIs and an address family.

What is run covers every pair of these, with half of the cells; ``KUBEFABRIC_MATRIX=all`` in the environment runs every
cell.
"""

from __future__ import annotations

import os

from tests.lab import example

NETWORKS = ("kube_router", "calico", "cilium", "ovn_kubernetes")
DESIGNS = ("floating", "standard")
FAMILIES = {"ipv4": (4,), "ipv6": (6,), "dual": (4, 6)}
NODES = ("node1", "node2", "node4")  # of the example: two in one rack, one in the other
BY_MANIFESTS = ("calico", "manifests")  # with a floating SVI
# The first node of the other Calico clusters reflects the routes, and would show what people's own peers let out.
PEERS_MOVE = ("ipv4", "calico", "standard")
# Every pair of network and design, of network and family, and of design and family.
PAIRS = {
    "ipv4": ("floating", "standard", "floating", "standard"),
    "ipv6": ("standard", "floating", "standard", "floating"),
    "dual": ("floating", "standard", "floating", "standard"),
}


def cells_of(family: str, *, whole: bool = os.environ.get("KUBEFABRIC_MATRIX") == "all") -> list[tuple[str, str]]:
    """Networks and designs that a family is run with; ``whole``: every design with every network."""
    of_pairs = list(zip(NETWORKS, PAIRS[family], strict=True))
    cells = [(network, design) for network in NETWORKS for design in DESIGNS] if whole else of_pairs
    return [*cells, BY_MANIFESTS] if family == "ipv4" else cells


def reflects(family: str, network: str, design: str) -> bool:
    """Whether the first node of a cell's cluster reflects the routes of the others."""
    return network == "calico" and (family, network, design) != PEERS_MOVE


def cluster_name(network: str, design: str) -> str:
    return f"{network.replace('_', '-')}-{design}"


def cluster(number: int, network: str, design: str, family: str) -> dict:
    """The example's cluster with another network, design and address family, and networks of its own."""
    versions = FAMILIES[family]
    made = example.cluster()
    prefixes = {
        "node": {4: f"172.16.{number}.0/24", 6: f"fd00:{number}:2::/64"},
        "pod": {4: f"10.{number}.0.0/16", 6: f"fd00:{number}:10::/112"},
        "service": {4: f"10.{100 + number}.0.0/16", 6: f"fd00:{number}:96::/112"},
        "external_service": {4: f"192.168.{number}.0/24", 6: f"fd00:{number}:3::/112"},
    }
    made["networks"] = {kind: [found[version] for version in versions] for kind, found in prefixes.items()}
    made["cni"] = network
    name = cluster_name(network, design)
    if reflects(family, network, design):
        reflector = next(iter(nodes(network, design)))
        made["calico"] = {"route_reflectors": {"nodes": [reflector], "cluster_id": "244.0.0.1"}}
    if (network, design) == BY_MANIFESTS:
        made["calico"]["install"], design = "manifest", "floating"
    l3out = made["l3out"] | {"name": name, "svi": design, "leaves": {}}
    first = 400 + 10 * number
    vlans = {"vlan": first} if design == "floating" else {"vlans": f"{first}-{first + 9}"}
    made["l3out"] = {key: value for key, value in l3out.items() if key != "vlan"} | vlans
    made["bgp"] |= {"keepalive": 2, "hold": 6}
    return made


def nodes(network: str, design: str) -> dict[str, dict]:
    """Some of the example's nodes under names of the cluster's own, each with its port channel."""
    given = example.nodes()
    names = {name: f"{cluster_name(network, design)}-{name}" for name in NODES}
    return {new: {**given[name], "vpc": f"vpc-{new}"} for name, new in names.items()}
