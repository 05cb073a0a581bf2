# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route reflectors among a Calico cluster's nodes: their label, their cluster ID, and the peer that everybody has.

Source: Calico, "Configure BGP peering", section "Configure a node to act as a route reflector". There is no mesh to
leave: every node peers with its leaves, whose filter lets nothing out that a node learned.
"""

from __future__ import annotations

from .. import password_secret
from ..ownership import labels
from .settings import resource

LABEL = {"route-reflector": "true"}
NAME = "peer-with-route-reflectors"


def node(options: dict, name: str) -> dict:
    """What makes a node a reflector: a label to select it by and its cluster ID; nothing for any other node."""
    wanted = options["route_reflectors"]
    if name not in (wanted.get("nodes") or []):
        return {}
    return {"labels": dict(LABEL), "route_reflector_cluster_id": wanted["cluster_id"]}


def peers(plan: dict, options: dict) -> list:
    """The BGPPeer by which all nodes peer with the reflectors, and these with each other, with the leaves' password."""
    if not options["route_reflectors"].get("nodes"):
        return []
    reference = password_secret.reference(plan, options["password_secret"])
    spec = {"nodeSelector": "all()", "peerSelector": "route-reflector == 'true'"}
    password = {"password": {"secretKeyRef": reference}} if reference else {}
    return [resource("BGPPeer", NAME, {**spec, **password}, labels(plan["cluster"]))]
