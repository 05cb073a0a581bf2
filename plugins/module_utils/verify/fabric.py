# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The leaves' BGP state beside the plan: one Session per planned session, and each leaf's routes by prefix. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract.addresses import address, prefix, within

if TYPE_CHECKING:
    from ..contract.observed import Leaves, NextHop, SessionEntry, Table
    from ..contract.plan import Peer, Plan


@dataclass(frozen=True)
class Session:
    """One planned session, as its leaf reports it. ``state`` is BGP's word, or ``none`` or ``unreachable``."""

    node: str
    leaf: str
    family: str
    peer: str
    leaf_address: str
    asn: int
    state: str
    entry: SessionEntry

    @property
    def established(self) -> bool:
        """Both ends are done and exchange routes."""
        return self.state == "established"

    @property
    def received(self) -> int:
        """How many prefixes the leaf accepted from the node."""
        return int(self.entry.get("prefixes_received") or 0)


def leaves(plan: Plan) -> list[str]:
    """The ids of the plan's leaves, as texts, in order."""
    return sorted((str(leaf) for leaf in plan["leaves"]), key=lambda leaf: (len(leaf), leaf))


def reachable(bgp: Leaves, leaf: str) -> bool:
    """False if the leaf answered nothing."""
    return bool(bgp.get(leaf, {}).get("reachable"))


def sessions(plan: Plan, bgp: Leaves, nodes: list[str] | None = None) -> list[Session]:
    """Every session that the plan has (of these nodes, if given), with what its leaf reports.

    Those that are taken down administratively are not expected.
    """
    found = {leaf: _entries(bgp, leaf) for leaf in leaves(plan)}
    return [
        _session(plan, bgp, found, name, peer)
        for name in (plan["nodes"] if nodes is None else nodes)
        for peer in plan["nodes"][name]["peers"]
        if not peer.get("disabled")
    ]


def _session(plan: Plan, bgp: Leaves, found: dict[str, dict[str, SessionEntry]], name: str, peer: Peer) -> Session:
    leaf, local = str(peer["leaf"]), address(peer["local_address"])
    entry = found.get(leaf, {}).get(local, {})
    state = str(entry.get("state") or "none").lower() if reachable(bgp, leaf) else "unreachable"
    asn = plan["nodes"][name]["asn"]
    return Session(name, leaf, peer["family"], local, address(peer["address"]), asn, state, entry)


def _entries(bgp: Leaves, leaf: str) -> dict[str, SessionEntry]:
    return {address(entry["peer"]): entry for entry in bgp.get(leaf, {}).get("sessions") or []}


def strangers(plan: Plan, bgp: Leaves) -> list[tuple[str, SessionEntry]]:
    """``(leaf, entry)`` of every Established session with an address in the node networks that is no planned node's.

    A leaf's VRF may serve several clusters, and other L3Outs: what lies elsewhere is theirs.
    """
    planned = {address(peer["local_address"]) for node in plan["nodes"].values() for peer in node["peers"]}
    return [
        (leaf, entry)
        for leaf in leaves(plan)
        for entry in bgp.get(leaf, {}).get("sessions") or []
        if str(entry.get("state")).lower() == "established"
        and address(entry["peer"]) not in planned
        and any(within(entry["peer"], network) for network in plan["networks"]["node"])
    ]


def routes(bgp: Leaves, leaf: str) -> Table:
    """``{prefix: [next hop, …]}`` of a leaf's BGP routes; a next hop is ``{"address", "leaf": id or None}``."""
    result: Table = {}
    for route in bgp.get(leaf, {}).get("routes") or []:
        if str(route.get("protocol") or "bgp").startswith("bgp"):
            result.setdefault(prefix(route["prefix"]), []).extend(
                _next_hop(hop) for hop in route.get("next_hops") or []
            )
    return result


def _next_hop(hop: NextHop) -> NextHop:
    leaf = hop.get("leaf")
    return {"address": address(hop["address"]), "leaf": None if leaf is None else str(leaf)}
