# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cilium announces from each node. Pure; follows v1.20, pkg/bgp/manager/reconciler/{pod_cidr,service}.go."""

from __future__ import annotations

from ..cluster.cilium.announced import service_addresses, service_selector
from ..cluster.cilium.policy import announced_addresses
from ..cluster.cilium.settings import PEERING_POLICY, settings
from ..cluster.families import families
from .addresses import address, family, prefix
from .services import by_service, key, selected

LOAD_BALANCER_CLASS = "io.cilium/bgp-control-plane"


def advertised(plan: dict, state: dict) -> dict:
    """``{node: {prefix, …}}``: what the agent of every node of the plan announces, in the plan's families."""
    options, spoken = settings(plan), families(plan)
    slices = by_service(state["endpoint_slices"])
    selector = service_selector(options)
    services = [
        (service, _local_nodes(slices.get(key(service), [])))
        for service in state["services"]
        if selected(_labels(service), selector)
    ]
    kinds = announced_addresses(options) if options["api"] == PEERING_POLICY else service_addresses(options)
    result = {}
    for name in plan["nodes"]:
        found = set(state["nodes"].get(name, {}).get("pod_cidrs", [])) if options["advertise_pod_cidr"] else set()
        for service, local in services:
            found |= {prefix(text) for text in _announced(service, name in local, kinds)}
        result[name] = {item for item in found if family(item) in spoken}
    return result


def pod_networks(cilium_nodes: list) -> dict:
    """``{node: [prefix, …]}`` of the CiliumNodes: what the operator gave them, or Kubernetes did (IPAM kubernetes)."""
    return {
        item["metadata"]["name"]: ((item.get("spec") or {}).get("ipam") or {}).get("podCIDRs") or []
        for item in cilium_nodes
    }


def reports(configs: list) -> dict:
    """``{node: {peer's address: state}}`` of the CiliumBGPNodeConfigs whose agents have written their status.

    A configured peer without a state is one that the agent has not taken up.
    """
    result: dict = {}
    for item in configs:
        instances = (item.get("status") or {}).get("bgpInstances")
        if instances is not None:
            peers = [peer for instance in instances for peer in instance.get("peers") or []]
            taken = {address(peer["peerAddress"]): peer["peeringState"] for peer in peers if peer.get("peeringState")}
            result[item["metadata"]["name"]] = taken
    return result


def _labels(service: dict) -> dict:
    """A Service's labels, and the two by which Cilium selects it by name."""
    metadata = service["metadata"]
    return {
        **(metadata.get("labels") or {}),
        "io.kubernetes.service.name": metadata["name"],
        "io.kubernetes.service.namespace": metadata.get("namespace"),
    }


def _local_nodes(slices: list) -> set:
    """The nodes with a backend that is active: one that is ready."""
    endpoints = (endpoint for item in slices for endpoint in item.get("endpoints") or [])
    return {
        endpoint["nodeName"]
        for endpoint in endpoints
        if endpoint.get("nodeName") and (endpoint.get("conditions") or {}).get("ready") is not False
    }


def _announced(service: dict, local: bool, kinds: list) -> list:
    """The addresses that a node announces; ``local`` says whether a backend of the Service is there.

    A Service without any backend is announced from everywhere (enable-no-service-endpoints-routable, on by default),
    unless its traffic policy is Local.
    """
    spec = service.get("spec") or {}
    cluster = [text for text in spec.get("clusterIPs") or [] if text and text != "None"]
    if not cluster or spec.get("type") == "ExternalName":
        return []
    outside = local or spec.get("externalTrafficPolicy") != "Local"
    inside = local or spec.get("internalTrafficPolicy") != "Local"
    found = []
    if "LoadBalancerIP" in kinds and outside and _served(spec):
        found += _balancer_addresses(service)
    if "ExternalIP" in kinds and outside:
        found += spec.get("externalIPs") or []
    if "ClusterIP" in kinds and inside:
        found += cluster
    return found


def _served(spec: dict) -> bool:
    return spec.get("type") == "LoadBalancer" and spec.get("loadBalancerClass") in (None, LOAD_BALANCER_CLASS)


def _balancer_addresses(service: dict) -> list:
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in ingress if item.get("ip")]
