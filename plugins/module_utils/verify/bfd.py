# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BFD where it is planned. Pure.

A BGP session comes up without BFD, and stays up where only one end runs it: nothing but the BFD session itself shows
that failures would be noticed by the hold time alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .words import agent, counted, listed, problem

if TYPE_CHECKING:
    from ..contract.observed import Problem
    from ..contract.plan import Plan
    from .fabric import Session


def planned(plan: Plan) -> bool:
    """Whether BFD shall watch the cluster's sessions."""
    return bool((plan["l3out"].get("bgp") or {}).get("bfd"))


def problems(plan: Plan, sessions: list[Session]) -> list[Problem]:
    """Established sessions that BFD does not watch, told once; for those that are down BGP's state says enough."""
    up = [session for session in sessions if session.established]
    lacking = [session for session in up if session.entry.get("bfd") != "up"]
    if not lacking:
        return []
    shown = listed([f"{one.node} with leaf {one.leaf} ({one.entry.get('bfd') or 'no session'})" for one in lacking])
    return [
        problem(
            "bfd",
            f"BFD is not up on {len(lacking)} of {counted(len(up), 'Established session')}: {shown}.",
            f"{agent(plan)} does not run BFD with the leaf, or its packets (UDP port 3784) do not arrive; until then "
            "the hold time alone notices a failure",
        )
    ]
