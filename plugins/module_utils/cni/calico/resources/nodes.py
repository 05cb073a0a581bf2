# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node objects: the rack's label, and what Calico reads of a node from annotations.

The API server does not serve Calico's own Node resource; with Kubernetes as datastore Calico keeps its fields in
annotations of the Node (libcalico-go, node conversion).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import reflectors

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.kubernetes import Metadata, Resource
    from ....contract.plan import Plan

AS_NUMBER = "projectcalico.org/ASNumber"
CLUSTER_ID = "projectcalico.org/RouteReflectorClusterID"


def nodes(plan: Plan, options: Options) -> list[Any]:
    """One Node per node of the plan, with our label and annotations and nothing else: the rest is the kubelet's.

    A nested cluster's nodes stand in no rack, so that those without annotations are left alone.
    """
    found = [_node(plan, name, _own(options, name)) for name in plan["nodes"]]
    return [node for node in found if set(node["metadata"]) - {"name"}]


def _own(options: Options, name: str) -> JsonObject:
    """What differs for a node."""
    return {**reflectors.node(options, name), **(options["nodes"].get(name) or {})}


def _node(plan: Plan, name: str, own: Fields) -> Resource:
    rack = plan["nodes"][name].get("rack_id")
    labels = {**({plan["rack_label"]: str(rack)} if rack is not None else {}), **own.get("labels", {})}
    metadata: Metadata = {"name": name}
    if labels:
        metadata["labels"] = labels
    annotations = {AS_NUMBER: own.get("asn"), CLUSTER_ID: own.get("route_reflector_cluster_id")}
    given = {key: str(value) for key, value in annotations.items() if value is not None}
    if given:
        metadata["annotations"] = given
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
