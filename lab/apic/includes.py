"""``rsp-subtree-include``: what a query may bring along that is no part of the tree, or is computed when asked for."""

from __future__ import annotations

from collections.abc import Iterator

from lab.apic import faults
from lab.apic.document import Element
from lab.apic.store import Mo, Store

# Kinds that choose among the objects of the tree, by (abstract) class.
CLASSES = {
    "faults": ("faultInst", "faultDelegate"),
    "relations": ("relnTo", "relnFrom"),
    "tasks": ("taskInst",),
}
# Kinds whose objects are computed: the classes that stand for it (a parent has one of them), and how.
_COMPUTED = {
    "fault-count": (("faultCounts", "faultCountsWithDetails"), faults.counts),
    "health": (("healthInst",), faults.health),
}
_RECORDS = {"audit-logs": "aaaModLR"}
# Kinds without objects of their own, and those of which the lab has none.
MODIFIERS = ("no-scoped", "required", "count", "subtree", "add-mo-list")
EMPTY = (
    "event-logs",
    "fault-records",
    "health-records",
    "stats",
    "deployment",
    "full-deployment",
    "port-deployment",
    "deployment-records",
    "ep-records",
    "local-prefix",
    "state",
)
KNOWN = frozenset((*CLASSES, *_COMPUTED, *_RECORDS, *MODIFIERS, *EMPTY))
CONTENT = KNOWN - frozenset(MODIFIERS)


def computed(store: Store, mo: Mo, kinds: frozenset[str], *, nested: bool = False) -> Iterator[Element]:
    """The objects that exist only in answers, of those kinds, for one object."""
    for kind, (names, compute) in _COMPUTED.items():
        cls = _held(store, mo, names) if kind in kinds else ""
        if cls:
            yield _element(store, mo, cls, compute(mo), nested=nested)


def records(store: Store, mo: Mo, kinds: frozenset[str], *, deep: bool) -> Iterator[Mo]:
    """What has been recorded of an object; ``deep``: and of all below it, even if that is gone."""
    for kind, cls in _RECORDS.items():
        for record in store.records.get(cls, ()) if kind in kinds else ():
            affected = record.values["affected"]
            if affected == mo.dn or (deep and affected.startswith(f"{mo.dn}/")):
                yield record


def _held(store: Store, mo: Mo, names: tuple[str, ...]) -> str:
    """The one of those classes that an object has; empty if none."""
    return next((name for name in names if name in store.catalog and mo.cls in store.catalog[name].contained_by), "")


def _element(store: Store, mo: Mo, cls: str, values: dict[str, str], *, nested: bool = False) -> Element:
    """An object that exists only in answers, below ``mo``."""
    rn = store.catalog[cls].rn
    item = Mo(cls, rn.text if rn is not None else "", mo)
    item.values, item.mod_ts = values, mo.mod_ts
    return store.element(item, nested=nested)


def of_dn(store: Store, dn: str) -> Element | None:
    """``<dn>/fltCnts`` or ``<dn>/health``, asked for by its own name; None if there is no such object."""
    parent, _, rn = dn.rpartition("/")
    mo = store.by_dn.get(parent)
    for names, compute in _COMPUTED.values():
        cls = _held(store, mo, names) if mo is not None else ""
        format_ = store.catalog[cls].rn if cls else None
        if mo is not None and format_ is not None and format_.text == rn:
            return _element(store, mo, cls, compute(mo))
    return None
