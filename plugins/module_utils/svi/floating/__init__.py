# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating SVI: one VLAN and subnet per family for the whole cluster; every border leaf is an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...intent.model import Cluster, Fabric
from ..design import Design
from ..options import listed, values
from . import allocation, checks, description

# sections of the allocations that no other design has
SECTIONS = ("leaves", "floating", "secondary")


class Floating(Design):
    """See the methods' texts in design.py."""

    name = "floating"
    vlan_option = "vlan"
    peers_differ = False
    allocate = staticmethod(allocation.allocate)
    interfaces = staticmethod(description.describe)
    check = staticmethod(checks.check)

    def listed_addresses(self, cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
        for leaf, options in cluster.l3out["leaves"].items():
            yield cluster.at(f"l3out.leaves.{leaf}.addresses"), options["addresses"] or []
        for key in ("floating_address", "secondary_address"):
            yield cluster.at(f"l3out.{key}"), cluster.l3out[key] or []

    def vlans(self, cluster: Cluster) -> list[tuple[int, int]]:
        vlan = cluster.l3out["vlan"]
        return [(vlan, vlan)] if vlan else []

    def vlans_by_leaf(self, cluster: Cluster, fabric: Fabric) -> list[int]:
        return cluster.leaves

    def subnets(self, cluster: Cluster) -> int:
        return len(cluster.families)

    def totals(self, clusters: list[Cluster]) -> list[tuple[int, str, str]]:
        addresses = sum(len(cluster.families) for cluster in clusters)
        return [
            (len(clusters), "floating_l3outs", "L3Outs with floating SVI"),
            (addresses, "floating_addresses", "floating addresses"),
        ]

    def has_allocated(self, kept: Mapping[str, Any]) -> bool:
        return any(kept.get(section) for section in SECTIONS)

    def torn_down(self, cluster: Cluster, kept: Mapping[str, Any]) -> str:
        """``kept`` has the leaves whose addresses were allocated; those whose the intent gave are the cluster's."""
        shared = [address for key in ("floating", "secondary") for address in values(kept.get(key))]
        allocated = kept.get("leaves")
        leaves = {*map(str, allocated if isinstance(allocated, Mapping) else ()), *map(str, cluster.leaves)}
        nodes = len(values(kept.get("nodes")))
        return f"the SVIs of {len(leaves)} leaves, {listed(shared)} and the addresses of {nodes} nodes"

    def named_leaves(self, interfaces: list[dict[str, Any]]) -> Iterator[tuple[str, int | None]]:
        for number, svi in enumerate(interfaces):
            for index, anchor in enumerate(svi["anchors"] or []):
                yield f"[{number}].anchors[{index}].leaf", anchor["leaf"]
