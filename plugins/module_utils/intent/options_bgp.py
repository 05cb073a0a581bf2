# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster.bgp`` and of a rule in ``l3out.route_maps``; see options_cluster.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import attributes_bgp
from .option import of_attributes

if TYPE_CHECKING:
    from ..contract.freeform import Spec

BGP: dict[str, Spec] = {
    **of_attributes(attributes_bgp.BGP),
    "next_password_leaves": {
        "type": "list",
        "elements": "int",
        "format": "leaf_id",
        "default": [],
        "description": "Leaves whose sessions have C(next_password) already, by node ID; "
        "kubefabric.bgp.rotate_password sets it in its steps.",
    },
}

MATCH = {
    "prefixes": {
        "type": "list",
        "elements": "str",
        "format": "match_prefix",
        "default": [],
        "description": "Any of these prefixes; V(0.0.0.0/0) and V(::/0) without longer ones are the default routes.",
    },
    "aggregate": {"type": "bool", "default": True, "description": "Whether longer prefixes match, too."},
    "communities": {
        "type": "list",
        "elements": "str",
        "format": "community",
        "default": [],
        "description": "Any of these communities, AS:number.",
    },
}

SET = {
    "preference": {
        "type": "int",
        "minimum": 0,
        "maximum": 4294967295,
        "description": "Local preference (rtctrlSetPref); import only.",
    },
    "weight": {
        "type": "int",
        "minimum": 0,
        "maximum": 65535,
        "description": "Weight on the leaf itself (rtctrlSetWeight); import only.",
    },
    "med": {
        "type": "int",
        "minimum": 1,
        "maximum": 4294967295,
        "description": "Multi-exit discriminator (rtctrlSetRtMetric).",
    },
    "communities": {
        "type": "list",
        "elements": "str",
        "format": "community",
        "default": [],
        "description": "Communities, AS:number (rtctrlSetComm, further ones rtctrlSetAddComm).",
    },
    "communities_mode": {
        "type": "str",
        "choices": ["append", "replace", "none"],
        "default": "append",
        "description": "Whether they join those of the route or replace them; V(none) removes all.",
    },
}

ROUTE_MAP = {
    "name": {
        "type": "str",
        "format": "aci_name",
        "required": True,
        "example": "prefer-vips",
        "description": "Name of the rule (rtctrlCtxP.name); not the L3Out's.",
    },
    "direction": {
        "type": "str",
        "choices": ["import", "export"],
        "required": True,
        "example": "import",
        "description": "V(import): what leaves learn from nodes; V(export): what they tell them.",
    },
    "order": {
        "type": "int",
        "minimum": 0,
        "maximum": 8,
        "description": "Its place; among the rules of its direction in the list where absent. The rule that permits "
        "the cluster's networks always comes last.",
    },
    "action": {
        "type": "str",
        "choices": ["permit", "deny"],
        "default": "permit",
        "description": "What becomes of a route that matches.",
    },
    "match": {"type": "dict", "options": MATCH, "description": "Which routes; those that fit all keys given."},
    "set": {"type": "dict", "options": SET, "description": "What a permitted route gets."},
}
