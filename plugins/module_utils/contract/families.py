# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan's networks by address family."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .plan import Plan

FAMILIES = ("ipv4", "ipv6")


def families(plan: Plan) -> list[str]:
    """The address families in which the nodes peer: ``["ipv4"]``, ``["ipv6"]`` or both."""
    found = {peer["family"] for node in plan["nodes"].values() for peer in node["peers"]}
    return sorted(found | {family_of(prefix) for prefix in plan["networks"].get("node") or []})


def family_of(prefix: str) -> str:
    """``ipv6`` for an address or prefix with colons, else ``ipv4``."""
    return "ipv6" if ":" in prefix else "ipv4"


def networks(plan: Plan, kind: str, family: str) -> list[str]:
    """The plan's networks of a kind and family."""
    return [prefix for prefix in networks_of(plan, kind) if family_of(prefix) == family]


def networks_of(plan: Plan, kind: str) -> list[str]:
    """The plan's networks of a kind."""
    return cast("dict[str, list[str]]", plan["networks"]).get(kind) or []


def label(family: str) -> str:
    """A family as people write it: ``IPv4`` or ``IPv6``."""
    return family.replace("ip", "IP")
