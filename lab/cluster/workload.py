"""Something to announce: a Deployment with a pod per node, and two Services with addresses that people outside call.

``web`` is announced by every node (externalTrafficPolicy Cluster): its ECMP width is what a leaf balances over.
``web-local`` is announced by the nodes that run its two pods alone (externalTrafficPolicy Local); one node has none.
``web-balanced`` gets its address from the CNI, where that gives addresses to Services of type LoadBalancer.
The namespace is made once; what a user changes in it afterwards stays as it is until ``lab down``.
"""

from __future__ import annotations

import http.client
import ipaddress
from collections.abc import Sequence

from lab.cluster.api import Api, ApiError
from lab.cluster.networks import first_per_family

NAMESPACE = "shop"


def objects(external_networks: Sequence[str], nodes: int, *, balanced: bool = False) -> list[tuple[str, dict]]:
    """(collection path, object) of the sample workload; empty without networks for external service addresses."""
    networks = [ipaddress.ip_network(network) for network in first_per_family(external_networks)]
    if not networks:
        return []
    made: list[tuple[str, dict]] = [("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})]
    for offset, (name, replicas, policy) in enumerate(
        (("web", nodes, "Cluster"), ("web-local", max(1, min(2, nodes - 1)), "Local"))
    ):
        addresses = [str(network[10 + offset]) for network in networks if network.num_addresses > 12]
        made.append((f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments", _deployment(name, replicas)))
        made.append((f"/api/v1/namespaces/{NAMESPACE}/services", _service(name, addresses, policy)))
    if balanced:
        made.append((f"/api/v1/namespaces/{NAMESPACE}/services", _balanced()))
    return made


def _deployment(name: str, replicas: int) -> dict:
    labels = {"app": name}
    # One pod a node: a topology constraint, so that "announced by its nodes alone" has something to show.
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": labels},
    }
    container = {"name": "web", "image": "registry.k8s.io/pause:3.10"}
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"topologySpreadConstraints": [spread], "containers": [container]},
            },
        },
    }


def _service(name: str, addresses: list[str], policy: str) -> dict:
    return {
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": {"app": name},
            "ports": [{"name": "http", "port": 80}],
            "ipFamilyPolicy": "PreferDualStack",
            "externalIPs": addresses,
            "externalTrafficPolicy": policy,
        },
    }


def _balanced() -> dict:
    made = _service("web-local", [], "Local")
    made["metadata"]["name"] = "web-balanced"
    made["spec"]["type"] = "LoadBalancer"
    return made


def ensure(api: Api, external_networks: Sequence[str], nodes: int, *, balanced: bool = False) -> bool:
    """Create the sample workload unless its namespace exists; whether it was created."""
    for path, body in objects(external_networks, nodes, balanced=balanced):
        try:
            api.request("POST", path, body)
        except ApiError as error:
            if error.status == http.client.CONFLICT and path == "/api/v1/namespaces":
                return False
            if error.status != http.client.CONFLICT:
                raise
    return True
