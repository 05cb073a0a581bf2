# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The L3Out part of a plan: exactly the options of the module kubefabric.bgp.aci_l3out, less connection and secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import svi
from ..contract.designs import INTERFACES
from ..intent.model import BFD_INTERVALS, Cluster, Fabric
from ..svi.design import Addresses
from . import ports
from .announced import announced

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
        "description": options["description"],
        "svi": options["svi"],
        "mtu": options["mtu"],
        "encap_scope": options["encap_scope"],
        "autostate": options["autostate"],
        **({"mode": options["mode"]} if options["mode"] not in (None, "regular") else {}),
        "external_epg": options["external_epg"],
        "access": {**_access(cluster), **ports.describe(cluster, fabric)},
        "leaves": [
            {"id": leaf, "pod": fabric.leaves[leaf].pod, "router_id": cluster.router_id(fabric, leaf)}
            for leaf in cluster.leaves
        ],
        **_interfaces(cluster, fabric, addresses),
        "networks": _networks(cluster),
        "route_maps": _route_maps(cluster),
        "bgp": _bgp(cluster),
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


def _bgp(cluster: Cluster) -> JsonObject:
    bgp = cluster.bgp
    return {
        "keepalive": bgp["keepalive"],
        "hold": bgp["hold"],
        "stale_interval": bgp["stale_interval"],
        "graceful_restart_helper": bgp["graceful_restart"],
        "max_as": bgp["max_as"],
        "ecmp": bgp["ecmp"],
        "max_prefixes": bgp["max_prefixes"],
        # the nodes share one AS: without these two no node learns another one's routes (white paper, step 14)
        "as_override": True,
        "disable_peer_as_check": True,
        "send_community": bgp["send_community"],
        "as_path_relax": bgp["as_path_relax"],
        "ignore_igp_metric": bgp["ignore_igp_metric"],
        "next_hop_propagation": bgp["next_hop_propagation"],
        "bfd": bgp["bfd"],
        **{key: bgp[key] for key in BFD_INTERVALS if bgp["bfd"]},
    }
