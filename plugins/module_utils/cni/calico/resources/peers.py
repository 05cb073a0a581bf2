# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BGPPeers: one per leaf and rack for the leaves, and those that the intent names besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ....contract.peers import slug
from ....objects.ownership import labels
from ...base import password_secret
from ..settings import resource, spelled
from . import nested
from .filters import LEAVES

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan

_SESSION = (
    "filters",
    "next_hop_mode",
    "keep_original_next_hop",
    "ttl_security",
    "source_address",
    "keepalive_time",
    "max_restart_time",
    "num_allowed_local_asns",
)
_PEER = ("peer_ip", "peer_selector", "asn", "local_asn", "node", "node_selector", "reachable_by", "reverse_peering")


def leaf_peers(plan: Plan, options: Options) -> list[Any]:
    """A leaf's address is one for all nodes of its racks, or another for each.

    A router's is one for all nodes of its racks, or for all there are.
    """
    found: dict[Any, Any] = {}
    apart = _apart(plan, options)
    for name, node in plan["nodes"].items():
        for peer in node["peers"]:
            key = (slug(peer), name if node.get("rack") in apart else "")
            found.setdefault(key, (peer, []))[1].append(node.get("rack_id"))
    everywhere = (
        set()
        if apart
        else {name for name, one in cast("JsonObject", plan).get("routers", {}).items() if not one.get("racks")}
    )
    return [
        resource(
            "BGPPeer",
            "-".join(filter(None, key)),
            _leaf_peer(plan, options, key[1], peer, [] if peer.get("router") in everywhere else racks),
            labels(plan["cluster"]),
        )
        for key, (peer, racks) in sorted(found.items())
    ]


def _leaf_peer(plan: Plan, options: Options, name: str, peer: Fields, racks: list[Any]) -> JsonObject:
    """The session with one leaf of a node, or of racks by their labels' values.

    The leaf's hold time wins, because Calico has none of its own.
    """
    given = {**options["leaf_peers"]}
    given["filters"] = [*given["filters"], *nested.exported(plan), *([LEAVES] if given["restrict"] else [])]
    if plan["bgp"].get("graceful_restart") and plan["bgp"].get("graceful_restart_time"):
        given.setdefault("max_restart_time", f"{plan['bgp']['graceful_restart_time']}s")
    spec = {"peerIP": peer["address"], "asNumber": peer["asn"], **_who(plan, options, name, racks)}
    return {**spec, **_password(password_secret.reference(plan, options["password_secret"], peer)), **_session(given)}


def _who(plan: Plan, options: Options, name: str, racks: list[Any]) -> JsonObject:
    """The nodes that peer: all, those of some racks, or one. A leaf sees the cluster's AS, whatever the node's own."""
    if not name:
        values = [f'"{rack}"' for rack in dict.fromkeys(racks) if rack is not None]
        if not values:
            return {}
        if len(values) == 1:
            return {"nodeSelector": f"{plan['rack_label']} == {values[0]}"}
        return {"nodeSelector": f"{plan['rack_label']} in {{ {', '.join(values)} }}"}
    own = (options["nodes"].get(name) or {}).get("asn")
    return {"node": name, **({"localASNumber": plan["asn"]} if own else {})}


def _apart(plan: Plan, options: Options) -> set[Any]:
    """Racks in which nodes are named one by one: they reach a leaf at addresses of their own instead of the leaf's, or
    one of them has an AS of its own.
    """
    shared = {(leaf["id"], family, text) for leaf in plan["leaves"].values() for family, text in _addresses(leaf)}
    own = {name for name, node in options["nodes"].items() if node.get("asn")}
    return {
        node.get("rack")
        for name, node in plan["nodes"].items()
        if name in own or any(_of_node(peer, shared) for peer in node["peers"])
    }


def _of_node(peer: Fields, shared: set[Any]) -> bool:
    """Whether a leaf has another address for the node than for others; a router has one for all."""
    return "leaf" in peer and (peer["leaf"], peer["family"], peer["address"]) not in shared


def _addresses(leaf: Fields) -> list[Any]:
    return list((leaf.get("addresses") or {}).items())


def further_peers(plan: Plan, options: Options) -> list[Any]:
    """The peers that the intent names: global without node and node_selector."""
    return [
        resource(
            "BGPPeer",
            peer["name"],
            {**spelled(peer, _PEER), **_password(peer.get("password_secret")), **_session(peer)},
            labels(plan["cluster"]),
        )
        for peer in options["peers"]
    ]


def _session(given: JsonObject) -> JsonObject:
    found = spelled(given, _SESSION)
    return {key: value for key, value in found.items() if value != []}


def _password(reference: Fields | None) -> JsonObject:
    return {"password": {"secretKeyRef": reference}} if reference else {}


def secret_names(plan: Plan, options: Options) -> set[Any]:
    """The names of all Secrets that calico-node has to read."""
    further = [peer.get("password_secret") for peer in options["peers"]]
    leaves = password_secret.names(plan, options["password_secret"])
    return {*leaves, *(reference["name"] for reference in further if reference)}
