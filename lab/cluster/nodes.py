"""Node objects as a kubelet would register them: names, addresses and nothing of the collection's business."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from lab.topology import Node

_RESOURCES = {"cpu": "16", "memory": "64Gi", "pods": "110"}


def node_object(node: Node) -> dict:
    """The Node object of a node: its own labels, and its planned addresses as InternalIPs in the plan's order."""
    labels = {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node.name, "labels": labels},
        "status": {"addresses": addresses(node), "capacity": dict(_RESOURCES), "allocatable": dict(_RESOURCES)},
    }


def addresses(node: Node) -> list[dict]:
    """status.addresses of a node."""
    internal = [{"type": "InternalIP", "address": address.partition("/")[0]} for address in node.addresses]
    return [*internal, {"type": "Hostname", "address": node.name}]


def changes(wanted: Iterable[Node], present: Iterable[dict]) -> tuple[list[Node], list[Node], list[str]]:
    """What to do so that the cluster has these nodes: (create, correct the addresses of, delete by name)."""
    found = {item["metadata"]["name"]: item.get("status", {}).get("addresses", []) for item in present}
    nodes = list(wanted)
    create = [node for node in nodes if node.name not in found]
    correct = [node for node in nodes if node.name in found and found[node.name] != addresses(node)]
    return create, correct, sorted(set(found) - {node.name for node in nodes})


def api_endpoints(nodes: Iterable[Node], service_network: str, port: int) -> dict:
    """The EndpointSlice of the Service ``kubernetes``: the first three nodes, as if they were its control plane.

    kube-router advertises no service address at all while any Service has no EndpointSlice, so there must be one.
    """
    version = ipaddress.ip_network(service_network).version
    interfaces = [ipaddress.ip_interface(address) for node in list(nodes)[:3] for address in node.addresses]
    found = [str(interface.ip) for interface in interfaces if interface.version == version]
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "kubernetes", "labels": {"kubernetes.io/service-name": "kubernetes"}},
        "addressType": f"IPv{version}",
        "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in found],
    }
