# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired tree as a whole: as the document that creates it, as a flat map, as the tree that takes everything back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List

from .classes import spec
from .mo import ANCESTOR, ANNOTATION, SHARED, Mo, owner_key, walk

MASK = "********"


def to_document(tree: Mo) -> Dict[str, Any]:
    """The tree as one document for ``POST /api/mo/uni.json``; what ``apic.json`` holds.

    Ancestors carry ``status: modified`` and nothing else beside their name: where one is missing, APIC refuses the document.
    """
    attributes: Dict[str, str] = wanted(tree)
    if tree.hold == ANCESTOR:
        attributes = {**tree.naming, **({} if tree.cls == "polUni" else {"status": "modified"})}
    children = [to_document(child) for child in [*tree.children, *tags(tree)] if child.present]
    return node(tree.cls, attributes, children)


def node(cls: str, attributes: Dict[str, str], children: List[Dict[str, Any]]) -> Dict[str, Any]:
    """One object in APIC's JSON."""
    return {cls: {"attributes": attributes, **({"children": children} if children else {})}}


def wanted(mo: Mo) -> Dict[str, str]:
    """All attributes that an object of ours is to carry, the annotation included."""
    return {**mo.attributes, **({"annotation": ANNOTATION} if spec(mo.cls).annotated else {})}


def tags(mo: Mo) -> List[Mo]:
    """The tag by which the owner holds a shared object; nothing for others."""
    if mo.hold != SHARED or not mo.present or not mo.owner:
        return []
    return [Mo("tagAnnotation", {"key": owner_key(mo.owner), "value": ANNOTATION})]


def to_map(tree: Mo) -> Dict[str, Dict[str, str]]:
    """{distinguished name: attributes} of everything in the tree that is to be there, tags included; ancestors are empty."""
    result: Dict[str, Dict[str, str]] = {}
    for dn, mo in walk(tree):
        if not mo.present:
            continue
        result[dn] = {} if mo.hold == ANCESTOR else wanted(mo)
        result.update({dn + "/" + tag.rn: wanted(tag) for tag in tags(mo)})
    return result


def without(tree: Mo) -> Mo:
    """The same tree with all that is ours marked as not to be there: what ``state: absent`` wants."""
    return replace(tree, present=tree.hold == ANCESTOR, children=[without(child) for child in tree.children])


def masked(cls: str, attributes: Dict[str, str]) -> Dict[str, str]:
    """Attributes that may be shown: write-only values are hidden."""
    return {name: MASK if name in spec(cls).secure else value for name, value in attributes.items()}
