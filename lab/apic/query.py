"""GET: which objects, with which of their descendants and attributes, in which order and page.

Options as the "Cisco APIC REST API Configuration Guide" describes them: query-target, target-subtree-class,
query-target-filter, rsp-subtree, rsp-subtree-class, rsp-subtree-filter, rsp-subtree-include, rsp-prop-include,
order-by, page, page-size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lab.apic import errors, includes
from lab.apic.childorder import class_order
from lab.apic.document import Element
from lab.apic.filters import Filter, compile_filter, order_key
from lab.apic.store import Mo, Store

SUBTREES = ("no", "children", "full")
_CHOICES = {
    "query-target": ("self", "children", "subtree"),
    "rsp-subtree": SUBTREES,
    "rsp-prop-include": ("all", "naming-only", "config-only"),
}
_KNOWN = {
    *_CHOICES,
    "target-subtree-class",
    "query-target-filter",
    "rsp-subtree-class",
    "rsp-subtree-filter",
    "rsp-subtree-include",
    "order-by",
    "page",
    "page-size",
    "subscription",
    "refresh-timeout",
    "challenge",
    "cache-session",
    "time-range",
    "batch-size",
    "batch-id",
}
PAGE_LIMIT = 100_000


@dataclass(frozen=True)
class Result:
    """One page of results; ``total`` counts all pages."""

    elements: list[Element]
    total: int


class Query:
    """The options of one GET; ApicError if one cannot be read."""

    def __init__(self, store: Store, options: Mapping[str, str]) -> None:
        self.store, self.options = store, options
        unknown = sorted(set(options) - _KNOWN - {"_dc"})
        if unknown:
            raise errors.bad_query(f"Unknown query parameter '{unknown[0]}'")
        self.target = self._choice("query-target")
        self.subtree = self._choice("rsp-subtree")
        self.properties = self._choice("rsp-prop-include", "all")
        self.target_classes = self._classes("target-subtree-class")
        self.subtree_classes = self._classes("rsp-subtree-class")
        self.target_filter = self._filter("query-target-filter")
        self.subtree_filter = self._filter("rsp-subtree-filter")
        self.include = self._include()
        wanted = [name for kind in self.include for name in includes.CLASSES.get(kind, ())]
        self._included_classes = frozenset().union(*(self._concrete(name) for name in wanted))

    # -- options ----------------------------------------------------------------------------------

    def _choice(self, option: str, default: str = "") -> str:
        choices = _CHOICES[option]
        value = self.options.get(option, default or choices[0])
        if value not in choices:
            raise errors.bad_choice(option, choices)
        return value

    def _classes(self, option: str) -> frozenset[str] | None:
        text = self.options.get(option)
        if not text:
            return None
        return frozenset().union(*(self._concrete(name.strip()) for name in text.split(",")))

    def _concrete(self, name: str) -> frozenset[str]:
        catalog = self.store.catalog
        if name in catalog:
            return catalog.concrete(name)
        if catalog.names(name):
            return frozenset((name,))  # a class of the public cloud: known, and without objects on premises
        raise errors.unknown_class(name)

    def _filter(self, option: str) -> Filter | None:
        text = self.options.get(option)
        return compile_filter(self.store, text) if text else None

    def _include(self) -> frozenset[str]:
        given = frozenset(
            item.strip() for item in self.options.get("rsp-subtree-include", "").split(",") if item.strip()
        )
        unknown = sorted(given - includes.KNOWN)
        if unknown:
            raise errors.bad_query(f"Invalid value '{unknown[0]}' for query parameter 'rsp-subtree-include'")
        return given

    # -- following ---------------------------------------------------------------------------------

    def follows_object(self, dn: str) -> Callable[[Mo], bool]:
        """Whether a change is one of what the same query of ``/api/mo/<dn>`` asks for."""
        return lambda mo: self._reaches(dn, mo) and self._wants(mo)

    def follows_class(self, name: str, below: str = "") -> Callable[[Mo], bool]:
        """The same for ``/api/class/<name>``."""
        classes = self._concrete(name)
        return lambda mo: (
            mo.cls in classes
            and (not below or mo.dn.startswith(f"{below}/"))
            and (self.target_filter is None or self.target_filter(mo))
        )

    def _reaches(self, dn: str, mo: Mo) -> bool:
        if self.target == "subtree" or self.subtree == "full":
            return mo.dn == dn or mo.dn.startswith(f"{dn}/")
        holder = mo.parent.dn if mo.parent is not None else ""
        return holder == dn if self.target == "children" else mo.dn == dn

    def _wants(self, mo: Mo) -> bool:
        if self.target_classes is not None and self.target != "self" and mo.cls not in self.target_classes:
            return False
        return self.target_filter is None or self.target_filter(mo)

    # -- running ----------------------------------------------------------------------------------

    def of_object(self, dn: str) -> Result:
        """The answer for ``/api/mo/<dn>``: nothing at all if there is no such object."""
        mo = self.store.get(dn)
        if mo is None and (element := includes.of_dn(self.store, dn)) is not None:
            return Result([element], 1)
        return self._result([mo] if mo is not None else [])

    def of_objects(self, found: Iterable[Mo]) -> Result:
        """The answer for objects that were found in another way."""
        return self._result(list(found))

    def of_class(self, name: str, below: str = "") -> Result:
        """The answer for ``/api/class/<name>``; ``below`` limits it to one node's objects."""
        self._concrete(name)
        found = self.store.of_class(name) if name in self.store.catalog else ()
        return self._result([mo for mo in found if not below or mo.dn == below or mo.dn.startswith(f"{below}/")])

    def _result(self, start: list[Mo]) -> Result:
        selected = [mo for mo in self._targets(start) if self.target_filter is None or self.target_filter(mo)]
        selected = list({mo.dn: mo for mo in selected}.values())
        if "required" in self.include:
            selected = [mo for mo in selected if self._has_content(mo)]
        if "no-scoped" in self.include:
            return self._contents(selected)
        if "count" in self.include:
            return _count(len(selected))
        ordered = self._ordered(selected)
        return Result([self._element(mo) for mo in self._page(ordered)], len(ordered))

    def _has_content(self, mo: Mo) -> bool:
        return next(self._descendants(mo), None) is not None or bool(self._added(mo))

    def _contents(self, selected: list[Mo]) -> Result:
        """``no-scoped``: what is included, without the objects that it is included in."""
        found = list({kid.dn: kid for mo in selected for kid in self._descendants(mo)}.values())
        found += [record for mo in selected for record in self._records(mo)]
        extra = [element for mo in selected for element in includes.computed(self.store, mo, self.include)]
        if "count" in self.include:
            return _count(len(found) + len(extra))
        ordered = self._ordered(found)
        elements = [self.store.element(mo, self.properties) for mo in ordered] + extra
        return Result(self._page(elements), len(elements))

    def _records(self, mo: Mo) -> list[Mo]:
        deep = self.subtree == "full" or "subtree" in self.include
        return list(includes.records(self.store, mo, self.include, deep=deep))

    def _added(self, mo: Mo) -> list[Element]:
        records = [self.store.element(record, nested=True) for record in self._records(mo)]
        return [*includes.computed(self.store, mo, self.include, nested=True), *records]

    def _targets(self, start: list[Mo]) -> Iterator[Mo]:
        for mo in start:
            found: Iterable[Mo] = [mo]
            if self.target == "children":
                found = mo.children.values()
            elif self.target == "subtree":
                found = self._below(mo)
            for item in found:
                if self.target == "self" or self.target_classes is None or item.cls in self.target_classes:
                    yield item

    def _below(self, mo: Mo) -> Iterable[Mo]:
        """An object and what is below it, as far as classes and filter can let anything through."""
        classes = None if self.target_classes is None else dict.fromkeys(self.target_classes)
        reach = None if self.target_filter is None else self.target_filter.reach
        if classes is not None and reach is not None:
            return self.store.below(mo, {cls: reach[cls] for cls in classes.keys() & reach.keys()})
        wanted = classes if reach is None else reach
        return mo.walk() if wanted is None else self.store.below(mo, wanted)

    # -- descendants ------------------------------------------------------------------------------

    def _shown(self, mo: Mo, inside: bool = False) -> bool:
        """Whether a descendant is asked for, by class, filter and kind; ``inside`` one whose class was asked for."""
        if not (inside or self.subtree_classes is None or mo.cls in self.subtree_classes):
            return False
        if self.properties == "config-only" and not self.store.catalog[mo.cls].configurable:
            return False
        if self.include & includes.CONTENT and mo.cls not in self._included_classes:
            return False
        return self.subtree_filter is None or self.subtree_filter(mo)

    def _descendants(self, mo: Mo) -> Iterator[Mo]:
        deep = self.subtree == "full" or (self.subtree == "no" and bool(self.include))
        found = (kid for kid in mo.walk() if kid is not mo) if deep else iter(mo.children.values())
        return (kid for kid in found if self._shown(kid))

    def _element(self, mo: Mo) -> Element:
        element = self.store.element(mo, self.properties)
        if self.subtree in ("children", "full") or self.include & includes.CONTENT:
            element.children = self._children(mo, deep=self.subtree != "children") + self._added(mo)
        return element

    def _children(self, mo: Mo, deep: bool, inside: bool = False) -> list[Element]:
        """The descendants asked for, and those that hold one.

        An object whose class was asked for, and that holds no other such object, is shown with all that is inside.
        """
        found: dict[int, list[Element]] = {}
        for kid in reversed(list(mo.children.values())):
            element = self._child(kid, deep, inside)
            if element is not None:
                found.setdefault(self.store.catalog[kid.cls].order, []).append(element)
        return [element for number in class_order(found) for element in found[number]]

    def _child(self, kid: Mo, deep: bool, inside: bool) -> Element | None:
        below = self._children(kid, deep, inside) if deep else []
        asked = self._shown(kid, inside)
        if not asked and not below:
            return None
        element = self.store.element(kid, self.properties, nested=True)
        whole = asked and deep and not below and not inside and self.subtree_classes is not None
        element.children = self._children(kid, deep, inside=True) if whole else below
        return element

    # -- order and pages --------------------------------------------------------------------------

    def _ordered(self, found: list[Mo]) -> list[Mo]:
        for item in reversed([part for part in self.options.get("order-by", "").split(",") if part]):
            name, _, direction = item.partition("|")
            cls, _, prop = name.partition(".")
            if cls not in self.store.catalog:
                raise errors.unknown_class(cls)
            if prop not in self.store.catalog.properties(cls):
                raise errors.filter_property(prop, cls)
            if direction not in ("", "asc", "desc"):
                raise errors.bad_query(f"Invalid value '{item}' for query parameter 'order-by'")
            found = self._sorted(found, prop, direction == "desc")
        return found

    def _sorted(self, found: list[Mo], prop: str, descending: bool) -> list[Mo]:
        """Ordered by one property, numbers as numbers; objects without it come last."""

        def key(mo: Mo) -> tuple:
            definition = self.store.catalog.properties(mo.cls).get(prop)
            return order_key(definition, self.store.value(mo, prop)) if definition is not None else (3, "")

        return sorted(found, key=key, reverse=descending)

    def _page(self, found: list) -> list:
        size = self._number("page-size", 0)
        if size == 0:
            if len(found) > PAGE_LIMIT:
                raise errors.bad_query("Unable to process the query, result dataset is too big")
            return found
        page = self._number("page", 0)
        return found[page * size : (page + 1) * size]

    def _number(self, option: str, default: int) -> int:
        text = self.options.get(option, str(default))
        if not text.isdigit():
            raise errors.bad_query(f"Invalid value '{text}' for query parameter '{option}'")
        return int(text)


def _count(number: int) -> Result:
    return Result([Element("moCount", {"childAction": "", "count": str(number), "dn": "", "status": ""})], 1)
