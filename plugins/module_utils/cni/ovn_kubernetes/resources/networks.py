# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ClusterUserDefinedNetworks, the namespaces that they serve, and the interface that belongs to a network's VRF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import family_of
from ....objects.label_selector import HOSTNAME
from ....objects.ownership import KEEP_ANNOTATION, labels
from ...base.groups import PREFIX, rack_labels
from ..settings import OVN_API, PRIMARY_LABEL, ROUTES_LABEL, routes_of, settings

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan

NETWORK_LABEL = "bgp.kubefabric.io/network"


def namespaces(options: Options) -> list[Any]:
    """Every network's namespaces; never deleted, because everything in them would be."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": namespace,
                "labels": {PRIMARY_LABEL: "", NETWORK_LABEL: name},
                "annotations": {KEEP_ANNOTATION: "true"},
            },
        }
        for name, network in options["networks"].items()
        for namespace in network["namespaces"]
    ]


def networks(plan: Plan, options: Options) -> list[Any]:
    """One ClusterUserDefinedNetwork a network; OVN-Kubernetes holds one that is deleted until its last pod is gone."""
    return [_network(plan, name, network) for name, network in options["networks"].items()]


def _network(plan: Plan, name: str, network: Fields) -> JsonObject:
    routes = routes_of(name, network)
    topology = network["topology"]
    return {
        "apiVersion": OVN_API,
        "kind": "ClusterUserDefinedNetwork",
        "metadata": {"name": name, "labels": {**labels(plan["cluster"]), **({ROUTES_LABEL: routes} if routes else {})}},
        "spec": {
            "namespaceSelector": {"matchLabels": {NETWORK_LABEL: name}},
            "network": {
                "topology": topology,
                topology.lower(): {
                    "role": "Primary",
                    "subnets": _layer3_subnets(network) if topology == "Layer3" else network["subnets"],
                    **({"mtu": network["mtu"]} if network.get("mtu") else {}),
                    **({"joinSubnets": network["join_subnets"]} if network.get("join_subnets") else {}),
                    **_ipam(network),
                },
            },
        },
    }


def _layer3_subnets(network: Fields) -> list[Any]:
    """Each with the length of a node's part, where it is given."""
    lengths = {family: network.get(f"host_subnet_{family}") for family in ("ipv4", "ipv6")}
    return [
        {"cidr": subnet, **({"hostSubnet": lengths[family_of(subnet)]} if lengths[family_of(subnet)] else {})}
        for subnet in network["subnets"]
    ]


def _ipam(network: Fields) -> JsonObject:
    persistent = network["topology"] == "Layer2" and network["persistent_ips"]
    return {"ipam": {"lifecycle": "Persistent"}} if persistent else {}


def host_interfaces(plan: Plan, node: str) -> list[Any]:
    """The interfaces that the host itself puts under a VRF, ``[{interface, vrf}]``; none on a host that is no node.

    A selector's labels that the plan does not know, all but the rack's and the host name, are taken for the node's.
    """
    if plan["cni"] != "ovn_kubernetes" or node not in plan["nodes"]:
        return []
    known = {**rack_labels(plan, node), HOSTNAME: node}
    return [
        {"interface": lite["interface"], "vrf": name}
        for name, lite in ((name, network["vrf_lite"]) for name, network in settings(plan)["networks"].items())
        if lite
        and lite["attach"] == "host"
        and all(known.get(key, value) == value for key, value in lite["node_selector"].items())
    ]


def attachments(plan: Plan, options: Options) -> list[Any]:
    """NMState policies that put an interface under a network's VRF, which OVN-Kubernetes itself never does."""
    return [
        {
            "apiVersion": "nmstate.io/v1",
            "kind": "NodeNetworkConfigurationPolicy",
            "metadata": {"name": f"{PREFIX}vrf-{name}", "labels": labels(plan["cluster"])},
            "spec": {
                **({"nodeSelector": lite["node_selector"]} if lite["node_selector"] else {}),
                "desiredState": {"interfaces": [{"name": lite["interface"], "state": "up", "controller": name}]},
            },
        }
        for name, lite in ((name, network["vrf_lite"]) for name, network in options["networks"].items())
        if lite and lite["attach"] == "nmstate"
    ]
