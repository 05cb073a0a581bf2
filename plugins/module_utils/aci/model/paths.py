# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguished names of leaves and of the vPCs and port channels on them."""

from __future__ import annotations

import re
from typing import Any, Dict, List

_LEAVES = re.compile(r"/(?:prot)?paths-(\d+)(?:-(\d+))?/|/node-(\d+)(?:\]|$)")


def leaf_dn(leaf: Dict[str, Any]) -> str:
    """Distinguished name of a leaf: {id, pod}."""
    return f"topology/pod-{leaf['pod']}/node-{leaf['id']}"


def path_dn(path: Dict[str, Any]) -> str:
    """Distinguished name of a node's vPC or port channel: a fabricPathEp, below the leaves' IDs in rising order."""
    leaves = sorted(side["leaf"] for side in path["sides"].values())
    below = "protpaths" if len(leaves) == 2 else "paths"
    return f"topology/pod-{path['pod']}/{below}-{'-'.join(map(str, leaves))}/pathep-[{path['vpc']}]"


def leaves_of(dn: str) -> List[int]:
    """Node IDs that a name holds, in rising order: of a leaf one, of a path one or, of a vPC, two; [] for none."""
    match = _LEAVES.search(dn)
    return sorted(int(number) for number in match.groups() if number) if match else []
