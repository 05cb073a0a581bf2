# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A desired tree as a whole: as the document that creates it, as a flat map, as the tree that takes everything back."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

from .classes import known, spec
from .mo import ANCESTOR, ANNOTATION, OWNED, SHARED, BuildError, Mo, owner_key, tag_value, walk
from .secure import is_secret, secret_by_name

if TYPE_CHECKING:
    from ...contract.freeform import Json

MASK = "********"
_PARTS = ("attributes", "children")  # of an object; other names there are classes or properties


def to_document(tree: Mo) -> Dict[str, Any]:
    """The tree as one document for ``POST /api/mo/uni.json``; what ``apic.json`` holds.

    Ancestors carry ``status: modified`` and nothing else beside their name: where one is missing, APIC refuses the
    document.
    """
    attributes: Dict[str, str] = wanted(tree)
    if tree.hold == ANCESTOR:
        attributes = {**tree.naming, **({} if tree.cls == "polUni" else {"status": "modified"})}
    children = [to_document(child) for child in [*tree.children, *tags(tree)] if _shown(child)]
    return node(tree.cls, attributes, children)


def _shown(mo: Mo) -> bool:
    """Not what is to be absent, nor an ancestor that is only there to find what left the tree."""
    return mo.present and not (mo.hold == ANCESTOR and mo.families and not mo.children)


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
    return [Mo("tagAnnotation", {"key": owner_key(mo.owner), "value": tag_value(mo.purpose)})]


def to_map(tree: Mo) -> Dict[str, Dict[str, str]]:
    """{distinguished name: attributes} of everything in the tree that is to be there, tags included; ancestors are
    empty.
    """
    result: Dict[str, Dict[str, str]] = {}
    for dn, mo in walk(tree):
        if not _shown(mo):
            continue
        result[dn] = {} if mo.hold == ANCESTOR else wanted(mo)
        result.update({dn + "/" + tag.rn: wanted(tag) for tag in tags(mo)})
    return result


def without(tree: Mo) -> Mo:
    """The same tree with all that is ours marked as not to be there: what ``state: absent`` wants."""
    needed = [child for child in tree.children if child.hold != ANCESTOR or child.children or child.families]
    return replace(tree, present=tree.hold == ANCESTOR, children=[without(child) for child in needed])


def masked(cls: str, attributes: Dict[str, str]) -> Dict[str, str]:
    """Attributes that may be shown: write-only values are hidden, and what is called like a secret in other classes.

    ``{key: password, value: …}`` is how parameters of devices (vnsAbsParam and its like) and tags have theirs.
    """
    named = any(secret_by_name(str(attributes.get(name, "")), cls) for name in ("key", "name"))
    return {
        name: MASK if value and (_is_secret(cls, name) or (named and name == "value")) else value
        for name, value in attributes.items()
    }


def _is_secret(cls: str, name: str) -> bool:
    return is_secret(cls, name, known(cls))


def masked_content(content: Json, cls: str = "", objects: bool = True) -> Any:
    """Objects in APIC's JSON with their secrets hidden, whatever is wrong with them otherwise.

    cls: the class that ``content`` is a part of. objects: whether objects should be there: a text in their place may
    hold anything, and is hidden whole.
    """
    if isinstance(content, (list, tuple)):
        return [masked_content(item, cls, objects) for item in content]
    if isinstance(content, dict):
        parts = {name: _masked_part(str(name), value, cls) for name, value in content.items()}
        shown = masked(cls, parts)
        return {name: (parts if _is_object(value) else shown)[name] for name, value in content.items()}
    return MASK if objects and content and isinstance(content, (str, bytes)) else content


def _is_object(value: Json) -> bool:
    return isinstance(value, dict) and any(name in value for name in _PARTS)


def _masked_part(name: str, value: Json, cls: str) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return masked_content(value, cls if name in _PARTS else name)
    return masked_content(value, cls, objects=name in _PARTS)


def from_content(content: List[Dict[str, Any]], owner: Optional[str] = None) -> Mo:
    """A tree rooted at ``uni`` from objects in APIC's JSON: what people write, or a whole document that begins with
    polUni.

    An object may say ``hold``; one with ``status: modified`` is an ancestor. Raises BuildError with the place of a
    mistake.
    """
    children: List[Mo] = []
    for item in content:
        if list(item) == ["polUni"]:
            children += [_parse(child, owner, "polUni") for child in item["polUni"].get("children", [])]
        else:
            children.append(_parse(item, owner, "content"))
    return Mo("polUni", {}, children, hold=ANCESTOR)


def secrets(content: Json) -> List[str]:
    """All texts that ``masked_content`` hides, to keep them out of what a module says."""
    return list(_hidden(content, masked_content(content)))


def _hidden(given: Json, shown: Json) -> Iterator[str]:
    if isinstance(given, dict):
        pairs = [(value, shown if shown == MASK else shown[name]) for name, value in given.items()]
    elif isinstance(given, (list, tuple)):
        pairs = [(value, shown if shown == MASK else shown[number]) for number, value in enumerate(given)]
    else:
        pairs = []
        if shown == MASK and given not in (None, ""):
            yield str(given)
    for value, seen in pairs:
        yield from _hidden(value, seen)


def _parse(item: Dict[str, Any], owner: Optional[str], where: str) -> Mo:
    if len(item) != 1 or not isinstance(next(iter(item.values())), dict):
        raise BuildError(f"{where}: an object is one class with its content, as in {{fvTenant: {{attributes: …}}}}.")
    cls, body = next(iter(item.items()))
    if not re.fullmatch(r"[a-z][A-Za-z0-9]{1,127}", str(cls)):
        raise BuildError(f"{where}: {str(cls)[:128]!r} is not a class of APIC: give for example fvTenant.")
    unknown = sorted(set(body) - {"attributes", "children", "hold"})
    if unknown:
        raise BuildError(f"{where}.{cls}: unknown key {unknown[0]}; an object has attributes, children and hold.")
    attributes = dict(body.get("attributes") or {})
    status = attributes.pop("status", None)
    hold = body.get("hold") or (ANCESTOR if status == "modified" else OWNED)
    if hold not in (ANCESTOR, OWNED, SHARED):
        raise BuildError(f"{where}.{cls}: hold is {hold}; it can be owned, ancestor or shared.")
    if hold == SHARED and not owner:
        raise BuildError(f"{where}.{cls} is shared: set `owner`, the owner recorded on shared objects.")
    children = [_parse(child, owner, f"{where}.{cls}") for child in body.get("children") or []]
    attributes.pop("annotation", None)
    return Mo(cls, attributes, children, hold=hold, owner=owner if hold == SHARED else None)
