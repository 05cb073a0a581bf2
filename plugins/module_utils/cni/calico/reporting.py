# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes report their sessions. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...contract.plan import Plan


def reporting(plan: Plan, names: list[str], reports: set[str]) -> list[str]:
    """Those of these nodes that should report their sessions: the plan's alone have a CalicoNodeStatus of ours, and a
    nested cluster may have others.
    """
    return [name for name in names if name in plan["nodes"] or name in reports]
