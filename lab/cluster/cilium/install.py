"""What installing Cilium leaves in a cluster, as far as the lab needs it: definitions and the agents' pods."""

from __future__ import annotations

from pathlib import Path

from lab.cluster import definitions

PROJECTS = {"cilium": "Cilium"}
NAMESPACE = "kube-system"
CONTAINER = {"name": "cilium-agent", "image": "quay.io/cilium/cilium:v1.20.2"}


def cilium_node_definition() -> dict:
    """The definition of CiliumNode, as far as operator and agents here use it."""
    ipam = {"type": "object", "properties": {"podCIDRs": {"type": "array", "items": {"type": "string"}}}}
    address = {"type": "object", "properties": {"type": {"type": "string"}, "ip": {"type": "string"}}}
    spec = {"type": "object", "properties": {"addresses": {"type": "array", "items": address}, "ipam": ipam}}
    version = {
        "name": "v2",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "ciliumnodes.cilium.io"},
        "spec": {
            "group": "cilium.io",
            "names": {"kind": "CiliumNode", "plural": "ciliumnodes", "singular": "ciliumnode", "shortNames": ["cn"]},
            "scope": "Cluster",
            "versions": [version],
        },
    }


def install(kubeconfig: Path) -> None:
    """Bring all of it to a cluster. RuntimeError says what is missing or what the API server did not like."""
    agents = definitions.daemonset("cilium", NAMESPACE, "cilium", CONTAINER)
    definitions.install(kubeconfig, PROJECTS, [cilium_node_definition(), *agents])
