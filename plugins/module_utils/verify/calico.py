# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Calico announces from each node. Pure; follows confd's routes.go and bird_aggr.cfg, v3.32 and v3.33.

Every node announces its IPAM blocks and the services' networks as a whole; a Service with externalTrafficPolicy Local
is announced besides, address by address, by the nodes that have an endpoint of it: whatever the endpoint's state up to
v3.32, and a ready one from v3.33.
"""

from __future__ import annotations

import re

from ..cluster.calico.settings import settings
from ..cluster.families import families
from .addresses import address, family, prefix, within
from .services import by_service, key

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
_HOST_LENGTHS = ("/32", "/128")
_RELEASE = re.compile(r":v?(\d+)\.(\d+)")  # in calico-node's image


def advertised(plan: dict, state: dict) -> dict:
    """``{node: {prefix, …}}``: what BIRD on every node of the plan announces, in the plan's families."""
    spoken, allowed = families(plan), _allowed(plan)
    slices = by_service(state["endpoint_slices"])
    unready = {name: _counts_unready(state["agents"].get(name, {})) for name in plan["nodes"]}
    services = [
        (
            [prefix(text) for text in _addresses(service, allowed)],
            {which: _nodes(plan, service, slices.get(key(service), []), allowed, which) for which in (True, False)},
        )
        for service in state["services"]
    ]
    result = {}
    for name in plan["nodes"]:
        node = state["nodes"].get(name, {})
        found = set(node.get("pod_cidrs", []))
        if not node.get("excluded"):
            found |= _whole(plan, allowed)
            for addresses, nodes in services:
                where = nodes[unready[name]]
                found |= set(addresses) if name in where else set()
        result[name] = {item for item in found if family(item) in spoken}
    return result


def _counts_unready(agent: dict) -> bool:
    """Whether endpoints that are not ready count: up to v3.32, which is taken where an image has no release."""
    release = _RELEASE.search(agent.get("image", ""))
    return release is None or (int(release[1]), int(release[2])) < (3, 33)


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


def _nodes(plan: dict, service: dict, slices: list, allowed: dict, unready: bool):
    """The nodes that announce the addresses of one Service one by one."""
    spec = service.get("spec") or {}
    policy = spec.get("externalTrafficPolicy")
    if spec.get("type", "ClusterIP") not in _TYPES or spec.get("clusterIP") in (None, "", "None") or not slices:
        return set()
    if policy == "Cluster" and _has_single(service, allowed):
        return plan["nodes"].keys()
    if policy != "Local" and settings(plan)["load_balancer_aggregation"]:
        return set()
    endpoints = _endpoints(spec, slices, unready)
    if policy != "Local":
        return plan["nodes"].keys() if endpoints else set()
    return {endpoint.get("nodeName") for endpoint in endpoints} - {None}


def _endpoints(spec: dict, slices: list, unready: bool) -> list:
    """The endpoints of any of a Service's families that count."""
    spoken = spec.get("ipFamilies") or [family(text) for text in _cluster_addresses(spec)]
    wanted = {text.lower() for text in spoken}
    return [
        endpoint
        for item in slices
        if item.get("addressType", "").lower() in wanted
        for endpoint in item.get("endpoints") or []
        if unready or (endpoint.get("conditions") or {}).get("ready") is not False
    ]


def _cluster_addresses(spec: dict) -> list:
    return spec.get("clusterIPs") or [text for text in [spec.get("clusterIP")] if text]


def _addresses(service: dict, allowed: dict) -> list:
    """Every address of one Service that may be announced."""
    spec = service.get("spec") or {}
    return [
        *(_cluster_addresses(spec) if allowed["cluster"] else []),
        *_within(spec.get("externalIPs") or [], allowed["external"]),
        *_within(_balancer_addresses(service), allowed["balancer"]),
    ]


def _has_single(service: dict, allowed: dict) -> bool:
    """Whether an address of one Service is a network of its own in a list; a load balancer's, of that type alone."""
    spec = service.get("spec") or {}
    balancer = [spec.get("loadBalancerIP"), *_balancer_addresses(service)] if spec.get("type") == "LoadBalancer" else []
    return any(prefix(text) in allowed["external"] for text in spec.get("externalIPs") or []) or any(
        prefix(text) in allowed["balancer"] for text in balancer if text
    )


def _within(addresses: list, networks: list) -> list:
    return [text for text in addresses if any(within(text, network) for network in networks)]


def _balancer_addresses(service: dict) -> list:
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in ingress if item.get("ip")]
