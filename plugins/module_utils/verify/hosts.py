# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parents whose hosts speak BGP in their CNI's place (``workload_peering.speaker: host``). Pure.

No pod speaks there: agents, Nodes, blocks and Services of the cluster say nothing about sessions and routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract.addresses import prefix
from ..contract.speakers import hosts_speak as speak

if TYPE_CHECKING:
    from ..contract.observed import Announced, State
    from ..contract.plan import Plan

__all__ = ["WORDS", "advertised", "speak"]

WORDS = "the host's speaker"


def advertised(plan: Plan, state: State) -> Announced:
    """``{node: {prefix, …}}``: what hosts announce of their own, ``state["originated"]``."""
    said = state.get("originated") or {}
    return {name: {prefix(item) for item in said.get(name) or []} for name in plan["nodes"]}
