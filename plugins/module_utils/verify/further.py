# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the nodes with others than the leaves, as nodes report them: the plan's further peers. Pure.

Those that others made are remarks: their sessions are theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cni.base.further import Further
from ..cni.base.members import with_agent
from . import agents
from .words import listed, problem

if TYPE_CHECKING:
    from ..contract.observed import Problem, State
    from ..contract.plan import Plan


def problems(plan: Plan, state: State) -> list[Problem]:
    """Further peers of the plan without a session of each node that should have one: told per peer.

    ``state`` has ``further_states``, ``{node: {(vrf, peer's address): state}}``, or None where nodes report nothing at
    all. Nodes without a running agent are reported elsewhere.
    """
    return [
        problem(
            "further-session",
            f"{one.who}: no Established session of {_shown(down)} with {_place(one)}.",
            _cause(set(down.values())),
            node=next(iter(down)) if len(down) == 1 else None,
        )
        for one, down in _lacking(plan, state)
        if one.ours
    ]


def remarks(plan: Plan, state: State) -> list[str]:
    """The same of what others made, and which sessions of the plan no node reports."""
    unknown, why = agents.verification(plan).unreported(plan, state)
    said = [f"Sessions with further peers are not verified ({listed(unknown)}): {why}."] if unknown else []
    return said + [
        f"{one.who}, made by others: no Established session of {_shown(down)} with {_place(one)}."
        for one, down in _lacking(plan, state)
        if not one.ours
    ]


def _lacking(plan: Plan, state: State) -> list[tuple[Further, dict[str, str]]]:
    """``[(Further, {node: what it reports})]`` of those that are not Established everywhere."""
    reported = state.get("further_states")
    if reported is None:
        return []
    wanted = agents.verification(plan).further(plan, state, with_agent(plan, state))
    found = []
    for one in wanted:
        said = {name: _said(reported.get(name), one) for name in one.nodes}
        down = {name: text for name, text in said.items() if text != "established"}
        if down:
            found.append((one, down))
    return found


# -- words ---------------------------------------------------------------------------------------------


def _said(report: dict[tuple[str, str], str] | None, one: Further) -> str:
    if report is None:
        return "reports nothing"
    return str(report.get((one.vrf, one.peer), "reports no such peer")).lower()


def _shown(down: dict[str, str]) -> str:
    return listed([f"{name} ({said})" for name, said in down.items()])


def _place(one: Further) -> str:
    return one.peer + (f" in VRF {one.vrf}" if one.vrf else "")


def _cause(said: set[str]) -> str:
    if said == {"reports nothing"}:
        return "the node's agent has not written its report yet"
    if said == {"reports no such peer"}:
        return "the agent does not take it for one of the node's (its selector), or cannot read its password"
    return "the peer does not answer, expects another AS number or password, or does not know the node's address"
