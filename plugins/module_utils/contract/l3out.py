# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a plan's ``l3out``: the options of the module aci_l3out, less connection, state and secrets.

plan.py says how the comments become docs/plan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, TypedDict, Union

from .reachability import KindOfNetwork, Reachability

if TYPE_CHECKING:
    from typing import NotRequired

ByFamily = Dict[str, str]  # addresses by family: ipv4, ipv6 or both
Mtu = Union[int, str]  # bytes, or the text "inherit"

# a class could not have a key named "from"
VlanRange = TypedDict("VlanRange", {"from": int, "to": int})
VlanRange.__doc__ = "A range of VLAN IDs, both ends included."


class Vpc(TypedDict):
    """A node's port channel, to be made by the collection."""

    name: str  # name of the policy group
    rack: str  # rack of the node
    leaves: list[int]  # node IDs of the rack's leaves
    ports: list[str]  # ports on each of these leaves, as 1/5


class VpcDomain(TypedDict):
    """A vPC protection group of two leaves."""

    name: str  # name of the group
    id: int  # vPC domain
    pod: NotRequired[int]  # pod of the fabric
    leaves: list[int]  # node IDs of the leaves


class Access(TypedDict):
    """Access policies: how the nodes' ports get the VLANs. Ports are there where nodes give `ports`."""

    manage: NotRequired[bool]  # whether this collection keeps these objects
    aaep: NotRequired[str | None]  # AAEP of the nodes' ports
    vlan_pool: NotRequired[str | None]  # VLAN pool; named after the L3Out where absent, as are both domains
    vlans: NotRequired[list[VlanRange]]  # VLAN IDs of the pool, each range with its ends
    physical_domain: NotRequired[str | None]  # physical domain
    l3_domain: NotRequired[str | None]  # L3 domain
    # attributes ports: made by docs/generate.py from attributes.py
    lacp_mode: NotRequired[str]  # LACP mode of the nodes' port channels
    link_speed: NotRequired[str | None]  # speed of the nodes' ports; null: the fabric's default
    auto_negotiation: NotRequired[bool | None]  # auto-negotiation on the nodes' ports; null: the fabric's default
    lldp: NotRequired[bool | None]  # LLDP on the nodes' ports, both ways; null: the fabric's default
    cdp: NotRequired[bool | None]  # CDP on the nodes' ports; null: the fabric's default
    # end of attributes
    vpcs: NotRequired[list[Vpc]]  # port channels of the nodes that give `ports`
    vpc_domains: NotRequired[list[VpcDomain]]  # of the racks that give `vpc_domain`


class L3OutLeaf(TypedDict):
    """A border leaf of the L3Out."""

    id: int  # node ID
    pod: NotRequired[int]  # pod of the fabric
    router_id: str  # router ID in the VRF
    next_password: NotRequired[bool]  # true where the leaf's peers have the next password already


class L3OutPeer(TypedDict):
    """A BGP peer of a leaf."""

    address: str  # address of a node, or the whole node network, from which the leaf then accepts any
    asn: int  # AS number of the nodes
    admin_state: NotRequired[str]  # whether its sessions may come up


class Anchor(TypedDict):
    """A leaf on which a floating SVI has an address of its own."""

    leaf: int  # node ID
    address: str  # its address, with prefix length
    admin_state: NotRequired[str]  # whether the peers of the whole SVI may come up on this leaf
    peers: NotRequired[list[L3OutPeer]]  # with `neighbors: per_node` the nodes of its racks


class Svi(TypedDict):
    """A floating SVI, one per family."""

    family: str  # address family
    vlan: int  # VLAN ID
    floating_address: str  # floating address, with prefix length
    secondary_address: str  # address that all leaves share, the nodes' gateway, with prefix length
    anchors: list[Anchor]  # the leaves
    peers: list[L3OutPeer]  # the node network, which every leaf listens for; none with `neighbors: per_node`


class Side(TypedDict):
    """One leaf of a path."""

    leaf: int  # node ID
    address: str  # its address on the path, with prefix length


class Sides(TypedDict):
    """The leaves of a path."""

    a: Side  # the first leaf
    b: NotRequired[Side]  # the second leaf; none in a rack with one leaf


class L3OutPath(TypedDict):
    """A standard SVI: the port channel of a node, one per node and family."""

    node: str  # name of the node
    family: str  # address family
    vlan: int  # VLAN ID
    vpc: str  # policy group of the port channel
    pod: NotRequired[int]  # pod of the fabric
    secondary_address: str  # address that both leaves share, the node's gateway, with prefix length
    sides: Sides  # the leaves
    peers: list[L3OutPeer]  # the node


class L3OutNetwork(TypedDict):
    """A prefix that the leaves accept from the nodes."""

    kind: KindOfNetwork  # what it is to the cluster
    prefix: str  # the prefix
    aggregate: NotRequired[bool]  # whether longer prefixes are accepted too; never of the nodes' network: see there


class RuleMatch(TypedDict):
    """Which routes a rule is about: those that fit every key with something in it."""

    prefixes: NotRequired[list[str]]  # any of these prefixes
    aggregate: NotRequired[bool]  # whether longer prefixes match, too
    communities: NotRequired[list[str]]  # any of these communities, AS:number


class RuleSet(TypedDict):
    """What a rule sets; what is absent stays as it is."""

    preference: NotRequired[int | None]  # local preference
    weight: NotRequired[int | None]  # weight on the leaf itself
    med: NotRequired[int | None]  # multi-exit discriminator
    communities: NotRequired[list[str]]  # communities, AS:number
    communities_mode: NotRequired[str]  # whether they join those of the route or replace them


class RouteMapRule(TypedDict):
    """A rule that leaves try before that of the cluster's networks; rules are in the order in which leaves try them."""

    name: str  # name of the rule
    direction: str  # import: what leaves learn from nodes; export: what they announce to them
    order: int  # its place, 0 to 8
    action: NotRequired[str]  # what becomes of a route that matches
    match: RuleMatch  # which routes
    set: NotRequired[RuleSet]  # what a permitted route gets


class LeafBgp(TypedDict):
    """The leaves' side of the sessions."""

    # attributes bgp: made by docs/generate.py from attributes.py
    keepalive: NotRequired[int]  # keepalive interval in seconds
    hold: NotRequired[int]  # hold time in seconds
    stale_interval: NotRequired[int]  # seconds that a leaf keeps the routes of a restarting node
    graceful_restart_helper: NotRequired[bool]  # graceful restart of the nodes' BGP speakers, with the leaves' help
    max_as: NotRequired[int]  # longest AS path that a leaf takes, `0` for no limit
    ecmp: NotRequired[int | None]  # equal-cost paths of the VRF, eBGP and iBGP alike; null: the VRF's own policies
    max_prefixes: NotRequired[int | None]  # prefixes that a leaf takes from one node; null: no limit
    max_prefixes_threshold: NotRequired[int | None]  # percentage of `max_prefixes` above which a leaf warns; null: 75
    as_override: NotRequired[bool]  # whether leaves replace the nodes' AS number by their own
    disable_peer_as_check: NotRequired[bool]  # whether leaves announce routes of an AS to that AS
    send_community: NotRequired[bool]  # whether leaves send communities
    as_path_relax: NotRequired[bool]  # share the load over paths through different ASes
    ignore_igp_metric: NotRequired[bool]  # share the load over next hops at unequal distance in the fabric
    next_hop_propagation: NotRequired[bool]  # pass the nodes' addresses on as next hops inside the fabric
    bfd: NotRequired[bool]  # BFD on the sessions
    bfd_min_tx: NotRequired[int]  # least interval of the leaves' BFD packets in ms
    bfd_min_rx: NotRequired[int]  # least interval of the nodes' BFD packets in ms
    bfd_multiplier: NotRequired[int]  # missed BFD packets that take a session down
    # end of attributes


class L3Out(TypedDict):
    """The options of `kubefabric.bgp.aci_l3out`, less connection, state and secrets."""

    cluster: NotRequired[str]  # name of the cluster; the plan's where absent
    name: str  # name of the L3Out
    tenant: str  # tenant of the L3Out
    vrf: str  # the VRF
    vrf_tenant: NotRequired[str]  # tenant of the VRF; the L3Out's where absent
    # attributes l3out: made by docs/generate.py from attributes.py
    description: NotRequired[str]  # description of the L3Out
    # end of attributes
    svi: NotRequired[str]  # floating: `svis` has the SVIs; standard: `paths` has them
    mtu: NotRequired[Mtu]  # MTU of the SVIs in bytes, or `inherit`
    # attributes svi: made by docs/generate.py from attributes.py
    encap_scope: NotRequired[str]  # scope of the VLAN, `vrf` where L3Outs of the VRF share it on a leaf
    autostate: NotRequired[str]  # whether the SVI goes down with its last port
    mode: NotRequired[str]  # how ports carry the VLAN: `regular` tagged, `native` with 802.1p tags, `untagged` without
    # end of attributes
    external_epg: NotRequired[str]  # name of the external EPG of the cluster's networks
    access: NotRequired[Access]  # access policies
    leaves: NotRequired[list[L3OutLeaf]]  # border leaves
    svis: NotRequired[list[Svi]]  # floating SVIs
    paths: NotRequired[list[L3OutPath]]  # standard SVIs
    networks: NotRequired[list[L3OutNetwork]]  # what leaves accept from nodes, and have in the external EPG
    route_maps: NotRequired[list[RouteMapRule]]  # extra rules
    reachability: NotRequired[Reachability]  # who reaches the cluster; absent if nothing of it is configured
    bgp: NotRequired[LeafBgp]  # the leaves' side of the sessions
