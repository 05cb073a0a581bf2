# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that names the L3Outs of a run; documentation beside this file."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import companions


def l3outs_in_run(plans: dict, running: list) -> list:
    """See module_utils/aci/engine/companions.py."""
    return companions.in_run(plans, running)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict:
        return {"l3outs_in_run": l3outs_in_run}
