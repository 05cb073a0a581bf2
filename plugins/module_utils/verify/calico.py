# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Calico announces from each node. Pure; follows v3.32, confd's routes.go and bird_aggr.cfg.

Every node announces its IPAM blocks and the services' networks as a whole; a Service with externalTrafficPolicy Local
is announced besides, address by address, by the nodes that have a ready endpoint of it.
"""

from __future__ import annotations

from ..cluster.calico.settings import settings
from ..cluster.families import families
from .addresses import address, family, prefix, within
from .services import by_service, key

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_HOST_LENGTHS = ("/32", "/128")


def advertised(plan: dict, state: dict) -> dict:
    """``{node: {prefix, …}}``: what BIRD on every node of the plan announces, in the plan's families."""
    spoken, allowed = families(plan), _allowed(plan)
    slices = by_service(state["endpoint_slices"])
    services = [(service, _local_nodes(service, slices.get(key(service), []))) for service in state["services"]]
    result = {}
    for name in plan["nodes"]:
        node = state["nodes"].get(name, {})
        found = set(node.get("pod_cidrs", []))
        if not node.get("excluded"):
            found |= _whole(plan, allowed)
            for service, local in services:
                found |= {prefix(text) for text in _announced(plan, service, name in local, allowed)}
        result[name] = {item for item in found if family(item) in spoken}
    return result


def pod_networks(affinities: list) -> dict:
    """``{node: [block, …]}`` of the BlockAffinities: those that IPAM has confirmed, without single addresses."""
    result: dict = {}
    for item in affinities:
        spec = item.get("spec") or {}
        gone = str(spec.get("deleted") or "").lower() == "true"
        if spec.get("state") == "confirmed" and not gone and not spec["cidr"].endswith(_HOST_LENGTHS):
            result.setdefault(spec.get("node"), []).append(spec["cidr"])
    return result


def reports(statuses: list) -> dict:
    """``{node: {peer's address: state}}`` of the CalicoNodeStatuses that were written at least once."""
    result: dict = {}
    for item in statuses:
        bgp = (item.get("status") or {}).get("bgp")
        if bgp is not None:
            peers = [*(bgp.get("peersV4") or []), *(bgp.get("peersV6") or [])]
            result[(item.get("spec") or {}).get("node")] = {address(peer["peerIP"]): peer["state"] for peer in peers}
    return result


def _allowed(plan: dict) -> dict:
    """The networks of which services' addresses are announced, by the BGPConfiguration's list."""
    options = settings(plan)
    external = [prefix(item) for item in plan["networks"].get("external_service") or []]
    return {
        "cluster": [prefix(item) for item in plan["networks"]["service"]] if options["advertise_cluster_ips"] else [],
        "external": external if options["advertise_external_ips"] else [],
        "balancer": external if options["advertise_loadbalancer_ips"] else [],
    }


def _whole(plan: dict, allowed: dict) -> set:
    """The networks that every node announces; a list's single addresses wait for a Service that has them."""
    lists = ["cluster", "external", *(["balancer"] if settings(plan)["load_balancer_aggregation"] else [])]
    return {item for name in lists for item in allowed[name] if name == "cluster" or not item.endswith(_HOST_LENGTHS)}


def _announced(plan: dict, service: dict, local: bool, allowed: dict) -> list:
    """The addresses of one Service that a node announces one by one; ``local``: a ready endpoint of it is there."""
    spec = service.get("spec") or {}
    cluster = spec.get("clusterIP")
    if spec.get("type", "ClusterIP") not in _TYPES or cluster in (None, "", "None"):
        return []
    external = _within(spec.get("externalIPs") or [], allowed["external"])
    balancer = _within(_balancer_addresses(service), allowed["balancer"])
    if spec.get("externalTrafficPolicy") == "Local":
        return [*([cluster] if allowed["cluster"] else []), *external, *balancer] if local else []
    if spec.get("externalTrafficPolicy") != "Cluster":
        return []
    if _single(external, allowed["external"]) or _single(balancer, allowed["balancer"]):
        return [*([cluster] if allowed["cluster"] else []), *external, *balancer]
    return [] if settings(plan)["load_balancer_aggregation"] else balancer


def _within(addresses: list, networks: list) -> list:
    return [text for text in addresses if any(within(text, network) for network in networks)]


def _single(addresses: list, networks: list) -> bool:
    return any(prefix(text) in networks for text in addresses)


def _balancer_addresses(service: dict) -> list:
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in ingress if item.get("ip")]


def _local_nodes(service: dict, slices: list) -> set:
    """The nodes with a ready endpoint of the family of the Service's first address."""
    which = family(str((service.get("spec") or {}).get("clusterIP") or ""))
    return {
        endpoint["nodeName"]
        for item in slices
        if item.get("addressType", "").lower() == which
        for endpoint in item.get("endpoints") or []
        if endpoint.get("nodeName") and (endpoint.get("conditions") or {}).get("ready") is not False
    }
