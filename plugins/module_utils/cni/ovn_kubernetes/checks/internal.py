# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What OVN-Kubernetes and FRR-K8s themselves refuse of user-defined networks and of sessions in their VRFs.

Sources, each of the release that docs/ovn-kubernetes.md names: OVN-Kubernetes' go-controller/pkg/config/utils.go
(ParseClusterSubnetEntriesWithDefaults), pkg/util/multi_network.go (SubnetOverlapCheck), pkg/types/const.go and
pkg/config/config.go (its internal subnets), the rules in its definitions; FRR-K8s' internal/controller/merge.go
(neighborsAreCompatible), internal/webhooks (the node selector) and its definitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Union

from ....contract.findings import Findings
from ....intent import label_selectors
from ....intent.model import Cluster, family

if TYPE_CHECKING:
    from ....contract.freeform import Fields

Network = Union[IPv4Network, IPv6Network]

_AT = "ovn_kubernetes.networks"
# length of a node's part where the network does not say one; in IPv6 it is the only one
HOST_SUBNETS = {"ipv4": 24, "ipv6": 64}
# prefixes with an address left for a pod
LONGEST_LAYER2 = {"ipv4": 29, "ipv6": 126}
# join subnets of a primary network that names none (UserDefinedPrimaryNetworkJoinSubnetV4, V6)
JOIN_SUBNETS = ("100.65.0.0/16", "fd99::/64")
# a join subnet's own address, its router's, and IPv4's broadcast address
OWN_OF_JOIN = 3
# what an installation may have set otherwise: (what it is, its default, topologies that it concerns)
INTERNAL = (
    ("v4-join-subnet", "100.64.0.0/16", ("Layer2", "Layer3")),
    ("v6-join-subnet", "fd98::/64", ("Layer2", "Layer3")),
    ("v4-masquerade-subnet", "169.254.169.0/29", ("Layer2", "Layer3")),
    ("v6-masquerade-subnet", "fd69::/125", ("Layer2", "Layer3")),
    ("cluster-manager-v4-transit-subnet", "100.88.0.0/16", ("Layer3",)),
    ("cluster-manager-v6-transit-subnet", "fd97::/64", ("Layer3",)),
)
# routers of an FRRConfiguration; one of them is the default VRF's
MOST_ROUTERS = 50


def check(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    for name, network in networks.items():
        _host_subnets(cluster, name, network, findings)
        _layer2(cluster, name, network, findings)
        _join_subnets(cluster, name, network, findings)
        _internal(cluster, name, network, findings)
        _session(cluster, name, network, findings)
    _routers(cluster, networks, findings)


def _subnets(name: str, network: Fields) -> Iterator[tuple[str, Network]]:
    """Every subnet with its key."""
    for index, text in enumerate(network["subnets"]):
        yield f"{_AT}.{name}.subnets[{index}]", ip_network(text)


def _host_subnets(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """Each node's part of a Layer3 network: /64 in IPv6, and shorter than itself the network that it is cut from."""
    if network["topology"] != "Layer3":
        return
    given = network["host_subnet_ipv6"]
    if given and given != HOST_SUBNETS["ipv6"]:
        at = cluster.at(f"{_AT}.{name}.host_subnet_ipv6")
        findings.add(at, f"OVN-Kubernetes gives nodes a /64, not a /{given}", "remove it, or give 64")
    for key, subnet in _subnets(name, network):
        which = family(subnet)
        if not network[f"host_subnet_{which}"] and subnet.prefixlen >= HOST_SUBNETS[which]:
            remedy = f" or host_subnet_ipv4 of at least {subnet.prefixlen + 1}" if which == "ipv4" else ""
            findings.add(
                cluster.at(key),
                f"no node's /{HOST_SUBNETS[which]} fits into {subnet}",
                f"give a shorter prefix{remedy}",
            )
    _room(cluster, name, network, findings)


def _room(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """A part for every node, in each family."""
    for which, default in HOST_SUBNETS.items():
        length = network[f"host_subnet_{which}"] or default
        own = [subnet for _key, subnet in _subnets(name, network) if family(subnet) == which]
        room = sum(2 ** (length - subnet.prefixlen) for subnet in own if subnet.prefixlen < length)
        if 0 < room < len(cluster.nodes):
            findings.add(
                cluster.at(f"{_AT}.{name}.subnets"),
                f"have room for {room} networks of /{length}, and there are {len(cluster.nodes)} nodes",
                "give larger ones, or more",
            )


def _layer2(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """The first address is the gateway's, the second the nodes' (pkg/util, GetNodeGatewayIfAddr and
    GetNodeManagementIfAddr); no pod gets the network's own address or IPv4's broadcast address.
    """
    if network["topology"] == "Layer3":
        return
    for key, subnet in _subnets(name, network):
        longest = LONGEST_LAYER2[family(subnet)]
        if subnet.prefixlen > longest:
            findings.add(
                cluster.at(key),
                f"{subnet} has no address for a pod beside the gateway's and the nodes'",
                f"give a prefix of at most /{longest}",
            )


def _join_subnets(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """One per family, apart from the network's own subnets and from the cluster's pods and services."""
    given = [ip_network(text) for text in network["join_subnets"] or ()]
    firsts: dict[str, Network] = {}
    others = [("subnets of the network", subnet) for _key, subnet in _subnets(name, network)]
    others += [(f"networks.{kind}", item) for kind in ("pod", "service") for item in cluster.networks[kind]]
    for index, join in enumerate(given):
        at = cluster.at(f"{_AT}.{name}.join_subnets[{index}]")
        if firsts.setdefault(family(join), join) != join:
            rule = f"{join} is a second {family(join).replace('ip', 'IP')} subnet"
            findings.add(at, rule, f"keep to one per family: {firsts[family(join)]} or this one")
        if join.num_addresses < len(cluster.nodes) + OWN_OF_JOIN:
            rule = f"{join} has no address for each of {len(cluster.nodes)} nodes' gateway routers"
            findings.add(at, rule, "give a shorter prefix")
        for what, other in others:
            if _overlap(join, other):
                findings.add(at, f"{join} overlaps {other} ({what})", "give a subnet that nothing else has")
    for key, subnet in () if given else _subnets(name, network):
        for join in map(ip_network, JOIN_SUBNETS):
            if _overlap(subnet, join):
                findings.add(
                    cluster.at(key),
                    f"{subnet} overlaps {join}, the join subnet of a network that names none",
                    "give join_subnets, or another subnet",
                )


def _internal(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """Subnets of OVN-Kubernetes' own, which an installation may have moved: the intent does not say."""
    listed = [*_subnets(name, network)]
    joins = enumerate(network["join_subnets"] or ())
    listed += [(f"{_AT}.{name}.join_subnets[{index}]", ip_network(text)) for index, text in joins]
    for key, subnet in listed:
        for flag, text, topologies in INTERNAL:
            if (network["topology"] or "Layer2") in topologies and _overlap(subnet, ip_network(text)):
                findings.warn(
                    cluster.at(key),
                    f"{subnet} overlaps {text}, OVN-Kubernetes' own unless it was installed with another --{flag}, and "
                    "it makes no network of it then",
                    "give another subnet, if it was not",
                )


def _overlap(one: Network, two: Network) -> bool:
    return one.version == two.version and one.overlaps(two)


def _session(cluster: Cluster, name: str, network: Fields, findings: Findings) -> None:
    """FRR-K8s takes a peer once in a VRF, and a selector of labels that there can be."""
    lite = network["vrf_lite"] or {}
    at = f"{_AT}.{name}.vrf_lite"
    selector = {key: str(value) for key, value in (lite.get("node_selector") or {}).items()}
    label_selectors.check_labels(selector, cluster.at(f"{at}.node_selector"), findings)
    seen: set[str] = set()
    own = {str(address): node for node, one in cluster.nodes.items() for address in one.addresses.values()}
    for index, peer in enumerate(lite.get("peers") or ()):
        key, text = cluster.at(f"{at}.peers[{index}].address"), peer["address"]
        if text in seen:
            findings.add(key, f"{text} is there twice", "name every peer of the VRF once")
        if text in own:
            findings.add(key, f"{text} is the address of {own[text]}", "name routers of the provider's")
        seen.add(text)


def _routers(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    """A node's router IDs, and what leaks into VRFs, are one FRRConfiguration, which holds 50 routers."""
    for key, wanted in (
        ("vrf_lite", [one for one in networks.values() if one["vrf_lite"]]),
        ("leak_default_routes", [one for one in networks.values() if one["leak_default_routes"]]),
    ):
        if len(wanted) >= MOST_ROUTERS:
            findings.add(
                cluster.at(_AT),
                f"{len(wanted)} of them have {key}, and an FRRConfiguration holds {MOST_ROUTERS} routers",
                f"keep to {MOST_ROUTERS - 1}",
            )
