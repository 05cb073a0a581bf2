"""Label selectors and small readings of Kubernetes objects, as Cilium makes them. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

LB_CLASSES = ("io.cilium/bgp-control-plane", "io.cilium/l2-announcer")


def name(item: Mapping) -> str:
    """The name of an object."""
    return item["metadata"]["name"]


def labels(item: Mapping) -> dict:
    """The labels of an object."""
    return item["metadata"].get("labels") or {}


def service_labels(service: Mapping) -> dict:
    """A Service's labels, with the two by which Cilium selects it by name."""
    return {
        **labels(service),
        "io.kubernetes.service.name": name(service),
        "io.kubernetes.service.namespace": service["metadata"].get("namespace", ""),
    }


def selects(selector: Mapping | None, given: Mapping) -> bool:
    """Whether a LabelSelector takes these labels: an empty one takes everything, none at all takes nothing."""
    if selector is None:
        return False
    exact = all(given.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return exact and all(_matches(item, given) for item in selector.get("matchExpressions") or [])


def _matches(expression: Mapping, given: Mapping) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or []
    if operator == "In":
        return given.get(key) in values
    if operator == "NotIn":
        return key not in given or given[key] not in values
    return (key in given) == (operator == "Exists")


def version(text: str) -> int:
    """4 or 6, of an address or network."""
    return ipaddress.ip_interface(text).version


def internal_addresses(node: Mapping) -> list[str]:
    """The InternalIPs of a Node, in its own order."""
    found = (node.get("status") or {}).get("addresses") or []
    return [item["address"] for item in found if item["type"] == "InternalIP"]


def ingress_addresses(service: Mapping) -> list[str]:
    """The load balancer addresses that a Service has, but for those that another load balancer terminates."""
    found = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in found if item.get("ip") and item.get("ipMode") != "Proxy"]
