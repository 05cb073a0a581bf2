# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What APIC has, as a flat map of what it returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterable, Iterator, List, Optional

from ..model.classes import known
from ..model.mo import BuildError, join, naming_of, relative_name, split

_DIGITS = 20  # more than any number of APIC's has


@dataclass(frozen=True)
class Found:
    """An object that is there."""

    dn: str
    cls: str
    attributes: Dict[str, str]

    @property
    def naming(self) -> Dict[str, str]:
        """The attributes by which a document names it."""
        if known(self.cls):
            _named(self.cls, self.attributes)
            return naming_of(self.cls, self.attributes)
        return {"rn": split(self.dn)[-1]}


class Snapshot:
    """Objects by distinguished name. ``roots``: those that were asked for by name, with whatever hangs below them."""

    def __init__(self, objects: Iterable[Found] = (), roots: Iterable[str] = ()) -> None:
        self.roots = frozenset(roots)
        self._objects: Dict[str, Found] = {}
        self._children: Dict[str, List[str]] = {}
        for found in objects:
            if found.dn not in self._objects:
                self._children.setdefault(parent_dn(found.dn), []).append(found.dn)
            self._objects[found.dn] = found

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[Found]:
        return iter(self._objects.values())

    def get(self, dn: str) -> Optional[Found]:
        """The object of that name, or None."""
        return self._objects.get(dn)

    def children(self, dn: str) -> List[Found]:
        """The objects directly below."""
        return [self._objects[child] for child in self._children.get(dn, [])]

    def below(self, dn: str) -> Iterator[Found]:
        """All objects below, parents first."""
        for child in self.children(dn):
            yield child
            yield from self.below(child.dn)

    def tags(self, dn: str) -> List[str]:
        """Keys of the tagAnnotations on an object."""
        return [child.attributes.get("key", "") for child in self.children(dn) if child.cls == "tagAnnotation"]

    def tag(self, dn: str, key: str) -> Found:
        """The tagAnnotation ``key`` on an object, which must be there."""
        return self._objects[join(dn, relative_name("tagAnnotation", {"key": key}))]


def parent_dn(dn: str) -> str:
    """The distinguished name one level up; '' for the root."""
    return "/".join(split(dn)[:-1])


def _named(cls: str, attributes: Dict[str, str]) -> str:
    """The relative name. Raises BuildError for an object that lacks a part of it."""
    try:
        return relative_name(cls, attributes)
    except BuildError as error:
        raise BuildError(f"The controller's answer is not from an APIC: {error}") from None


def number(text: Any) -> int:
    """A number as APIC writes it; 0 for what is none."""
    digits = str(text or "")
    return int(digits) if len(digits) < _DIGITS and digits.isdecimal() else 0


def flatten(imdata: List[Dict[str, Any]], parent: str = "") -> Iterator[Found]:
    """The objects of an answer's ``imdata``, nested or flat, with their distinguished names.

    Inner objects carry no ``dn``: it is made from ``rn``, or from the naming properties (``rsp-prop-include=config-
    only`` leaves ``rn`` out).
    """
    for item in imdata:
        for cls, body in item.items():
            attributes = {name: str(value) for name, value in body.get("attributes", {}).items()}
            dn = attributes.get("dn") or join(parent, attributes.get("rn") or _named(cls, attributes))
            yield Found(dn, cls, attributes)
            yield from flatten(body.get("children", []), dn)
