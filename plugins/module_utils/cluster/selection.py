# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selectors of nodes, compared with labels: one that selects none makes no session, and no API reports it. Pure.

The planner knows the rack's label alone; what else is on nodes is known where the cluster is.
"""

from __future__ import annotations

from ..cni.calico.selectors import parse
from ..common.words import name_of
from ..intent.schema import did_you_mean

HOSTNAME = "kubernetes.io/hostname"  # every kubelet sets it, to the node's name unless told otherwise

# By kind, the fields below spec: Calico's selectors are texts, others are labels or Kubernetes' LabelSelector.
_FIELDS = {
    "BGPPeer": ("nodeSelector", "peerSelector"),
    "IPPool": ("nodeSelector",),
    "CiliumBGPClusterConfig": ("nodeSelector",),
    "CiliumBGPPeeringPolicy": ("nodeSelector",),
    "FRRConfiguration": ("nodeSelector",),
    "NodeNetworkConfigurationPolicy": ("nodeSelector",),
}


def unmatched(resources: list, nodes: list) -> list:
    """``(resource, field, selector)`` of every selector that takes none of the nodes, each a dict of labels."""
    return [
        (resource, field, selector)
        for resource in resources
        for field, selector in _selectors(resource)
        if not any(_takes(selector, labels) for labels in nodes)
    ]


def complaint(resource: dict, field: str, selector: object, nodes: list) -> str:
    """What is wrong with a selector that takes none of the nodes, and what would be right."""
    values: dict = {}
    for labels in nodes:
        for key, value in labels.items():
            values.setdefault(key, set()).add(value)
    remedies = [
        f"{key} is {' or '.join(sorted(values[key]))} on them"
        if key in values
        else f"none has the label {key}; {did_you_mean(key, sorted(values))}"
        for key in _asked(selector)
    ]
    name = name_of(resource)
    return f"{name}: {field} {_text(selector)} selects none of the cluster's nodes: {'; '.join(remedies)}"


def _selectors(resource: dict) -> list:
    spec = resource.get("spec") or {}
    if resource["kind"] == "Installation":
        pools = (spec.get("calicoNetwork") or {}).get("ipPools") or []
        return [(f"ipPools[{at}].nodeSelector", pool["nodeSelector"]) for at, pool in enumerate(pools)]
    return [(field, spec[field]) for field in _FIELDS.get(resource["kind"], ()) if spec.get(field)]


def _takes(selector, labels: dict) -> bool:
    if isinstance(selector, str):
        return parse(selector)(labels) is True
    return all(labels.get(key) == value for key, value in _wanted(selector).items())


def _wanted(selector: dict) -> dict:
    """The labels that must be there: ours name no expressions."""
    return selector.get("matchLabels", {}) if {"matchLabels", "matchExpressions"} & set(selector) else selector


class _Asked(dict):
    """Labels of nobody, which remember what was looked for."""

    def get(self, key, default=None):
        self[key] = None
        return default


def _asked(selector) -> list:
    """The labels that a selector looks at, in its order."""
    if not isinstance(selector, str):
        return list(_wanted(selector))
    asked = _Asked()
    parse(selector)(asked)
    return list(asked)


def _text(selector) -> str:
    if isinstance(selector, str):
        return selector
    return ", ".join(f"{key}={value}" for key, value in _wanted(selector).items())
