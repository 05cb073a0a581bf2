"""Inventories of any size for the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

LOCAL = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
# As aci_l3out takes them.
SECRETS = {"bgp_password": "benchmark", "password_key": "sixteen characters or more, and no secret"}
PAIRS = 10  # of racks, in the large inventory: a cluster spans the two racks of one


def write(directory: Path, *, racks: int, nodes: int) -> Path:
    """One floating-SVI cluster of ``nodes`` nodes over ``racks`` racks of two leaves; the inventory's directory."""
    inventory = directory / f"inventory-{racks}x{nodes}"
    networks = {
        "node": ["192.168.2.0/24"],
        "pod": ["10.1.0.0/16"],
        "service": ["10.96.0.0/16"],
        "external_service": ["192.168.3.0/24"],
    }
    l3out = {"name": "k8s-prod", "svi": "floating", "vlan": 310}
    members = {f"node{number}": {"rack": f"rack{number % racks + 1}"} for number in range(1, nodes + 1)}
    _inventory(inventory, racks, {"k8s-prod": (_cluster(networks, l3out), members)})
    return inventory


def write_many(directory: Path, *, floating: int, standard: int, nodes: int = 24) -> Path:
    """Many clusters of ``nodes`` nodes in one VRF, each over two of twenty racks; the inventory's directory."""
    inventory = directory / f"inventory-{floating}+{standard}"
    clusters = {f"float{number:03}": _numbered(number, "floating", nodes) for number in range(floating)}
    clusters |= {f"path{number:03}": _numbered(floating + number, "standard", nodes) for number in range(standard)}
    _inventory(inventory, 2 * PAIRS, clusters)
    return inventory


def hosts(inventory: Path) -> dict:
    """The hosts of an inventory, by group."""
    path = inventory / "hosts.json"
    return json.loads(path.read_text()) if path.exists() else yaml.safe_load((inventory / "hosts.yml").read_text())


def as_json(inventory: Path) -> None:
    """Keep the hosts in JSON, which Ansible reads in a fraction of the time; the same in YAML goes."""
    found = hosts(inventory)
    (inventory / "hosts.yml").unlink()
    (inventory / "hosts.json").write_text(json.dumps(found))


def change(inventory: Path, cluster: str, max_prefixes: int) -> None:
    """Give one cluster another limit of prefixes."""
    path = inventory / "host_vars" / f"{cluster}.yml"
    settings = yaml.safe_load(path.read_text())
    settings["kubefabric_cluster"]["bgp"]["max_prefixes"] = max_prefixes
    _write(path, settings)


def _numbered(number: int, svi: str, nodes: int) -> tuple[dict, dict]:
    """The cluster with this number and its nodes; no two of up to 250 share a network, or a VLAN on a leaf."""
    networks = {
        "node": [f"172.16.{number}.0/24"],
        "pod": [f"10.{number}.0.0/16"],
        "service": [f"100.64.{number}.0/24"],
        "external_service": [f"100.65.{number}.0/24"],
    }
    first = 1000 + number // PAIRS * 100
    place = {"vlan": first} if svi == "floating" else {"vlans": f"{first}-{first + nodes - 1}"}
    pair = 2 * (number % PAIRS)
    members = {
        f"c{number:03}-n{node:02}": {"rack": f"rack{pair + node % 2 + 1}", **_vpc(svi, number, node)}
        for node in range(nodes)
    }
    return _cluster(networks, {"svi": svi, **place}), members


def _vpc(svi: str, number: int, node: int) -> dict:
    return {"vpc": f"c{number:03}-n{node:02}"} if svi == "standard" else {}


def _cluster(networks: dict, l3out: dict) -> dict:
    return {
        "asn": 65003,
        "cni": "kube_router",
        "kubeconfig": "/nonexistent",
        "networks": networks,
        "l3out": {"tenant": "k8s", "vrf": "prod", "aaep": "k8s-hosts", **l3out},
        "bgp": {
            "password": SECRETS["bgp_password"],
            "password_key": SECRETS["password_key"],
            "keepalive": 1,
            "hold": 3,
            "ecmp": 64,
        },
    }


def _inventory(inventory: Path, racks: int, clusters: dict[str, tuple[dict, dict]]) -> None:
    fabric = {
        "name": "bench",
        "asn": 65002,
        "version": "6.0(9c)",
        "apic": {"hosts": ["127.0.0.1"], "username": "admin", "password": "set by kubefabric_apic"},
        "racks": {
            f"rack{rack}": {
                "pod": 1,
                "leaves": {leaf: {"router_id": f"1.1.1.{leaf}"} for leaf in (99 + 2 * rack, 100 + 2 * rack)},
            }
            for rack in range(1, racks + 1)
        },
    }
    hosts = {"clusters": {"hosts": dict.fromkeys(clusters, None), "vars": LOCAL}}
    hosts |= {f"{name.replace('-', '_')}_nodes": {"hosts": members} for name, (_, members) in clusters.items()}
    _write(inventory / "hosts.yml", hosts)
    _write(inventory / "group_vars" / "all" / "fabric.yml", {"kubefabric_fabric": fabric})
    for name, (cluster, _) in clusters.items():
        _write(inventory / "host_vars" / f"{name}.yml", {"kubefabric_cluster": cluster})


def _write(path: Path, data: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False))
