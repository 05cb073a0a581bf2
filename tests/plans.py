"""Plans as the planner makes them, for tests of what comes after it: two racks, four leaves, six nodes."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

GOLDEN = Path(__file__).parent / "golden" / "plan"
LEAVES = {"101": "rack1", "102": "rack1", "103": "rack2", "104": "rack2"}
NODES = {"node1": "rack1", "node2": "rack1", "node3": "rack1", "node4": "rack2", "node5": "rack2", "node6": "rack2"}
NETWORKS = {
    "ipv4": {
        "node": "192.168.2.0/24",
        "pod": "10.1.0.0/16",
        "service": "10.96.0.0/16",
        "external_service": "192.168.3.0/24",
    },
    "ipv6": {
        "node": "2001:db8:2::/64",
        "pod": "2001:db8:10::/56",
        "service": "2001:db8:96::/112",
        "external_service": "2001:db8:3::/64",
    },
}
_NODE_ADDRESS = {"ipv4": "192.168.2.{}", "ipv6": "2001:db8:2::{:x}"}
_GATEWAY = {"ipv4": "192.168.2.254", "ipv6": "2001:db8:2::ffff"}
_LENGTH = {"ipv4": 24, "ipv6": 64}
_LEAF_ADDRESS = {"ipv4": "192.168.2.{}", "ipv6": "2001:db8:2::ff{:02x}"}


def rotating(given: dict, *leaves: int) -> dict:
    """What a plan has more while these leaves have the next password."""
    nodes = {
        name: {
            **node,
            "peers": [{**peer, "next_password": True} if peer["leaf"] in leaves else peer for peer in node["peers"]],
        }
        for name, node in given["nodes"].items()
    }
    return {"nodes": nodes, "bgp": {**given["bgp"], "next_password": True}}


def plan(*families: str) -> dict:
    """The plan of the example inventory, in these address families (IPv4 if none is given)."""
    spoken = families or ("ipv4",)
    return {
        "format": 1,
        "cluster": "k8s-prod",
        "fabric": {"name": "dc1", "asn": 65002, "version": "6.0(9c)"},
        "asn": 65003,
        "cni": "kube_router",
        "rack_label": "rack_id",
        "networks": {kind: [NETWORKS[family][kind] for family in spoken] for kind in NETWORKS["ipv4"]},
        "bgp": {
            "keepalive": 1,
            "hold": 3,
            "ecmp": 64,
            "max_prefixes": 500,
            "graceful_restart": True,
            "graceful_restart_time": 120,
            "password": True,
        },
        "leaves": {leaf: _leaf(leaf, spoken) for leaf in LEAVES},
        "nodes": {name: _node(name, spoken) for name in NODES},
        "l3out": {
            "name": "k8s-prod",
            "tenant": "k8s",
            "vrf": "prod",
            "vrf_tenant": "k8s",
            "svi": "floating",
            "access": {"aaep": "k8s-hosts"},
        },
    }


def calico(*families: str, **options: object) -> dict:
    """The same plan for a cluster with Calico and these options of it; with timers that Calico's BIRD can hold."""
    result = plan(*families)
    result.update(cni="calico", calico=options)
    result["bgp"].update(keepalive=2, hold=6)
    return result


def golden(case: str) -> dict[str, dict]:
    """The plans of a golden folder, by cluster."""
    return yaml.safe_load((GOLDEN / case / "plan.yml").read_text())["plans"]


def nested_by_hosts() -> dict:
    """The plan of a cluster whose hosts peer with the cluster red in its machines; both have a password."""
    intent = yaml.safe_load((GOLDEN / "nested" / "intent.yml").read_text())
    clusters = {name: intent["clusters"][name] for name in ("k8s-prod", "red")}
    clusters["k8s-prod"]["cluster"]["workload_peering"]["speaker"] = "host"
    clusters["red"]["cluster"]["bgp"] = {"password": "inner"}
    clusters["red"]["cluster"]["nested_in"] = {"cluster": "k8s-prod", "ranges": ["10.1.240.0/24", "2001:db8:10::/64"]}
    return build({**intent, "clusters": clusters}).plans["k8s-prod"]


def whole(part: dict) -> dict:
    """A plan of which a test names no more than a part; nodes named have no peers unless the part has them."""
    base = plan()
    node = {**base["nodes"]["node1"], "peers": []}
    nodes = {name: {**node, **known} for name, known in part.get("nodes", {"node1": {}}).items()}
    return {**base, **part, "bgp": {**base["bgp"], **part.get("bgp", {})}, "nodes": nodes}


def _leaf(leaf: str, families: tuple) -> dict:
    return {
        "id": int(leaf),
        "pod": 1,
        "rack": LEAVES[leaf],
        "router_id": f"1.1.1.{leaf}",
        "addresses": {family: _leaf_address(leaf, family) for family in families},
    }


def _leaf_address(leaf: str, family: str) -> str:
    return _LEAF_ADDRESS[family].format(100 + int(leaf) if family == "ipv4" else int(leaf) - 100)


def _node(name: str, families: tuple) -> dict:
    rack, number = NODES[name], int(name[4:])
    addresses = {family: _NODE_ADDRESS[family].format(number) for family in families}
    return {
        "rack": rack,
        "rack_id": rack,
        "asn": 65003,
        "vlan": 310,
        "mtu": 9000,
        "addresses": addresses,
        "interfaces": {family: f"{address}/{_LENGTH[family]}" for family, address in addresses.items()},
        "gateways": {family: _GATEWAY[family] for family in families},
        "peers": [
            {
                "leaf": int(leaf),
                "family": family,
                "address": _leaf_address(leaf, family),
                "local_address": addresses[family],
                "asn": 65002,
            }
            for family in families
            for leaf, home in LEAVES.items()
            if home == rack
        ],
    }


def standard(of: dict) -> dict:
    """A plan made one with standard SVI: every node has peers and an address of its own."""
    for number, node in enumerate(of["nodes"].values()):
        for side, peer in enumerate(node["peers"]):
            peer.update(address=f"192.168.2.{8 * number + 4 + side}", local_address=f"192.168.2.{8 * number + 1}")
        node["addresses"] = {"ipv4": f"192.168.2.{8 * number + 1}"}
    return of
