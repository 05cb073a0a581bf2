# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes of a plan count in a cluster's state, and their addresses. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.addresses import address, family

if TYPE_CHECKING:
    from ...contract.kubernetes import Labels
    from ...contract.observed import State
    from ...contract.plan import Plan


def members(plan: Plan, state: State) -> list[str]:
    """The names of the nodes that count: the plan's, of a nested cluster those that are there.

    The inventory need not name a virtual machine.
    """
    return list(state["nodes"]) if "nested_in" in plan else list(plan["nodes"])


def addresses_of(plan: Plan, state: State, name: str) -> list[str]:
    """A node's addresses: as planned, or, where the plan gives it none (in a nested cluster), those of its Node."""
    node = plan["nodes"].get(name)
    planned = (node.get("addresses") if node else None) or {}
    found = list(planned.values()) or (state["nodes"].get(name) or {}).get("addresses") or []
    return [address(text) for text in found]


def with_agent(plan: Plan, state: State) -> list[str]:
    """The members whose agent runs."""
    return [name for name in members(plan, state) if state["agents"].get(name, {}).get("running")]


def speaking(plan: Plan, state: State, peer: str, names: list[str]) -> list[str]:
    """Those of these nodes that have an address of the peer's family."""
    return [name for name in names if family(peer) in map(family, addresses_of(plan, state, name))]


def labels_of(state: State, names: list[str]) -> dict[str, Labels]:
    """``{node: its labels}`` of these nodes."""
    return {name: state["nodes"].get(name, {}).get("labels") or {} for name in names}
