# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The unit of a network device; documentation beside this file."""

from __future__ import annotations

from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.node.units import device
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def device_unit(name: str) -> str:
    """The name of the unit that systemd has for a network device."""
    return device(plain(name))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"device_unit": device_unit}
