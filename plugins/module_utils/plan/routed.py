# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of a fabric of kind ``routers``: the clusters' half alone, without leaves and L3Outs. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..contract.families import FAMILIES
from ..contract.findings import Findings
from ..contract.format import FORMAT
from ..intent import nested
from ..intent.allocations import ordered
from ..intent.model import BFD_INTERVALS, Fabric, Router, natural
from ..intent.routers import Routed, read_cluster, read_fabric
from . import hosts
from .checks import nested as checks_nested
from .checks import resources as checks_resources
from .checks import routers as checks
from .checks import shared as checks_shared
from .networks import KNOWN
from .result import Result, given, members, networks, own_options, refuse

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject
    from ..contract.plan import Plans


def build(intent: JsonObject, findings: Findings) -> Result:
    """Plan all clusters of a fabric of routers: ``intent`` and the rest as for build.build."""
    fabric = read_fabric(intent.get("fabric"), findings)
    found = sorted((intent.get("clusters") or {}).items(), key=lambda item: natural(item[0]))
    clusters = [read_cluster(name, one, fabric, KNOWN, findings) for name, one in found if not nested.is_nested(one)]
    inner = [nested.read_nested(name, one, KNOWN, findings) for name, one in found if nested.is_nested(one)]
    nested.link(list(clusters), inner, findings)
    checks.check(clusters, fabric, findings)
    checks_nested.check(list(clusters), inner, fabric, findings)
    checks_shared.check(list(clusters), inner, fabric, findings)
    refuse(findings)
    plans = {cluster.name: _plan(cluster, fabric, inner) for cluster in clusters}
    plans |= {one.name: nested.plan(one, fabric, inner, given, FORMAT) for one in inner}
    plans = hosts.with_hosts(plans)
    checks_resources.check(cast("Plans", plans), findings)
    refuse(findings)
    kept = {one.name: members(one.nodes) for one in [*clusters, *inner]}
    return Result(plans, ordered({name: found for name, found in kept.items() if found}), warnings=findings.warnings)


def _plan(cluster: Routed, fabric: Fabric, inner: list[Any]) -> JsonObject:
    """One cluster's plan."""
    used = {one.name: one for name in cluster.nodes for one in cluster.routers(fabric, name)}
    plan = {
        **cluster.heading(fabric, FORMAT),
        "networks": networks(cluster),
        "bgp": _bgp(cluster.bgp),
        "leaves": {},
        "routers": {name: _router(used[name]) for name in sorted(used, key=natural)},
        "nodes": {name: _node(cluster, fabric, name) for name in cluster.nodes},
    }
    below = nested.describe(cluster, inner)
    if below:
        plan["nested"] = below
    return {**plan, **own_options(cluster)}


def _bgp(bgp: JsonObject) -> JsonObject:
    """The nodes' side; BFD's intervals are the nodes' and, as far as anybody here knows, the routers'."""
    keys = ("keepalive", "hold", "ecmp", "max_prefixes", "graceful_restart", "graceful_restart_time")
    intervals = {"bfd": True, **{key: bgp[key] for key in BFD_INTERVALS}} if bgp["bfd"] else {}
    return {**{key: bgp[key] for key in keys}, "password": bool(bgp["password"]), **intervals}


def _router(router: Router) -> JsonObject:
    return {
        "asn": router.asn,
        **({"racks": router.racks} if router.racks else {}),
        "addresses": {name: str(router.addresses[name]) for name in FAMILIES if name in router.addresses},
        **({"host": router.host} if router.host else {}),
    }


def _node(cluster: Routed, fabric: Fabric, name: str) -> JsonObject:
    """A node: its rack's label, its addresses, and a session for each router and family that both have."""
    node = cluster.nodes[name]
    rack = fabric.racks.get(node.rack or "")
    own = {family: node.addresses[family] for family in FAMILIES if family in node.addresses}
    return {
        **({"rack": rack.name, "rack_id": rack.label} if rack else {}),
        "asn": cluster.settings["asn"],
        "addresses": {family: str(address) for family, address in own.items()},
        "peers": [
            _peer(cluster, router, family, address)
            for router in cluster.routers(fabric, name)
            for family, address in own.items()
            if family in router.addresses
        ],
    }


def _peer(cluster: Routed, router: Router, family: str, local: object) -> JsonObject:
    ebgp = router.asn != cluster.settings["asn"]
    return {
        "router": router.name,
        "family": family,
        "address": str(router.addresses[family]),
        "local_address": str(local),
        "asn": router.asn,
        **({"multihop": router.multihop} if router.multihop and ebgp else {}),
        **({"password": False} if cluster.bgp["password"] and not router.password else {}),
    }
