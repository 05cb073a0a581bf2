# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of an SVI design: everything that the planner asks about one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, Union

from ..contract.findings import Findings
from ..intent.allocations import Kept
from ..intent.model import Cluster, Fabric

if TYPE_CHECKING:
    from ..contract.freeform import Json

Address = Union[IPv4Address, IPv6Address]
ByFamily = dict[str, Address]


class Addresses(ABC):
    """What a cluster was given of its node networks, each by address family (``ipv4``, ``ipv6``).

    Where a mistake was reported, a family is absent.
    """

    @abstractmethod
    def of_node(self, node: str) -> ByFamily:
        """A node's own addresses."""

    @abstractmethod
    def lengths(self, node: str) -> dict[str, int]:
        """The prefix lengths of a node's addresses."""

    @abstractmethod
    def gateways(self, node: str) -> ByFamily:
        """A node's gateways: the secondary addresses of the leaves."""

    @abstractmethod
    def vlan(self, node: str) -> int:
        """The VLAN of a node's interface."""

    @abstractmethod
    def of_leaf(self, leaf: int) -> ByFamily:
        """The addresses that a leaf has for all nodes; empty where they differ from node to node."""

    @abstractmethod
    def peers(self, node: str, leaf: int, side: int) -> ByFamily:
        """Where a node reaches a leaf of its rack; ``side`` is the leaf's place in the rack, 0 or 1."""


class Design(ABC):
    """One SVI design. ``name`` is what people give as ``l3out.svi``.

    ``vlan_option`` is the option of l3out that holds its VLANs, ``peers_differ`` whether every node has peers of its
    own, even beside others in its rack.
    """

    name: str
    vlan_option: str
    peers_differ: bool

    @abstractmethod
    def allocate(self, cluster: Cluster, found: Json, findings: Findings) -> tuple[Addresses, Kept]:
        """Give the cluster its addresses and VLANs; ``found`` is what earlier runs allocated, as the file has it."""

    @abstractmethod
    def interfaces(self, cluster: Cluster, fabric: Fabric, addresses: Any) -> list[dict[str, Any]]:
        """The interfaces in a plan's ``l3out``: the list that contract/designs.py names for this design."""

    @abstractmethod
    def check(self, cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
        """Options that are missing or unfit, networks and names that do not suit, releases that lack the design."""

    @abstractmethod
    def listed_addresses(self, cluster: Cluster) -> Iterator[tuple[str, list[str]]]:
        """Every list of addresses that the intent gives besides the nodes', with its path."""

    @abstractmethod
    def vlans(self, cluster: Cluster) -> list[tuple[int, int]]:
        """The ranges of VLANs that the cluster has."""

    @abstractmethod
    def vlans_by_leaf(self, cluster: Cluster, fabric: Fabric) -> list[int]:
        """Leaves by ID, each as often as the cluster has a VLAN on it."""

    @abstractmethod
    def subnets(self, cluster: Cluster) -> int:
        """How many subnets of nodes the leaves have for the cluster."""

    @abstractmethod
    def totals(self, clusters: list[Cluster]) -> list[tuple[int, str, str]]:
        """(count, limit by name, what is counted) of all clusters of the fabric that have this design."""

    @abstractmethod
    def has_allocated(self, kept: Mapping[str, Any]) -> bool:
        """Whether the allocations of a cluster were made for this design."""

    @abstractmethod
    def torn_down(self, cluster: Cluster, kept: Mapping[str, Any]) -> str:
        """What a move to another design tears down, in words."""

    @abstractmethod
    def named_leaves(self, interfaces: list[dict[str, Any]]) -> Iterator[tuple[str, int | None]]:
        """Every leaf ID in the interfaces of a plan, with the path below the list."""
