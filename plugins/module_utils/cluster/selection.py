# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selectors of nodes, compared with labels: one that selects none makes no session, and no API reports it. Pure.

The planner knows the rack's label alone; what else is on nodes is known where the cluster is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..cni.registry import NETWORKS
from ..common.words import name_of
from ..intent.schema import did_you_mean

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource


def unmatched(resources: list[Resource], nodes: list[dict[str, str]]) -> list[Any]:
    """``(resource, field, selector)`` of every selector that takes none of the nodes, each a dict of labels."""
    return [
        (resource, field, selector)
        for resource in resources
        for network in NETWORKS.values()
        for field, selector in network.on_cluster.selectors(resource)
        if not any(selector.takes(labels) for labels in nodes)
    ]


def complaint(resource: Resource, field: str, selector: Any, nodes: list[dict[str, str]]) -> str:
    """What is wrong with a selector that takes none of the nodes, and what would be right."""
    values: dict[Any, Any] = {}
    for labels in nodes:
        for key, value in labels.items():
            values.setdefault(key, set()).add(value)
    remedies = [
        f"{key} is {' or '.join(sorted(values[key]))} on them"
        if key in values
        else f"none has the label {key}; {did_you_mean(key, sorted(values))}"
        for key in selector.asked()
    ]
    name = name_of(resource)
    return f"{name}: {field} {selector} selects none of the cluster's nodes: {'; '.join(remedies)}"
