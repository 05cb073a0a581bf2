# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a plan whose nodes peer with routers, in terms of shape.py: no leaves, no L3Out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Dict

from ..contract.findings import Findings
from ..intent.model import BFD_INTERVALS
from ..intent.options_bgp import BGP as OF_BGP
from ..intent.options_routers import ROUTER as OF_ROUTERS
from ..intent.schema import did_you_mean
from . import shape

if TYPE_CHECKING:
    from ..contract.freeform import Json

Options = Dict[str, Any]

FABRIC: Options = {
    "name": shape.FABRIC["name"],
    "kind": {"type": "str", "required": True, "choices": ["routers"], "example": "routers"},
}
BGP: Options = {
    **shape.BGP,
    **{key: OF_BGP[key] for key in BFD_INTERVALS},
    "bfd": {"type": "bool"},
}
ROUTER: Options = {
    "asn": {**shape.ASN, "example": 64567},
    "racks": {"type": "list", "elements": "str", "empty": True},
    "addresses": shape.ADDRESSES,
    "host": shape.TEXT,
}
PEER: Options = {
    "router": {"type": "str", "required": True, "format": "router_name", "example": "tor1"},
    **{name: option for name, option in shape.PEER.items() if name not in ("leaf", "disabled", "next_password")},
    "multihop": OF_ROUTERS["multihop"],
    "password": shape.PASSWORD,
}
NODE: Options = {
    "rack": {"type": "str"},
    "rack_id": {"type": "str", "format": "label_value"},
    "asn": shape.ASN,
    "addresses": shape.ADDRESSES,
    "peers": {
        **shape.NODE["peers"],
        "options": PEER,
        "example": "[{router: tor1, family: ipv4, address: 192.0.2.1, local_address: 192.0.2.11, asn: 64567}]",
    },
}
_OF_ALL = {name: option for name, option in shape.PLAN.items() if name != "l3out"}
PLAN: Options = {
    **_OF_ALL,
    "fabric": {**_OF_ALL["fabric"], "options": FABRIC, "example": "{name: dc1, kind: routers}"},
    "bgp": {**_OF_ALL["bgp"], "options": BGP},
    "leaves": {**_OF_ALL["leaves"], "required": False, "default": {}},
    "routers": {
        "type": "dict",
        "key": "router_name",
        "entry": "router",
        "required": True,
        "options": ROUTER,
        "example": "{tor1: {asn: 64567, addresses: {ipv4: 192.0.2.1}}}",
    },
    "nodes": {**_OF_ALL["nodes"], "options": NODE, "example": "{node1: {rack: rack1, rack_id: rack1, asn: 65003, …}}"},
}
NESTED_PLAN: Options = {**shape.NESTED_PLAN, "fabric": PLAN["fabric"]}


def is_of_routers(plan: Json) -> bool:
    """Whether a plan says that its fabric is of kind ``routers``."""
    fabric = plan.get("fabric") if isinstance(plan, Mapping) else None
    return isinstance(fabric, Mapping) and fabric.get("kind") == "routers"


def check_references(value: Mapping[str, Any], at: str, findings: Findings) -> None:
    """Peers have to be among the plan's routers; None was reported where it was read."""
    for name, node in value["nodes"].items():
        for index, peer in enumerate(node["peers"] or []):
            if peer["router"] is not None and peer["router"] not in value["routers"]:
                findings.add(
                    f"{at}.nodes.{name}.peers[{index}].router",
                    f"{peer['router']} is not among the routers of the plan",
                    did_you_mean(peer["router"], value["routers"]),
                )
