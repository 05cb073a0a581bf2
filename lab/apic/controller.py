"""The controller without its HTTP: what a GET, POST or DELETE does to the store, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.apic import errors, rules, seed, values
from lab.apic.audit import Audit
from lab.apic.catalog import Catalog
from lab.apic.document import Element
from lab.apic.faults import Faults
from lab.apic.jobs import OWNER, TRIGGERS, Jobs
from lab.apic.query import Query, Result
from lab.apic.relations import Relations
from lab.apic.store import CONFIGURATION, Mo, Store
from lab.apic.subscriptions import LIFETIME, Subscriptions
from lab.apic.transaction import Change, Transaction


class Controller:
    """A store with its rules and relations. Everything happens on one event loop: no use by several threads."""

    def __init__(self, catalog: Catalog) -> None:
        self.store = Store(catalog)
        self.faults = Faults(self.store)
        self.relations = Relations(self.store, self.faults)
        self.jobs = Jobs(self.store)
        self.audit = Audit(self.store)
        self.subscriptions = Subscriptions(lambda change: _changed_element(self.store, change, nested=False))
        self._issued: dict[str, dict[str, str]] = {}

    def boot(self) -> None:
        """What an APIC makes by itself, over what is configured: its own objects, and the state of every relation."""
        self.replace_operational("system", seed.controllers(self.store.catalog.version))
        self.relations.update(list(self.store.by_dn.values()))

    # -- requests ---------------------------------------------------------------------------------

    def get_object(self, dn: str, options: Mapping[str, str]) -> Result:
        """GET /api/mo/<dn>."""
        self.faults.settle()
        return Query(self.store, options).of_object(self.canonical(dn))

    def get_class(self, name: str, options: Mapping[str, str], below: str = "") -> Result:
        """GET /api/class/<name>, of the whole fabric or of one node."""
        self.faults.settle()
        return Query(self.store, options).of_class(name, below)

    def get_tagged(self, name: str, options: Mapping[str, str]) -> Result:
        """GET /api/tag/<name>: the objects that have the tag, a tagInst of that name."""
        tags = (mo for mo in self.store.of_class("tagInst") if mo.rn == f"tag-{name}")
        return Query(self.store, options).of_objects(mo.parent for mo in tags if mo.parent is not None)

    def get_tags(self, dn: str) -> Result:
        """GET /api/tag/mo/<dn>: the tags of an object."""
        return self.get_object(dn, {"query-target": "children", "target-subtree-class": "tagInst"})

    def tag(self, dn: str, add: Iterable[str], remove: Iterable[str], user: str = "admin") -> list[Change]:
        """POST /api/tag/mo/<dn>?add=…&remove=…"""
        dn = self.canonical(dn)
        changes = [*((name, "created,modified") for name in add), *((name, "deleted") for name in remove)]
        tags = [Element("tagInst", {"dn": f"{dn}/tag-{name}", "status": status}) for name, status in changes]
        return self.post(tags, dn, user)

    def canonical(self, dn: str) -> str:
        """A DN as the store knows it; ApicError if the model has no such DN."""
        return Transaction(self.store).canonical_dn(dn)

    def post(self, posted: Element | Iterable[Element], url_dn: str = "", user: str = "admin") -> list[Change]:
        """Apply what was posted whole, or raise ApicError and leave everything as it was. Returns what changed."""
        with Transaction(self.store) as transaction:
            for element in [posted] if isinstance(posted, Element) else posted:
                transaction.post(element, url_dn)
            rules.check(self.store, transaction.changes)
            return self._commit(transaction, user)

    def delete(self, dn: str, user: str = "admin") -> list[Change]:
        """Delete an object and what it contains; no error if there is none."""
        with Transaction(self.store) as transaction:
            transaction.delete(dn)
            rules.check(self.store, transaction.changes)
            return self._commit(transaction, user)

    def _commit(self, transaction: Transaction, user: str) -> list[Change]:
        changes = list(transaction.changes.values())
        if changes:
            self.store.revision += 1
            self.audit.record(changes, user)
            self.relations.update(change.mo for change in changes)
            self._run_jobs(changes)
            self.subscriptions.notify(changes)
        return changes

    def _run_jobs(self, changes: list[Change]) -> None:
        """Snapshots and going back to one, where the changes trigger it."""
        if any(change.mo.cls in TRIGGERS for change in changes):
            self.relations.update(self.jobs.follow(changes))
            self.show_jobs()

    def show_jobs(self) -> None:
        """Let queries see the jobs and snapshots as they are."""
        self.replace_operational(OWNER, self.jobs.elements())

    # -- operational objects ----------------------------------------------------------------------

    def replace_operational(self, owner: str, elements: Iterable[Element]) -> None:
        """Make the operational objects of ``owner`` exactly these; ApicError names what does not fit the model."""
        with Transaction(self.store, owner=owner, uid="0") as transaction:
            wanted = set()
            for element in elements:
                wanted |= transaction.place(element)
            self._drop(transaction, owner, wanted)
            self.relations.update(change.mo for change in transaction.changes.values())
        self.subscriptions.notify(transaction.changes.values())

    def follow(self, session: str, kind: str, rest: str, options: Mapping[str, str]) -> str:
        """Subscribe to what a query of ``mo`` or ``class`` asks for; the subscription's identifier."""
        query = Query(self.store, options)
        below, _, name = rest.rpartition("/")
        matches = query.follows_object(self.canonical(rest)) if kind == "mo" else query.follows_class(name, below)
        lifetime = options.get("refresh-timeout", "")
        return self.subscriptions.add(session, matches, float(lifetime) if lifetime.isdigit() else LIFETIME)

    def replace_issues(self, owner: str, issues: Mapping[str, str]) -> None:
        """Make ``configIssues`` of the objects named exactly these, as far as ``owner`` goes; ApicError on a wrong one.

        Objects that are gone meanwhile are left out.
        """
        wanted = {}
        for dn, text in issues.items():
            mo = self.store.get(self.canonical(dn))
            if mo is not None:
                wanted[mo.dn] = self._issues(mo, text)
        self._issued = {**self._issued, owner: wanted}
        merged: dict[str, set[str]] = {}
        for dn, text in (item for mine in self._issued.values() for item in mine.items()):
            merged.setdefault(dn, set()).update(text.split(","))
        self.store.issues = {dn: ",".join(sorted(names)) for dn, names in merged.items()}

    def _issues(self, mo: Mo, text: str) -> str:
        prop = self.store.catalog.properties(mo.cls).get("configIssues")
        try:
            if prop is None:
                raise values.Unreadable(text)
            return values.canonical(prop, text)
        except ValueError:
            raise errors.unknown_value(text, "configIssues", mo.cls) from None

    def _drop(self, transaction: Transaction, owner: str, wanted: set[str]) -> None:
        """Take out what an owner no longer has; a container that holds another's objects goes over to that other."""
        stale = [mo for mo in self.store.by_dn.values() if mo.owner == owner and mo.dn not in wanted]
        for mo in sorted(stale, key=lambda mo: -len(mo.dn)):
            if mo.children:
                mo.owner = next(iter(mo.children.values())).owner
            else:
                transaction.remove(mo)


def modified_tree(store: Store, changes: Iterable[Change]) -> list[Element]:
    """What ``rsp-subtree=modified`` answers: the changed objects in their tree, each with its ``status``."""
    ordered = sorted(
        (change for change in changes if change.mo.owner == CONFIGURATION), key=lambda change: change.mo.dn.count("/")
    )
    elements: dict[str, Element] = {}
    top: list[Element] = []
    for change in ordered:
        parent = _nearest(change.mo, elements)
        element = _changed_element(store, change, nested=parent is not None)
        elements[change.mo.dn] = element
        (parent.children if parent is not None else top).append(element)
    return top


def _nearest(mo: Mo, elements: Mapping[str, Element]) -> Element | None:
    return elements.get(mo.parent.dn) if mo.parent is not None else None


def _changed_element(store: Store, change: Change, *, nested: bool) -> Element:
    if change.status == "created":
        attributes = {**store.attributes(change.mo, nested=nested), "childAction": "deleteNonPresent"}
        attributes.setdefault("rn", "")
    else:
        known = store.catalog.properties(change.mo.cls)
        attributes = {name: value for name, value in change.properties.items() if not known[name].secure}
        attributes["rn" if nested else "dn"] = change.mo.rn if nested else change.mo.dn
    return Element(change.mo.cls, {**attributes, "status": change.status})
