# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What distinguished names say beside the object: its leaves, and what is above it. Pure."""

from __future__ import annotations

import re
from typing import List

from ..model.mo import split

_LEAVES = re.compile(r"/(?:prot)?paths-(\d+)(?:-(\d+))?/|/node-(\d+)(?:\]|$)")


def leaves(dn: str) -> List[int]:
    """Node IDs that a name holds, in rising order: of a leaf one, of a path one or, of a vPC, two; [] for none."""
    match = _LEAVES.search(dn)
    return sorted(int(number) for number in match.groups() if number) if match else []


def above(dn: str) -> List[str]:
    """The distinguished names of all that is above an object, the topmost first."""
    parts = split(dn)
    return ["/".join(parts[:length]) for length in range(1, len(parts))]
