# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The design of a cluster whose ``l3out.svi`` was reported as wrong: nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..contract.findings import Findings
from ..intent.allocations import Kept
from ..intent.model import Cluster, Fabric
from .design import Addresses, Design

if TYPE_CHECKING:
    from ..contract.freeform import Json


class Undecided(Design):
    """No VLANs and no further mistakes."""

    name = ""
    vlan_option = ""
    peers_differ = True

    def allocate(self, cluster: Cluster, found: Json, findings: Findings) -> tuple[Addresses, Kept]:
        """A cluster without a design is not planned."""
        raise NotImplementedError

    def interfaces(self, cluster: Cluster, fabric: Fabric, addresses: Any) -> list[dict[str, Any]]:
        return []

    def check(self, cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
        pass

    def listed_addresses(self, cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
        return iter(())

    def vlans(self, cluster: Cluster) -> list[tuple[int, int]]:
        return []

    def vlans_by_leaf(self, cluster: Cluster, fabric: Fabric) -> list[int]:
        return []

    def subnets(self, cluster: Cluster) -> int:
        return 0

    def totals(self, clusters: list[Cluster]) -> list[tuple[int, str, str]]:
        return []

    def has_allocated(self, kept: Mapping[str, Any]) -> bool:
        return False

    def torn_down(self, cluster: Cluster, kept: Mapping[str, Any]) -> str:
        return "nothing"

    def named_leaves(self, interfaces: list[dict[str, Any]]) -> Iterator[tuple[str, int | None]]:
        return iter(())
