"""The tree of managed objects, and how they are printed. What may be written is ``transaction``'s business."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

from lab.apic import values
from lab.apic.catalog import Catalog, Property
from lab.apic.document import Element

CONFIGURATION = ""
# The monitoring policy that governs an object, by where it stands.
_MONITORING = (
    ("uni/tn-", "uni/tn-common/monepg-default"),
    ("uni/infra", "uni/infra/moninfra-default"),
    ("uni/fabric", "uni/fabric/monfab-default"),
)
# Properties that every class has and that are printed from the object itself, not from its values.
META = frozenset({"childAction", "dn", "rn", "status", "modTs", "uid", "lcOwn"})


def timestamp() -> str:
    """Now, as APIC prints times."""
    now = datetime.now(timezone.utc)
    return f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}+00:00"


class Mo:
    """A managed object. ``owner`` is empty for configuration, else what made it (an operational source, ``faults``)."""

    __slots__ = ("children", "cls", "dn", "mod_ts", "owner", "parent", "rn", "uid", "values")

    def __init__(self, cls: str, rn: str, parent: Mo | None, owner: str = CONFIGURATION) -> None:
        self.cls, self.rn, self.parent, self.owner = cls, rn, parent, owner
        self.dn: str = f"{parent.dn}/{rn}" if parent is not None and parent.dn else rn
        self.values: dict[str, str] = {}
        self.children: dict[str, Mo] = {}
        self.mod_ts, self.uid = "never", "0"

    def walk(self) -> Iterator[Mo]:
        """This object and everything below it, parents first."""
        yield self
        for child in list(self.children.values()):
            yield from child.walk()

    def ancestors(self) -> Iterator[Mo]:
        """The containing objects, nearest first."""
        current = self.parent
        while current is not None:
            yield current
            current = current.parent


class Store:
    """All objects, by DN and by class. ``revision`` counts the changes of configuration."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.root = Mo("topRoot", "", None)
        self.by_dn: dict[str, Mo] = {}
        self.by_class: dict[str, dict[str, Mo]] = {}
        self.revision = 0
        self._defaults: dict[str, dict[str, str]] = {}
        # What leaves say of configured objects (configIssues), by DN: never part of the configuration itself.
        self.issues: dict[str, str] = {}
        # Objects outside the tree, by class: the audit log.
        self.records: dict[str, list[Mo]] = {}

    # -- structure --------------------------------------------------------------------------------

    def get(self, dn: str) -> Mo | None:
        """The object of that DN; the root for an empty one."""
        return self.by_dn.get(dn) if dn else self.root

    def attach(self, mo: Mo) -> None:
        """Put an object, without children yet, below its parent."""
        assert mo.parent is not None
        mo.parent.children[mo.rn] = mo
        self.by_dn[mo.dn] = mo
        self.by_class.setdefault(mo.cls, {})[mo.dn] = mo

    def detach(self, mo: Mo) -> list[Mo]:
        """Take an object and everything below it out of the tree; returns them, parents first."""
        gone = list(mo.walk())
        assert mo.parent is not None
        del mo.parent.children[mo.rn]
        for item in gone:
            del self.by_dn[item.dn]
            del self.by_class[item.cls][item.dn]
        return gone

    def reattach(self, mo: Mo) -> None:
        """Undo ``detach``."""
        for item in mo.walk():
            self.attach(item)

    def of_class(self, name: str) -> Iterator[Mo]:
        """Every object of a class or of one derived from it."""
        for cls in sorted(self.catalog.concrete(name)):
            yield from self.by_class.get(cls, {}).values()
            yield from self.records.get(cls, ())

    def below(self, mo: Mo, wanted: Mapping[str, frozenset[str] | None]) -> Iterator[Mo]:
        """An object and those below it that are of certain classes, of each the named ones (None: all).

        Found by class and name, without a walk through the tree.
        """
        inside = f"{mo.dn}/" if mo.dn else ""
        for cls in sorted(wanted.keys() & self.by_class.keys()):
            known, names = self.by_class[cls], wanted[cls]
            found = list(known.values()) if names is None else [known[dn] for dn in sorted(names & known.keys())]
            yield from (kid for kid in found if kid is mo or kid.dn.startswith(inside))

    # -- values -----------------------------------------------------------------------------------

    def defaults(self, cls: str) -> dict[str, str]:
        """What an object of the class shows where nothing was set."""
        if cls not in self._defaults:
            properties = self.catalog.properties(cls)
            self._defaults[cls] = {name: values.default(prop) for name, prop in properties.items()}
        return self._defaults[cls]

    def value(self, mo: Mo, name: str) -> str:
        """One property as printed; secure ones too."""
        if name == "dn":
            return mo.dn
        if name == "rn":
            return mo.rn
        if name == "modTs":
            return mo.mod_ts
        if name == "uid":
            return mo.uid
        if name == "configIssues" and mo.dn in self.issues:
            return self.issues[mo.dn]
        if name == "monPolDn" and name not in mo.values:
            return next((policy for prefix, policy in _MONITORING if mo.dn.startswith(prefix)), "")
        return mo.values.get(name, self.defaults(mo.cls).get(name, ""))

    def attributes(self, mo: Mo, include: str = "all", *, nested: bool = False, secure: bool = False) -> dict[str, str]:
        """The attributes as printed; ``include`` as rsp-prop-include. Nested objects show ``rn`` in place of ``dn``."""
        chosen: dict[str, str] = {}
        for name, prop in self.catalog.properties(mo.cls).items():
            if name in ("dn", "rn"):
                if (name == "rn") == nested:
                    chosen[name] = mo.rn if nested else mo.dn
            elif (secure or not prop.secure) and _included(prop, include):
                chosen[name] = "" if name in ("status", "childAction") else self.value(mo, name)
        return chosen

    def element(self, mo: Mo, include: str = "all", *, nested: bool = False) -> Element:
        """One object, printed without its children."""
        return Element(mo.cls, self.attributes(mo, include, nested=nested))

    # -- whole trees ------------------------------------------------------------------------------

    def configuration(self) -> Iterator[Mo]:
        """Every object that is neither operational nor a fault, parents first."""
        for mo in self.root.walk():
            if mo is not self.root and mo.owner == CONFIGURATION:
                yield mo

    def export(self, mo: Mo) -> Element:
        """An object and its configured descendants with every attribute, even secure ones: for the lab's leaves."""
        children = [self.export(child) for child in mo.children.values() if child.owner == CONFIGURATION]
        return Element(mo.cls, self.attributes(mo, secure=True), children)


def _included(prop: Property, include: str) -> bool:
    if include == "naming-only":
        return prop.naming
    if include == "config-only":
        return prop.configurable
    return True
