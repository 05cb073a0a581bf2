# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kube-router announces from each node. Pure; follows kube-router v2.10, pkg/controllers/routing/ecmp_vip.go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.addresses import address, family, prefix, within
from .settings import families, networks, settings, version

if TYPE_CHECKING:
    from ...contract.freeform import Options
    from ...contract.kubernetes import Resource
    from ...contract.observed import State
    from ...contract.plan import Plan

# kube-router compares service addresses with its ranges since this release (--strict-external-ip-validation)
STRICT_RANGES_SINCE = (2, 8, 0)

_ADVERTISE = "kube-router.io/service.advertise."


def advertised(plan: Plan, state: State) -> dict[Any, Any]:
    """``{node: {prefix, …}}``: what the agent of every node of the plan announces, in the plan's families."""
    options = settings(plan)
    spoken = families(plan)
    slices = _slices_by_service(state)
    services = [_Service(service, slices.get(_key(service), []), state, plan, options) for service in state["services"]]
    result = {}
    for name in plan["nodes"]:
        found = set(state["nodes"].get(name, {}).get("pod_cidrs", [])) if options["advertise_pod_cidr"] else set()
        for service in services:
            found |= {prefix(text) for text in service.announced_from(name)}
        result[name] = {item for item in found if family(item) in spoken}
    return result


class _Service:
    """One Service, as kube-router sees it on a node."""

    def __init__(self, service: Resource, slices: list[Resource], state: State, plan: Plan, options: Options) -> None:
        self.spec = service.get("spec") or {}
        self.annotations = service["metadata"].get("annotations") or {}
        self.options = options
        ranges = networks(plan, "external_service") if version(options) >= STRICT_RANGES_SINCE else None
        self.cluster_addresses = [text for text in self.spec.get("clusterIPs") or [] if text and text != "None"]
        headless = not self.cluster_addresses or self.spec.get("type") == "ExternalName"
        self.external_addresses = [] if headless else _inside(self.spec.get("externalIPs") or [], ranges)
        balanced = [] if headless or self.spec.get("type") != "LoadBalancer" else _balancer_addresses(service)
        self.balancer_addresses = _inside(balanced, ranges)
        self.known = bool(slices)
        self.local_nodes = _local_nodes(slices, state)

    def announced_from(self, node: str) -> list[Any]:
        """The addresses that the agent of this node announces."""
        if not self.known:
            return []  # kube-router announces nothing of a service without an EndpointSlice
        local = node in self.local_nodes
        external_local = (
            self.spec.get("externalTrafficPolicy") == "Local"
            or self.annotations.get("kube-router.io/service.local") == "true"
        )
        result = []
        if self._wanted("clusterip", "advertise_cluster_ip") and (
            local or self.spec.get("internalTrafficPolicy") != "Local"
        ):
            result += self.cluster_addresses
        if self._wanted("externalip", "advertise_external_ip") and (local or not external_local):
            result += self.external_addresses
        skipped = "kube-router.io/service.skiplbips" in self.annotations
        if (
            self._wanted("loadbalancerip", "advertise_loadbalancer_ip")
            and not skipped
            and (local or not external_local)
        ):
            result += self.balancer_addresses
        return result

    def _wanted(self, kind: str, option: str) -> bool:
        """The service's own annotation wins over the agent's argument."""
        text = self.annotations.get(_ADVERTISE + kind)
        return self.options[option] if text is None else text.lower() in ("1", "t", "true")


def _key(service: Resource) -> tuple[str | None, str]:
    return service["metadata"].get("namespace"), service["metadata"]["name"]


def _inside(addresses: list[str], ranges: list[Any] | None) -> list[Any]:
    return [text for text in addresses if ranges is None or any(within(text, item) for item in ranges)]


def _balancer_addresses(service: Resource) -> list[Any]:
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in ingress if item.get("ip") and item.get("ipMode") != "Proxy"]


def _slices_by_service(state: State) -> dict[Any, Any]:
    """``{(namespace, name): [EndpointSlice, …]}``."""
    result: dict[Any, Any] = {}
    for item in state["endpoint_slices"]:
        service = (item["metadata"].get("labels") or {}).get("kubernetes.io/service-name")
        result.setdefault((item["metadata"].get("namespace"), service), []).append(item)
    return result


def _local_nodes(slices: list[Resource], state: State) -> set[Any]:
    """The nodes that have an endpoint, ready or not; one without a node's name is looked up by its address."""
    by_address = {text: name for name, node in state["nodes"].items() for text in node["addresses"]}
    result = set()
    for endpoint in (endpoint for item in slices for endpoint in item.get("endpoints") or []):
        if endpoint.get("nodeName"):
            result.add(endpoint["nodeName"])
        else:
            result |= {by_address[text] for text in map(address, endpoint.get("addresses") or []) if text in by_address}
    return result
