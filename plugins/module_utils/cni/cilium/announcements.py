# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Cilium announces from each node, and what it reports. Pure; follows v1.20, pkg/bgp/manager/reconciler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.addresses import address, family, prefix
from ...contract.families import families
from ...objects.label_selector import takes
from ...objects.services import by_service, key
from .resources.announced import service_addresses, service_selector
from .resources.policy import announced_addresses
from .services import Service, is_watched
from .settings import PEERING_POLICY, settings, version

if TYPE_CHECKING:
    from ...contract.kubernetes import Resource
    from ...contract.observed import State
    from ...contract.plan import Plan

RECONCILE_ERROR = "cilium.io/BGPReconcileError"


def advertised(plan: Plan, state: State) -> dict[Any, Any]:
    """``{node: {prefix, …}}``: what the agent of every node of the plan announces, in the plan's families."""
    options, spoken = settings(plan), families(plan)
    slices = by_service(state["endpoint_slices"])
    selector, release = service_selector(options), version(options)
    kinds = announced_addresses(options) if options["api"] == PEERING_POLICY else service_addresses(options)
    services = [
        Service(service, slices.get(key(service), []), kinds, release)
        for service in state["services"]
        if takes(selector, _labels(service)) and is_watched(service, options)
    ]
    result = {}
    for name in plan["nodes"]:
        node = state["nodes"].get(name, {})
        found = set(node.get("pod_cidrs", [])) if options["advertise_pod_cidr"] else set()
        for service in services:
            found |= {prefix(text) for text in service.announced_from(name, node.get("labels", {}))}
        result[name] = {item for item in found if family(item) in spoken}
    return result


def pod_networks(cilium_nodes: list[Resource]) -> dict[Any, Any]:
    """``{node: [prefix, …]}`` of the CiliumNodes: what the operator gave them, or Kubernetes did (IPAM kubernetes)."""
    return {
        item["metadata"]["name"]: ((item.get("spec") or {}).get("ipam") or {}).get("podCIDRs") or []
        for item in cilium_nodes
    }


def reports(configs: list[Resource]) -> dict[Any, Any]:
    """``{node: {peer's address: state}}`` of the CiliumBGPNodeConfigs whose agents have written their status.

    A configured peer without a state is one that the agent has not taken up. The numbers of routes are not read:
    the agent does not write what it has advertised when that changes, only when something else does.
    """
    result: dict[Any, Any] = {}
    for item in configs:
        instances = (item.get("status") or {}).get("bgpInstances")
        if instances is not None:
            peers = [peer for instance in instances for peer in instance.get("peers") or []]
            taken = {address(peer["peerAddress"]): peer["peeringState"] for peer in peers if peer.get("peeringState")}
            result[item["metadata"]["name"]] = taken
    return result


def refusals(configs: list[Resource]) -> dict[Any, Any]:
    """``{node: why}`` of the CiliumBGPNodeConfigs that their agents could not carry out as a whole."""
    result = {}
    for item in configs:
        for condition in (item.get("status") or {}).get("conditions") or []:
            if condition["type"] == RECONCILE_ERROR and condition["status"] == "True":
                result[item["metadata"]["name"]] = " ".join(condition.get("message", "").split())
    return result


def _labels(service: Resource) -> dict[Any, Any]:
    """A Service's labels, and the two by which Cilium selects it by name."""
    metadata = service["metadata"]
    return {
        **(metadata.get("labels") or {}),
        "io.kubernetes.service.name": metadata["name"],
        "io.kubernetes.service.namespace": metadata.get("namespace"),
    }
