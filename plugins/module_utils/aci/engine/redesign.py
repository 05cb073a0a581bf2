# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An L3Out that moves to another SVI design: what the controller has of others. Pure."""

from __future__ import annotations

from typing import Dict, Optional

from ..model.designs import BUILDERS
from .snapshot import Snapshot


def torn_down(snapshot: Snapshot, l3out_dn: str, svi: str) -> Dict[str, str]:
    """An L3Out's interfaces of designs other than ``svi``: {distinguished name: the design}."""
    others = {builder.cls: name for name, builder in BUILDERS.items() if name != svi}
    return {found.dn: others[found.cls] for found in snapshot.below(l3out_dn) if found.cls in others}


def objection(snapshot: Snapshot, l3out_dn: str, svi: str) -> Optional[str]:
    """Why a move to ``svi`` is not made without being asked for, in a sentence; None if nothing is moved."""
    gone = torn_down(snapshot, l3out_dn, svi)
    if not gone:
        return None
    has = " and ".join(dict.fromkeys(gone.values()))
    shown = ", ".join(list(gone)[:4]) + (f" and {len(gone) - 4} more" if len(gone) > 4 else "")
    move = f"{l3out_dn} has {has} SVI; moving it to {svi}"
    return f"{move} tears down {len(gone)} interfaces with all their sessions: {shown}"
