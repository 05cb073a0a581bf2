# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SVI designs by name, and the list of a plan's ``l3out`` that holds the interfaces of each.

What a design means is in svi/ for the planner and in aci/model/designs/ for the APIC.
"""

from __future__ import annotations

INTERFACES = {"floating": "svis", "standard": "paths"}
DEFAULT = "floating"
