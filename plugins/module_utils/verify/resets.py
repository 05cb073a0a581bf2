# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions that a run's own change must have reset: until they come up after it, they do not count. Pure.

A leaf shows a session that was cut off as Established until its hold time is over, and one whose change it has not
deployed yet for as long as that takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.addresses import address, within
from . import fabric
from .restarted import SLACK

if TYPE_CHECKING:
    from ..contract.observed import Leaves, Reset, SessionEntry
    from ..contract.plan import Plan
    from .fabric import Session


def without_stale(plan: Plan, bgp: Leaves, resets: list[Reset], now: float, nodes: list[str] | None = None) -> Leaves:
    """The same state, with the state ``stale`` for each session that is older than a change that reset it.

    ``resets`` are dicts of ``at`` (seconds since the epoch, as ``now``) and, each of them None or absent where it does
    not matter, ``leaf`` (its ID), ``peer`` (the node's address, or a prefix of several), ``node`` and ``leaf_address``.
    """
    stale = {
        (session.leaf, session.peer)
        for session in fabric.sessions(plan, bgp, nodes)
        if session.established and _is_older(session, resets, now)
    }
    return {
        leaf: {**state, "sessions": [_marked(leaf, entry, stale) for entry in state["sessions"]]}
        for leaf, state in bgp.items()
    }


def _is_older(session: Session, resets: list[Reset], now: float) -> bool:
    age = session.entry.get("uptime") or 0
    return any(meets(session, reset) and age > now - reset["at"] + SLACK for reset in resets)


def meets(session: Session, reset: Reset) -> bool:
    """Whether a change resets a session."""
    leaf, node, local = reset.get("leaf"), reset.get("node"), reset.get("leaf_address")
    return (
        (leaf is None or str(leaf) == session.leaf)
        and (node is None or node == session.node)
        and (local is None or address(local) == session.leaf_address)
        and (reset.get("peer") is None or within(session.peer, reset["peer"]))
    )


def _marked(leaf: str, entry: SessionEntry, stale: set[tuple[str, str]]) -> SessionEntry:
    return {**entry, "state": "stale"} if (leaf, address(entry["peer"])) in stale else entry
