# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options about who may reach a cluster: contracts, further external EPGs, EPGs and L3Outs on the far side.

Ranges and choices come from APIC's object model, read from the class catalog of release 6.0(9c).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..contract.freeform import Spec


def _name(what: str, **more: object) -> Spec:
    return {"type": "str", "format": "aci_name", "description": what, **more}


def _rows(what: str, options: Spec, **more: object) -> Spec:
    return {"type": "list", "elements": "dict", "options": options, "description": what, **more}


def _contracts(what: str) -> Spec:
    return {"type": "list", "elements": "str", "format": "aci_name", "default": [], "description": what}


PROVIDE = _contracts("Names of the contracts that it provides.")
CONSUME = _contracts("Names of the contracts that it consumes.")
SHARED = {
    "type": "bool",
    "description": "Whether its prefixes are leaked into other VRFs (shared-rtctrl and shared-security); where absent, "
    "if one of its contracts joins it with an EPG or L3Out of another VRF that the intent names.",
}
PREFERRED_GROUP = {
    "type": "bool",
    "default": False,
    "description": "Whether it is in the VRF's preferred group (l3extInstP.prefGrMemb), whose members need no contract "
    "among each other. The VRF's own switch (vzAny.prefGrMemb) is its owner's.",
}
KINDS = ["node", "pod", "service", "external_service", "nested"]
VRF = {
    "vrf": {"type": "str", "format": "vrf", "description": "Its VRF, where that is not the cluster's."},
    "vrf_tenant": {
        "type": "str",
        "format": "tenant",
        "description": "Tenant of its VRF; its own where O(vrf) is given and this is absent.",
    },
}
CHANGE = {
    "type": "bool",
    "default": False,
    "description": "Must be true: these objects belong to others, and this run adds to them. What it added goes "
    "with the entry.",
}

ENTRY = {
    "name": _name("Name of the filter entry.", required=True, example="https"),
    "ethertype": {
        "type": "str",
        "default": "ip",
        "choices": ["ip", "ipv4", "ipv6", "arp", "unspecified"],
        "description": "What it matches (vzEntry.etherT); V(ip) is IPv4 and IPv6, V(unspecified) is everything.",
    },
    "protocol": {
        "type": "str",
        "choices": ["tcp", "udp", "icmp", "icmpv6", "igmp", "pim", "ospfigp", "eigrp"],
        "description": "IP protocol (vzEntry.prot); any where absent.",
    },
    "ports": {"type": "str", "format": "ports", "description": 'Destination port or range, for example "443".'},
    "source_ports": {"type": "str", "format": "ports", "description": "Source port or range; any where absent."},
    "stateful": {
        "type": "bool",
        "default": False,
        "description": "Let replies through only with the ACK flag set (vzEntry.stateful).",
    },
}
FILTER = {
    "name": _name("Name of the filter.", required=True, example="https"),
    "entries": _rows(
        "What it lets through. Without any, the filter exists already, in the contract's tenant or in common.", ENTRY
    ),
}
SUBJECT = {
    "name": _name("Name of the subject.", required=True, example="web"),
    "filters": _rows("Its filters.", FILTER, required=True, example="{name: https, entries: […]}"),
    "graph": _name(
        "Service graph that the traffic takes (vzRsSubjGraphAtt), in the contract's tenant or in common. The graph, "
        "its device selection and its redirect policy (PBR) exist already."
    ),
    "reverse_ports": {
        "type": "bool",
        "default": True,
        "description": "Apply the filters to the replies, too, with ports swapped (vzSubj.revFltPorts).",
    },
}
CONTRACT = {
    "name": _name("Name of the contract.", required=True, example="web"),
    "tenant": {"type": "str", "format": "tenant", "description": "Its tenant; the L3Out's where absent."},
    "existing": {
        "type": "bool",
        "default": False,
        "description": "It exists already, and another owner maintains it: it is used and never written.",
    },
    "scope": {
        "type": "str",
        "choices": ["vrf", "tenant", "global"],
        "description": "How far it reaches (vzBrCP.scope, where V(vrf) is called context). Where absent, as far as "
        "those reach who the intent says use it. Of an existing contract: what it has.",
    },
    "subjects": _rows("What it allows.", SUBJECT),
}
CONTRACTS = _rows(
    "Contracts that the cluster's external EPGs may name. Several clusters may use one; it goes with the last of them.",
    CONTRACT,
)

EXTERNAL_EPG = {
    "name": _name("Name of the external EPG (l3extInstP.name).", required=True, example="payments"),
    "kinds": {
        "type": "list",
        "elements": "str",
        "choices": KINDS,
        "description": "Kinds of the cluster's networks that it holds whole, in place of the external EPG that holds "
        "all the others.",
    },
    "subnets": {
        "type": "list",
        "elements": "str",
        "format": "prefix",
        "default": [],
        "description": "Prefixes that it holds: networks of the cluster, or longer ones inside of them. The longest "
        "match decides the EPG.",
    },
    "provide": PROVIDE,
    "consume": CONSUME,
    "shared": SHARED,
    "preferred_group": PREFERRED_GROUP,
}
EPG = {
    "tenant": {"type": "str", "format": "tenant", "description": "Tenant of the EPG; the L3Out's where absent."},
    "application": _name("Its application profile.", required=True, example="shop"),
    "name": _name("Name of the EPG (fvAEPg.name).", required=True, example="frontend"),
    **VRF,
    "provide": PROVIDE,
    "consume": CONSUME,
    "change": CHANGE,
}
ESG = {
    **EPG,
    "tenant": {"type": "str", "format": "tenant", "description": "Tenant of the ESG; the L3Out's where absent."},
    "name": _name("Name of the endpoint security group (fvESg.name).", required=True, example="web"),
}
TRANSIT = {
    "l3out": _name("Name of the other L3Out.", required=True, example="internet"),
    "tenant": {"type": "str", "format": "tenant", "description": "Its tenant; the cluster's L3Out's where absent."},
    "external_epg": _name("Its external EPG that gets the contracts.", required=True, example="all"),
    **VRF,
    "provide": PROVIDE,
    "consume": CONSUME,
    "export": {
        "type": "list",
        "elements": "str",
        "choices": KINDS,
        "description": "Kinds of the cluster's networks that it announces outside, longer prefixes of all but the "
        "nodes' included; all kinds where absent.",
    },
    "order": {
        "type": "int",
        "default": 9,
        "minimum": 0,
        "maximum": 9,
        "description": "Place of our rule in its route map default-export (rtctrlCtxP.order).",
    },
    "change": CHANGE,
}

# kubefabric_cluster.l3out.*
REACHABILITY = {
    "contracts": {
        "type": "dict",
        "options": {"provide": PROVIDE, "consume": CONSUME, "shared": SHARED, "preferred_group": PREFERRED_GROUP},
        "description": "Contracts of the external EPG that holds all of the cluster's networks but those of "
        "O(kubefabric_cluster.l3out.external_epgs).",
    },
    "external_epgs": _rows(
        "Further external EPGs, for chosen services or pods, with contracts of their own.", EXTERNAL_EPG
    ),
    "epgs": _rows("EPGs inside of the fabric that get contracts with the cluster.", EPG),
    "esgs": _rows(
        "Endpoint security groups of the fabric (release 5.0(1) and later) that get contracts with the cluster.", ESG
    ),
    "transit": _rows("Other L3Outs through which the outside reaches the cluster.", TRANSIT),
}
