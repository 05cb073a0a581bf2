# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of managed objects that the table of ACI attributes passes on from an L3Out's description."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Tuple

from ...contract.attribute import Property
from ...contract.attributes import PLACES, SECTIONS


def of(cls: str, l3out: Dict[str, Any]) -> Dict[str, Any]:
    """The properties of a class by name, without those for which the description has no value."""
    found: Dict[str, Any] = {}
    flags: Dict[str, Any] = {}
    for target, value in _values(cls, l3out):
        for name in target.names.split():
            if target.flag:
                flags.setdefault(name, []).extend([target.flag] if value else [])
            elif value is not None:
                found[name] = dict(target.values).get(value, value)
    return {**found, **{name: ",".join(names) for name, names in flags.items()}}


def _values(cls: str, l3out: Dict[str, Any]) -> Iterator[Tuple[Property, Any]]:
    for section, rows in SECTIONS.items():
        given = l3out[PLACES[section]] if PLACES[section] else l3out
        for row in rows:
            if row.apic and cls in row.apic.classes.split():
                value = given.get(row.plan_key)
                yield row.apic, row.argument_default if value is None else value
