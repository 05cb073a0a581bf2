# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An L3Out that moves between floating and standard SVI: what the controller has of the other design. Pure."""

from __future__ import annotations

from typing import List, Optional

from .snapshot import Snapshot

INTERFACES = {"floating": "l3extVirtualLIfP", "standard": "l3extRsPathL3OutAtt"}


def torn_down(snapshot: Snapshot, l3out_dn: str, svi: str) -> List[str]:
    """Distinguished names of an L3Out's interfaces of the design that it is not to have."""
    other = INTERFACES["standard" if svi == "floating" else "floating"]
    return [found.dn for found in snapshot.below(l3out_dn) if found.cls == other]


def objection(snapshot: Snapshot, l3out_dn: str, svi: str) -> Optional[str]:
    """Why a move to ``svi`` is not made without being asked for, in a sentence; None if nothing is moved."""
    gone = torn_down(snapshot, l3out_dn, svi)
    if not gone:
        return None
    has = "standard" if svi == "floating" else "floating"
    shown = ", ".join(gone[:4]) + (f" and {len(gone) - 4} more" if len(gone) > 4 else "")
    move = f"{l3out_dn} has {has} SVI; moving it to {svi}"
    return f"{move} tears down {len(gone)} interfaces with all their sessions: {shown}"
