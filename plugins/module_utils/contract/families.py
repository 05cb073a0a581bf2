# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan's networks by address family."""

from __future__ import annotations


def families(plan: dict) -> list:
    """The address families in which the nodes peer: ``["ipv4"]``, ``["ipv6"]`` or both."""
    found = {peer["family"] for node in plan["nodes"].values() for peer in node["peers"]}
    return sorted(found | {family_of(prefix) for prefix in plan["networks"].get("node") or []})


def family_of(prefix: str) -> str:
    """``ipv6`` for an address or prefix with colons, else ``ipv4``."""
    return "ipv6" if ":" in prefix else "ipv4"


def networks(plan: dict, kind: str, family: str) -> list:
    """The plan's networks of a kind and family."""
    return [prefix for prefix in plan["networks"].get(kind) or [] if family_of(prefix) == family]


def label(family: str) -> str:
    """A family as people write it: ``IPv4`` or ``IPv6``."""
    return family.replace("ip", "IP")
