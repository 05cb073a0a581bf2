# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The L3Out part of a plan: exactly the options of the module kubefabric.bgp.aci_l3out, less connection and secrets."""

from __future__ import annotations

from ..intent.model import BFD_INTERVALS, Cluster, Fabric, family
from . import ports
from .announced import announced


def describe(cluster: Cluster, fabric: Fabric, addresses) -> dict:
    """The description of a cluster's L3Out; ``addresses`` as floating.py or standard.py allocated them."""
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
        "svis": _floating_svis(cluster, fabric, addresses) if cluster.floating else [],
        "paths": [] if cluster.floating else _paths(cluster, fabric, addresses),
        "networks": _networks(cluster),
        "route_maps": _route_maps(cluster),
        "bgp": _bgp(cluster),
    }


def _access(cluster: Cluster) -> dict:
    options = cluster.l3out
    ranges = [(options["vlan"], options["vlan"])] if cluster.floating else options["vlans"]
    return {
        "manage": options["manage_access"],
        "aaep": options["aaep"],
        "vlan_pool": options["vlan_pool"],
        "vlans": [{"from": first, "to": last} for first, last in ranges],
        "physical_domain": options["physical_domain"],
        "l3_domain": options["l3_domain"],
    }


def _floating_svis(cluster: Cluster, fabric: Fabric, addresses) -> list[dict]:
    """One floating SVI per node network; every leaf is an anchor.

    It listens for the whole network, or has a peer for each node of its own rack.
    """
    dynamic = cluster.bgp["neighbors"] == "dynamic"
    return [
        {
            "family": family(network),
            "vlan": cluster.l3out["vlan"],
            "floating_address": f"{addresses.floating[family(network)]}/{network.prefixlen}",
            "secondary_address": f"{addresses.secondary[family(network)]}/{network.prefixlen}",
            "anchors": [_anchor(cluster, fabric, leaf, network, addresses) for leaf in cluster.leaves],
            "peers": [{"address": str(network), "asn": cluster.settings["asn"]}] if dynamic else [],
        }
        for network in sorted(cluster.networks["node"], key=family)
    ]


def _anchor(cluster: Cluster, fabric: Fabric, leaf: int, network, addresses) -> dict:
    name = family(network)
    anchor = {"leaf": leaf, "address": f"{addresses.leaves[leaf][name]}/{network.prefixlen}"}
    if cluster.bgp["neighbors"] == "dynamic":
        return {**anchor, **_admin_state(cluster.is_down(leaf))}
    nodes = [node for node in cluster.nodes if leaf in cluster.rack(fabric, node).leaves]
    peers = [
        {
            "address": str(addresses.nodes[node][name]),
            "asn": cluster.settings["asn"],
            **_admin_state(cluster.is_down(leaf, node)),
        }
        for node in nodes
    ]
    return {**anchor, "peers": peers}


def _admin_state(down: bool) -> dict:
    return {"admin_state": "disabled"} if down else {}


def _paths(cluster: Cluster, fabric: Fabric, addresses) -> list[dict]:
    """One path per node and family: rspathL3OutAtt is keyed by the path alone, so families share none."""
    return [
        _path(cluster, fabric, name, part, addresses)
        for name in cluster.nodes
        for part in (addresses.nodes[name][key] for key in sorted(addresses.nodes[name]))
    ]


def _path(cluster: Cluster, fabric: Fabric, name: str, part, addresses) -> dict:
    rack = cluster.rack(fabric, name)
    length = part.network.prefixlen
    sides = [{"leaf": leaf, "address": f"{address}/{length}"} for leaf, address in zip(rack.leaves, part.sides)]
    return {
        "node": name,
        "family": family(part.network),
        "vlan": addresses.vlans[name],
        "vpc": cluster.nodes[name].vpc,
        "pod": rack.pod,
        "secondary_address": f"{part.secondary}/{length}",
        "sides": dict(zip("ab", sides)),
        "peers": [
            {
                "address": str(part.node),
                "asn": cluster.settings["asn"],
                **_admin_state(cluster.is_down(node=name)),
            }
        ],
    }


def _networks(cluster: Cluster) -> list[dict]:
    """Networks of the route maps and the external EPG: what the nodes announce.

    Longer prefixes (``aggregate``) are accepted of everything but the nodes' network: from there a longer prefix could
    only be somebody else's address, the gateway's for example.
    """
    return [
        {"kind": kind, "prefix": str(network), "aggregate": kind != "node"}
        for kind, networks in announced(cluster).items()
        for network in networks
    ]


def _route_maps(cluster: Cluster) -> list[dict]:
    """The extra rules in the order in which leaves try them."""
    return [
        {**rule, "match": dict(rule["match"]), "set": _changes(rule["set"])}
        for rule in sorted(cluster.l3out["route_maps"], key=lambda rule: (rule["direction"] == "export", rule["order"]))
    ]


def _changes(given: dict) -> dict:
    """What a rule sets, without what it leaves alone."""
    mode = given["communities_mode"]
    changes = {key: value for key, value in given.items() if value not in (None, []) and key != "communities_mode"}
    return {**changes, "communities_mode": mode} if mode == "none" or given["communities"] else changes


def _bgp(cluster: Cluster) -> dict:
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
