# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter behind the way back to a snapshot; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import changes
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def changes_by_user(imdata: list[Any]) -> list[Any]:
    """The audit log in sentences."""
    return changes.by_user(plain(imdata))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"changes_by_user": changes_by_user}
