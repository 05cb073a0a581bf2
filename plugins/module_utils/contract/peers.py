# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan's node peers with: a leaf of an ACI fabric or a router, and how each is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def label(peer: Mapping[str, Any]) -> str:
    """The other end for people: ``leaf 101`` or ``router tor1``."""
    return f"router {peer['router']}" if "router" in peer else f"leaf {peer['leaf']}"


def slug(peer: Mapping[str, Any]) -> str:
    """A name for one family of it, the same whatever the addresses are: ``leaf-101-ipv4``, ``router-tor1-ipv4``."""
    return f"{label(peer).replace(' ', '-')}-{peer['family']}"


def has_password(plan: Mapping[str, Any], peer: Mapping[str, Any]) -> bool:
    """Whether the session has the cluster's password: a router may do without."""
    return bool(plan["bgp"].get("password")) and peer.get("password", True)


def other_side(plan: Mapping[str, Any]) -> dict[str, Any]:
    """The BGP options of the nodes' peers, BFD among them: the leaves' own; of routers, what the cluster has."""
    return (plan.get("l3out") or plan).get("bgp") or {}
