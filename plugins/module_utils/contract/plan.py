# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a plan. It stays plain data: what a program gets from the planner, YAML or JSON fits as it is.

The comment of a key is its row in docs/plan.md, from which ``make docs`` writes that table; plan/shape.py has ranges,
formats and defaults of the same keys, and a test compares the two with each other and with every golden plan.
A key that is ``NotRequired`` may be absent in a plan by hand; ``accept`` fills in the default where there is one.

Import these types, and those of freeform.py, below ``if TYPE_CHECKING:``. A module compiles what it imports anew in
each run, and needs none of it; and annotations may have what the Python of a host does not know, as ``NotRequired``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, TypedDict

from .freeform import Options
from .hosts import Host
from .l3out import ByFamily, L3Out

if TYPE_CHECKING:
    from typing import NotRequired


class FabricOfPlan(TypedDict):
    """The fabric, as far as a cluster needs to know it."""

    name: str  # name of the fabric
    asn: int  # AS number of the leaves
    version: NotRequired[str]  # release of APIC, as 6.0(9c)
    route_reflectors: NotRequired[list[int]]  # node IDs of the spines that reflect routes, where the intent names any


class Networks(TypedDict):
    """Prefixes of the cluster by kind, of both families."""

    node: list[str]  # where nodes and the leaves' SVIs have their addresses
    pod: NotRequired[list[str]]  # addresses of pods
    service: NotRequired[list[str]]  # cluster addresses of Services
    external_service: NotRequired[list[str]]  # external and load balancer addresses of Services
    nested: NotRequired[list[str]]  # what nodes announce for the clusters nested in this one


class NodeBgp(TypedDict):
    """The nodes' side of the sessions. A nested cluster has `ecmp` and `password` alone."""

    keepalive: int  # keepalive interval in s
    hold: int  # hold time in s
    ecmp: NotRequired[int | None]  # equal-cost paths that a node uses; null: unmanaged
    max_prefixes: NotRequired[int | None]  # prefixes that a leaf takes from one node; null: no limit
    graceful_restart: NotRequired[bool]  # whether leaves keep the routes of a node whose speaker restarts
    graceful_restart_time: NotRequired[int]  # restart time that nodes announce, in s
    password: bool  # whether the sessions have one; the password itself is an option of the task
    next_password: NotRequired[bool]  # true while another password replaces it, leaf by leaf


class Leaf(TypedDict):
    """A border leaf."""

    id: int  # node ID in the fabric
    pod: NotRequired[int]  # pod of the fabric
    rack: str  # the rack that it serves
    racks: NotRequired[list[str]]  # all racks that it serves, where these are several
    router_id: str  # router ID in the cluster's VRF, an IPv4 address
    addresses: ByFamily  # its addresses in the node networks; empty with standard SVI: they differ from node to node


class Peer(TypedDict):
    """A session of a node with a leaf of its rack, one per family."""

    leaf: int  # node ID of the leaf
    family: str  # address family of the session
    address: str  # address of the leaf
    local_address: str  # address of the node
    asn: int  # AS number of the leaf
    disabled: NotRequired[bool]  # true where the leaf's peer is down administratively
    next_password: NotRequired[bool]  # true where the session has the next password already


class Node(TypedDict):
    """A node of the cluster. One of a nested cluster has `asn` and `peers` alone: the rest is its parent's."""

    rack: str  # name of its rack
    rack_id: str  # value of its rack label
    asn: int  # AS number, the same for all nodes
    vlan: int  # VLAN ID in which it reaches the leaves
    mtu: int  # MTU of its interface in bytes
    addresses: ByFamily  # its addresses
    interfaces: ByFamily  # its addresses with prefix length
    gateways: ByFamily  # the leaves' secondary addresses, where its default routes go
    peers: list[Peer]  # its sessions, with the leaves of its own rack; empty in a nested cluster
    vpc: NotRequired[str]  # its vPC policy group, if given


class NestedCluster(TypedDict):
    """A cluster in virtual machines of this one, whose machines peer with this one's nodes."""

    asn: int  # AS number of its nodes
    networks: list[str]  # prefixes that are accepted from it
    ranges: list[str]  # pod networks in which its machines have their addresses
    selector: NotRequired[str | None]  # Calico selector of its machines
    node_selector: NotRequired[str]  # Calico selector of the nodes that peer with it; all nodes where absent
    password: NotRequired[bool]  # true if its sessions have a password


class Nested(TypedDict):
    """What a cluster does for those that are nested in it."""

    addresses: ByFamily  # addresses on every node at which nested clusters peer
    speaker: str  # who peers with them on the nodes
    networks: list[str]  # what is announced outside for them
    clusters: NotRequired[dict[str, NestedCluster]]  # the nested clusters by name


class NestedIn(TypedDict):
    """Where a nested cluster is. It has no `l3out`, no leaves, and of its nodes no more than names and AS number."""

    cluster: str  # name of the parent
    asn: int  # AS number of the parent
    addresses: ByFamily  # addresses of the parent at which it peers
    path: list[str]  # the parent, its parent, and so on to the one with the L3Out


class AnyPlan(TypedDict):
    """What plans have in common, whatever the nodes peer with."""

    format: int  # format of the plan: 1
    cluster: str  # name of the cluster
    asn: int  # AS number of all nodes
    cni: str  # the cluster network
    speaker: NotRequired[str]  # `host` where hosts speak that are no Kubernetes nodes
    rack_label: str  # key of the label that holds a node's rack
    networks: Networks  # its prefixes; of a nested cluster `node` is where its machines have their addresses from
    nested: NotRequired[Nested]  # of a cluster that peers with its workloads
    hosts: NotRequired[dict[str, Host]]  # options of node_peering by node, where the hosts run the speaker
    kube_router: NotRequired[Options]  # options of kube-router, as given in the intent; absent if empty
    calico: NotRequired[Options]  # options of Calico, likewise
    cilium: NotRequired[Options]  # options of Cilium, likewise
    ovn_kubernetes: NotRequired[Options]  # options of OVN-Kubernetes, likewise


class Plan(AnyPlan):
    """The plan of one cluster, with an L3Out of its own or nested in another cluster."""

    fabric: FabricOfPlan  # the fabric
    bgp: NodeBgp  # the nodes' side of the sessions
    leaves: NotRequired[dict[str, Leaf]]  # its border leaves by ID as text
    nodes: NotRequired[dict[str, Node]]  # its nodes by name
    l3out: NotRequired[L3Out]  # the L3Out; not of a nested cluster
    nested_in: NotRequired[NestedIn]  # of a nested cluster


Plans = Dict[str, Plan]  # by the name of the cluster
