# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of what leaves and clusters report, and of what is said about it."""

from __future__ import annotations

from typing import Any, Dict, List, Set, Tuple, TypedDict

from .kubernetes import Labels, Resource


class NextHop(TypedDict, total=False):
    """A next hop of a route."""

    address: str
    vrf: str
    leaf: Any  # node ID of the leaf that it is the tunnel endpoint of, a number or text; None of a node's address


class Route(TypedDict, total=False):
    """A route of a leaf."""

    prefix: str
    family: str
    protocol: str
    next_hops: list[NextHop]


class SessionEntry(TypedDict, total=False):
    """A session of a leaf."""

    peer: str  # address of the peer
    family: str
    state: str  # BGP's word in small letters, or stale or restarting: Established, but not to be believed
    remote_asn: int
    local_address: str
    uptime: int  # s
    prefixes_received: int
    prefixes_sent: int
    listen: str  # the address or prefix of the configured peer
    last_down_reason: str
    bfd: str | None  # state of the BFD session; None where there is none


class LeafState(TypedDict, total=False):
    """BGP in a VRF of a leaf."""

    reachable: bool
    sessions: list[SessionEntry]
    routes: list[Route]


Leaves = Dict[str, LeafState]  # by node ID as text
Table = Dict[str, List[NextHop]]  # next hops by prefix
Tables = Dict[str, Table]  # by leaf
Announced = Dict[str, Set[str]]  # prefixes by node
Reports = Dict[str, Dict[str, str]]  # states of sessions by node and peer's address
States = Dict[str, Dict[Tuple[str, str], str]]  # states of sessions by node, and by VRF and peer's address


class NodeState(TypedDict, total=False):
    """A Node."""

    pod_cidrs: list[str]
    addresses: list[str]
    restart_pending: bool
    labels: Labels
    excluded: bool  # by its label, from load balancers' announcements
    subnets: dict[str, list[str]]  # of OVN-Kubernetes, by network


class AgentState(TypedDict, total=False):
    """The pod of a node that speaks BGP."""

    pod: str
    running: bool
    reason: str
    image: str


class State(TypedDict, total=False):
    """What a cluster reports; nodes, agents, services and endpoint_slices are always there."""

    nodes: dict[str, NodeState]
    agents: dict[str, AgentState]
    services: list[Resource]
    endpoint_slices: list[Resource]
    originated: dict[str, list[str]]  # what hosts announce of their own, by node
    reports: Reports
    further_states: States | None  # None where nodes report nothing at all
    further: Announced  # what others' configurations let nodes announce
    configurations: list[Resource]
    host_routes: Announced  # addresses of pods that nodes announce singly
    verdicts: dict[str, str]  # why a node did not take its configuration


class Workloads(TypedDict):
    """Where the workloads of a parent run."""

    pods: dict[str, str]  # node by address
    addresses: dict[str, list[str]]  # of its nodes, by name
    hidden: list[str]  # virtual machines whose address the parent does not see


class Reset(TypedDict, total=False):
    """A change of a run that reset sessions; what is None or absent does not matter."""

    at: float  # seconds since the epoch
    leaf: int | None
    peer: str | None  # address of the node, or a prefix of several
    node: str | None
    leaf_address: str | None


class Fault(TypedDict, total=False):
    """A fault of APIC."""

    code: str
    severity: str
    dn: str
    description: str
    acknowledged: bool


class Target(TypedDict):
    """What a contract's subject names, and whether it is there."""

    name: str
    found: bool


class SubjectState(TypedDict):
    """A subject of a contract."""

    name: str
    filters: list[Target]
    graph: Target | None


class ContractState(TypedDict):
    """A contract as the fabric has it."""

    tenant: str
    name: str
    present: bool
    scope: str  # in APIC's words
    subjects: list[SubjectState]
    providers: list[str]  # distinguished names
    consumers: list[str]


class Row(TypedDict, total=False):
    """A session in the table that proves it; None where the session is down."""

    node: str
    leaf: str
    family: str
    peer: str
    state: str
    uptime: int | None  # s
    prefixes_in: int | None
    prefixes_out: int | None
    ecmp: int | None
    bfd: str


class Problem(TypedDict, total=False):
    """Something that is wrong: its kind for programs, where it is, and a message for people."""

    kind: str
    message: str
    leaf: str
    node: str
    reflector: str
    contract: str
    code: str
    objects: list[str]


class Assessment(TypedDict):
    """The outcome of a verification."""

    table: list[Row]
    problems: list[Problem]
    ok: bool
