"""Inventories of any size for the benchmarks."""

from __future__ import annotations

from pathlib import Path

import yaml


def write(directory: Path, *, racks: int, nodes: int) -> Path:
    """One floating-SVI cluster of ``nodes`` nodes over ``racks`` racks of two leaves; the inventory's directory."""
    inventory = directory / f"inventory-{racks}x{nodes}"
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
    cluster = {
        "asn": 65003,
        "cni": "kube_router",
        "kubeconfig": "/nonexistent",
        "networks": {
            "node": ["192.168.2.0/24"],
            "pod": ["10.1.0.0/16"],
            "service": ["10.96.0.0/16"],
            "external_service": ["192.168.3.0/24"],
        },
        "l3out": {
            "name": "k8s-prod",
            "tenant": "k8s",
            "vrf": "prod",
            "svi": "floating",
            "vlan": 310,
            "aaep": "k8s-hosts",
        },
        "bgp": {"password": "benchmark", "password_key": "key", "keepalive": 1, "hold": 3, "ecmp": 64},
    }
    hosts = {
        "clusters": {
            "hosts": {
                "k8s-prod": {
                    "ansible_connection": "local",
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                }
            }
        },
        "k8s_prod_nodes": {
            "hosts": {f"node{number}": {"rack": f"rack{number % racks + 1}"} for number in range(1, nodes + 1)}
        },
    }
    _write(inventory / "hosts.yml", hosts)
    _write(inventory / "group_vars" / "all" / "fabric.yml", {"kubefabric_fabric": fabric})
    _write(inventory / "host_vars" / "k8s-prod.yml", {"kubefabric_cluster": cluster})
    return inventory


def _write(path: Path, data: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False))
