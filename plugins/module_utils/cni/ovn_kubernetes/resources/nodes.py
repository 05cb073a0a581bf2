# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node objects: the rack's label, by which FRRConfigurations select the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...base.groups import rack_labels

if TYPE_CHECKING:
    from ....contract.kubernetes import Resource
    from ....contract.plan import Plan


def resources(plan: Plan) -> list[Resource]:
    """One Node per node in a rack, with our label and nothing else: the rest is the kubelet's."""
    found = {name: rack_labels(plan, name) for name in plan["nodes"]}
    return [
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}}
        for name, labels in found.items()
        if labels
    ]
