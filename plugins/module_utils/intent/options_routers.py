# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of routers that nodes peer with, where the fabric is no ACI fabric; see options_fabric.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec

KINDS = ("aci", "routers")

ROUTER = {
    "asn": {
        "type": "int",
        "required": True,
        "format": "asn",
        "example": 64567,
        "description": "Its AS number. Sessions are iBGP where it is the cluster's.",
    },
    "addresses": {
        "type": "list",
        "elements": "str",
        "required": True,
        "format": "address",
        "example": "[192.0.2.1]",
        "description": "Addresses that the nodes peer with, one per address family.",
    },
    "multihop": {
        "type": "int",
        "minimum": 1,
        "maximum": 255,
        "description": "TTL of the nodes' packets, where the router is not on the nodes' network; eBGP only. "
        "FRR-K8s has no number for it and allows any distance, Calico and kube-router allow it anyway.",
    },
    "password": {
        "type": "bool",
        "default": True,
        "description": "Whether the sessions with it have the password of O(kubefabric_cluster.bgp.password), where "
        "there is one.",
    },
    "host": {
        "type": "str",
        "description": "Host of the inventory that it is, where that runs FRR, BIRD or GoBGP: verification then asks "
        "it for its sessions and routes.",
    },
}


def routers(description: str, example: str) -> Spec:
    """Routers by name."""
    return {
        "type": "dict",
        "key": "router_name",
        "entry": "router",
        "options": ROUTER,
        "example": example,
        "description": description,
    }
