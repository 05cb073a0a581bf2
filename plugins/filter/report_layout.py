# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter behind the report's picture; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import drawing


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"report_layout": drawing.layout}
