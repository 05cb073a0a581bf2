# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that names the AAEPs of a run; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import aaep


def aaeps_in_run(plans: dict[str, Any], running: list[Any], fabric: str) -> list[Any]:
    """See module_utils/aci/engine/aaep.py."""
    return aaep.named(plans, running, fabric)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"aaeps_in_run": aaeps_in_run}
