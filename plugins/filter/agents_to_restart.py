# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that tell which BGP agents have to restart; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import rollout


def agents_to_restart(
    plan: dict[str, Any],
    nodes: list[Any],
    pods: list[Any],
    revisions: list[Any],
    daemonset: dict[str, Any] | None = None,
) -> list[Any]:
    """See module_utils/cluster/rollout.py."""
    return rollout.agents_to_restart(plan, nodes, pods, revisions, daemonset)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"agents_to_restart": agents_to_restart}
