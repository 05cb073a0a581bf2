# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of a plan's ``l3out.reachability``: contracts, and who provides and consumes them.

plan.py says how the comments become docs/plan.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from typing import NotRequired

KindOfNetwork = str  # a key of networks: node, pod, service, external_service or nested


class Contracted(TypedDict):
    """What takes part in contracts, by their names."""

    provide: NotRequired[list[str]]  # contracts that it provides
    consume: NotRequired[list[str]]  # contracts that it consumes
    consume_interfaces: NotRequired[list[str]]  # contract interfaces that it consumes


class Subnet(TypedDict):
    """A prefix that an external EPG holds."""

    prefix: str  # the prefix
    scope: NotRequired[list[str]]  # scope of l3extSubnet
    aggregate: NotRequired[list[str]]  # aggregate of l3extSubnet


class ExternalEpg(Contracted):
    """An external EPG of the L3Out."""

    name: str  # its name
    preferred_group: NotRequired[bool]  # whether it is in the VRF's preferred group
    subnets: NotRequired[list[Subnet]]  # its prefixes


class FilterEntry(TypedDict):
    """What a filter lets through."""

    name: str  # its name
    ethertype: NotRequired[str]  # what it matches
    protocol: NotRequired[str]  # IP protocol; any where absent
    ports: NotRequired[str]  # destination port or range
    source_ports: NotRequired[str]  # source port or range; any where absent
    stateful: NotRequired[bool]  # whether replies need the ACK flag


class Filter(TypedDict):
    """A filter of a subject."""

    name: str  # its name
    existing: NotRequired[bool]  # whether another owner maintains it: it is used and never written
    entries: NotRequired[list[FilterEntry]]  # its entries


class Subject(TypedDict):
    """A subject of a contract."""

    name: str  # its name
    graph: NotRequired[str]  # service graph that its traffic takes
    reverse_ports: NotRequired[bool]  # whether filters apply to the replies, with ports swapped
    filters: NotRequired[list[Filter]]  # its filters


class Contract(TypedDict):
    """A contract that an external EPG of the cluster provides or consumes."""

    tenant: str  # its tenant
    name: str  # its name
    existing: NotRequired[bool]  # whether another owner maintains it: it is used and never written
    scope: NotRequired[str]  # how far it reaches
    subjects: NotRequired[list[Subject]]  # what it allows


class ContractInterface(TypedDict):
    """A contract of another tenant, exported to consumers."""

    tenant: str  # tenant of the interface
    name: str  # its name
    contract_tenant: str  # tenant of the contract
    contract: str  # name of the contract


class Group(Contracted):
    """An EPG or an endpoint security group (ESG) inside of the fabric."""

    tenant: str  # its tenant
    application: str  # its application profile
    name: str  # its name
    vrf: NotRequired[str]  # its VRF
    vrf_tenant: NotRequired[str]  # tenant of its VRF


class TransitNetwork(TypedDict):
    """A prefix that another L3Out announces outside."""

    kind: KindOfNetwork  # what it is to the cluster
    prefix: str  # the prefix
    aggregate: NotRequired[bool]  # whether longer prefixes are announced, too


class Transit(Contracted):
    """Another L3Out through which the outside reaches the cluster."""

    tenant: str  # its tenant
    l3out: str  # its name
    external_epg: str  # its external EPG that gets the contracts
    vrf: NotRequired[str]  # its VRF
    vrf_tenant: NotRequired[str]  # tenant of its VRF
    order: NotRequired[int]  # place of our rule in its route map default-export
    networks: NotRequired[list[TransitNetwork]]  # what it announces outside


class Reachability(TypedDict):
    """Who reaches the cluster, and by which contracts."""

    external_epgs: NotRequired[list[ExternalEpg]]  # external EPGs of the cluster's L3Out
    contracts: NotRequired[list[Contract]]  # contracts
    interfaces: NotRequired[list[ContractInterface]]  # contract interfaces
    epgs: NotRequired[list[Group]]  # EPGs that get contracts with the cluster
    esgs: NotRequired[list[Group]]  # endpoint security groups that do, where there are any
    transit: NotRequired[list[Transit]]  # other L3Outs
