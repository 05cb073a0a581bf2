# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of one cluster's BGP options beyond timers (checks.py): BFD, releases, extra route map rules."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ... import svi
from ...contract import digest_keys
from ...contract.findings import Findings
from ...intent.model import Cluster, Fabric
from . import attributes

if TYPE_CHECKING:
    from ...contract.freeform import Json, JsonObject

# attributes that stay inside the fabric's AS (RFC 4271, 5.1.5) or on the leaf: nothing to tell a node
IMPORT_ONLY = ("preference", "weight")
MOST_RULES = 9


def check_bgp(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    _key(cluster, findings)
    _next_password(cluster, fabric, findings)
    attributes.check_needs(cluster, findings)
    attributes.check_releases(cluster, fabric, findings)
    _route_maps(cluster, findings)


def _key(cluster: Cluster, findings: Findings) -> None:
    for name in ("password", "next_password"):
        rule = digest_keys.of_password(cluster.bgp["password_key"], cluster.bgp[name])
        if rule:
            findings.add(cluster.at("bgp.password_key"), rule, digest_keys.REMEDY)
            return


def _next_password(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """A rotation replaces a password that is there, and has to see on APIC which leaves have the next one."""
    at, bgp = cluster.at("bgp.next_password"), cluster.bgp
    if bgp["next_password"]:
        if not bgp["password"] and not cluster.doubtful("bgp.password"):
            findings.add(at, "replaces bgp.password, which is not there", "give it, or this one as bgp.password")
        if not bgp["password_key"] and not cluster.doubtful("bgp.password_key"):
            findings.add(
                at, "needs bgp.password_key, without which APIC does not show who has which password", "add the key"
            )
    leaves = bgp["next_password_leaves"] or []
    at = cluster.at("bgp.next_password_leaves")
    if leaves and not bgp["next_password"] and not cluster.doubtful("bgp.next_password"):
        findings.add(at, "is of no meaning without bgp.next_password", "add that, or remove this")
    for leaf in leaves:
        if leaf not in cluster.leaves:
            shown = ", ".join(map(str, cluster.leaves))
            findings.add(at, f"{leaf} is no leaf of the cluster", f"name some of {shown}")
    if svi.of(cluster).peers_differ:
        _shared_peers(cluster, fabric, at, findings)


def _shared_peers(cluster: Cluster, fabric: Fabric, at: str, findings: Findings) -> None:
    """A path of a vPC has one peer for a node, which both leaves have (bgpPeerP below l3extRsPathL3OutAtt)."""
    ahead = set(cluster.bgp["next_password_leaves"] or [])
    for rack in fabric.racks.values():
        some = ahead & set(rack.leaves)
        if some and some != set(rack.leaves):
            findings.add(
                at,
                f"has one leaf of rack {rack.name} only, and with standard SVI both leaves have one peer for a node",
                f"name all of {', '.join(map(str, rack.leaves))}, or none",
            )


def _route_maps(cluster: Cluster, findings: Findings) -> None:
    names: dict[tuple[Any, ...], int] = {}
    orders: dict[tuple[Any, ...], int] = {}
    _room(cluster, findings)
    for index, rule in enumerate(cluster.l3out["route_maps"]):
        at = cluster.at(f"l3out.route_maps[{index}]")
        _unique(rule, index, at, names, orders, findings)
        if rule["name"] and rule["name"] == cluster.l3out["name"]:
            findings.add(
                f"{at}.name", f"{rule['name']} is the rule that permits the cluster's networks", "choose another name"
            )
        _match(cluster, rule, index, at, findings)
        _node_network(cluster, rule, at, findings)
        _set(cluster, rule, at, findings)


def _room(cluster: Cluster, findings: Findings) -> None:
    """rtctrlCtxP.order is 0 to 9, and the rule that permits the cluster's networks has the last."""
    for direction in ("import", "export"):
        count = sum(rule["direction"] == direction for rule in cluster.l3out["route_maps"])
        if count > MOST_RULES:
            findings.add(
                cluster.at("l3out.route_maps"),
                f"{count} {direction} rules are more than a route map has places for",
                f"keep to {MOST_RULES}, with several prefixes in one",
            )


def _unique(
    rule: JsonObject,
    index: int,
    at: str,
    names: dict[tuple[Any, ...], int],
    orders: dict[tuple[Any, ...], int],
    findings: Findings,
) -> None:
    """rtctrlCtxP is named by its name; two of one order would be tried in an undefined order."""
    for key, seen in (("name", names), ("order", orders)):
        value, way = rule[key], rule["direction"]
        if value is None or way is None:
            continue
        other = seen.setdefault((way, value), index)
        if other != index:
            findings.add(
                f"{at}.{key}",
                f"{value} is the {key} of l3out.route_maps[{other}] too",
                f"give every {way} rule {'a name' if key == 'name' else 'an order'} of its own",
            )


def _match(cluster: Cluster, rule: JsonObject, index: int, at: str, findings: Findings) -> None:
    match = rule["match"]
    if cluster.doubtful(f"l3out.route_maps[{index}].match"):
        return
    if not match["prefixes"] and not match["communities"]:
        findings.add(
            f"{at}.match", "is empty, so that the rule would apply to every route", "give prefixes or communities"
        )
    elif not match["prefixes"] and rule["action"] == "permit" and rule["direction"] == "import":
        findings.warn(
            f"{at}.match", "a node gets any prefix accepted by giving it a community", "give prefixes as well"
        )


def _node_network(cluster: Cluster, rule: JsonObject, at: str, findings: Findings) -> None:
    """A longer prefix of the nodes' network can only be another device's address, the gateway's for example."""
    if not accepts(rule):
        return
    for index, text in enumerate(rule["match"]["prefixes"]):
        for network in cluster.networks["node"]:
            if _reaches_into(ip_network(text), network, rule["match"]["aggregate"]):
                findings.add(
                    f"{at}.match.prefixes[{index}]",
                    f"{text} would let a node announce addresses in the node network {network}, the gateway's for one",
                    "give prefixes outside of it",
                )


def _reaches_into(prefix: Json, network: Json, aggregate: bool) -> bool:
    """Whether a match takes prefixes that are longer than a network and in it."""
    if prefix.version != network.version or prefix == network:
        return prefix == network and aggregate
    return prefix.subnet_of(network) or (aggregate and network.subnet_of(prefix))


def accepts(rule: JsonObject) -> bool:
    """Whether a rule lets leaves take routes from nodes."""
    return rule["direction"] == "import" and rule["action"] == "permit"


def _set(cluster: Cluster, rule: JsonObject, at: str, findings: Findings) -> None:
    wanted = {key for key, value in rule["set"].items() if value not in (None, []) and key != "communities_mode"}
    if rule["set"]["communities_mode"] == "none":
        wanted.add("communities_mode")
        if rule["set"]["communities"]:
            findings.add(f"{at}.set.communities", "none removes all communities", "remove them, or the mode")
    if rule["action"] == "deny" and wanted:
        findings.add(f"{at}.set", "a route that is denied gets nothing set", "remove it, or set action to permit")
    elif rule["direction"] == "export":
        for key in IMPORT_ONLY:
            if key in wanted:
                findings.add(f"{at}.set.{key}", f"a leaf tells no node its {key}", "remove it, or use direction import")
        if "communities" in wanted and cluster.bgp["send_community"] is False:
            findings.add(
                f"{at}.set.communities", "leaves send no communities", "set bgp.send_community to true, or remove them"
            )
