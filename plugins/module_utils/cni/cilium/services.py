# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of a Service that Cilium's agents announce, node by node. Pure.

Follows v1.20: pkg/k8s/utils (which Services are watched), pkg/loadbalancer/reflectors/conversions.go (which addresses
a Service has in the load balancer), pkg/bgp/manager/reconciler/service.go (which of them are announced). Releases
before 1.19 announced what the Service's own fields hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.addresses import family
from ...objects.selector_text import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...contract.freeform import JsonObject, Options
    from ...contract.kubernetes import Resource

LOAD_BALANCER_CLASS = "io.cilium/bgp-control-plane"
PROXY_NAME = "service.kubernetes.io/service-proxy-name"
HEADLESS = "service.kubernetes.io/headless"
ONE_TYPE = "service.cilium.io/type"
ONE_NODE = "service.cilium.io/node"
SOME_NODES = "service.cilium.io/node-selector"
TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
LOAD_BALANCER_SINCE = (1, 19)  # the release from which the load balancer's tables decide


def is_watched(service: Resource, options: Options) -> bool:
    """Whether the agents look at a Service at all: not at one of another service proxy."""
    found = _labels(service)
    name = ((options["helm_values"] or {}).get("k8s") or {}).get("serviceProxyName")
    ours = found.get(PROXY_NAME) == name if name else PROXY_NAME not in found
    return ours and HEADLESS not in found


class Service:
    """One Service as an agent sees it; ``kinds`` are the kinds of addresses that are announced."""

    def __init__(self, service: Resource, slices: list[Resource], kinds: list[str], release: tuple[int, ...]) -> None:
        self.spec = service.get("spec") or {}
        self.annotations = service["metadata"].get("annotations") or {}
        self.ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
        self.balanced = release >= LOAD_BALANCER_SINCE
        self.kinds = [kind for kind in kinds if self._exposes(kind)]
        self.slices = slices

    def announced_from(self, node: str, labels: Mapping[str, str]) -> list[Any]:
        """The addresses that the agent of this node announces; ``labels`` are those of the Node.

        A Service without any backend is announced from everywhere (enable-no-service-endpoints-routable, on by
        default), unless its traffic policy is Local.
        """
        if not self._has_addresses() or not self._is_on(labels):
            return []
        external, internal = (self.spec.get(f"{side}TrafficPolicy") for side in ("external", "internal"))
        found = {
            "LoadBalancerIP": (self._balancer_addresses(), external),
            "ExternalIP": (self.spec.get("externalIPs") or [], external),
            "ClusterIP": (self._cluster_addresses(), internal),
        }
        return [
            text
            for kind in self.kinds
            for text in found[kind][0]
            if found[kind][1] != "Local" or node in self._local_nodes(family(text))
        ]

    def _exposes(self, kind: str) -> bool:
        """A Service may be of one type alone; its external addresses are of no type."""
        only = self.annotations.get(ONE_TYPE)
        if not self.balanced or only not in TYPES or kind == "ExternalIP":
            return True
        return only == {"LoadBalancerIP": "LoadBalancer", "ClusterIP": "ClusterIP"}[kind]

    def _has_addresses(self) -> bool:
        """Nothing leads to a Service that is headless or has no ports: an ExternalName needs none."""
        headless = "None" in (self.spec.get("clusterIP"), *(self.spec.get("clusterIPs") or []))
        portless = self.spec.get("type") == "ExternalName" and not self.spec.get("ports")
        return not self.balanced or not (headless or portless)

    def _is_on(self, labels: Mapping[str, str]) -> bool:
        """Whether the Service is on nodes with these labels; a selector that cannot be read takes every node."""
        if self.balanced and SOME_NODES in self.annotations:
            return matches(self.annotations[SOME_NODES], labels) is not False
        if self.balanced and ONE_NODE in self.annotations:
            return labels.get(ONE_NODE) == self.annotations[ONE_NODE]
        return True

    def _balancer_addresses(self) -> list[Any]:
        if self.spec.get("type") != "LoadBalancer":
            return []
        if self.spec.get("loadBalancerClass") not in (None, LOAD_BALANCER_CLASS):
            return []
        modes = (None, "VIP") if self.balanced else (None, "VIP", "Proxy")
        return [item["ip"] for item in self.ingress if item.get("ip") and item.get("ipMode") in modes]

    def _cluster_addresses(self) -> list[Any]:
        return [text for text in self.spec.get("clusterIPs") or [] if text and text != "None"]

    def _local_nodes(self, of: str) -> set[Any]:
        """The nodes with a backend that is ready, for addresses of a family."""
        types = (None, {"ipv4": "IPv4", "ipv6": "IPv6"}[of]) if self.balanced else (None, "IPv4", "IPv6")
        return {
            endpoint["nodeName"]
            for item in self.slices
            if item.get("addressType") in types
            for endpoint in item.get("endpoints") or []
            if endpoint.get("nodeName") and (endpoint.get("conditions") or {}).get("ready") is not False
        }


def _labels(item: Resource) -> JsonObject:
    return item["metadata"].get("labels") or {}
