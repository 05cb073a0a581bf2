# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CalicoNodeStatus: what every node reports of its sessions, which verification reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....objects.ownership import labels
from ..settings import resource

if TYPE_CHECKING:
    from ....contract.freeform import Options
    from ....contract.plan import Plan


def node_statuses(plan: Plan, options: Options) -> list[Any]:
    """One per node, named after it; none where they are switched off."""
    if not options["node_status"]:
        return []
    period = options["node_status_period"]
    return [
        resource(
            "CalicoNodeStatus",
            name,
            {"node": name, "classes": ["Agent", "BGP"], "updatePeriodSeconds": period},
            labels(plan["cluster"]),
        )
        for name in plan["nodes"]
    ]
