# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Calico announces from each node. Pure; follows confd's routes.go and bird_aggr.cfg, v3.28 to v3.33.

Every node announces its IPAM blocks, but for those of pools that are not exported, and the services' networks as a
whole; calico_services.py has which Services are announced besides, address by address, by the release of each node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...contract.addresses import address, family, prefix, within
from ...contract.families import families
from ...objects.services import by_service, key
from . import services as calico_services
from .settings import settings

if TYPE_CHECKING:
    from ...contract.kubernetes import Resource
    from ...contract.observed import State
    from ...contract.plan import Plan

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_HOST_LENGTHS = ("/32", "/128")


def advertised(plan: Plan, state: State) -> dict[Any, Any]:
    """``{node: {prefix, …}}``: what BIRD on every node of the plan announces, in the plan's families."""
    spoken, allowed = families(plan), _allowed(plan)
    single = _singles(plan, state, allowed)
    kept = [pool["cidr"] for pool in settings(plan)["pools"] if pool.get("disable_bgp_export")]
    result = {}
    for name in plan["nodes"]:
        node = state["nodes"].get(name, {})
        found = {block for block in node.get("pod_cidrs", []) if not any(within(block, pool) for pool in kept)}
        if not node.get("excluded"):
            found |= _whole(plan, allowed) | single(name)
        result[name] = {item for item in found if family(item) in spoken}
    return result


def _singles(plan: Plan, state: State, allowed: dict[Any, Any]) -> Any:
    """A function of a node: the addresses of Services that it announces one by one."""
    options, slices = settings(plan), by_service(state["endpoint_slices"])
    names, aggregated = set(plan["nodes"]), options["load_balancer_aggregation"]
    known: dict[Any, Any] = {}

    def services(by: calico_services.Rules) -> list[Any]:
        """(addresses, nodes that announce them) of every Service, by the rules of a release."""
        return [
            (
                {prefix(text) for text in calico_services.addresses(service, allowed, by)},
                calico_services.nodes(names, service, slices.get(key(service), []), allowed, aggregated, by),
            )
            for service in state["services"]
        ]

    def of(name: str) -> set[Any]:
        image = state["agents"].get(name, {}).get("image", "")
        by = calico_services.rules(calico_services.release(image, options["version"]))
        if by not in known:
            known[by] = services(by)
        return {text for texts, nodes in known[by] if name in nodes for text in texts}

    return of


def pod_networks(affinities: list[Resource]) -> dict[Any, Any]:
    """``{node: [block, …]}`` of the BlockAffinities: those that IPAM has confirmed, without single addresses.

    Pools of load balancers have affinities of the type virtual, of no node.
    """
    result: dict[Any, Any] = {}
    for item in affinities:
        spec = item.get("spec") or {}
        gone = str(spec.get("deleted") or "").lower() == "true"
        if spec.get("type") not in (None, "", "host"):
            continue
        if spec.get("state") == "confirmed" and not gone and not spec["cidr"].endswith(_HOST_LENGTHS):
            result.setdefault(spec.get("node"), []).append(spec["cidr"])
    return result


def reports(statuses: list[Resource]) -> dict[Any, Any]:
    """``{node: {peer's address: state}}`` of the CalicoNodeStatuses that were written at least once."""
    result: dict[Any, Any] = {}
    for item in statuses:
        bgp = (item.get("status") or {}).get("bgp")
        if bgp is not None:
            peers = [*(bgp.get("peersV4") or []), *(bgp.get("peersV6") or [])]
            result[(item.get("spec") or {}).get("node")] = {
                address(peer["peerIP"]): peer.get("state") for peer in peers if peer.get("peerIP")
            }
    return result


def _allowed(plan: Plan) -> dict[Any, Any]:
    """The networks of which services' addresses are announced, by the BGPConfiguration's list."""
    options = settings(plan)
    external = [prefix(item) for item in plan["networks"].get("external_service") or []]
    return {
        "cluster": [prefix(item) for item in plan["networks"]["service"]] if options["advertise_cluster_ips"] else [],
        "external": external if options["advertise_external_ips"] else [],
        "balancer": external if options["advertise_loadbalancer_ips"] else [],
    }


def _whole(plan: Plan, allowed: dict[Any, Any]) -> set[Any]:
    """The networks that every node announces; a list's single addresses wait for a Service that has them."""
    lists = ["cluster", "external", *(["balancer"] if settings(plan)["load_balancer_aggregation"] else [])]
    return {item for name in lists for item in allowed[name] if name == "cluster" or not item.endswith(_HOST_LENGTHS)}
