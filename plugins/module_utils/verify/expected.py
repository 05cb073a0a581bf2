# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which routes every leaf should have, and through which next hops. Pure.

A border leaf prefers the nodes that it peers with itself: eBGP over iBGP. Any other leaf sees a prefix through the
leaves that peer with its nodes: their TEPs, or the nodes' own addresses where next hops are propagated unchanged. Only
Established sessions count: the consequences of a session that is down are not reported again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..contract.addresses import family
from . import agents, hosts

if TYPE_CHECKING:
    from ..contract.observed import Announced, State
    from ..contract.plan import Plan
    from .fabric import Session


def advertised(plan: Plan, state: State) -> Announced:
    """``{node: {prefix, …}}`` for the plan's speaker; nothing for a CNI whose announcements cannot be predicted."""
    if hosts.speak(plan):
        return hosts.advertised(plan, state)
    found = agents.verification(plan).advertised(plan, state)
    if found is None:
        found = {name: set() for name in plan["nodes"]}
    single = state.get("host_routes") or {}
    return {name: items | single.get(name, set()) for name, items in found.items()}


@dataclass(frozen=True)
class Expectation:
    """One prefix on one leaf.

    ``local``: addresses of nodes that announce it to this leaf. ``via``: leaves through which it comes otherwise.
    ``allowed``: addresses of every node that may announce it at all, up or not.
    """

    leaf: str
    prefix: str
    local: frozenset[str]
    via: frozenset[str]
    allowed: frozenset[str]

    def width(self, limit: int) -> int:
        """How many next hops there should be, with at most ``limit`` of them (ECMP)."""
        return min(len(self.local) or len(self.via), limit)


def expectations(plan: Plan, state: State, sessions: list[Session], leaves: list[str]) -> list[Expectation]:
    """One Expectation per leaf and prefix that some node announces over an Established session."""
    return expected(advertised(plan, state), sessions, leaves)


def expected(announced: Announced, sessions: list[Session], leaves: list[str]) -> list[Expectation]:
    """The same of what nodes announce, ``{node: {prefix, …}}``."""
    by_prefix: dict[str, list[Session]] = {}
    for session in sessions:
        for prefix in announced.get(session.node, ()):
            if family(prefix) == session.family:
                by_prefix.setdefault(prefix, []).append(session)
    return [
        expectation
        for prefix, planned in sorted(by_prefix.items())
        for expectation in _on_leaves(prefix, planned, leaves)
    ]


def _on_leaves(prefix: str, planned: list[Session], leaves: list[str]) -> list[Expectation]:
    up = [session for session in planned if session.established]
    allowed = frozenset(session.peer for session in planned)
    result = []
    for leaf in leaves:
        local = frozenset(session.peer for session in up if session.leaf == leaf)
        via = frozenset(session.leaf for session in up) if not local else frozenset()
        if local or via:
            result.append(Expectation(leaf, prefix, local, via, allowed))
    return result
