# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that take all BGP sessions of a node, or of a leaf, down at the same time. Pure.

A node without a session announces nothing: its pods lose every path, service addresses one of theirs. A leaf without
one has no route of its rack for as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..common.words import listed
from ..contract.addresses import address, within
from ..contract.peers import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..contract.observed import Leaves
    from ..contract.plan import Peer, Plan

SHOWN = 5  # names in a message
WAYS = (
    "kubefabric_accept_loss=true (the module's option accept_loss) accepts it; kubefabric.bgp.preview lists the "
    "sessions and prefixes first"
)


def objection(
    plan: Plan, resets: Iterable[Mapping[str, Any]], established: set[tuple[str, str]] | None = None
) -> str | None:
    """Why a change must not be made without consent; None where every node and leaf keeps a session, or has none.

    ``resets`` are as verification takes them (contract/observed.py).
    While a rotation gives leaves the next password, a leaf may lose all of its sessions, but no node.
    ``established`` holds (leaf or router, address of the node) of the sessions that are up; None counts all.
    """
    known = list(resets)
    sessions = [
        (name, peer)
        for name, node in plan["nodes"].items()
        for peer in node["peers"]
        if not peer.get("disabled") and (established is None or _end(peer) in established)
    ]
    kept = [(name, peer) for name, peer in sessions if not any(_meets(name, peer, reset) for reset in known)]
    nodes = _without([name for name, peer in sessions], {name for name, peer in kept})
    ends = _without([label(peer) for name, peer in sessions], {label(peer) for name, peer in kept})
    if plan["bgp"].get("next_password"):
        ends = []
    if not nodes and not ends:
        return None
    return f"this resets all BGP sessions of {listed([*nodes, *ends], SHOWN)} at the same time. {WAYS}"


def established(bgp: Leaves) -> set[tuple[str, str]]:
    """(leaf, address of the node) of the sessions that are up, of what aci_bgp_info returns as ``bgp``."""
    return {
        (leaf, address(entry["peer"]))
        for leaf, state in bgp.items()
        for entry in state.get("sessions") or []
        if entry.get("state") == "established"
    }


def _without(names: Iterable[str], kept: set[str]) -> list[str]:
    """Those that are not kept, each once."""
    return [name for name in dict.fromkeys(names) if name not in kept]


def _end(peer: Peer) -> tuple[str, str]:
    return (str(peer.get("leaf") or peer.get("router")), address(peer["local_address"]))


def _meets(name: str, peer: Peer, reset: Mapping[str, Any]) -> bool:
    leaf, node, local, remote = (reset.get(key) for key in ("leaf", "node", "leaf_address", "peer"))
    return (
        (leaf is None or str(leaf) == str(peer.get("leaf")))
        and (node is None or node == name)
        and (local is None or address(local) == address(peer["address"]))
        and (remote is None or within(peer["local_address"], remote))
    )
