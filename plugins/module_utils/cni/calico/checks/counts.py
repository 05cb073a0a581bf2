# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long Calico's lists may be."""

from __future__ import annotations

from collections.abc import Sized

from ....contract.findings import Findings


def at_most(most: int, given: Sized, what: str, at: str, findings: Findings) -> None:
    """Find a list with more than Calico takes; ``what`` names its elements."""
    if len(given) > most:
        findings.add(at, f"{len(given)} {what} are more than Calico takes", f"give at most {most}")
