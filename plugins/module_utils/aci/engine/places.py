# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What distinguished names say beside the object: its leaves, and what is above it. Pure."""

from __future__ import annotations

from typing import List

from ..model.mo import split
from ..model.paths import leaves_of as leaves

__all__ = ["above", "leaves"]


def above(dn: str) -> List[str]:
    """The distinguished names of all that is above an object, the topmost first."""
    parts = split(dn)
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
