# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shape of a plan: its keys and what they hold, in schema.py's vocabulary. docs/plan.md describes the format.

``l3out`` has the options of the module aci_l3out, the key of a cluster network the options of the intent: both are
taken from their own tables. A default is filled in where a plan leaves the key out. Modules bring this file to hosts,
so it takes tables of options from the planner, and nothing that plans; cluster networks are given to it, because
modules for controllers need none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..contract.families import FAMILIES
from ..contract.format import FORMAT
from ..intent.l3out_options import described, l3out_spec
from ..intent.network import Networks
from ..intent.option import number
from ..intent.options_bgp import BGP as OF_BGP
from ..intent.options_cluster import L3OUT as OF_L3OUT
from ..intent.options_cluster import NETWORKS as OF_NETWORKS
from ..intent.options_fabric import RACK

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject, Options

TEXT = {"type": "str"}
LEAF_ID = {"format": "leaf_id"}
ASN = {"type": "int", "format": "asn", "required": True, "example": 65003}
# whether there is one: the password itself is the task's
PASSWORD = {"type": "bool", "secret": True}


def _text(example: str, **more: object) -> JsonObject:
    return {"type": "str", "required": True, "example": example, **more}


def _whole(example: int, option: JsonObject) -> JsonObject:
    """A required number in the range or format that an option of the intent has."""
    rules: JsonObject = {key: option[key] for key in ("minimum", "maximum", "format") if key in option}
    return {"type": "int", "required": True, "example": example, **rules}


def _texts(**more: object) -> JsonObject:
    return {"type": "list", "elements": "str", "empty": True, **more}


def _by_family(example: str, **more: object) -> JsonObject:
    options = {family: {**TEXT, **more} for family in FAMILIES}
    return {"type": "dict", "required": True, "options": options, "example": f"{{ipv4: {example}}}"}


ADDRESSES = _by_family("192.168.2.1", format="address")
PEERING_ADDRESSES = _by_family("169.254.0.179", format="peering_address")

FABRIC = {
    "name": _text("dc1"),
    "asn": {**ASN, "example": 65002},
    "version": TEXT,
    "route_reflectors": {"type": "list", "elements": "int"},
}
NETWORKS = {
    kind: _texts(format="prefix", required=kind == "node", example="[192.168.2.0/24]", default=[])
    for kind in OF_NETWORKS
}
NETWORKS["nested"] = _texts(format="prefix")

BGP_OF_ALL = {
    "ecmp": {**number(1, 64, ""), "default": None},
    "password": {**PASSWORD, "required": True, "example": "true"},
}
BGP = {
    **BGP_OF_ALL,
    "keepalive": _whole(1, OF_BGP["keepalive"]),
    "hold": _whole(3, OF_BGP["hold"]),
    "max_prefixes": {**OF_BGP["max_prefixes"], "default": None},
    "graceful_restart": OF_BGP["graceful_restart"],
    "graceful_restart_time": OF_BGP["graceful_restart_time"],
    "next_password": PASSWORD,
}
LEAF = {
    "id": _whole(101, LEAF_ID),
    "pod": RACK["pod"],
    "rack": _text("rack1"),
    "racks": _texts(),
    "router_id": _text("1.1.1.101", format="router_id"),
    "addresses": ADDRESSES,
}
PEER = {
    "leaf": _whole(101, LEAF_ID),
    "family": _text("ipv4", choices=list(FAMILIES)),
    "address": _text("192.168.2.201", format="address"),
    "local_address": _text("192.168.2.1", format="address"),
    "asn": {**ASN, "example": 65002},
    "disabled": {"type": "bool"},
    "next_password": PASSWORD,
}
NODE = {
    "rack": _text("rack1"),
    "rack_id": _text("rack1", format="label_value"),
    "asn": ASN,
    "vlan": _whole(310, OF_L3OUT["vlan"]),
    "mtu": _whole(9000, OF_L3OUT["mtu"]),
    "addresses": ADDRESSES,
    "interfaces": _by_family("192.168.2.1/24"),
    "gateways": _by_family("192.168.2.254", format="address"),
    "peers": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "empty": True,
        "options": PEER,
        "example": "[{leaf: 101, family: ipv4, address: 192.168.2.201, local_address: 192.168.2.1, asn: 65002}]",
    },
    "vpc": TEXT,
}
NESTED_NODE = {"asn": ASN, "peers": {**NODE["peers"], "required": False, "default": []}}
CHILD = {
    "asn": ASN,
    "networks": _texts(required=True, example="[10.123.0.0/16]", format="prefix"),
    "ranges": _texts(required=True, example="[10.1.0.0/16]", format="prefix"),
    "selector": {**TEXT, "default": None},
    "node_selector": TEXT,
    "password": PASSWORD,
}
NESTED = {
    "addresses": PEERING_ADDRESSES,
    "speaker": _text("cni", choices=["cni", "host"]),
    "networks": _texts(required=True, example="[10.123.0.0/16]", format="prefix"),
    "clusters": {"type": "dict", "key": "cluster_name", "entry": "nested cluster", "options": CHILD, "default": {}},
}
NESTED_IN = {
    "cluster": _text("k8s-prod"),
    "asn": ASN,
    "addresses": PEERING_ADDRESSES,
    "path": {"type": "list", "elements": "str", "required": True, "example": "[k8s-prod]"},
}


def _number(option: JsonObject) -> JsonObject:
    """A number as an option of the intent has it, with no default: an absent one is left to the module."""
    return {key: option[key] for key in ("type", "minimum", "maximum", "format") if key in option}


HOST_PEER = {
    **{key: PEER[key] for key in ("address", "asn", "local_address")},
    "multihop": number(2, 255, ""),
    "password": PASSWORD,
    "next_password": PASSWORD,
}
HOST_WORKLOAD = {
    "name": _text("red", format="cluster_name"),
    "asn": CHILD["asn"],
    "ranges": CHILD["ranges"],
    "pools": CHILD["networks"],
    "password": PASSWORD,
}
HOST = {
    "asn": ASN,
    "router_id": {**TEXT, "format": "router_id"},
    "vip": {
        "type": "dict",
        "fill": False,
        "options": {"addresses": _texts(format="peering_address", required=True, example="[169.254.0.179]")},
    },
    "peers": {
        **NODE["peers"],
        "options": HOST_PEER,
        "example": "[{address: 192.168.2.201, local_address: 192.168.2.1, asn: 65002}]",
    },
    "workloads": {"type": "list", "elements": "dict", "empty": True, "options": HOST_WORKLOAD},
    "accept": _texts(format="prefix"),
    "password": PASSWORD,
    **{key: _number(OF_BGP[key]) for key in ("keepalive", "hold", "bfd_min_tx", "bfd_min_rx", "bfd_multiplier")},
    **{key: {"type": "bool"} for key in ("bfd", "graceful_restart")},
    "graceful_restart_time": _number(OF_BGP["graceful_restart_time"]),
    "ecmp": number(1, 64, ""),
}

NODES = {"example": "{node1: {rack: rack1, rack_id: rack1, asn: 65003, …}}"}
L3OUT = {"required": True, "example": "{name: k8s-prod, tenant: k8s, vrf: prod, …}"}


def _l3out() -> JsonObject:
    """The options of aci_l3out that a plan holds."""
    spec = l3out_spec()
    own = {name: _lists_may_be_empty(spec[name]) for name in described()}
    for name in ("access", "bgp"):  # what has no default there is none
        options = {key: {"default": None, **option} for key, option in own[name]["options"].items()}
        own[name] = {**own[name], "options": options}
    own["name"] = {**own["name"], "required": True, "example": "k8s-prod"}
    own["tenant"] = {**own["tenant"], "required": True, "example": "k8s"}
    own["vrf"] = {**own["vrf"], "required": True, "example": "prod"}
    return own


def _lists_may_be_empty(option: JsonObject) -> JsonObject:
    """An option of an argument spec: there a required list may be empty."""
    result = {**option, "empty": True}
    if "options" in option:
        result["options"] = {name: _lists_may_be_empty(sub) for name, sub in option["options"].items()}
    return result


def _dict(options: Mapping[str, Any], **more: object) -> JsonObject:
    return {"type": "dict", "fill": False, "options": options, **more}


def _plan(bgp: JsonObject, node: JsonObject) -> JsonObject:
    """What plans of both kinds have, but for the options of their cluster network."""
    return {
        "format": {"type": "int", "required": True, "example": FORMAT},
        "cluster": _text("k8s-prod", format="cluster_name"),
        "fabric": _dict(FABRIC, required=True, example="{name: dc1, asn: 65002}"),
        "asn": ASN,
        "cni": _text("calico"),
        "speaker": {**TEXT, "choices": ["host"]},
        "rack_label": _text("rack_id", format="label_key"),
        "networks": _dict(NETWORKS, required=True, example="{node: [192.168.2.0/24], pod: [10.1.0.0/16]}"),
        "bgp": _dict(bgp, required=True, example="{keepalive: 1, hold: 3, ecmp: 64, password: true}"),
        "nodes": {"type": "dict", "key": "node_name", "entry": "node", "required": True, "options": node, **NODES},
        "nested": _dict(NESTED),
        "hosts": {"type": "dict", "key": "node_name", "entry": "host", "options": HOST},
    }


def _leaves(**more: object) -> JsonObject:
    example = "{'101': {id: 101, pod: 1, rack: rack1, router_id: 1.1.1.101, addresses: {ipv4: 192.168.2.201}}}"
    return {"type": "dict", "key": "leaf_id", "entry": "leaf", "options": LEAF, "example": example, **more}


PLAN = {**_plan(BGP, NODE), "leaves": _leaves(required=True), "l3out": _dict(_l3out(), **L3OUT)}
# of a cluster in the virtual machines of another: no leaves, no L3Out, and of its nodes no more than names
NESTED_PLAN = {
    **_plan(BGP_OF_ALL, NESTED_NODE),
    "leaves": _leaves(default={}),
    "nodes": {"type": "dict", "key": "node_name", "entry": "node", "default": {}, "options": NESTED_NODE},
    "nested_in": _dict(NESTED_IN, required=True),
}


def with_networks(options: Options, cni: object, networks: Networks | None) -> JsonObject:
    """The shape of a plan with the options of its cluster network, which are not read where no network is known."""
    if networks is None:
        own = {cni: {"type": "dict", "given": True}} if isinstance(cni, str) else {}
        return {**own, **options}
    own = {name: {**_dict(one.options), "given": True} for name, one in networks.items() if one.options}
    return {**options, "cni": {**options["cni"], "choices": list(networks)}, **own}
