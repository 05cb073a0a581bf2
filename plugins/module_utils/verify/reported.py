# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes themselves report of their sessions, where their CNI lets them: evidence for those that are down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import agents
from .words import agent, listed, problem

if TYPE_CHECKING:
    from ..contract.observed import Problem, Reports
    from ..contract.plan import Plan
    from .fabric import Session


def refusals(plan: Plan, verdicts: dict[str, str]) -> list[Problem]:
    """Nodes that did not take their configuration, ``{node: why}``: told per reason.

    Nodes write it down late: it explains other problems, and is none by itself.
    """
    reasons: dict[str, list[str]] = {}
    for name in plan["nodes"]:
        if name in verdicts:
            reasons.setdefault(verdicts[name], []).append(name)
    return [
        problem(
            "refused",
            f"{agent(plan)} on {listed(names, 6)} refuses its configuration ({why}) and runs with an earlier one.",
            f"an object that selects {'this node' if len(names) == 1 else 'these nodes'} is wrong, ours or another's",
            node=names[0] if len(names) == 1 else None,
        )
        for why, names in reasons.items()
    ]


def problems(plan: Plan, reports: Reports, sessions: list[Session]) -> list[Problem]:
    """Nodes that know nothing of a leaf with which no session is up: told per node.

    ``reports`` is ``{node: {peer's address: state}}``; a node that has reported nothing yet is not judged.
    """
    lacking: dict[str, list[str]] = {}
    for session in sessions:
        if not session.established and session.node in reports and session.leaf_address not in reports[session.node]:
            lacking.setdefault(session.node, []).append(session.leaf_address)
    return [
        problem(
            "no-peer",
            f"{name} reports no peer {listed(addresses)}.",
            f"{agent(plan)} does not take it for one of this node's ({agents.of(plan).peers})"
            + ("" if agents.of(plan).without_secret else ", or cannot read its password"),
            node=name,
        )
        for name, addresses in lacking.items()
    ]
