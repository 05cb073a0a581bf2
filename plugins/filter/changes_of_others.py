# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that finds others' work in APIC's audit log; documentation beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import changes
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.controller import plain


def changes_of_others(
    imdata: list[Any], user: str, l3outs: list[Any], accepted: Sequence[str] = (), limit: int = 0
) -> list[Any]:
    """See module_utils/aci/engine/changes.py."""
    names = [(l3out["tenant"], l3out["name"]) for l3out in plain(l3outs)]
    return changes.of_others(plain(imdata), user, names, plain(accepted), int(limit))


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Any]:
        return {"changes_of_others": changes_of_others}
