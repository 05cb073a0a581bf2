# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the nodes with others than the leaves."""

from __future__ import annotations

from typing import List, NamedTuple


class Further(NamedTuple):
    """A peer besides the leaves."""

    who: str  # what makes the sessions, for people
    peer: str  # its address
    vrf: str  # "" is the default one
    nodes: List[str]  # who should have a session
    ours: bool  # whether the plan makes it
