# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks BGP on the nodes of a plan: its CNI, or the hosts. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plan import Plan


def hosts_speak(plan: Plan) -> bool:
    """Whether the hosts run the speaker: in their CNI's place, or because they are no Kubernetes nodes."""
    if plan.get("speaker") == "host":
        return True
    nested = plan.get("nested")
    return nested is not None and nested.get("speaker") == "host"
