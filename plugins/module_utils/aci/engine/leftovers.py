# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an owner still owns but no longer wants, anywhere. Pure.

A tree says what an owner wants; what it wanted last time may lie below objects of others (a contract in a tenant, a
rule in another L3Out's route map), where no tree looks for it. But it carries the owner's tag, and the tag's value the
purpose: one query finds them all, and these are released like every shared object.
"""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional

from ..model import names as safe
from ..model.mo import ANCESTOR, SHARED, Mo, ancestor, join, owner_key, split, tag_value, walk
from .places import above
from .snapshot import Found, parent_dn

# The classes on the way to what we hang below others' objects, by the prefix of the relative name.
WAY = {
    "tn": "fvTenant",
    "ap": "fvAp",
    "epg": "fvAEPg",
    "esg": "fvESg",
    "out": "l3extOut",
    "instP": "l3extInstP",
    "prof": "rtctrlProfile",
    "ctx": "rtctrlCtxP",
    "brc": "vzBrCP",
    "subj": "vzSubj",
    "flt": "vzFilter",
    "cif": "vzCPIf",
}


def names(tree: Mo, found: Iterable[Found]) -> List[str]:
    """Distinguished names of the topmost objects that the root's owner holds for its purpose without wanting them.

    What lies below an object of ours in the tree is not among them: the comparison sees to that.
    """
    if not tree.purpose or not tree.owner:
        return []
    wanted = {dn for dn, mo in walk(tree) if mo.hold != ANCESTOR}
    held = sorted({parent_dn(item.dn) for item in found if _held(tree, item, tree.purpose)})
    left = [dn for dn in held if dn not in wanted and not any(higher in wanted for higher in above(dn))]
    return [dn for dn in left if not any(higher in left for higher in above(dn)) and _way(dn) is not None]


def forgotten(tree: Mo, found: Iterable[Found]) -> List[str]:
    """Distinguished names of the topmost objects that the root's owner shares and that the tree, which is all that it
    wants, does not name: an earlier intent did. No tree looks for those, because what they are part of is not known.
    """
    wanted = {dn for dn, mo in walk(tree) if mo.hold != ANCESTOR}
    held = {parent_dn(item.dn) for item in found if _held(tree, item, "")} - wanted
    return sorted(dn for dn in held if not any(higher in wanted | held for higher in above(dn)))


def query(dn: str) -> str:
    """The path that asks for one object, whole: what others hung below it keeps it where it is."""
    return f"/api/mo/{safe.path(dn)}.json?rsp-subtree=full"


def include(tree: Mo, left: Iterable[Found]) -> Mo:
    """The tree that also wants the topmost of these objects to be given up."""
    found = list(left)
    tops = {item.dn for item in found}
    for item in found:
        if parent_dn(item.dn) not in tops:
            gone = Mo(item.cls, item.naming, hold=SHARED, present=False, owner=tree.owner, purpose=tree.purpose)
            _hang(tree, _way(item.dn) or [], gone)
    return tree


def passed(left: Iterable[Found]) -> List[Found]:
    """The objects on the way to these: they are there, though no query asked for them."""
    result: Dict[str, Found] = {}
    for item in left:
        dn = "uni"
        for step in _way(item.dn) or []:
            dn = join(dn, step.rn)
            result[dn] = Found(dn, step.cls, step.naming)
    return list(result.values())


def _held(tree: Mo, item: Found, purpose: str) -> bool:
    return (
        item.cls == "tagAnnotation"
        and item.attributes.get("key") == owner_key(tree.owner or "")
        and item.attributes.get("value") == tag_value(purpose)
    )


def _way(dn: str) -> Optional[List[Mo]]:
    """The objects between the root and this one; None where there is one that we never hang anything below."""
    way = []
    for rn in split(dn)[1:-1]:
        prefix, _dash, name = rn.partition("-")
        if prefix not in WAY or not name:
            return None
        way.append(ancestor(WAY[prefix], name=name))
    return way


def _hang(tree: Mo, way: List[Mo], gone: Mo) -> None:
    place, dn = tree, "uni"
    for step in way:
        dn = join(dn, step.rn)
        there = next((child for child in place.children if child.cls == step.cls and child.rn == step.rn), None)
        if there is None:
            place.children.append(step)
        place = there or step
    place.children.append(gone)
