# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services and their EndpointSlices, as every CNI looks at them. Pure."""

from __future__ import annotations


def key(service: dict) -> tuple:
    """What names a Service: its namespace and its name."""
    return service["metadata"].get("namespace"), service["metadata"]["name"]


def by_service(endpoint_slices: list) -> dict:
    """``{(namespace, name): [EndpointSlice, …]}``."""
    result: dict = {}
    for item in endpoint_slices:
        service = (item["metadata"].get("labels") or {}).get("kubernetes.io/service-name")
        result.setdefault((item["metadata"].get("namespace"), service), []).append(item)
    return result


def selected(labels: dict, selector: dict) -> bool:
    """Whether a label selector takes an object with these labels (Kubernetes' LabelSelector: all terms hold)."""
    if any(labels.get(name) != value for name, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(labels, term) for term in selector.get("matchExpressions") or ())


def _holds(labels: dict, term: dict) -> bool:
    value, values = labels.get(term["key"]), term.get("values") or []
    if term["operator"] == "In":
        return value in values
    if term["operator"] == "NotIn":
        return value not in values
    return (term["key"] in labels) == (term["operator"] == "Exists")
