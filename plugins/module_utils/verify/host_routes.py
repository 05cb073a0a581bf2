# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single addresses of pods that lie outside of their node's own networks: the node that runs the pod announces them.

Source: Cisco's white paper, "Kubernetes node ingress routing" with its footnotes 6 and 7: borrowed from another node's
block, given to the pod, or taken along by a virtual machine that moved. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.addresses import address, prefix, within
from . import fabric

if TYPE_CHECKING:
    from ..contract.kubernetes import Resource
    from ..contract.observed import Announced, Leaves, NodeState
    from ..contract.plan import Plan

_HOST_LENGTHS = ("/32", "/128")


def candidates(plan: Plan, bgp: Leaves) -> Announced:
    """``{prefix: {node, …}}``: the single addresses in the pods' networks that leaves have from planned nodes.

    Of a nested cluster those that leaves have at all, each without nodes: they have them from its parent's.
    """
    nested = "nested_in" in plan
    names = {address(peer["local_address"]): name for name, node in plan["nodes"].items() for peer in node["peers"]}
    pods = plan["networks"].get("pod") or []
    found: Announced = {}
    for leaf in bgp if nested else fabric.leaves(plan):
        for item, hops in fabric.routes(bgp, leaf).items():
            if item.endswith(_HOST_LENGTHS) and any(within(item, network) for network in pods):
                known = {names[hop["address"]] for hop in hops if hop["address"] in names}
                if known or nested:
                    found.setdefault(item, set()).update(known)
    return found


def announced(plan: Plan, bgp: Leaves, pods: list[Resource], nodes: dict[str, NodeState]) -> Announced:
    """``{node: {prefix, …}}``: those candidates that a node announces rightly, because it runs the pod.

    ``nodes`` is the state's. An address in one of the node's own networks is announced with that network, not alone. A
    nested cluster's nodes have no leaf of their own: by which node of the parent it comes is looked at with all routes.
    """
    homes = _homes(pods)
    result: Announced = {}
    for item, names in candidates(plan, bgp).items():
        running = homes.get(item, set())
        for name in running if "nested_in" in plan else names & running:
            own = (nodes.get(name) or {}).get("pod_cidrs") or []
            if not any(within(item, network) for network in own):
                result.setdefault(name, set()).add(item)
    return result


def _homes(pods: list[Resource]) -> Announced:
    """``{prefix: {node, …}}`` of the pods' addresses; of a machine that is moving two nodes have it."""
    result: Announced = {}
    for pod in pods:
        spec, status = pod.get("spec") or {}, pod.get("status") or {}
        if spec.get("nodeName") and not spec.get("hostNetwork"):
            for one in status.get("podIPs") or []:
                result.setdefault(prefix(one["ip"]), set()).add(spec["nodeName"])
    return result
