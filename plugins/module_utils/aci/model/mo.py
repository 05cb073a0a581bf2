# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A managed object as we want it, and how we hold it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

from . import names
from .classes import known, spec
from .names import BuildError

ANNOTATION = "orchestrator:kubefabric"
OWNER_TAG = "kubefabric-"

# How we hold an object.
ANCESTOR = "ancestor"  # another owner's: must be there; we neither create nor change nor delete it
OWNED = "owned"  # ours: created, changed and deleted by us
SHARED = "shared"  # several clusters': created if absent, tagged by each owner, deleted with the last one


@dataclass(frozen=True)
class Family:
    """Objects directly below an ancestor that are ours by their name or owner, and go unless the tree has them.

    cls: their class. prefix: how their relative names begin. pattern: a regular expression for the whole of one. owner:
    where their names do not tell, the value of their property ``ownerTag``.
    """

    cls: str
    prefix: str = ""
    pattern: str = ".*"
    owner: str = ""


@dataclass
class Mo:
    """One managed object with its children.

    cls: APIC's class name. attributes: properties, naming ones included, all strings. hold: see above; an OWNED object
    below a SHARED one is a part of it. present: False means that ours must not (or no longer) be there. owner: on a
    SHARED object, the owner that its tag names. exclusive: (class, property): of this class at most one child
    per value may exist, ours or not (a VRF takes one BGP policy per address family). families: on an ANCESTOR, see
    Family. strict: a SHARED object that others made is in our way, where others are used as they are. purpose:
    written into the owner's tag; with it on the root, what the owner holds for this purpose anywhere, and the tree does
    not have, is released (leftovers.py). needs: on a relation by name, where its target may be, as (class,
    distinguished name): one of these objects of others must be there.
    """

    cls: str
    attributes: Dict[str, str] = field(default_factory=dict)
    children: List[Mo] = field(default_factory=list)
    hold: str = OWNED
    present: bool = True
    owner: Optional[str] = None
    exclusive: Optional[Tuple[str, str]] = None
    families: Tuple[Family, ...] = ()
    strict: bool = False
    purpose: str = ""
    needs: Tuple[Tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        self.attributes = {name: canonical(self.cls, name, value) for name, value in self.attributes.items()}

    @property
    def rn(self) -> str:
        """Relative name, from the naming properties or, for a class outside the table, as given."""
        return relative_name(self.cls, self.attributes)

    @property
    def naming(self) -> Dict[str, str]:
        """The attributes that name the object in a document."""
        return naming_of(self.cls, self.attributes)


def ancestor(
    cls: str,
    children: Optional[List[Mo]] = None,
    exclusive: Optional[Tuple[str, str]] = None,
    families: Iterable[Family] = (),
    **naming: Any,
) -> Mo:
    """Another owner's object on the way to ours."""
    return Mo(cls, naming, list(children or []), hold=ANCESTOR, exclusive=exclusive, families=tuple(families))


def owned(cls: str, children: Optional[List[Mo]] = None, present: bool = True, **attributes: Any) -> Mo:
    """An object of ours."""
    return Mo(cls, attributes, list(children or []), hold=OWNED, present=present)


def shared(cls: str, owner: str, children: Optional[List[Mo]] = None, present: bool = True, **attributes: Any) -> Mo:
    """An object that several clusters may use; ``owner`` is the cluster that asks for it now."""
    return Mo(cls, attributes, list(children or []), hold=SHARED, present=present, owner=owner)


def tag_value(purpose: str) -> str:
    """The value of that tagAnnotation."""
    return f"{ANNOTATION}:{purpose}" if purpose else ANNOTATION


def owner_key(owner: str) -> str:
    """The key of the tagAnnotation by which a cluster holds a shared object."""
    return OWNER_TAG + owner


def relative_name(cls: str, attributes: Dict[str, str]) -> str:
    """Relative name of an object of ``cls`` with these attributes.

    Raises BuildError when a naming property, or the ``rn`` of a class outside the table, is missing.
    """
    if not known(cls):
        if attributes.get("rn"):
            return _whole(attributes["rn"], f"{cls}.rn")
        raise BuildError(f"{cls} is not in this collection's class table: give its attribute `rn`.")
    entry = spec(cls)
    missing = [name for name in entry.naming if not attributes.get(name)]
    if missing:
        raise BuildError("{} lacks {}, which is part of its name ({}).".format(cls, " and ".join(missing), entry.rn))
    for name in entry.naming:
        if f"[{{{name}}}]" in entry.rn:
            names.inner(attributes[name], f"{cls}.{name}")
        else:
            names.name(attributes[name], f"{cls}.{name}", cls)
    return entry.rn.format(**attributes)


def _whole(rn: str, where: str) -> str:
    if len(split(names.inner(rn, where))) != 1:
        raise BuildError(f"{where}: {rn} names an object below another: give its own part of the name.")
    return rn


def naming_of(cls: str, attributes: Dict[str, str]) -> Dict[str, str]:
    """The attributes by which APIC knows which object is meant: the naming properties, or ``rn`` outside the table."""
    names = spec(cls).naming if known(cls) else ("rn",)
    return {name: attributes[name] for name in names}


def canonical(cls: str, name: str, value: object) -> str:
    """A property's value as APIC writes it: strings, addresses in their canonical form. Comparison and names depend on
    it.
    """
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    if name not in spec(cls).addresses or not text:
        return text
    try:
        return str(ipaddress.ip_interface(text)) if "/" in text else str(ipaddress.ip_address(text))
    except ValueError as error:
        raise BuildError(f"{cls}.{name}: {text} is not an IP address or prefix.") from error


def walk(mo: Mo, parent_dn: str = "") -> Iterator[Tuple[str, Mo]]:
    """Every object of the tree with its distinguished name, parents first."""
    dn = join(parent_dn, mo.rn)
    yield dn, mo
    for child in mo.children:
        yield from walk(child, dn)


def join(parent_dn: str, rn: str) -> str:
    """The distinguished name of the child ``rn`` of ``parent_dn`` ('' above the root)."""
    return parent_dn + "/" + rn if parent_dn else rn


def split(dn: str) -> List[str]:
    """The relative names of a distinguished name; a slash inside brackets does not divide.

    >>> split("uni/tn-a/out-b/rsnodeL3OutAtt-[topology/pod-1/node-101]")
    ['uni', 'tn-a', 'out-b', 'rsnodeL3OutAtt-[topology/pod-1/node-101]']
    """
    parts: List[str] = []
    depth = 0
    for piece in dn.split("/"):
        if depth:
            parts[-1] += "/" + piece
        else:
            parts.append(piece)
        depth += piece.count("[") - piece.count("]")
    return parts
