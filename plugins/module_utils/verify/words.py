# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wording of problems. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..common.words import listed
from ..contract.problems import problem
from . import agents

if TYPE_CHECKING:
    from ..contract.plan import Plan

__all__ = ["agent", "counted", "either", "leaf_list", "listed", "problem"]


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
    return agents.of(plan).name
