"""Relations: what an ``Rs`` object points to, whether its target is there, and the fault it raises if not.

A target that is there shows who points to it by an ``Rt`` object (``fvRtCtx`` in a VRF).

A named relation (``tnFvCtxName``) is looked for in the object's own tenant, then in ``common``; where the name is
empty or nothing has it, the policy called ``default`` in the same places serves. An explicit one (``tDn``) points to
that DN or to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lab.apic.catalog import Catalog, MoClass, Relation
from lab.apic.dn import split
from lab.apic.faults import Faults
from lab.apic.store import Mo, Store

REVERSE = "relations"


class Relations:
    """Keeps the state of every relation of a store; ``update`` after each change of objects."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store, self.faults = store, faults
        self._watchers: dict[str, set[str]] = {}
        self._watched: dict[str, list[str]] = {}
        self._reverse: dict[str, Mo] = {}

    def update(self, objects: Iterable[Mo]) -> None:
        """Resolve the relations among these objects (created, modified or gone) and those that may point to them."""
        waiting: set[str] = set()
        for mo in objects:
            if self.store.catalog[mo.cls].relation is not None:
                waiting.add(mo.dn)
            waiting |= self._watchers.get(mo.dn, set())
        for dn in sorted(waiting):
            relation = self.store.get(dn)
            if relation is None:
                self._watch(dn, [])
                self._unlink(dn)
            else:
                self._resolve(relation)

    def _watch(self, dn: str, targets: list[str]) -> None:
        for target in self._watched.pop(dn, []):
            self._watchers[target].discard(dn)
        if targets:
            self._watched[dn] = targets
        for target in targets:
            self._watchers.setdefault(target, set()).add(dn)

    # -- one relation -----------------------------------------------------------------------------

    def _resolve(self, mo: Mo) -> None:
        cls = self.store.catalog[mo.cls]
        assert cls.relation is not None
        if not cls.relation.resolvable and not cls.relation.enforceable:
            return
        if cls.relation.named:
            self._resolve_named(mo, cls, cls.relation)
        else:
            self._resolve_explicit(mo, cls, cls.relation)

    def _resolve_explicit(self, mo: Mo, cls: MoClass, relation: Relation) -> None:
        target_dn = self.store.value(mo, "tDn")
        self._watch(mo.dn, [target_dn] if target_dn else [])
        target = self.store.by_dn.get(target_dn)
        if target is None:
            self._note(mo, "missing-target" if target_dn else "unformed", "none", target_dn, self._class_of(target_dn))
        elif target.cls not in self.store.catalog.concrete(relation.target):
            self._note(mo, "invalid-target", "none", target_dn, target.cls)
        else:
            self._note(mo, "formed", "none", target_dn, target.cls)
        self._fault(mo, cls, bool(target_dn) and self.store.value(mo, "state") != "formed", target_dn)

    def _class_of(self, dn: str) -> str:
        try:
            return self.store.catalog.class_of(dn) if dn else ""
        except ValueError:
            return ""

    def _resolve_named(self, mo: Mo, cls: MoClass, relation: Relation) -> None:
        name = self.store.value(mo, target_name_property(cls))
        wanted = list(candidates(self.store.catalog, mo, relation, name)) if name else []
        fallback = list(candidates(self.store.catalog, mo, relation, "default"))
        self._watch(mo.dn, wanted + fallback)
        found = next((dn for dn in wanted if dn in self.store.by_dn), None)
        default = next((dn for dn in fallback if dn in self.store.by_dn), None)
        if found is not None:
            self._note(mo, "formed", "none", found, self.store.by_dn[found].cls)
        elif default is not None:
            quality = "mismatch-target" if name else "default-target"
            self._note(mo, "formed", quality, default, self.store.by_dn[default].cls)
        else:
            self._note(mo, "missing-target" if name else "unformed", "none", "", "")
        if "tRn" in self.store.catalog.properties(mo.cls):
            mo.values["tRn"] = split(found or default or wanted[0])[-1] if wanted or default else ""
        self._fault(mo, cls, bool(name) and found is None, name)

    def _note(self, mo: Mo, state: str, quality: str, target: str, target_class: str) -> None:
        notes = {"state": state, "stateQual": quality, "tDn": target}
        if target_class:
            notes["tCl"] = target_class
        known = self.store.catalog.properties(mo.cls)
        mo.values.update({name: value for name, value in notes.items() if name in known})
        self._link(mo, self.store.by_dn.get(target) if state == "formed" else None)

    # -- the other direction ----------------------------------------------------------------------

    def _link(self, mo: Mo, target: Mo | None) -> None:
        """Let the target, and no other object, show who points to it."""
        present = self._reverse.get(mo.dn)
        if present is not None and present.parent is target and self.store.by_dn.get(present.dn) is present:
            return
        self._unlink(mo.dn)
        relation = self.store.catalog[mo.cls].relation
        if target is not None and relation is not None and relation.reverse:
            self._attach_reverse(mo, target, self.store.catalog[relation.reverse])

    def _attach_reverse(self, mo: Mo, target: Mo, cls: MoClass) -> None:
        if cls.rn is None or mo.parent is None or target.cls not in cls.contained_by:
            return
        naming = {name: self.store.value(mo, name) for name in cls.rn.properties}
        source = {"tDn": mo.parent.dn, "tCl": mo.parent.cls}
        rn = cls.rn.build({**naming, **source})
        if rn not in target.children:
            reverse = Mo(cls.name, rn, target, REVERSE)
            known = self.store.catalog.properties(cls.name)
            reverse.values = {name: value for name, value in {**naming, **source}.items() if name in known}
            reverse.mod_ts = mo.mod_ts
            self.store.attach(reverse)
            self._reverse[mo.dn] = reverse

    def _unlink(self, dn: str) -> None:
        reverse = self._reverse.pop(dn, None)
        if reverse is not None and self.store.by_dn.get(reverse.dn) is reverse:
            self.store.detach(reverse)

    # -- faults -----------------------------------------------------------------------------------

    def _fault(self, mo: Mo, cls: MoClass, broken: bool, target: str) -> None:
        code = next((code for name, code in cls.faults.items() if name.endswith("ResolveFail")), None)
        if code is None:
            return
        if broken:
            self.faults.show(mo, code, _unresolved(mo, cls, target))
        else:
            self.faults.clear(mo, code)


def _unresolved(mo: Mo, cls: MoClass, target: str) -> dict[str, str]:
    """The faultInst of an unresolved relation, with the attributes APIC gives such a fault."""
    assert cls.relation is not None
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in cls.name)
    return {
        "descr": f"Failed to form relation to MO {target} of class {cls.relation.target}",
        "cause": "resolution-failed",
        "rule": f"{words}-resolve-fail",
        "subject": "relation-resolution",
        "severity": "warning",
        "type": "config",
        "domain": "tenant" if mo.dn.startswith("uni/tn-") else "infra",
    }


def target_name_property(cls: MoClass) -> str:
    """The property that holds a named relation's target name: ``tnFvCtxName`` for a relation to fvCtx."""
    assert cls.relation is not None
    target = cls.relation.target
    return f"tn{target[0].upper()}{target[1:]}Name"


def find_named(store: Store, mo: Mo) -> str:
    """The DN that a named relation resolves to as the store is now; empty if to nothing."""
    cls = store.catalog[mo.cls]
    assert cls.relation is not None
    names = [store.value(mo, target_name_property(cls)), "default"]
    found = (dn for name in names if name for dn in candidates(store.catalog, mo, cls.relation, name))
    return next((dn for dn in found if dn in store.by_dn), "")


def candidates(catalog: Catalog, mo: Mo, relation: Relation, name: str) -> Iterator[str]:
    """The DNs at which a named relation looks for its target, in order."""
    for cls_name in sorted(catalog.concrete(relation.target)):
        cls = catalog[cls_name]
        if cls.rn is None or len(cls.rn.properties) != 1:
            continue
        rn = cls.rn.build({cls.rn.properties[0]: name})
        for container in _containers(mo, cls):
            yield f"{container}/{rn}"


def _containers(mo: Mo, target: MoClass) -> Iterator[str]:
    """Containing objects that may hold the target, nearest first; then tenant common, infra and the fabric."""
    seen = set()
    for ancestor in mo.ancestors():
        if ancestor.cls in target.contained_by:
            seen.add(ancestor.dn)
            yield ancestor.dn
    for dn, cls in (
        ("uni/tn-common", "fvTenant"),
        ("uni/infra", "infraInfra"),
        ("uni/infra/funcprof", "infraFuncP"),
        ("uni/fabric", "fabricInst"),
        ("uni/fabric/funcprof", "fabricFuncP"),
        ("uni", "polUni"),
    ):
        if cls in target.contained_by and dn not in seen:
            yield dn
