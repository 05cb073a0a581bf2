"""Compares managed objects with APIC's class catalog: class, containment, properties, values. Reusable by any test.

The catalog comes from the lab's cache (``python -m lab setup``); where it is absent the test is skipped and says so.
"""

from __future__ import annotations

from functools import lru_cache

import pytest

from lab.apic import values
from lab.apic.catalog import Catalog


@lru_cache(maxsize=1)
def _catalog() -> Catalog | str:
    try:
        return Catalog()
    except FileNotFoundError as error:
        return str(error)


def catalog() -> Catalog:
    """The class catalog of APIC; skips the calling test where this machine has none."""
    found = _catalog()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture
def needs_catalog() -> Catalog:
    """For tests that start the lab's APIC: name it before the server's fixture."""
    return catalog()


def problems(objects: dict[str, dict[str, str]]) -> list[str]:
    """All that APIC would not take, or would print back otherwise, in {distinguished name: attributes}; ``[]`` if
    nothing.
    """
    return [problem for dn, attributes in objects.items() for problem in _object(catalog(), dn, attributes)]


def refusal(cls: str, name: str, value: str) -> str:
    """Why APIC would not take a value of a property, or print it back otherwise; empty if it takes it."""
    return _value(catalog(), cls, name, value)


def _object(model: Catalog, dn: str, attributes: dict[str, str]) -> list[str]:
    try:
        steps = model.parse_dn(dn)
    except ValueError as error:
        return [str(error)]
    cls, rn = steps[-1]
    if not attributes:
        return []
    found = [
        f"{dn}: {cls}.{name}: {reason}"
        for name, value in attributes.items()
        if (reason := _value(model, cls, name, value))
    ]
    if not model[cls].configurable:
        found.append(f"{dn}: {cls} cannot be configured")
    return found + _naming(model, cls, rn, dn, attributes)


def _value(model: Catalog, cls: str, name: str, value: str) -> str:
    prop = model.properties(cls).get(name)
    if prop is None:
        return "no such property"
    if not (prop.configurable or prop.naming):
        return "cannot be configured"
    try:
        printed = values.canonical(prop, value)
    except ValueError as error:
        return f"{type(error).__name__}: {error}"
    return "" if set(printed.split(",")) == set(value.split(",")) else f"APIC prints {value} as {printed}"


def _naming(model: Catalog, cls: str, rn: str, dn: str, attributes: dict[str, str]) -> list[str]:
    entry = model[cls]
    named = entry.rn.match(rn) if entry.rn else None
    return [
        f"{dn}: {cls}.{name} is {attributes.get(name)}, its name says {value}"
        for name, value in (named or {}).items()
        if attributes.get(name) != value
    ]
