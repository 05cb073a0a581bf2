# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The L3Out part of a plan: exactly the options of the module kubefabric.bgp.aci_l3out, less connection and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import svi
from ..contract.designs import INTERFACES
from ..intent.model import Cluster, Fabric
from ..svi.design import Addresses
from . import ports
from .announced import announced
from .passed import passed

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject


def describe(cluster: Cluster, fabric: Fabric, addresses: Addresses) -> JsonObject:
    """The description of a cluster's L3Out; ``addresses`` as its SVI design allocated them."""
    options = cluster.l3out
    return {
        "cluster": cluster.name,
        "name": options["name"],
        "tenant": options["tenant"],
        "vrf": options["vrf"],
        "vrf_tenant": options["vrf_tenant"],
        **passed("l3out", options),
        "svi": options["svi"],
        "mtu": options["mtu"],
        **passed("svi", options),
        "external_epg": options["external_epg"],
        "access": {**_access(cluster), **ports.describe(cluster, fabric)},
        "leaves": [
            {
                "id": leaf,
                "pod": fabric.leaves[leaf].pod,
                "router_id": cluster.router_id(fabric, leaf),
                **({"next_password": True} if cluster.has_next_password(leaf) else {}),
            }
            for leaf in cluster.leaves
        ],
        **_interfaces(cluster, fabric, addresses),
        "networks": _networks(cluster),
        "route_maps": _route_maps(cluster),
        "bgp": passed("bgp", cluster.bgp),
    }


def _access(cluster: Cluster) -> JsonObject:
    options = cluster.l3out
    return {
        "manage": options["manage_access"],
        "aaep": options["aaep"],
        "vlan_pool": options["vlan_pool"],
        "vlans": [{"from": first, "to": last} for first, last in svi.of(cluster).vlans(cluster)],
        "physical_domain": options["physical_domain"],
        "l3_domain": options["l3_domain"],
    }


def _interfaces(cluster: Cluster, fabric: Fabric, addresses: Addresses) -> JsonObject:
    """The interfaces of the cluster's SVI design, and no others."""
    design = svi.of(cluster)
    return {
        key: design.interfaces(cluster, fabric, addresses) if name == design.name else []
        for name, key in INTERFACES.items()
    }


def _networks(cluster: Cluster) -> list[JsonObject]:
    """Networks of the route maps and the external EPG: what the nodes announce.

    Longer prefixes (``aggregate``) are accepted of everything but the nodes' network: from there a longer prefix could
    only be another device's address, the gateway's for example.
    """
    return [
        {"kind": kind, "prefix": str(network), "aggregate": kind != "node"}
        for kind, networks in announced(cluster).items()
        for network in networks
    ]


def _route_maps(cluster: Cluster) -> list[JsonObject]:
    """The extra rules in the order in which leaves try them."""
    return [
        {**rule, "match": dict(rule["match"]), "set": _changes(rule["set"])}
        for rule in sorted(cluster.l3out["route_maps"], key=lambda rule: (rule["direction"] == "export", rule["order"]))
    ]


def _changes(given: JsonObject) -> JsonObject:
    """What a rule sets, without what it leaves alone."""
    mode = given["communities_mode"]
    changes = {key: value for key, value in given.items() if value not in (None, []) and key != "communities_mode"}
    return {**changes, "communities_mode": mode} if mode == "none" or given["communities"] else changes
