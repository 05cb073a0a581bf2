"""Small readings of Kubernetes objects, as every stand-in makes them. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Resources:
    """Everything that is read of an API server: lists of objects by plural name."""

    items: Mapping[str, Sequence[dict]]

    def __getitem__(self, plural: str) -> Sequence[dict]:
        return self.items.get(plural, ())

    def named(self, plural: str, wanted: str) -> dict | None:
        """The object of this name; None where there is none."""
        return next((item for item in self[plural] if name(item) == wanted), None)


def name(item: Mapping) -> str:
    """The name of an object."""
    return item["metadata"]["name"]


def labels(item: Mapping) -> dict[str, str]:
    """The labels of an object."""
    return item["metadata"].get("labels") or {}


def selects(selector: Mapping | None, given: Mapping[str, str]) -> bool:
    """Whether a LabelSelector takes these labels: an empty one takes everything, none at all takes nothing."""
    if selector is None:
        return False
    exact = all(given.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return exact and all(_matches(item, given) for item in selector.get("matchExpressions") or [])


def _matches(expression: Mapping, given: Mapping[str, str]) -> bool:
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


def homes(pods: Iterable[Mapping], label: str) -> dict[str, str]:
    """Node → namespace of its pod with the label ``k8s-app``; a pod that is going does not count."""
    return {
        pod["spec"]["nodeName"]: pod["metadata"].get("namespace", "")
        for pod in pods
        if labels(pod).get("k8s-app") == label
        and pod["spec"].get("nodeName")
        and not pod["metadata"].get("deletionTimestamp")
    }


def slices_of(slices: Iterable[Mapping], service: Mapping) -> list[Mapping]:
    """The EndpointSlices of a Service among all of them."""
    return [
        item
        for item in slices
        if item["metadata"].get("namespace") == service["metadata"].get("namespace")
        and labels(item).get("kubernetes.io/service-name") == name(service)
    ]
