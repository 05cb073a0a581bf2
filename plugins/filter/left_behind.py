# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that tells which clusters a run must not leave out; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import companions


def left_behind(plans: dict[str, Any], running: list[Any]) -> dict[str, Any]:
    """See module_utils/aci/engine/companions.py."""
    return companions.left_behind(plans, running)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"left_behind": left_behind}
