# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intent in, plans out: the one public function of the planner. Pure: no I/O, no clock, no Ansible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .. import svi
from ..contract.families import FAMILIES
from ..contract.findings import Findings
from ..contract.format import FORMAT
from ..intent import nested
from ..intent.allocations import AT, ordered
from ..intent.fabric_kinds import kind_of
from ..intent.model import Cluster, Fabric, natural, read_cluster, read_fabric
from ..svi.design import Addresses
from . import hosts, l3out, ports, reachability, redesign, routed
from .checks import bgp as checks_bgp
from .checks import nested as checks_nested
from .checks import networks as checks_networks
from .checks import reachability as checks_reachability
from .checks import resources as checks_resources
from .checks import scale as checks_scale
from .checks import shared as checks_shared
from .checks import single as checks
from .networks import KNOWN, planning
from .result import Result, given, members, networks, own_options, refuse

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.plan import Plans

__all__ = ["Result", "build"]


def build(intent: JsonObject) -> Result:
    """Plan all clusters of one fabric.

    ``intent`` is plain data: ``fabric`` (kubefabric_fabric), ``clusters`` by name, each with ``cluster``
    (kubefabric_cluster) and ``nodes`` (by host name: rack, addresses, vpc), ``allocations``, what earlier runs
    allocated, and ``change_svi``, the clusters that may move to another SVI design. Raises
    IntentError with every mistake that can be found without a device. What the allocations have and the intent lacks
    leaves them: lost.py asks whether it may.
    """
    findings = Findings()
    if kind_of(intent.get("fabric")) == "routers":
        return routed.build(intent, findings)
    fabric = read_fabric(intent.get("fabric"), findings)
    clusters, inner = _read_clusters(intent, fabric, findings)
    nested.link(clusters, inner, findings)
    checks.check_fabric(fabric, findings)
    for cluster in clusters:
        checks.check_cluster(cluster, fabric, findings)
        checks_bgp.check_bgp(cluster, fabric, findings)
        checks_networks.check_networks(cluster, fabric, findings)
    checks_nested.check(clusters, inner, fabric, findings)
    checks_shared.check(clusters, inner, fabric, findings)
    checks_scale.check(clusters, inner, fabric, findings)
    reach = reachability.Reach(clusters, fabric)
    checks_reachability.check(clusters, fabric, reach, findings)
    ports.check(clusters, fabric, findings)
    allocated = _allocate(clusters, intent, findings)
    for cluster in clusters:
        own = planning(cluster)
        if own and cluster.name in allocated:
            own.check_addresses(cluster, fabric, allocated[cluster.name][0], findings)
    refuse(findings)
    plans = {cluster.name: _plan(cluster, fabric, allocated[cluster.name][0], reach, inner) for cluster in clusters}
    plans |= {one.name: nested.plan(one, fabric, inner, given, FORMAT) for one in inner}
    plans = hosts.with_hosts(plans)
    checks_resources.check(cast("Plans", plans), findings)
    refuse(findings)
    return Result(
        plans=plans,
        allocations=ordered(
            {name: kept.data for name, (_addresses, kept) in allocated.items() if kept.data}
            | {one.name: members(one.nodes) for one in inner}
        ),
        new={name: kept.new for name, (_addresses, kept) in allocated.items() if kept.new},
        warnings=findings.warnings,
    )


def _read_clusters(intent: JsonObject, fabric: Fabric, findings: Findings) -> tuple[list[Cluster], list[nested.Nested]]:
    """The clusters with an L3Out, and those nested in others, each in the order of their names."""
    found = sorted((intent.get("clusters") or {}).items(), key=lambda item: natural(item[0]))
    clusters = [read_cluster(name, one, fabric, KNOWN, findings) for name, one in found if not nested.is_nested(one)]
    return clusters, [nested.read_nested(name, one, KNOWN, findings) for name, one in found if nested.is_nested(one)]


def _allocate(clusters: list[Cluster], intent: JsonObject, findings: Findings) -> JsonObject:
    """Addresses and what is to be kept of them, by cluster."""
    found = intent.get("allocations")
    if found is not None and not isinstance(found, dict):
        findings.add(AT, "is not a dictionary", "restore the file from version control")
        found = None
    allowed = redesign.named(intent.get("change_svi"))
    return {
        cluster.name: svi.of(cluster).allocate(
            cluster, redesign.still_valid(cluster, (found or {}).get(cluster.name), allowed, findings), findings
        )
        for cluster in clusters
        if cluster.l3out["svi"]
    }


def _plan(
    cluster: Cluster, fabric: Fabric, addresses: Addresses, reach: reachability.Reach, inner: list[Any]
) -> JsonObject:
    """One cluster's plan."""
    bgp = cluster.bgp
    plan = {
        **cluster.heading(fabric, FORMAT),
        "networks": networks(cluster),
        "bgp": {
            "keepalive": bgp["keepalive"],
            "hold": bgp["hold"],
            "ecmp": bgp["ecmp"],
            "max_prefixes": bgp["max_prefixes"],
            "graceful_restart": bgp["graceful_restart"],
            "graceful_restart_time": bgp["graceful_restart_time"],
            "password": bool(bgp["password"]),
            **({"next_password": True} if bgp["next_password"] else {}),
        },
        "leaves": {str(leaf): _leaf(cluster, fabric, leaf, addresses) for leaf in cluster.leaves},
        "nodes": {name: _node(cluster, fabric, name, addresses) for name in cluster.nodes},
        "l3out": l3out.describe(cluster, fabric, addresses),
    }
    reached = reachability.describe(cluster, reach)
    if reached:
        plan["l3out"]["reachability"] = reached
    below = nested.describe(cluster, inner)
    if below:
        plan["nested"] = below
    return {**plan, **own_options(cluster)}


def _leaf(cluster: Cluster, fabric: Fabric, leaf: int, addresses: Addresses) -> JsonObject:
    """A border leaf; addresses that differ from node to node stand with the nodes' peers instead."""
    known = fabric.leaves[leaf]
    shared = {"racks": known.racks} if len(known.racks) > 1 else {}
    return {
        "id": leaf,
        "pod": known.pod,
        "rack": known.rack,
        **shared,
        "router_id": cluster.router_id(fabric, leaf),
        "addresses": _text(addresses.of_leaf(leaf)),
    }


def _node(cluster: Cluster, fabric: Fabric, name: str, addresses: Addresses) -> JsonObject:
    """A node: what its interface, its BGP speaker and its rack label are configured with."""
    rack = cluster.rack(fabric, name)
    own, lengths = _text(addresses.of_node(name)), addresses.lengths(name)
    node = {
        "rack": rack.name,
        "rack_id": rack.label,
        "asn": cluster.settings["asn"],
        "vlan": addresses.vlan(name),
        "mtu": cluster.l3out["mtu"],
        "addresses": own,
        "interfaces": {family: f"{own[family]}/{lengths[family]}" for family in own},
        "gateways": _text(addresses.gateways(name)),
        "peers": [
            {
                "leaf": leaf,
                "family": family,
                "address": address,
                "local_address": own[family],
                "asn": fabric.asn,
                **({"disabled": True} if cluster.is_down(leaf, name) else {}),
                **({"next_password": True} if cluster.has_next_password(leaf) else {}),
            }
            for side, leaf in enumerate(rack.leaves)
            for family, address in _text(addresses.peers(name, leaf, side)).items()
            if family in own
        ],
    }
    vpc = cluster.nodes[name].vpc
    return {**node, "vpc": vpc} if vpc else node


def _text(addresses: JsonObject) -> dict[str, str]:
    """Addresses by family as text, IPv4 first."""
    return {family: str(addresses[family]) for family in FAMILIES if family in addresses}
