# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether APIC's value of a property is the one we want, whatever its spelling."""

from __future__ import annotations

from typing import Dict

from ..model.classes import spec
from ..model.mo import BuildError, canonical


def same(cls: str, name: str, wanted: str, found: str) -> bool:
    """Whether two values of a property mean the same: sets of flags in any order, 300 and "default", IPv6 in any
    notation.
    """
    return _comparable(cls, name, wanted) == _comparable(cls, name, found)


def drift(cls: str, wanted: Dict[str, str], found: Dict[str, str], watch_defaults: bool = True) -> Dict[str, str]:
    """The properties that must be written, with the values they must get; ``{}`` if none.

    wanted: what the tree says. found: what APIC returned (write-only properties never among it: those are not
    compared).
    watch_defaults: also put back the table's defaults, where the tree has no value and APIC shows another value.
    """
    entry = spec(cls)
    silent = {
        name: value for name, value in entry.defaults.items() if watch_defaults and name in found and name not in wanted
    }
    naming = (*entry.naming, "rn", *entry.secure)
    return {
        name: value
        for name, value in {**silent, **wanted}.items()
        if name not in naming and not same(cls, name, value, found.get(name, entry.defaults.get(name, "")))
    }


def _comparable(cls: str, name: str, value: str) -> object:
    entry = spec(cls)
    text = entry.aliases.get(name, {}).get(value, value)
    if name in entry.flags:
        return frozenset(flag for flag in text.split(",") if flag)
    try:
        return canonical(cls, name, text)
    except BuildError:
        return text
