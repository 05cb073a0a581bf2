"""APIC's class model, read as data from niwaki's ``catalog.db`` (APIC 6.0(9c), SQLite).

Classes and properties are read when first asked for and kept. The catalog packs its larger columns with zlib: a class's
``residual`` says what contains it and what it contains, a property's ``residual`` how its values are validated.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zlib
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from lab.apic import releases
from lab.apic.dn import RnFormat, split
from lab.context import cache_directory

VERSION = "niwaki-2.1.0"

# Bits of prop_sig.flags, in the order that the catalog's manifest (`prop_flags`) gives.
_CONFIGURABLE, _CREATE_ONLY, _READ_ONLY = 1 << 0, 1 << 2, 1 << 4
_NAMING, _SECURE, _MANDATORY, _HIDDEN = 1 << 5, 1 << 6, 1 << 8, 1 << 13


_CLASS_NAME = re.compile(rb'"([a-z0-9]+:[A-Z]\w*)"')


def locate(path: str | os.PathLike[str] | None = None) -> Path:
    """catalog.db: ``path``, else $KUBEFABRIC_APIC_CATALOG, else the lab's cache; FileNotFoundError."""
    candidate = path or os.environ.get("KUBEFABRIC_APIC_CATALOG")
    file = Path(candidate) if candidate else cache_directory() / VERSION / "catalog.db"
    if not file.is_file():
        raise FileNotFoundError(
            f"{file}: no APIC class catalog there; `python -m lab setup` puts it in the cache, "
            "or give one with --catalog or $KUBEFABRIC_APIC_CATALOG"
        )
    return file


@dataclass(frozen=True)
class Range:
    """One accepted range of a value (a length for text); ``maximum`` None: no bound. One of the patterns must match."""

    minimum: float
    maximum: float | None
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Property:
    """One property of a class; ``constants`` maps a value's name to its number, where the type has names."""

    name: str
    base: str
    kind: str
    default: str | None
    constants: dict[str, int] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    address: str = ""
    configurable: bool = False
    create_only: bool = False
    naming: bool = False
    secure: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Relation:
    """What an ``Rs`` class points to."""

    target: str
    named: bool
    to_one: bool
    enforceable: bool
    resolvable: bool
    reverse: str = ""  # the class that the target shows it by (fvRtCtx); none for some


@dataclass(frozen=True)
class MoClass:
    """One class. ``contained_by`` and ``contains`` hold class names as in the API (``fvTenant``)."""

    name: str
    id: int
    order: int  # APIC's own number of the class: children are answered in descending order of it
    rn: RnFormat | None
    naming: tuple[str, ...]
    abstract: bool
    configurable: bool
    creatable: bool
    category: str
    contained_by: frozenset[str]
    contains: tuple[str, ...]
    relation: Relation | None
    faults: dict[str, str]

    @property
    def implicit(self) -> bool:
        """Whether it comes and goes with its parent: configurable, never created or deleted, one per parent."""
        return (
            self.configurable and not self.creatable and not self.abstract and not self.naming and self.rn is not None
        )


def api_name(name: str) -> str:
    """``fv:Tenant`` as the API writes it: ``fvTenant``."""
    return name.replace(":", "")


def _unpack(blob: bytes | None) -> Any:
    return json.loads(zlib.decompress(blob)) if blob else {}


def opened(path: str | os.PathLike[str] | None, release: str | None = None) -> Catalog:
    """The catalog as this process reads it: what was loaded of it stays, also for processes forked from this one."""
    # the cache would take an argument that is left out for another call
    return _opened(None if path is None else os.fspath(path), release)


@cache
def _opened(path: str | None, release: str | None) -> Catalog:
    return Catalog(path, release)


class Catalog:
    """The model; not safe for use by several threads. ``release``: one after the catalog's (releases.py)."""

    def __init__(self, path: str | os.PathLike[str] | None = None, release: str | None = None) -> None:
        self.path = locate(path)
        self._db = sqlite3.connect(f"file:{self.path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._types: dict[int, str] = dict(self._db.execute("SELECT id, value FROM type_pool"))
        self._ids: dict[str, int] = dict(self._db.execute("SELECT class_name, id FROM mo"))
        self._classes: dict[str, MoClass] = {}
        self._properties: dict[str, dict[str, Property]] = {}
        self._signatures: dict[int, Property] = {}
        self._enums: dict[int, dict[str, int]] = {}
        self._children: dict[str, list[MoClass]] = {}
        self.parse_dn = lru_cache(maxsize=50_000)(self._parse_dn)
        own = self._db.execute("SELECT value FROM manifest WHERE key = 'apic_version'").fetchone()[0]
        self.version: str = release or own
        """The APIC release that is described."""
        if not releases.at_least(self.version, own):
            raise ValueError(f"{release} is before {own}, the release that the catalog describes")

    def __contains__(self, name: object) -> bool:
        return name in self._ids

    def names(self, name: str) -> bool:
        """Whether a class is at least mentioned: of the public cloud's classes the catalog has names only."""
        return name in self._ids or name in self._mentioned

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """The classes that others contain, or that contain them, whether or not they are described."""
        texts = (zlib.decompress(row[0]) for row in self._db.execute("SELECT residual FROM mo WHERE residual NOTNULL"))
        found = {name for text in texts for name in _CLASS_NAME.findall(text)}
        return frozenset(api_name(name.decode()) for name in found)

    def __getitem__(self, name: str) -> MoClass:
        """The class of that name; KeyError if the model has none."""
        if name not in self._classes:
            self._classes[name] = self._load_class(name)
        return self._classes[name]

    # -- classes ----------------------------------------------------------------------------------

    def _load_class(self, name: str) -> MoClass:
        number = self._ids[name]
        row = self._db.execute(
            "SELECT class_id, rn_format, identified_by, is_abstract, is_configurable, is_creatable_deletable,"
            " mo_category, residual FROM mo WHERE id = ?",
            (number,),
        ).fetchone()
        order, rn, naming, abstract, configurable, creatable, category, residual = row
        details = _unpack(residual)
        faults = dict(self._db.execute("SELECT name, code FROM fault WHERE class_id = ?", (number,)))
        return MoClass(
            name=name,
            id=number,
            order=int(order or 0),
            rn=RnFormat(rn) if rn else None,
            naming=tuple(json.loads(naming or "[]")),
            abstract=bool(abstract),
            configurable=bool(configurable),
            creatable=creatable != "never",
            category=category,
            contained_by=frozenset(api_name(item) for item in details.get("containedBy", {})),
            contains=tuple(api_name(item) for item in details.get("contains", {})),
            relation=self._relation(name, details.get("relationInfo"), category),
            faults=faults,
        )

    def _relation(self, name: str, info: dict | None, category: str) -> Relation | None:
        if not info or not category.startswith("RelationshipTo"):
            return None
        row = self._db.execute("SELECT to_rel_mo FROM relation WHERE rs_class = ?", (name,)).fetchone()
        reverse = api_name(row[0]) if row and row[0] else ""
        return Relation(
            target=api_name(info["toMo"]),
            named=info["type"] == "named",
            to_one=info["cardinality"].endswith("-to-1"),
            enforceable=bool(info["enforceable"]),
            resolvable=bool(info["resolvable"]),
            reverse=reverse if reverse in self._ids else "",
        )

    def children(self, name: str) -> list[MoClass]:
        """The concrete classes that a class contains; the most literal relative-name formats first."""
        if name not in self._children:
            known = (self[child] for child in self[name].contains if child in self._ids)
            concrete = [cls for cls in known if not cls.abstract and cls.rn is not None]
            self._children[name] = sorted(concrete, key=lambda cls: -cls.rn.literal if cls.rn else 0)
        return self._children[name]

    def concrete(self, name: str) -> frozenset[str]:
        """The concrete classes that a class name stands for: itself, and everything derived from it."""
        return _concrete(self, name)

    def subclasses(self, name: str) -> list[str]:
        """Every class derived from the named one, directly or not; those the catalog has."""
        number = self._ids[name]
        rows = self._db.execute("SELECT subclass FROM subclass WHERE class_id = ?", (number,))
        direct = [api_name(row[0]) for row in rows]
        return [item for item in direct if item in self._ids]

    @property
    def loaded(self) -> list[str]:
        """The classes that were read until now."""
        return list(self._classes)

    # -- properties -------------------------------------------------------------------------------

    def properties(self, name: str) -> dict[str, Property]:
        """The properties of a class by name, in alphabetical order."""
        if name not in self._properties:
            rows = self._db.execute(
                "SELECT s.id, s.wire_name, s.enum_id, s.base_type_id, s.uitype_id, s.default_val, s.flags, s.residual"
                " FROM class_prop p JOIN prop_sig s ON s.id = p.sig_id WHERE p.class_id = ? ORDER BY s.wire_name",
                (self._ids[name],),
            )
            found = {row[1]: self._signature(row) for row in rows}
            self._properties[name] = releases.properties(self.version, name, found)
        return self._properties[name]

    def _signature(self, row: tuple) -> Property:
        number, name, enum, base, kind, default, flags, residual = row
        if number not in self._signatures:
            details = _unpack(residual)
            self._signatures[number] = Property(
                name=name,
                base=self._types.get(base, ""),
                kind=self._types.get(kind, ""),
                default=_text(json.loads(default)) if default is not None else None,
                constants=self._constants(enum) if enum is not None else {},
                ranges=_ranges(details.get("validators", [])),
                address=next((key[10:] for key in details if key.startswith("validateAs")), ""),
                configurable=bool(flags & _CONFIGURABLE),
                create_only=bool(flags & _CREATE_ONLY),
                naming=bool(flags & _NAMING),
                secure=bool(flags & _SECURE),
                hidden=bool(flags & _HIDDEN),
            )
        return self._signatures[number]

    def _constants(self, number: int) -> dict[str, int]:
        if number not in self._enums:
            row = self._db.execute("SELECT content FROM enum WHERE id = ?", (number,)).fetchone()
            entries = ((item["localName"], _integer(item["value"])) for item in (_unpack(row[0]) if row else []))
            self._enums[number] = {
                name: value for name, value in entries if name != "defaultValue" and value is not None
            }
        return self._enums[number]

    # -- distinguished names ----------------------------------------------------------------------

    def child(self, parent: str, rn: str) -> tuple[MoClass, dict[str, str]] | None:
        """The class of what is called ``rn`` within class ``parent``, and its naming values; None if there is none."""
        for match in (RnFormat.match, RnFormat.match_bare):
            for cls in self.children(parent):
                values = match(cls.rn, rn) if cls.rn else None
                if values is not None:
                    return cls, values
        return None

    def _parse_dn(self, dn: str) -> tuple[tuple[str, str], ...]:
        """(class, relative name) of every object on the way from the root; ValueError if no class can be named so."""
        steps, current = [], "topRoot"
        for rn in split(dn):
            found = self.child(current, rn)
            if found is None:
                raise ValueError(f"{dn!r}: {current} contains nothing that is called {rn!r}")
            current = found[0].name
            steps.append((current, rn))
        return tuple(steps)

    def class_of(self, dn: str) -> str:
        """The class of the object that a DN names; ValueError if no class can be named so."""
        return self.parse_dn(dn)[-1][0]


@lru_cache(maxsize=4096)
def _concrete(catalog: Catalog, name: str) -> frozenset[str]:
    found, waiting = set(), [name]
    while waiting:
        current = waiting.pop()
        if not catalog[current].abstract:
            found.add(current)
        waiting.extend(catalog.subclasses(current))
    return frozenset(found)


def _ranges(validators: list[dict]) -> tuple[Range, ...]:
    return tuple(_range(item) for item in validators)


def _range(item: dict) -> Range:
    patterns = tuple(entry["regex"] for entry in item.get("regexs", []) if entry.get("type") == "include")
    if "regex" in item and item.get("type") == "include":
        patterns += (item["regex"],)
    minimum, maximum = item.get("min", 0), item.get("max")
    # A 32-bit maximum overflowed to 0 when the catalog was made (bgpAsP.asn: min 1, max 0).
    return Range(minimum, None if maximum is not None and maximum < minimum else maximum, patterns)


def _integer(value: object) -> int | None:
    text = str(value)
    if text in ("true", "false"):
        return int(text == "true")
    try:
        return int(text, 0)
    except ValueError:
        return None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
