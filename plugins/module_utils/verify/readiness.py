# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a node from its sessions: no Node, no agent that runs, an agent that was not restarted. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import agent, counted, listed, problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.observed import Problem, State
    from ..contract.plan import Plan


def absent(name: str, down: int = 0) -> Problem:
    """A planned node that is no Node of the cluster, so that as many sessions of it are ``down``."""
    so = f", and its {counted(down, 'session')} cannot come up" if down else ""
    return problem(
        "node-absent",
        f"{name} is in the plan, but not in the cluster: no Node has this name{so}.",
        "it has not joined, or joined by another name than the inventory's",
        node=name,
    )


def without_agent(plan: Plan, state: State, name: str, down: str = "") -> Problem | None:
    """A node whose agent does not run, None for one whose agent does; ``down`` lists its sessions that are down."""
    pod = state["agents"].get(name)
    if pod and pod.get("running"):
        return None
    what = f"its pod {pod['pod']} is not ready ({pod['reason']})" if pod else "no pod of it is on the node"
    so = f"; down: {down}" if down else ""
    return problem("agent-down", f"{name}: {agent(plan)} does not run there, {what}{so}.", node=name)


def restart_pending(state: State, names: Iterable[str]) -> list[str]:
    """Those of these nodes that are marked, because their agent was to be restarted and was not yet."""
    return [name for name in names if state["nodes"].get(name, {}).get("restart_pending")]


def not_restarted(plan: Plan, names: list[str]) -> list[Problem]:
    """The problem of nodes whose agent runs with what it read before its Node changed; none without nodes."""
    if not names:
        return []
    return [
        problem(
            "restart-pending",
            f"{agent(plan)} on {listed(names, 6)} still runs with its earlier peers.",
            "a run ended before it had restarted it; run site.yml again",
        )
    ]
