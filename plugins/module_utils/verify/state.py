# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Kubernetes API says, reduced to what verification asks. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.calico.announcements import EXCLUDED
from ..cni.ovn_kubernetes.announcements import DEFAULT_NETWORK, node_subnets
from ..contract.addresses import address, family, prefix
from ..objects.ownership import RESTART_ANNOTATION

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.kubernetes import Resource
    from ..contract.observed import AgentState, NodeState, State
    from ..contract.plan import Plan


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
    "services": […], "endpoint_slices": […]}``; a node with labels has ``labels``, one of OVN-Kubernetes ``subnets``,
    its own ones by network.
    No annotation that could hold a password is kept.
    """
    return {
        "nodes": {node["metadata"]["name"]: _node(node, pod_networks) for node in nodes},
        "agents": _agents(pods),
        "services": services,
        "endpoint_slices": endpoint_slices,
    }


def members(plan: Plan, state: State) -> list[str]:
    """The names of the nodes that count: the plan's, of a nested cluster those that are there.

    The inventory need not name a virtual machine.
    """
    return list(state["nodes"]) if "nested_in" in plan else list(plan["nodes"])


def reporting(plan: Plan, names: list[str], reports: set[str]) -> list[str]:
    """Those of these nodes of Calico that should report their sessions: the plan's alone have a CalicoNodeStatus of
    ours, and a nested cluster may have others.
    """
    return [name for name in names if name in plan["nodes"] or name in reports]


def addresses_of(plan: Plan, state: State, name: str) -> list[str]:
    """A node's addresses: as planned, or, where the plan gives it none (in a nested cluster), those of its Node."""
    node = plan["nodes"].get(name)
    planned = (node.get("addresses") if node else None) or {}
    found = list(planned.values()) or (state["nodes"].get(name) or {}).get("addresses") or []
    return [address(text) for text in found]


def with_agent(plan: Plan, state: State) -> list[str]:
    """The members whose agent runs."""
    return [name for name in members(plan, state) if state["agents"].get(name, {}).get("running")]


def speaking(plan: Plan, state: State, peer: str, names: list[str]) -> list[str]:
    """Those of these nodes that have an address of the peer's family."""
    return [name for name in names if family(peer) in map(family, addresses_of(plan, state, name))]


def without_marks(state: State) -> State:
    """The same state, as if no node were marked for a restart."""
    return {**state, "nodes": {name: {**node, "restart_pending": False} for name, node in state["nodes"].items()}}


def _node(node: Resource, pod_networks: dict[str, list[str]] | None) -> NodeState:
    annotations = node["metadata"].get("annotations") or {}
    addresses = (node.get("status") or {}).get("addresses") or []
    subnets = node_subnets(annotations)
    cidrs = pod_networks.get(node["metadata"]["name"], []) if pod_networks else _pod_cidrs(node, annotations, subnets)
    labels = node["metadata"].get("labels") or {}
    return {
        **({"excluded": True} if labels.get(EXCLUDED) == "true" else {}),
        **({"labels": labels} if labels else {}),
        **({"subnets": subnets} if subnets else {}),
        "pod_cidrs": [prefix(cidr) for cidr in cidrs],
        "addresses": [address(item["address"]) for item in addresses if item.get("type") == "InternalIP"],
        "restart_pending": RESTART_ANNOTATION in annotations,
    }


def _pod_cidrs(node: Resource, annotations: dict[str, str], subnets: dict[str, list[str]]) -> list[str]:
    """The Node's spec, unless an annotation goes before it.

    kube-router prefers its own ones (getPodCIDRsFromAllNodeSources); OVN-Kubernetes allocates by itself.
    """
    if DEFAULT_NETWORK in subnets:
        return subnets[DEFAULT_NETWORK]
    written = annotations.get("kube-router.io/pod-cidr") or annotations.get("kube-router.io/pod-cidrs")
    if written:
        return [part.strip() for part in written.split(",") if part.strip()]
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
