# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calico's part in planning."""

from __future__ import annotations

from ..interface import Planning
from . import checks
from .announced import announced
from .checks import addresses, parent

PLANNING = Planning(
    announced=announced,
    check=checks.check,
    check_addresses=addresses.check,
    check_nested=checks.check_nested,
    check_parent=parent.check,
    peers_with_workloads=True,
)
