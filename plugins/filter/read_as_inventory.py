# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds files which Ansible would read as inventory; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.plugin_utils import directories


def read_as_inventory(path: str, sources: list[Any]) -> str:
    """See plugin_utils/directories.py."""
    return directories.read_as_inventory(path, sources) or ""


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"read_as_inventory": read_as_inventory}
