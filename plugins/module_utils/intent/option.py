# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commonest kinds of options (schema.py), each as one line of the tables in options_*.py, and those that the table
of ACI attributes has.

``more`` are further keys of the option, such as ``format``, ``default`` and ``example``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.attribute import Attribute
    from ..contract.freeform import Spec


def text(description: str, **more: object) -> Spec:
    """A string."""
    return {"type": "str", "description": description, **more}


def names(description: str, **more: object) -> Spec:
    """A list of strings, not filled in where absent."""
    return {"type": "list", "elements": "str", "fill": False, "description": description, **more}


def choice(description: str, *choices: str, **more: object) -> Spec:
    """One of these strings, not filled in where absent."""
    return {"type": "str", "fill": False, "choices": list(choices), "description": description, **more}


def switch(default: bool, description: str) -> Spec:
    """On or off; the default is documented here, and filled in where the option is used."""
    return {"type": "bool", "fill": False, "default": default, "description": description}


def number(low: int, high: int, description: str, **more: object) -> Spec:
    """A whole number within a range, not filled in where absent."""
    return {"type": "int", "fill": False, "minimum": low, "maximum": high, "description": description, **more}


def admin_state(description: str) -> Spec:
    """Whether BGP peers are up, administratively (bgpPeerP.adminSt)."""
    return {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled", "description": description}


def per_node(options: Spec, example: str) -> Spec:
    """Options of single nodes, by their names."""
    return {
        "type": "dict",
        "key": "node_name",
        "entry": "node",
        "options": options,
        "example": example,
        "description": "What differs on single nodes.",
    }


def of_attributes(rows: Iterable[Attribute]) -> dict[str, Spec]:
    """The options of a section of the table of ACI attributes."""
    return {row.name: _of_attribute(row) for row in rows if row.intent}


def _of_attribute(row: Attribute) -> Spec:
    given: Spec = {
        "type": row.type,
        "default": row.default,
        "minimum": row.minimum,
        "maximum": row.maximum,
        "choices": list(row.choices) or None,
        "format": row.format or None,
        "fill": None if row.filled else False,
        "description": " ".join(filter(None, [f"{described(row, row.default)}.", row.more, row.in_intent])),
    }
    return {name: value for name, value in given.items() if value is not None}


def described(row: Attribute, default: object) -> str:
    """What an attribute is, where APIC holds it, what holds where it is absent (without a ``default``), and since which
    release, without the full stop.
    """
    source = row.apic.source if row.apic else row.source
    absent = f"; {row.absent} where absent" if row.absent and default is None else ""
    release = f"; release {row.since} or later" if row.since else ""
    return f"{row.about}{f' ({source})' if source else ''}{absent}{release}"
