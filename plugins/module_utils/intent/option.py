# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commonest kinds of options (schema.py), each as one line of the tables in options_*.py.

``more`` are further keys of the option, such as ``format``, ``default`` and ``example``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec

# fabricHIfPol.speed in the class catalog of 6.0(9c)
LINK_SPEEDS = ("inherit", "100M", "1G", "10G", "25G", "40G", "50G", "100G", "200G", "400G")


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
