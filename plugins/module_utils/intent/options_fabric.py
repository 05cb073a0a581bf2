# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_fabric`` and of a node: data for schema.py and for the role's argument specs.

Ranges come from APIC's object model (class and property named in the description's source), read from the class
catalog of release 6.0(9c).
"""

from __future__ import annotations

from .option import admin_state, number
from .options_reachability import CONTRACTS
from .options_routers import KINDS, routers

APIC = {
    "hosts": {
        "type": "list",
        "elements": "str",
        "example": "apic1.example.net",
        "description": "Controllers of the fabric, asked in this order until one answers.",
    },
    "port": {"type": "int", "minimum": 1, "maximum": 65535, "description": "Port, where it is not 443."},
    "username": {"type": "str", "description": "User who may write the tenants and the access policies."},
    "password": {"type": "str", "description": "Its password; take it from a vault or from the environment."},
    "private_key": {
        "type": "str",
        "description": "PEM private key, or its file, to sign requests with instead of logging in with a password.",
    },
    "certificate_name": {
        "type": "str",
        "description": "Name under which APIC knows the certificate of O(private_key).",
    },
    "validate_certs": {
        "type": "bool",
        "default": True,
        "description": "Whether the controllers' certificates are checked.",
    },
    "timeout": {"type": "int", "minimum": 1, "maximum": 600, "description": "Seconds to wait for one answer."},
}

LEAF = {
    "router_id": {
        "type": "str",
        "format": "router_id",
        "required": True,
        "example": "1.1.1.101",
        "description": "Router ID, an IPv4 address unique in the fabric (l3extRsNodeL3OutAtt.rtrId).",
    },
}

RACK = {
    "id": {
        "type": "str",
        "format": "label_value",
        "description": "Value of the nodes' rack label; the rack's name where absent.",
    },
    "pod": {
        "type": "int",
        "default": 1,
        "minimum": 1,
        "maximum": 254,
        "kinds": ("aci",),
        "description": "Pod of the fabric in which the leaves stand (fabricNodeIdentP.podId).",
    },
    "leaves": {
        "type": "dict",
        "required": True,
        "kinds": ("aci",),
        "key": "leaf_id",
        "entry": "leaf",
        "options": LEAF,
        "example": "{101: {router_id: 1.1.1.101}, 102: {router_id: 1.1.1.102}}",
        "description": "The rack's leaves by node ID, 101 to 4000 (fabricNodeIdentP.nodeId): the two of a vPC pair, or "
        "one. Racks may share their leaves; a leaf then has the same router ID in each.",
    },
    "vpc_domain": {
        "type": "int",
        "minimum": 1,
        "maximum": 1000,
        "kinds": ("aci",),
        "description": "ID of the leaves' vPC domain (fabricExplicitGEp.id), where it is to be made.",
    },
    "routers": {
        **routers(
            "Routers that the rack's nodes peer with. Racks may share a router; it then is the same in each.",
            "{tor1: {asn: 64567, addresses: [192.0.2.1]}}",
        ),
        "kinds": ("routers",),
    },
}

SPINE = {
    "pod": {
        "type": "int",
        "default": 1,
        "minimum": 1,
        "maximum": 254,
        "description": "Pod in which the spine stands (bgpRRNodePEp.podId).",
    },
}

FABRIC_BGP = {
    "manage": {
        "type": "bool",
        "default": False,
        "description": "Whether the fabric's AS number and route reflectors are written where they are missing.",
    },
    "route_reflectors": {
        "type": "dict",
        "key": "leaf_id",
        "entry": "spine",
        "options": SPINE,
        "example": "{201: {}, 202: {}}",
        "description": "Spines, by node ID, that reflect MP-BGP routes (bgpRRNodePEp); written only with C(manage).",
    },
}

_MANY = 1_000_000
LIMITS = {
    "anchor_leaves": number(1, _MANY, "Anchor leaves of an L3Out with floating SVI."),
    "border_leaves": number(1, _MANY, "Border leaves of an L3Out with standard SVI."),
    "floating_addresses": number(1, _MANY, "Floating addresses of the fabric."),
    "floating_l3outs": number(1, _MANY, "L3Outs with floating SVI of the fabric."),
    "l3outs": number(1, _MANY, "L3Outs of the fabric."),
    "lpm_least": number(1, _MANY, "Longest prefix matches of a leaf, beyond which the plan warns."),
    "lpm_most": number(1, _MANY, "Longest prefix matches of a leaf, beyond which the plan fails."),
    "vlans": number(1, 4094, "VLANs that a leaf has for L3Outs, which share them with its EPGs."),
}

FABRIC = {
    "name": {
        "type": "str",
        "required": True,
        "format": "aci_name",
        "example": "dc1",
        "description": "Name of the fabric, for messages and pages.",
    },
    "kind": {
        "type": "str",
        "default": "aci",
        "choices": list(KINDS),
        "description": "V(aci) is an ACI fabric. With V(routers) nodes peer with routers that this collection does "
        "not configure: there is no APIC and no L3Out.",
    },
    "asn": {
        "type": "int",
        "required": True,
        "kinds": ("aci",),
        "format": "asn",
        "example": 65002,
        "description": "The fabric's BGP AS number (bgpAsP.asn); read and compared, written only when asked.",
    },
    "version": {
        "type": "str",
        "required": True,
        "kinds": ("aci",),
        "format": "release",
        "example": '"6.0(9c)"',
        "description": "APIC release; O(kubefabric_fabric.limits) are looked up by it.",
    },
    "bgp": {
        "type": "dict",
        "kinds": ("aci",),
        "options": FABRIC_BGP,
        "description": "The fabric's own BGP. It is read and compared before anything is written.",
    },
    "apic": {
        "type": "dict",
        "kinds": ("aci",),
        "options": APIC,
        "description": "The controllers; O(kubefabric_apic) overrides single keys.",
    },
    "routers": {
        **routers(
            "Routers that all nodes peer with, besides those of their racks.",
            "{provider: {asn: 64512, addresses: [192.168.100.10]}}",
        ),
        "kinds": ("routers",),
    },
    "racks": {
        "type": "dict",
        "required": True,
        "optional_for": "routers",
        "key": "label_value",
        "entry": "rack",
        "options": RACK,
        "example": "{rack1: {leaves: {101: {router_id: 1.1.1.101}, 102: {router_id: 1.1.1.102}}}}",
        "description": "Racks by name.",
    },
    "contracts": {**CONTRACTS, "kinds": ("aci",)},
    "limits": {
        "type": "dict",
        "kinds": ("aci",),
        "options": LIMITS,
        "description": "Limits of the fabric that replace the known limits of its release, from the release's "
        "Verified Scalability Guide. Lower ones leave room for others.",
    },
}

NODE = {
    "rack": {
        "type": "str",
        "required": True,
        "optional_for": "routers",
        "example": "rack1",
        "description": "The rack of the fabric that the node stands in.",
    },
    "addresses": {
        "type": "list",
        "elements": "str",
        "format": "address",
        "default": [],
        "description": "The node's addresses, one per family; planned where absent, but for a fabric of kind routers.",
    },
    "vpc": {
        "type": "str",
        "kinds": ("aci",),
        "format": "aci_name",
        "description": "vPC interface policy group that the node hangs on, in a rack with one leaf that of its port "
        "channel; required where the design is standard SVI.",
    },
    "bgp_admin_state": {
        **admin_state(
            "V(disabled) takes the node's sessions with the leaves down, where it is a peer of its own: with standard "
            "SVI, or C(bgp.neighbors) per_node."
        ),
        "kinds": ("aci",),
    },
    "ports": {
        "type": "list",
        "elements": "str",
        "kinds": ("aci",),
        "format": "leaf_port",
        "default": [],
        "example": "[1/5]",
        "description": "Ports on each leaf of its rack, where the policy group and its selectors are to be made.",
    },
}
