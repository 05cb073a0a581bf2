# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verification: what the leaves and the cluster report, compared with the plan. Pure: no I/O, no Ansible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import agents, fabric, further, reported, routes, table
from . import bfd as bfd_problems
from . import sessions as session_problems

if TYPE_CHECKING:
    from ..contract.observed import Assessment, Leaves, State
    from ..contract.plan import Plan


def assess(plan: Plan, bgp: Leaves, cluster_state: State, nodes: list[str] | None = None) -> Assessment:
    """Compare the operational state with the plan.

    ``bgp`` is what kubefabric.bgp.aci_bgp_info returns under that name, ``cluster_state`` what
    verify.state.from_resources returns. With ``nodes``, only these nodes' sessions are looked at, and no routes.

    Returns ``{"table": rows, "problems": [{"kind", "message", …}], "ok": bool}``; see table.rows and words.problem.
    """
    found = fabric.sessions(plan, bgp, nodes)
    problems = session_problems.problems(plan, bgp, cluster_state, found)
    watched = bfd_problems.planned(plan)
    problems += bfd_problems.problems(plan, found) if watched else []
    problems += reported.problems(plan, cluster_state.get("reports") or {}, found)
    if nodes is None:
        problems += agents.verification(plan).problems(plan, cluster_state)
        problems += further.problems(plan, cluster_state)
        problems += routes.problems(plan, bgp, cluster_state, found)
    else:
        problems = [problem for problem in problems if problem["kind"] != "stranger"]
    if problems:
        problems = [*reported.refusals(plan, cluster_state.get("verdicts") or {}), *problems]
    return {"table": table.rows(bgp, found, watched), "problems": problems, "ok": not problems}
