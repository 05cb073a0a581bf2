# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``kubefabric_cluster``: data for schema.py and for the role's argument specs.

Ranges come from APIC's object model (class and property named in the description), read from the class catalog of
release 6.0(9c). Defaults that depend on another option are filled in by model.py and described here in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..contract import attributes, designs
from .network import Networks
from .option import admin_state, of_attributes
from .options_bgp import BGP, ROUTE_MAP
from .options_nested import WORKLOAD_PEERING, nested_in
from .options_reachability import CONTRACTS, REACHABILITY

if TYPE_CHECKING:
    from ..contract.freeform import Spec


def _networks(what: str, example: str, required: bool = True, **more: object) -> Spec:
    option = {"type": "list", "elements": "str", "format": "prefix", "description": what, "example": example, **more}
    return {**option, "required": True} if required else {**option, "default": []}


NETWORKS = {
    "node": _networks(
        "Networks of the nodes: with floating SVI one per address family, with standard SVI supernets for the nodes' "
        "/29 or /125.",
        "[192.168.2.0/24]",
        unless_nested=True,
    ),
    "pod": _networks(
        "Networks that the pods' addresses come from (the cluster CIDRs).",
        "[10.1.0.0/16]",
        of_kubernetes="remove it; list what the hosts announce in networks.external_service",
    ),
    "service": _networks(
        "Networks of the cluster addresses of services (the service CIDRs).",
        "[10.96.0.0/16]",
        of_kubernetes="remove it; list what the hosts announce in networks.external_service",
    ),
    "external_service": _networks(
        "Networks of services' external and load balancer addresses, or of what hosts without Kubernetes announce.",
        "[192.168.3.0/24]",
        False,
    ),
}

LEAF = {
    "addresses": {
        "type": "list",
        "elements": "str",
        "format": "address",
        "default": [],
        "description": "Its addresses, one per family, for floating SVI; planned where absent.",
    },
    "router_id": {
        "type": "str",
        "format": "router_id",
        "description": "Router ID in this cluster's VRF, where it is not the leaf's own in O(kubefabric_fabric.racks).",
    },
    "admin_state": admin_state(
        "V(disabled) takes the cluster's sessions with this leaf down, for its maintenance; floating SVI only."
    ),
}


def _name(what: str, name_format: str = "aci_name", **more: object) -> Spec:
    return {"type": "str", "format": name_format, "description": what, **more}


L3OUT = {
    "name": _name("Name of the L3Out; the cluster's name where absent.", "l3out_name"),
    "tenant": _name("Tenant of the L3Out; must exist.", "tenant", required=True, example="k8s"),
    "vrf": _name("VRF of the L3Out; must exist.", "vrf", required=True, example="prod"),
    "vrf_tenant": _name("Tenant of the VRF: the L3Out's own (the default) or V(common).", "tenant"),
    **of_attributes(attributes.L3OUT),
    "svi": {
        "type": "str",
        "default": designs.DEFAULT,
        "choices": list(designs.INTERFACES),
        "description": "Floating SVI: one VLAN and subnet a cluster; standard SVI: a VLAN and a /29 or /125 a node.",
    },
    "vlan": {"type": "int", "format": "vlan", "description": "The cluster's VLAN with floating SVI."},
    "vlans": {
        "type": "str",
        "format": "vlans",
        "description": 'The nodes\' VLANs with standard SVI, for example "400-463".',
    },
    "mtu": {
        "type": "int",
        "default": 9000,
        "minimum": 576,
        "maximum": 9216,
        "description": "MTU of SVI and nodes in bytes (l3extVirtualLIfP.mtu); with IPv6 at least 1280.",
    },
    **of_attributes(attributes.SVI),
    "external_epg": _name("External EPG that the cluster's networks are classified into.", default="default"),
    "manage_access": {
        "type": "bool",
        "default": True,
        "description": "Whether VLAN pool, domains and AAEP are written; V(false) where another team owns them.",
    },
    "aaep": _name("Attachable access entity profile of the nodes' ports; the L3Out's name where absent."),
    "vlan_pool": _name("VLAN pool; the L3Out's name where absent."),
    "physical_domain": _name("Physical domain of the floating SVI; the L3Out's name where absent."),
    "l3_domain": _name("External routed domain; the L3Out's name where absent."),
    **of_attributes(attributes.PORTS),
    "floating_address": {
        "type": "list",
        "elements": "str",
        "format": "address",
        "default": [],
        "description": "Floating address, one per family, for floating SVI; planned where absent.",
    },
    "secondary_address": {
        "type": "list",
        "elements": "str",
        "format": "address",
        "default": [],
        "description": "Secondary address, the nodes' gateway, one per family, for floating SVI; planned where absent.",
    },
    "leaves": {
        "type": "dict",
        "key": "leaf_id",
        "entry": "leaf",
        "options": LEAF,
        "example": "{101: {addresses: [192.168.2.201]}}",
        "description": "Settings of leaves, and leaves beside those of the nodes' racks, which take part anyway.",
    },
    "route_maps": {
        "type": "list",
        "elements": "dict",
        "options": ROUTE_MAP,
        "default": [],
        "description": "Further rules of default-import and default-export, tried before the one that permits the "
        "cluster's networks.",
    },
    **REACHABILITY,
}

RACK_LABEL = "rack_id"
# What a nested cluster has beside its network's options; the rest it gets from its parent.
NESTED_KEYS = ("asn", "cni", "kubeconfig", "context", "networks", "bgp", "workload_peering", "nested_in")


def cluster_options(networks: Networks) -> Spec:
    """The options of ``kubefabric_cluster`` with those of every cluster network."""
    return {
        **_identity(networks),
        "networks": {
            "type": "dict",
            "required": True,
            "options": NETWORKS,
            "description": "IPv4 and IPv6 networks by kind.",
        },
        "l3out": {
            "type": "dict",
            "required": True,
            "unless_nested": True,
            "options": L3OUT,
            "description": "The cluster's L3Out on the fabric.",
        },
        "contracts": CONTRACTS,
        "bgp": {"type": "dict", "options": _bgp(networks), "description": "Sessions between nodes and leaves."},
        **{name: _of_network(name, networks) for name in networks if networks[name].options},
        "workload_peering": {
            "type": "dict",
            "of_kubernetes": "remove it; virtual machines of a Kubernetes cluster peer with that cluster's nodes",
            "fill": False,
            "options": WORKLOAD_PEERING,
            "description": "How this cluster's nodes peer with the clusters that are nested in its virtual machines.",
        },
        "nested_in": {
            "type": "dict",
            "fill": False,
            "options": nested_in([one.nesting.selector for one in networks.values() if one.nesting]),
            "description": "The cluster in whose virtual machines this one runs; it then has no L3Out, no sessions "
            "with leaves and no racks of its own.",
        },
    }


def nested_options(networks: Networks) -> Spec:
    """The options of a nested cluster, in the order of all options."""
    options = cluster_options(networks)
    kept = {*NESTED_KEYS, *(name for name, one in networks.items() if one.nesting)}
    found = {name: option for name, option in options.items() if name in kept}
    found["networks"] = {
        **options["networks"],
        "options": {name: option for name, option in NETWORKS.items() if name != "node"},
    }
    found["bgp"] = {**options["bgp"], "options": {"password": BGP["password"]}}
    return found


def _identity(networks: Networks) -> Spec:
    """What a cluster is, and how to reach it."""
    return {
        "asn": {
            "type": "int",
            "required": True,
            "format": "asn",
            "example": 65003,
            "description": "AS number of all nodes of the cluster; not the fabric's.",
        },
        "cni": {
            "type": "str",
            "required": True,
            "choices": list(networks),
            "example": next(iter(networks), None),
            "description": "What speaks BGP on the nodes.",
        },
        "kubeconfig": {
            "type": "str",
            "of_kubernetes": "remove it",
            "description": "File with the access to the cluster; O(kubefabric_kubeconfig) overrides it.",
        },
        "context": {
            "type": "str",
            "of_kubernetes": "remove it",
            "description": "Context of that file, where the current one is another; O(kubefabric_context) overrides "
            "it.",
        },
        "rack_label": {
            "type": "str",
            "of_kubernetes": "remove it; hosts have their racks by the inventory",
            "default": RACK_LABEL,
            "format": "label_key",
            "description": "Key of the node label that holds the rack.",
        },
    }


def _of_network(name: str, networks: Networks) -> Spec:
    about = f"{networks[name].about}; only with O(kubefabric_cluster.cni={name})."
    return {"type": "dict", "fill": False, "options": networks[name].options, "description": about}


def _bgp(networks: Networks) -> Spec:
    """The options of sessions; networks whose keepalive interval is another than 1 s are named."""
    slower = [f"{one.keepalive} with {one.title}" for one in networks.values() if one.keepalive != 1]
    about = ", ".join([f"{BGP['keepalive']['description']}; 1 where absent", *slower])
    return {**BGP, "keepalive": {**BGP["keepalive"], "description": f"{about}."}}
