# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router IDs of nodes that have no IPv4 address to take one from."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import TYPE_CHECKING

from ...contract.errors import Refusal, refuse

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject, Options
    from ...contract.plan import Plan

_BASE = int(ipaddress.IPv4Address("10.0.0.0"))
_BITS = 24


def router_ids(plan: Plan, options: Options) -> JsonObject:
    """``{node: router ID}``: what the intent gives, and for nodes without IPv4 address one that follows from the other.

    A node with an IPv4 address and no given router ID is absent: speakers take the address. So is one whose addresses
    are not known yet. Raises ClusterError with every pair of speakers of the cluster that would have the same one.
    """
    found = {name: _one(options, name, node) for name, node in plan["nodes"].items()}
    owners = {leaf["router_id"]: f"leaf {leaf['id']}" for leaf in plan["leaves"].values() if leaf.get("router_id")}
    taken = {name: router_id or plan["nodes"][name]["addresses"].get("ipv4") for name, router_id in found.items()}
    refuse(
        [
            Refusal(
                f"{name} would have the router ID {router_id}, which {owners[router_id]} has",
                f"give it another in kubefabric_cluster.{plan['cni']}.nodes.{name}.router_id",
                cluster=plan["cluster"],
            )
            for name, router_id in taken.items()
            if router_id and owners.setdefault(router_id, name) != name
        ]
    )
    return {name: router_id for name, router_id in found.items() if router_id}


def _one(options: Options, name: str, node: Fields) -> str | None:
    given = (options["nodes"].get(name) or {}).get("router_id")
    address = node["addresses"].get("ipv6")
    if given or node["addresses"].get("ipv4") or not address:
        return given
    return derived(address)


def derived(address: str) -> str:
    """A router ID of 10.0.0.0/8: the address's host part where it is small, as planned addresses are, else a digest.

    RFC 4271 asks for a valid unicast address, so the bare low 32 bits, 0.0.0.1 of ::1, would not do.
    """
    host = int(ipaddress.IPv6Address(address)) % 2**64
    if not 0 < host < 2**_BITS:
        host = int.from_bytes(hashlib.sha256(address.encode()).digest()[: _BITS // 8], "big")
    return str(ipaddress.IPv4Address(_BASE + host))
