# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that reads the plans of a run; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.plugin_utils import kept_plans


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"planned": kept_plans.read}
