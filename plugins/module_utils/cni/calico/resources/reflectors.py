# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route reflectors of a Calico cluster: nodes with a label and a cluster ID, hosts beside the cluster, and their peers.

Source: Calico, "Configure BGP peering", section "Configure a node to act as a route reflector". There is no mesh to
leave: every node peers with its leaves, whose filter lets nothing out that a node learned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.families import family_of
from ....objects.ownership import labels
from ...base import password_secret
from ..settings import resource

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options
    from ....contract.plan import Plan

LABEL = {"route-reflector": "true"}
NAME = "peer-with-route-reflectors"


def node(options: Options, name: str) -> JsonObject:
    """What makes a node a reflector: a label to select it by and its cluster ID; nothing for any other node."""
    wanted = options["route_reflectors"]
    if name not in (wanted.get("nodes") or []):
        return {}
    return {"labels": dict(LABEL), "route_reflector_cluster_id": wanted["cluster_id"]}


def peers(plan: Plan, options: Options) -> list[Any]:
    """The BGPPeers with the reflectors, with the leaves' password."""
    wanted = options["route_reflectors"]
    reference = password_secret.reference(plan, options["password_secret"])
    password = {"password": {"secretKeyRef": reference}} if reference else {}
    specs = {**(_nodes() if wanted.get("nodes") else {}), **_hosts(plan["asn"], wanted.get("hosts") or {})}
    return [resource("BGPPeer", name, {**spec, **password}, labels(plan["cluster"])) for name, spec in specs.items()]


def _nodes() -> JsonObject:
    """All nodes peer with those that reflect, and these with each other."""
    return {NAME: {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"}}


def _hosts(asn: int, hosts: Fields) -> JsonObject:
    """Name → spec: one per host and family, of all nodes (global) or of those that its selector names."""
    found = {}
    for name, host in hosts.items():
        who = {"nodeSelector": host["node_selector"]} if host.get("node_selector") else {}
        for address in host["addresses"]:
            found[host_peer(name, address)] = {"peerIP": address, "asNumber": asn, **who}
    return found


def host_peer(name: str, address: str) -> str:
    """The name of the BGPPeer with one address of a host that reflects."""
    return f"route-reflector-{name}-{family_of(address)}"
