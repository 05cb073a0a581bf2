# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wording of problems. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..common.words import listed
from . import hosts

if TYPE_CHECKING:
    from ..contract.observed import Problem
    from ..contract.plan import Plan

__all__ = ["agent", "counted", "either", "leaf_list", "listed", "problem"]

# agents that are not called as their CNI is
_AGENTS = {"ovn_kubernetes": "frr-k8s"}


def problem(kind: str, message: str, cause: str = "", **where: object) -> Problem:
    """One problem: its kind for programs, where it is, and one sentence or two for people."""
    text = f"{message} Likely cause: {cause}" if cause else message
    found = {"kind": kind, **{key: value for key, value in where.items() if value is not None}, "message": text}
    return cast("Problem", found)


def counted(number: int, noun: str) -> str:
    """``1 session``, ``3 sessions``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def either(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def leaf_list(leaves: list[str]) -> str:
    """``leaf 101``, ``leaves 101 and 102``."""
    return f"leaf {leaves[0]}" if len(leaves) == 1 else f"leaves {either(leaves)}"


def agent(plan: Plan) -> str:
    """What people call the agent that speaks BGP on the nodes: ``kube-router``."""
    if hosts.speak(plan):
        return hosts.WORDS
    return _AGENTS.get(plan["cni"]) or plan["cni"].replace("_", "-")
