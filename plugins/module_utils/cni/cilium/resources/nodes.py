# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Node objects: the rack's label, and for the old API an annotation with what is the node's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...base.groups import own_label, rack_labels
from ...base.router_id import router_ids
from ..settings import PEERING_POLICY

if TYPE_CHECKING:
    from ....contract.freeform import Options
    from ....contract.kubernetes import Metadata, Resource
    from ....contract.plan import Plan


def resources(plan: Plan, options: Options, found: list[Any]) -> list[Resource]:
    """One Node per node of the plan, with our labels and annotation and nothing else: the rest is the kubelet's."""
    identities = router_ids(plan, options) if options["api"] == PEERING_POLICY else {}
    return [_node(plan, options, name, found, identities.get(name)) for name in plan["nodes"]]


def _node(plan: Plan, options: Options, name: str, found: list[Any], router_id: str | None) -> Resource:
    node = plan["nodes"][name]
    metadata: Metadata = {
        "name": name,
        "labels": {**rack_labels(plan, name), **own_label(plan, name, found)},
    }
    if options["api"] == PEERING_POLICY:
        port = (options["nodes"].get(name) or {}).get("listen_port") or options["listen_port"]
        given = {"router-id": router_id, "local-port": port}
        text = ",".join(f"{key}={value}" for key, value in given.items() if value)
        if text:
            metadata["annotations"] = {f"cilium.io/bgp-virtual-router.{node['asn']}": text}
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata}
