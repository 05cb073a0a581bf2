# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Kubernetes API says, reduced to what verification asks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..cni.registry import NETWORKS
from ..contract.addresses import address, prefix
from ..objects.ownership import RESTART_ANNOTATION

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource
    from ..contract.observed import AgentState, NodeState, State


def from_resources(
    nodes: list[Resource],
    pods: list[Resource],
    services: list[Resource],
    endpoint_slices: list[Resource],
    pod_networks: dict[str, list[str]] | None = None,
) -> State:
    """The state of a cluster from its Nodes, the pods of its BGP agents, its Services and EndpointSlices.

    ``pod_networks``, ``{node: [prefix]}``, are the nodes' pod networks where the CNI does not take those of the Node.

    Returns ``{"nodes": {name: {pod_cidrs, addresses, restart_pending}}, "agents": {node: {pod, running, reason}},
    "services": […], "endpoint_slices": […]}``; a node with labels has ``labels``, and what its cluster network adds.
    No annotation that could hold a password is kept.
    """
    return {
        "nodes": {node["metadata"]["name"]: _node(node, pod_networks) for node in nodes},
        "agents": _agents(pods),
        "services": services,
        "endpoint_slices": endpoint_slices,
    }


def without_marks(state: State) -> State:
    """The same state, as if no node were marked for a restart."""
    return {**state, "nodes": {name: {**node, "restart_pending": False} for name, node in state["nodes"].items()}}


def _node(node: Resource, pod_networks: dict[str, list[str]] | None) -> NodeState:
    annotations = node["metadata"].get("annotations") or {}
    addresses = (node.get("status") or {}).get("addresses") or []
    labels = node["metadata"].get("labels") or {}
    own: Any = {
        key: value for network in NETWORKS.values() for key, value in network.verification.of_node(node).items()
    }
    cidrs = pod_networks.get(node["metadata"]["name"], []) if pod_networks else own.pop("pod_cidrs", None)
    found = {
        **({"labels": labels} if labels else {}),
        **own,
        "pod_cidrs": [prefix(cidr) for cidr in (_of_spec(node) if cidrs is None else cidrs)],
        "addresses": [address(item["address"]) for item in addresses if item.get("type") == "InternalIP"],
        "restart_pending": RESTART_ANNOTATION in annotations,
    }
    return cast("NodeState", found)


def _of_spec(node: Resource) -> list[str]:
    """The pod networks that the controller manager gave a Node."""
    spec = node.get("spec") or {}
    return spec.get("podCIDRs") or ([spec["podCIDR"]] if spec.get("podCIDR") else [])


def _agents(pods: list[Resource]) -> dict[str, AgentState]:
    """The BGP agent of every node; while a pod is replaced the one that is not going counts."""
    result: dict[str, AgentState] = {}
    for pod in sorted(pods, key=lambda pod: not pod["metadata"].get("deletionTimestamp")):
        node = (pod.get("spec") or {}).get("nodeName")
        if node:
            result[node] = _agent(pod)
    return result


def _agent(pod: Resource) -> AgentState:
    status = pod.get("status") or {}
    ready = any(item.get("type") == "Ready" and item.get("status") == "True" for item in status.get("conditions") or [])
    going = bool(pod["metadata"].get("deletionTimestamp"))
    containers = (pod.get("spec") or {}).get("containers") or [{}]
    return {
        "pod": pod["metadata"]["name"],
        "running": ready and not going,
        "reason": _reason(status, going),
        "image": containers[0].get("image") or "",
    }


def _reason(status: JsonObject, going: bool) -> str:
    """Why a pod is not ready, in Kubernetes' own word: CrashLoopBackOff, ImagePullBackOff, Pending, Terminating …"""
    if going:
        return "Terminating"
    for container in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        waiting = (container.get("state") or {}).get("waiting") or {}
        if waiting.get("reason"):
            return waiting["reason"]
    return status.get("reason") or status.get("phase") or "unknown"
