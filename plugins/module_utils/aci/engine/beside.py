# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An L3Out's tree beside what else is in its VRF: what must not be written, what has to be written with it. Pure."""

from __future__ import annotations

import copy
from typing import Iterable, List, Set, Tuple

from ..model import reachability
from ..model.mo import ANCESTOR, ANNOTATION, Mo, walk
from . import meaning, neighbours
from .difference import Difference
from .neighbours import Vrf
from .snapshot import Found, Snapshot

MARK = " would conflict with "
REMEDY = (
    "These objects cannot be adopted, because APIC cannot rename objects: remove them with the tool that "
    "made them, or give ours another VLAN, address, prefix or order."
)
SHOWN = 12  # clashes that a message spells out


def with_leaves(tree: Mo, leaves: Iterable[Found]) -> Mo:
    """The tree with the router IDs of these leaves of other L3Outs, which change in the same document.

    APIC compares the router IDs of a leaf and VRF (``Different RouterId exists for node``) once a document is in: no
    order of two documents is allowed, one document is.
    """
    whole = copy.deepcopy(tree)
    whole.children = reachability.merged([*whole.children, *neighbours.with_leaves(tree, leaves)])
    return whole


def fresh(tree: Mo, snapshot: Snapshot, found: Difference) -> Set[str]:
    """Distinguished names of what this run creates or changes, or would, were there nothing in its way."""
    absent = {dn for dn, mo in walk(tree) if mo.hold != ANCESTOR and mo.present and snapshot.get(dn) is None}
    return {*absent, *found.created, *found.modified}


def clashes(tree: Mo, snapshot: Snapshot, found: Difference, vrf: Vrf) -> Tuple[List[str], List[str]]:
    """(why nothing may be written, remarks), in sentences: objects in the VRF that mean the same as ours.

    What this run creates or changes must not meet any; where both were there before, it is a remark.
    """
    wanted = [(dn, mo) for dn, mo in walk(tree) if mo.hold != ANCESTOR and mo.present]
    ours = Snapshot(Found(dn, mo.cls, mo.attributes) for dn, mo in wanted)
    inside = {vrf.l3out, *neighbours.others(vrf, snapshot)}
    theirs = Snapshot(
        item
        for item in snapshot
        if (neighbours.l3out_of(item.dn) in inside or item.cls == "rtctrlCtxP")  # a route map has no VRF
        and _is_theirs(item, ours, found, vrf)
    )
    changing = fresh(tree, snapshot, found)
    told = meaning.clashes(ours, theirs)
    return (
        _shown([_refusal(clash, theirs) for clash in told if clash.ours in changing]),
        _shown([_remark(clash, theirs) for clash in told if clash.ours not in changing])
        + _shown([_apart(clash, snapshot) for clash in meaning.encaps(ours, neighbours.apart(vrf, snapshot))]),
    )


def _is_theirs(item: Found, ours: Snapshot, found: Difference, vrf: Vrf) -> bool:
    """Whether an object is not in the tree and stays. L3Outs that the same run brings to the intent were compared with
    this one by the planner, and may be on their way.
    """
    if ours.get(item.dn) is not None or any(item.dn == dn or item.dn.startswith(dn + "/") for dn in found.deleted):
        return False
    return neighbours.l3out_of(item.dn) not in vrf.run


def _refusal(clash: meaning.Clash, theirs: Snapshot) -> str:
    return f"{clash.ours}{MARK}{clash.theirs}, {_maker(clash, theirs)}: {clash.text}"


def _remark(clash: meaning.Clash, theirs: Snapshot) -> str:
    return f"{clash.ours} conflicts with {clash.theirs}, {_maker(clash, theirs)}: {clash.text}. Remove one of them."


def _apart(clash: meaning.Clash, snapshot: Snapshot) -> str:
    return (
        f"{clash.ours} conflicts with {clash.theirs} outside of the VRF, {_maker(clash, snapshot)}: {clash.text}."
        " A leaf has a VLAN once (F0467, encap-already-in-use), unless its ports have VLANs of their own (VLAN scope"
        " port local)."
    )


def _maker(clash: meaning.Clash, theirs: Snapshot) -> str:
    other = theirs.get(clash.theirs)
    annotation = other.attributes.get("annotation", "") if other else ""
    if annotation == ANNOTATION:
        return "made by this collection for another L3Out"
    return f"made by {annotation}" if annotation else "not made by this collection"


def _shown(texts: List[str]) -> List[str]:
    """Not one for each of a hundred nodes."""
    more = len(texts) - SHOWN
    return texts if more < 2 else [*texts[:SHOWN], f"and {more} more of this kind"]
