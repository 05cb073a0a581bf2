"""Writing to the store: one posted document is applied whole or not at all.

Checked here: that classes, properties and values exist and are valid, that names and DNs agree, that an object may
stand where it is put, that naming and create-only properties do not change, and what ``status`` asks for. Rules that
span objects (``rules``) run before the transaction ends; relations are resolved after it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.apic import errors, passwords, values
from lab.apic.automatic import COMPANIONS, CONTAINERS, NAMED, derived
from lab.apic.catalog import MoClass, Property
from lab.apic.dn import join, split
from lab.apic.document import Element
from lab.apic.store import CONFIGURATION, META, Mo, Store, timestamp

_STATUSES = {"created", "modified", "deleted", ""}
# Owned by the system, sent back by clients that post what they read; APIC overlooks them.
_OVERLOOKED = META | {"extMngdBy", "monPolDn", "configIssues"}


@dataclass
class Change:
    """What happened to one object: ``created``, ``modified`` or ``deleted``, and the properties that got new values."""

    mo: Mo
    status: str
    properties: dict[str, str] = field(default_factory=dict)


class Transaction:
    """Changes to a store that can be taken back. Use as a context manager: an exception takes them back."""

    def __init__(self, store: Store, *, owner: str = CONFIGURATION, uid: str = "15374") -> None:
        self.store, self.owner, self.uid = store, owner, uid
        self.catalog = store.catalog
        self.changes: dict[str, Change] = {}
        self._undo: list[Callable[[], None]] = []
        self._deleted: set[str] = set()
        self._now = timestamp()

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for step in reversed(self._undo):
                step()
            self.changes.clear()

    # -- documents --------------------------------------------------------------------------------

    def post(self, element: Element, url_dn: str = "") -> None:
        """Apply a document posted to ``/api/mo/<url_dn>``; without DN in the URL, the object says its own."""
        cls = self._class(element)
        dn = element.attributes.get("dn")
        if dn is not None:
            dn = self.canonical_dn(dn, cls)
            self._check_url(dn, url_dn)
            self._apply(element, cls, *split_parent(dn))
        elif url_dn and self._names(url_dn, cls):
            self._check_name(element, cls, self.canonical_dn(url_dn, cls))
            self._apply(element, cls, *split_parent(self.canonical_dn(url_dn, cls)))
        elif url_dn:
            self._apply(element, cls, self.canonical_dn(url_dn))
        else:
            self._apply(element, cls, self._only_parent(cls))

    def place(self, element: Element) -> set[str]:
        """Put an operational object, with those inside it, where its ``dn`` says; missing containers come into being.

        Returns the DNs of all that was put or was there to carry it.
        """
        cls = self._class(element)
        if "dn" not in element.attributes:
            raise errors.malformed(f"no dn given for object of class {element.cls}")
        parent_dn, rn = split_parent(self.canonical_dn(element.attributes["dn"], cls))
        if parent_dn.startswith("uni/") and self.store.get(parent_dn) is None:
            return set()  # a fault of something that was deleted meanwhile; nothing comes into being under uni
        placed = self._carry(parent_dn)
        self._apply(element, cls, parent_dn, rn)
        mo = self.store.by_dn[join(parent_dn, rn)]
        return placed | self._placed(mo, element)

    def _placed(self, mo: Mo, element: Element) -> set[str]:
        """The DNs of an object and of those children that the document names."""
        found = {mo.dn}
        for child in element.children:
            cls = self.catalog[child.cls]
            found |= self._placed(mo.children[self._relative_name(child, cls, mo.dn, None)], child)
        return found

    def _carry(self, dn: str) -> set[str]:
        """Create the containers on the way to ``dn`` that are missing; returns the DNs of all of them."""
        current, carried = "", set()
        for name, rn in self.catalog.parse_dn(dn) if dn else ():
            parent, current = current, join(current, rn)
            if self.store.get(current) is None:
                self._create(self.catalog[name], parent, rn, set())
            carried.add(current)
        return carried

    def remove(self, mo: Mo) -> None:
        """Take an object out, whatever its class says about deletion."""
        self._remove(mo, self.catalog[mo.cls])

    def delete(self, dn: str) -> None:
        """Delete an object; nothing happens if there is none."""
        dn = self.canonical_dn(dn)
        mo = self.store.get(dn)
        if mo is not None:
            self._remove(mo, self.catalog[mo.cls])

    def _check_url(self, dn: str, url_dn: str) -> None:
        if not url_dn:
            return
        url = self.canonical_dn(url_dn)
        if dn != url and not dn.startswith(url + "/"):
            raise errors.unknown_value(dn, "dn", self.catalog.class_of(dn))

    def _names(self, url_dn: str, cls: MoClass) -> bool:
        try:
            return self.catalog.class_of(url_dn) == cls.name
        except ValueError:
            raise errors.invalid_dn(url_dn) from None

    def _check_name(self, element: Element, cls: MoClass, dn: str) -> None:
        """ApicError if the object names itself otherwise than the URL does; the text is of cisco.aci's tests."""
        given = {name: element.attributes[name] for name in cls.naming if element.attributes.get(name)}
        rn = split_parent(dn)[1]
        found = cls.rn.read(rn) if cls.rn is not None else None
        if found is not None and cls.rn is not None:
            named = {name: self._value(cls, name, text, rn) for name, text in given.items()}
            if any(found.get(name) != text for name, text in named.items()):
                raise errors.cannot_contain(cls.rn.build({**found, **named}), dn)

    def _only_parent(self, cls: MoClass) -> str:
        """Where an object goes that is posted without any DN: only ``uni`` and the like are found so."""
        if cls.name in self.catalog["topRoot"].contains:
            return ""
        if "polUni" in cls.contained_by:
            return "uni"
        raise errors.malformed(f"no dn given for object of class {cls.name}")

    # -- one object -------------------------------------------------------------------------------

    def _class(self, element: Element) -> MoClass:
        if element.cls not in self.catalog:
            raise errors.unknown_managed_object(element.cls)
        cls = self.catalog[element.cls]
        if cls.abstract or cls.rn is None:
            raise errors.unknown_managed_object(element.cls)
        return cls

    def _apply(self, element: Element, cls: MoClass, parent_dn: str, rn: str | None = None) -> None:
        """Bring one object and those inside it to what the document says."""
        self._check_names(element, cls)
        rn = self._relative_name(element, cls, parent_dn, rn)
        dn = join(parent_dn, rn)
        status = self._status(element, cls)
        mo = self.store.get(dn)
        if "deleted" in status:
            if mo is not None:
                self._remove(mo, cls)
            return
        if mo is None:
            mo = self._create(cls, parent_dn, rn, status)
        elif status == {"created"}:
            raise errors.already_attached(cls.name, parent_dn, rn)
        self._assign(mo, cls, element)
        for child in element.children:
            self._apply_child(child, mo)

    def _apply_child(self, element: Element, parent: Mo) -> None:
        cls = self._class(element)
        dn = element.attributes.get("dn")
        if dn is not None:
            canonical = self.canonical_dn(dn, cls)
            if split_parent(canonical)[0] != parent.dn:
                raise errors.unknown_value(dn, "dn", cls.name)
        self._apply(element, cls, parent.dn)

    def _check_names(self, element: Element, cls: MoClass) -> None:
        known = self.catalog.properties(cls.name)
        for name in element.attributes:
            if name not in known and name not in META:
                raise errors.unknown_attribute(name, cls.name)

    def _status(self, element: Element, cls: MoClass) -> set[str]:
        text = element.attributes.get("status", "")
        parts = {part.strip() for part in text.split(",")}
        if not parts <= _STATUSES:
            raise errors.unknown_value(text, "status", cls.name)
        return parts - {""}

    # -- names ------------------------------------------------------------------------------------

    def canonical_dn(self, dn: str, cls: MoClass | None = None) -> str:
        """A DN with its naming values as APIC prints them; the class it names must be ``cls`` if given."""
        try:
            steps = self.catalog.parse_dn(dn)
        except ValueError:
            if cls is not None:
                raise errors.unknown_value(dn, "dn", cls.name) from None
            raise errors.invalid_dn(dn) from None
        if cls is not None and steps[-1][0] != cls.name and not self._alternative(steps, cls):
            raise errors.unknown_value(dn, "dn", cls.name)
        names = [self._canonical_rn(self.catalog[name], rn) for name, rn in steps[:-1]]
        last = cls or self.catalog[steps[-1][0]]
        return "/".join([*names, self._canonical_rn(last, steps[-1][1])])

    def _alternative(self, steps: tuple[tuple[str, str], ...], cls: MoClass) -> bool:
        """Whether another class of the same place and name format is meant."""
        parent, rn = steps[-2][0] if len(steps) > 1 else "topRoot", steps[-1][1]
        return cls.name in self.catalog[parent].contains and cls.rn is not None and cls.rn.read(rn) is not None

    def _canonical_rn(self, cls: MoClass, rn: str) -> str:
        assert cls.rn is not None
        found = cls.rn.read(rn)
        if found is None:
            raise errors.invalid_dn(rn)
        return cls.rn.build({name: self._value(cls, name, text, rn) for name, text in found.items()})

    def _relative_name(self, element: Element, cls: MoClass, parent_dn: str, rn: str | None) -> str:
        """The relative name from the DN, the ``rn`` or the naming properties, which have to agree."""
        assert cls.rn is not None
        self._check_place(cls, parent_dn, element)
        given = element.attributes.get("dn")
        if rn is None and given is not None:
            rn = split_parent(self.canonical_dn(given, cls))[1]
        if rn is None and element.attributes.get("rn"):
            rn = self._canonical_rn(cls, element.attributes["rn"])
        if rn is None:
            return cls.rn.build({name: self._naming(element, cls, name) for name in cls.rn.properties})
        found = cls.rn.match(rn) or {}
        for name, value in found.items():
            text = element.attributes.get(name)
            if text is not None and self._value(cls, name, text, rn) != value:
                raise errors.create_only(name, cls.name)
        return rn

    def _naming(self, element: Element, cls: MoClass, name: str) -> str:
        text = element.attributes.get(name)
        if text is None:
            prop = self.catalog.properties(cls.name)[name]
            if prop.default is None:
                raise errors.naming_missing(cls.name, name)
            return values.default(prop)
        if text == "":
            raise errors.naming_missing(cls.name, name)
        value = self._value(cls, name, text, f"{cls.rn.text.partition('{')[0] if cls.rn else ''}{text}")
        self._check_delimiters(cls, name, value)
        return value

    def _check_delimiters(self, cls: MoClass, name: str, value: str) -> None:
        """A value whose brackets do not match would make a DN that cannot be parsed."""
        bracketed = cls.rn is not None and f"[{{{name}}}]" in cls.rn.text
        try:
            whole = len(split(f"[{value}]" if bracketed else value)) == 1
        except ValueError:
            whole = False
        if not whole:
            raise errors.unknown_value(value, name, cls.name)

    def _check_place(self, cls: MoClass, parent_dn: str, element: Element) -> None:
        try:
            parent = self.catalog.class_of(parent_dn) if parent_dn else "topRoot"
        except ValueError:
            raise errors.invalid_dn(parent_dn) from None
        if parent not in cls.contained_by and cls.name not in self.catalog[parent].contains:
            raise errors.not_contained(cls.name, parent, element.attributes.get("dn", parent_dn))

    # -- values -----------------------------------------------------------------------------------

    def _value(self, cls: MoClass, name: str, text: str, where: str) -> str:
        """The value as printed; ``where`` names the object in a refusal."""
        prop = self.catalog.properties(cls.name)[name]
        try:
            if prop.base == "reference:BinRef":
                return self._reference(text)
            return values.canonical(prop, text)
        except values.FailedValidation:
            raise errors.failed_validation(name, where, text) from None
        except values.OutOfRange:
            raise errors.out_of_range(name, where) from None
        except values.Unreadable:
            raise errors.unknown_value(text, name, cls.name) from None

    def _reference(self, text: str) -> str:
        """A DN as a value: it must be one that the model can have, not one that exists."""
        if not text:
            return ""
        try:
            return self.canonical_dn(text)
        except errors.ApicError:
            raise values.Unreadable(text) from None

    def _assign(self, mo: Mo, cls: MoClass, element: Element) -> None:
        fresh = mo.dn in self.changes and self.changes[mo.dn].status == "created"
        properties = self.catalog.properties(cls.name)
        current = {**self.store.defaults(cls.name), **mo.values}
        if self.owner == CONFIGURATION and cls.name == "aaaUser" and element.attributes.get("pwd"):
            self._remember(mo, element.attributes["pwd"])
        for name, text in {**element.attributes, **derived(cls.name, element.attributes, current)}.items():
            if name in _OVERLOOKED or name in cls.naming or text == self.store.value(mo, name):
                continue
            prop = properties[name]
            value = self._value(cls, name, text, mo.dn)
            if self.owner == CONFIGURATION:
                self._check_writable(mo, cls, prop, value, fresh)
            if value != self.store.value(mo, name):
                self._set(mo, name, value)

    def _remember(self, user: Mo, password: str) -> None:
        before = user.values.get(passwords.HISTORY, "")
        passwords.remember(user, password)
        self._undo.append(lambda: user.values.update({passwords.HISTORY: before}))

    def _check_writable(self, mo: Mo, cls: MoClass, prop: Property, value: str, fresh: bool) -> None:
        unchanged = value == self.store.value(mo, prop.name)
        if not prop.configurable and not unchanged:
            raise errors.read_only(prop.name, cls.name, mo.dn)
        if prop.create_only and not fresh and not unchanged:
            raise errors.create_only(prop.name, cls.name)

    def _set(self, mo: Mo, name: str, value: str) -> None:
        before = mo.values.get(name)
        stamp = (mo.mod_ts, mo.uid)

        def undo() -> None:
            mo.mod_ts, mo.uid = stamp
            if before is None:
                mo.values.pop(name, None)
            else:
                mo.values[name] = before

        self._undo.append(undo)
        mo.values[name], mo.mod_ts, mo.uid = value, self._now, self.uid
        if (mo.cls, name, value) == passwords.FORGET:
            mo.values |= {name: before or "no", passwords.HISTORY: ""}  # an action: done, and off again
        change = self.changes.setdefault(mo.dn, Change(mo, "modified"))
        change.properties[name] = value

    # -- life and death ---------------------------------------------------------------------------

    def _create(self, cls: MoClass, parent_dn: str, rn: str, status: set[str]) -> Mo:
        dn = join(parent_dn, rn)
        parent = self.store.get(parent_dn) or self._container(parent_dn)
        if parent is None or status == {"modified"}:
            raise errors.not_found(dn)
        if self.owner == CONFIGURATION:
            if not cls.configurable or not (cls.creatable or cls.implicit):
                raise errors.invalid_access(dn)
            self._check_not_deleted(cls, parent, rn)
        return self._attach(cls, rn, parent)

    def _container(self, dn: str) -> Mo | None:
        """A container that is made with what is put into it; None if there is none of that kind."""
        name = self.catalog.class_of(dn)
        if name in CONTAINERS:
            parent_dn, rn = split_parent(dn)
            self._create(self.catalog[name], parent_dn, rn, set())
        return self.store.get(dn)

    def _check_not_deleted(self, cls: MoClass, parent: Mo, rn: str) -> None:
        """One POST cannot delete an object and create it anew: APIC still finds the old one attached."""
        if join(parent.dn, rn) in self._deleted:
            raise errors.already_attached(cls.name, parent.dn, rn)

    def _attach(self, cls: MoClass, rn: str, parent: Mo) -> Mo:
        mo = Mo(cls.name, rn, parent, self.owner)
        mo.values.update(cls.rn.match(rn) or {} if cls.rn else {})
        mo.values.update(NAMED.get(cls.name, {}))
        mo.mod_ts, mo.uid = self._now, self.uid
        self.store.attach(mo)
        self._undo.append(lambda: self._withdraw(mo))
        self.changes[mo.dn] = Change(mo, "created", dict(mo.values))
        if self.owner == CONFIGURATION:
            for child in self.catalog.children(cls.name):
                if child.implicit and child.rn is not None:
                    self._attach(child, child.rn.text, mo)
            for companion in COMPANIONS.get(cls.name, ()):
                self._apply(companion, self.catalog[companion.cls], mo.dn)
        return mo

    def _withdraw(self, mo: Mo) -> None:
        self.store.detach(mo)

    def _remove(self, mo: Mo, cls: MoClass) -> None:
        if self.owner == CONFIGURATION and (not cls.creatable or not cls.configurable):
            raise errors.not_deletable(cls.name, mo.dn)
        gone = self.store.detach(mo)
        self._undo.append(lambda: self.store.reattach(mo))
        self._deleted.update(item.dn for item in gone)
        for item in gone:
            earlier = self.changes.get(item.dn)
            if earlier is not None and earlier.status == "created":
                del self.changes[item.dn]
            else:
                self.changes[item.dn] = Change(item, "deleted")


def split_parent(dn: str) -> tuple[str, str]:
    """(DN of the parent, relative name)."""
    parts = split(dn)
    return "/".join(parts[:-1]), parts[-1]
