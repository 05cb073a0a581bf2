# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parents whose hosts speak BGP in their CNI's place (``workload_peering.speaker: host``). Pure.

No pod speaks there: agents, Nodes, blocks and Services of the cluster say nothing about sessions and routes.
"""

from __future__ import annotations

from .addresses import prefix

WORDS = "the host's speaker"


def speak(plan: dict) -> bool:
    """Whether the hosts of this plan's cluster run the speaker, and not its CNI."""
    return (plan.get("nested") or {}).get("speaker") == "host"


def advertised(plan: dict, state: dict) -> dict:
    """``{node: {prefix, …}}``: what hosts announce of their own, ``state["originated"]``."""
    said = state.get("originated") or {}
    return {name: {prefix(item) for item in said.get(name) or []} for name in plan["nodes"]}
