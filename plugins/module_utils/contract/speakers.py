# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who speaks BGP on the nodes of a plan: its CNI, or the hosts in its place. Pure."""

from __future__ import annotations


def hosts_speak(plan: dict) -> bool:
    """Whether the hosts of this plan's cluster run the speaker, and not its CNI."""
    return (plan.get("nested") or {}).get("speaker") == "host"
