"""The filter language of queries: ``and(eq(fvTenant.name,"k8s"),wcard(fvTenant.dn,"tn-"))``.

A filter is compiled to a function of an object, and to where the objects are that it can pick, so that a query looks at
those alone, as APIC's own indexes do. Operators as the APIC REST API Configuration Guide lists them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.apic import errors
from lab.apic.catalog import Property
from lab.apic.store import Mo, Store
from lab.apic.values import canonical

Predicate = Callable[[Mo], bool]
# By class, the names of the objects that can be picked, or None for all objects of the class.
Reach = dict[str, frozenset[str] | None]
_TOKEN = re.compile(r'\s*(?:(?P<punctuation>[(),])|"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s(),"]+))')
_COMPARISONS = {
    "eq",
    "ne",
    "gt",
    "ge",
    "lt",
    "le",
    "bw",
    "wcard",
    "anybit",
    "allbits",
    "anybits",
    "allbit",
    "pholder",
    "passive",
}


@dataclass(frozen=True)
class Filter:
    """What a filter says of an object; ``reach`` is None where objects of any class may be picked."""

    picks: Predicate
    reach: Reach | None = None

    def __call__(self, mo: Mo) -> bool:
        return self.picks(mo)


def compile_filter(store: Store, text: str) -> Filter:
    """What a filter describes; ApicError if it cannot be read or names a property no class has."""
    parser = _Parser(store, text)
    predicate = parser.expression()
    parser.end()
    return predicate


class _Parser:
    def __init__(self, store: Store, text: str) -> None:
        self.store, self.text = store, text
        self.tokens = self._tokens()
        self.position = 0

    def _tokens(self) -> list[tuple[str, bool]]:
        """(text, quoted) of every token."""
        found, position = [], 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise self._error()
            quoted = match["quoted"]
            found.append((quoted, True) if quoted is not None else (match["punctuation"] or match["bare"], False))
            position = match.end()
        return found

    def _error(self) -> errors.ApicError:
        return errors.bad_query(f"Invalid filter expression: {self.text}")

    def _next(self) -> tuple[str, bool]:
        if self.position >= len(self.tokens):
            raise self._error()
        self.position += 1
        return self.tokens[self.position - 1]

    def _expect(self, token: str) -> None:
        if self._next() != (token, False):
            raise self._error()

    def _peek(self) -> tuple[str, bool] | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def end(self) -> None:
        if self.position != len(self.tokens):
            raise self._error()

    def expression(self) -> Filter:
        operator, quoted = self._next()
        if quoted:
            raise self._error()
        if operator in ("true", "false"):
            return self._constant(operator == "true")
        self._expect("(")
        if operator in ("and", "or", "xor", "not"):
            return self._logical(operator)
        if operator in _COMPARISONS:
            return self._comparison(operator)
        if operator == "bt":
            return self._between()
        raise self._error()

    def _constant(self, value: bool) -> Filter:
        if self._peek() == ("(", False):
            self._expect("(")
            self._expect(")")
        return Filter(lambda _: value)

    def _logical(self, operator: str) -> Filter:
        parts = [self.expression()]
        while self._peek() == (",", False):
            self._next()
            parts.append(self.expression())
        self._expect(")")
        if operator == "not":
            if len(parts) != 1:
                raise self._error()
            return Filter(lambda mo: not parts[0](mo))
        if operator == "xor":
            return Filter(lambda mo: sum(part(mo) for part in parts) % 2 == 1)
        return _all_of(parts) if operator == "and" else _any_of(parts)

    def _property(self) -> tuple[frozenset[str], str]:
        name, quoted = self._next()
        cls, dot, prop = name.partition(".")
        if quoted or not dot:
            raise self._error()
        if cls not in self.store.catalog:
            raise errors.unknown_class(cls)
        if prop not in self.store.catalog.properties(cls):
            raise errors.filter_property(prop, cls)
        return self.store.catalog.concrete(cls), prop

    def _values(self) -> list[str]:
        values = []
        while self._peek() == (",", False):
            self._next()
            values.append(self._next()[0])
        self._expect(")")
        return values

    def _comparison(self, operator: str) -> Filter:
        classes, name = self._property()
        values = self._values()
        if len(values) != 1:
            raise self._error()
        values = self._printed(classes, name, operator, values)
        test = _TESTS[operator]
        names = frozenset(values) if (operator, name) == ("eq", "dn") else None
        picks = self._predicate(classes, name, lambda prop, value: test(prop, value, values[0]))
        return Filter(picks, dict.fromkeys(classes, names))

    def _printed(self, classes: frozenset[str], name: str, operator: str, values: list[str]) -> list[str]:
        """Values of ``eq`` and ``ne`` as APIC prints them: port 443 is ``https``."""
        prop = next((found[name] for cls in classes if name in (found := self.store.catalog.properties(cls))), None)
        if operator not in ("eq", "ne") or prop is None or not prop.constants:
            return values
        return [_canonical(prop, value) for value in values]

    def _between(self) -> Filter:
        classes, name = self._property()
        values = self._values()
        if len(values) != 2:
            raise self._error()
        picks = self._predicate(
            classes,
            name,
            lambda prop, value: order_key(prop, values[0]) <= order_key(prop, value) <= order_key(prop, values[1]),
        )
        return Filter(picks, dict.fromkeys(classes))

    def _predicate(self, classes: frozenset[str], name: str, test: Callable[[Property, str], bool]) -> Predicate:
        def predicate(mo: Mo) -> bool:
            prop = self.store.catalog.properties(mo.cls).get(name) if mo.cls in classes else None
            return prop is not None and not prop.secure and test(prop, self.store.value(mo, name))

        return predicate


def _all_of(parts: list[Filter]) -> Filter:
    """``and``: the whole picks no more than any of its parts, so the reach of one of them will do."""
    reach = next((part.reach for part in parts if part.reach is not None), None)
    return Filter(lambda mo: all(part(mo) for part in parts), reach)


def _any_of(parts: list[Filter]) -> Filter:
    """``or``: each object is compared only with the parts that can match its class."""
    by_class: dict[str, list[Filter]] = {}
    for part in parts:
        if part.reach is None:
            return Filter(lambda mo: any(part(mo) for part in parts))
        for cls in part.reach:
            by_class.setdefault(cls, []).append(part)
    reach = {cls: _union([(part.reach or {})[cls] for part in found]) for cls, found in by_class.items()}
    return Filter(lambda mo: any(part(mo) for part in by_class.get(mo.cls, ())), reach)


def _union(names: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [some for some in names if some is not None]
    return frozenset().union(*known) if len(known) == len(names) else None


def order_key(prop: Property, text: str) -> tuple[int, Any]:
    """What values of a property are ordered by: numbers as such, addresses by value, text as text."""
    if text in prop.constants:
        return 0, prop.constants[text]
    try:
        return 0, float(text)
    except ValueError:
        pass
    try:
        address = ipaddress.ip_interface(text)
        return 1, (address.version, int(address.ip), address.network.prefixlen)
    except ValueError:
        return 2, text


def _equal(prop: Property, value: str, wanted: str) -> bool:
    if prop.base.endswith("Bool"):
        return value == {"true": "yes", "false": "no"}.get(wanted, wanted)
    if ":Bitmask" in prop.base:
        return _bits(prop, value) == _bits(prop, wanted)
    return value == wanted or (wanted in prop.constants and order_key(prop, value) == order_key(prop, wanted))


def _bits(prop: Property, text: str) -> set[str]:
    return {part for part in text.split(",") if part and prop.constants.get(part) != 0}


def _wildcard(value: str, wanted: str) -> bool:
    try:
        return re.search(wanted, value) is not None
    except re.error:
        return wanted in value


_TESTS: dict[str, Callable[[Property, str, str], bool]] = {
    "eq": _equal,
    "ne": lambda prop, value, wanted: not _equal(prop, value, wanted),
    "gt": lambda prop, value, wanted: order_key(prop, value) > order_key(prop, wanted),
    "ge": lambda prop, value, wanted: order_key(prop, value) >= order_key(prop, wanted),
    "lt": lambda prop, value, wanted: order_key(prop, value) < order_key(prop, wanted),
    "le": lambda prop, value, wanted: order_key(prop, value) <= order_key(prop, wanted),
    "bw": lambda _, value, wanted: value.startswith(wanted),
    "wcard": lambda _, value, wanted: _wildcard(value, wanted),
    "anybit": lambda prop, value, wanted: bool(_bits(prop, value) & _bits(prop, wanted)),
    "allbits": lambda prop, value, wanted: _bits(prop, wanted) <= _bits(prop, value),
}
_COMPARISONS &= set(_TESTS)


def _canonical(prop: Property, value: str) -> str:
    try:
        return canonical(prop, value)
    except ValueError:
        return value
