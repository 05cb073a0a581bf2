# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes announce with OVN-Kubernetes and FRR-K8s. Pure.

Follows OVN-Kubernetes' routeadvertisements controller (go-controller/pkg/clustermanager, 8871cd9): of the default
network, and of further ones in layer 3, each node announces its own subnets, of one in layer 2 all of it. Services'
addresses it never announces; who does, MetalLB or a person, says so in FRRConfigurations, and FRR-K8s merges them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...common import json_text
from ...contract.addresses import address, family, prefix
from ...contract.families import families
from ...objects.label_selector import takes
from ...objects.ownership import is_ours
from .settings import settings

if TYPE_CHECKING:
    from ...contract.freeform import Fields, Json
    from ...contract.kubernetes import Resource
    from ...contract.observed import State
    from ...contract.plan import Plan

SUBNETS = "k8s.ovn.org/node-subnets"
GENERATED = "k8s.ovn.org/route-advertisements"
DEFAULT_NETWORK = "default"
# before the name of a ClusterUserDefinedNetwork in that annotation (its types.CUDNPrefix)
NETWORK_PREFIX = "cluster_udn_"


def advertised(plan: Plan, state: State) -> dict[Any, Any]:
    """``{node: {prefix, …}}``: what FRR on every node of the plan announces to the leaves, in the plan's families."""
    options, spoken = settings(plan), families(plan)
    everywhere = plan["networks"].get("external_service") or [] if options["advertise_external_services"] else []
    result = {}
    for name in plan["nodes"]:
        found = {prefix(item) for item in [*everywhere, *(state.get("further") or {}).get(name, ())]}
        node = state["nodes"].get(name, {})
        if options["advertise_default_network"]:
            found |= set(node.get("pod_cidrs", []))
        for network, given in options["networks"].items():
            if given["advertise"] == "default_vrf":
                found |= set(_of_network(network, given, node.get("subnets", {})))
        result[name] = {item for item in found if family(item) in spoken}
    return result


def _of_network(name: str, network: Fields, subnets: Fields) -> list[Any]:
    """What a node announces of a network: its own part of one in layer 3, all of one in layer 2."""
    return network["subnets"] if network["topology"] == "Layer2" else subnets.get(f"{NETWORK_PREFIX}{name}", [])


def node_subnets(annotations: Fields) -> dict[Any, Any]:
    """``{network: [subnet, …]}`` of a Node's annotation, where releases may have a text in place of a list.

    Every user who may write the Node can write this: what has another shape counts as not written.
    """
    try:
        found = json_text.loads(annotations.get(SUBNETS) or "{}")
    except ValueError:
        return {}
    listed = {network: [item] if isinstance(item, str) else item for network, item in _items(found)}
    return {network: items for network, items in listed.items() if _texts(items)}


def _items(found: Json) -> list[Any]:
    return list(found.items()) if isinstance(found, dict) else []


def _texts(items: object) -> bool:
    return isinstance(items, list) and all(isinstance(item, str) for item in items)


def reports(states: list[Resource]) -> dict[Any, Any]:
    """``{node: {peer's address: state}}`` of the BGPSessionStates of the default VRF; a dash there is a colon."""
    result: dict[Any, Any] = {}
    for item in states:
        status = item.get("status") or {}
        if status.get("node") and status.get("peer") and not status.get("vrf"):
            peer = address(status["peer"].replace("-", ":"))
            result.setdefault(status["node"], {})[peer] = status.get("bgpStatus")
    return result


def session_states(states: list[Resource]) -> dict[Any, Any]:
    """``{node: {(VRF, peer's address): state}}`` of the BGPSessionStates; "" is the default VRF."""
    result: dict[Any, Any] = {}
    for item in states:
        status = item.get("status") or {}
        if status.get("node") and status.get("peer"):
            key = (status.get("vrf") or "", address(status["peer"].replace("-", ":")))
            result.setdefault(status["node"], {})[key] = status.get("bgpStatus")
    return result


def refusals(states: list[Resource]) -> dict[Any, Any]:
    """``{node: why}`` of the FRRNodeStates by which FRR-K8s or FRR did not take the node's FRRConfigurations."""
    result = {}
    for item in states:
        status = item.get("status") or {}
        said = [status.get(key) or "success" for key in ("lastConversionResult", "lastReloadResult")]
        wrong = [text for text in said if text != "success"]
        if wrong:
            result[item["metadata"]["name"]] = " ".join(wrong[0].removeprefix("failed: ").split())
    return result


def others(plan: Plan, configurations: list[Resource], nodes: list[Resource]) -> dict[Any, Any]:
    """``{node: [prefix, …]}``: what FRRConfigurations announce that neither we nor OVN-Kubernetes made."""
    foreign = [item for item in configurations if not is_ours(item) and not _generated(item)]
    labels = {node["metadata"]["name"]: node["metadata"].get("labels") or {} for node in nodes}
    return {
        name: [
            announced
            for item in foreign
            if takes((item.get("spec") or {}).get("nodeSelector"), labels.get(name, {}))
            for announced in _to(item, {peer["address"] for peer in node["peers"]})
        ]
        for name, node in plan["nodes"].items()
    }


def _generated(item: Resource) -> bool:
    return GENERATED in (item["metadata"].get("labels") or {})


def _to(item: Resource, leaves: set[Any]) -> list[Any]:
    """The prefixes that a configuration announces to the leaves over the default VRF."""
    routers = [
        router for router in ((item.get("spec") or {}).get("bgp") or {}).get("routers") or [] if not router.get("vrf")
    ]
    found = []
    for router in routers:
        for neighbor in router.get("neighbors") or []:
            if neighbor.get("address") and address(neighbor["address"]) in leaves:
                found += _allowed(router, neighbor)
    return found


def _allowed(router: Fields, neighbor: Fields) -> list[Any]:
    """A session carries the prefixes of its own family only."""
    allowed = (neighbor.get("toAdvertise") or {}).get("allowed") or {}
    named = router.get("prefixes") if allowed.get("mode") == "all" else allowed.get("prefixes")
    return [item for item in named or [] if family(item) == family(neighbor["address"])]
