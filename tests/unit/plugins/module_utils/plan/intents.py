"""Intents for the planner's tests: the white paper's cluster, and ways to change it."""

from __future__ import annotations

import copy
from typing import Any

FABRIC: dict[str, Any] = {
    "name": "dc1",
    "asn": 65002,
    "version": "6.0(9c)",
    "racks": {
        "rack1": {"leaves": {101: {"router_id": "1.1.1.101"}, 102: {"router_id": "1.1.1.102"}}},
        "rack2": {"leaves": {103: {"router_id": "1.1.1.103"}, 104: {"router_id": "1.1.1.104"}}},
    },
}
CLUSTER: dict[str, Any] = {
    "asn": 65003,
    "cni": "kube_router",
    "networks": {
        "node": ["192.168.2.0/24"],
        "pod": ["10.1.0.0/16"],
        "service": ["10.96.0.0/16"],
        "external_service": ["192.168.3.0/24"],
    },
    "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310},
    "bgp": {"password": "s3cret"},
}
NODES: dict[str, Any] = {"node1": {"rack": "rack1"}, "node2": {"rack": "rack1"}, "node3": {"rack": "rack2"}}


def white_paper() -> dict[str, Any]:
    """One fabric, one cluster with three nodes; a copy of its own for every caller."""
    return copy.deepcopy({"fabric": FABRIC, "clusters": {"prod": {"cluster": CLUSTER, "nodes": NODES}}})


def standard() -> dict[str, Any]:
    """The same with standard SVI."""
    intent = white_paper()
    cluster = intent["clusters"]["prod"]["cluster"]
    cluster["l3out"] = {"tenant": "k8s", "vrf": "prod", "svi": "standard", "vlans": "400-463"}
    for name, node in intent["clusters"]["prod"]["nodes"].items():
        node["vpc"] = f"vpc-{name}"
    return intent


def add_cluster(intent: dict[str, Any], number: int, **l3out: Any) -> dict[str, Any]:
    """A further cluster, ``test<number>``, that clashes with no other; returns its kubefabric_cluster."""
    cluster = copy.deepcopy(CLUSTER)
    cluster["networks"] = {
        "node": [f"172.16.{number}.0/24"],
        "pod": [f"10.{100 + number}.0.0/16"],
        "service": [f"172.20.{number}.0/24"],
    }
    cluster["l3out"].update({"vlan": 310 + number, **l3out})
    nodes = {f"test{number}-{node}": {"rack": rack} for node, rack in ((1, "rack1"), (2, "rack2"))}
    intent["clusters"][f"test{number}"] = {"cluster": cluster, "nodes": nodes}
    return cluster


def routers() -> dict[str, Any]:
    """The white paper's cluster, with a router in each rack in place of an ACI fabric."""
    intent = white_paper()
    intent["fabric"] = {
        "name": "dc1",
        "kind": "routers",
        "racks": {
            "rack1": {"routers": {"tor1": {"asn": 65101, "addresses": ["192.168.2.201"]}}},
            "rack2": {"routers": {"tor2": {"asn": 65102, "addresses": ["192.168.2.202"]}}},
        },
    }
    del intent["clusters"]["prod"]["cluster"]["l3out"]
    for number, node in enumerate(intent["clusters"]["prod"]["nodes"].values(), start=1):
        node["addresses"] = [f"192.168.2.{number}"]
    return intent
