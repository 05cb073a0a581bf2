# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a plan whose nodes peer with routers: what differs from plan.py, which says how to import them.

docs/routers.md describes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from .freeform import Options
from .l3out import ByFamily
from .plan import AnyPlan, NodeBgp

if TYPE_CHECKING:
    from typing import NotRequired


class RoutersFabric(TypedDict):
    """The fabric, as far as a cluster needs to know it."""

    name: str  # name of the fabric
    kind: str  # routers


class RoutedBgp(NodeBgp):
    """The nodes' side of the sessions, and BFD's intervals, which are the routers' too."""

    bfd: NotRequired[bool]  # true where BFD watches the sessions
    bfd_min_tx: NotRequired[int]  # least interval of the routers' BFD packets in ms
    bfd_min_rx: NotRequired[int]  # least interval of the nodes' BFD packets in ms
    bfd_multiplier: NotRequired[int]  # missed BFD packets that take a session down


class Router(TypedDict):
    """A router that nodes of the cluster peer with."""

    asn: int  # AS number; the cluster's own where sessions are iBGP
    racks: NotRequired[list[str]]  # the racks that it serves; absent where it serves all nodes
    addresses: ByFamily  # addresses that nodes peer with
    host: NotRequired[str]  # host of the inventory that it is, where verification asks it


class RouterPeer(TypedDict):
    """A session of a node with a router, one per family."""

    router: str  # name of the router
    family: str  # address family of the session
    address: str  # address of the router
    local_address: str  # address of the node
    asn: int  # AS number of the router
    multihop: NotRequired[int]  # TTL of the node's packets, where the router is some hops away
    password: NotRequired[bool]  # false where the session has no password, though others have one


class RoutedNode(TypedDict):
    """A node of the cluster."""

    rack: NotRequired[str]  # name of its rack, where the fabric has racks
    rack_id: NotRequired[str]  # value of its rack label, likewise
    asn: int  # AS number, the same for all nodes
    addresses: ByFamily  # its addresses
    peers: list[RouterPeer]  # its sessions


class RoutedPlan(AnyPlan):
    """The plan of one cluster whose nodes peer with routers; clusters nested in it have a Plan."""

    fabric: RoutersFabric  # the fabric
    bgp: RoutedBgp  # the nodes' side of the sessions
    leaves: NotRequired[dict[str, Options]]  # none: so that readers of leaves find none
    routers: dict[str, Router]  # the routers that its nodes peer with, by name
    nodes: dict[str, RoutedNode]  # its nodes by name
