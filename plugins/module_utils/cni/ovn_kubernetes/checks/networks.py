# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of OVN-Kubernetes' user-defined networks: subnets, namespaces, and sessions in their own VRFs."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Cluster, Fabric, family
from ..formats import DEVICES_TAKEN
from . import internal as checks_ovn_internal
from .routes import received

if TYPE_CHECKING:
    from ....contract.freeform import Fields

# Kubernetes makes these itself, without the label that a primary network needs.
RESERVED_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_AT = "ovn_kubernetes.networks"
_OTHER_KINDS = ("node", "service", "external_service")


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    networks = (cluster.settings["ovn_kubernetes"] or {}).get("networks") or {}
    _subnets(cluster, networks, findings)
    _room_for_the_default_network(cluster, networks, findings)
    _namespaces(cluster, networks, findings)
    _interfaces(cluster, networks, findings)
    for name, network in networks.items():
        _topology(cluster, f"{_AT}.{name}", network, findings)
        _vrf_lite(cluster, fabric, f"{_AT}.{name}", network, findings)
    checks_ovn_internal.check(cluster, networks, findings)


def in_default_vrf(network: Fields) -> bool:
    """Whether the leaves hear of a network."""
    return network["advertise"] in (None, "default_vrf")


# -- subnets -------------------------------------------------------------------------------------------


def _listed(networks: Fields) -> Iterator[tuple[Any, ...]]:
    """Every subnet as (name, network, key, subnet)."""
    for name, network in networks.items():
        for index, text in enumerate(network["subnets"]):
            yield name, network, f"{_AT}.{name}.subnets[{index}]", ip_network(text)


def _subnets(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    """In the families of the nodes, one each, apart from everything else, and known to the leaves."""
    seen: list[Any] = []
    firsts: dict[Any, Any] = {}
    for name, network, key, subnet in _listed(networks):
        at, which = cluster.at(key), family(subnet)
        if firsts.setdefault((name, which), subnet) != subnet and network["topology"] != "Layer3":
            findings.add(at, f"{subnet} is a second {_label(which)} subnet", "keep to one per family, or use Layer3")
        if cluster.families and which not in cluster.families:
            findings.add(
                at,
                f"{subnet} is {_label(which)}, and the cluster has no such node network",
                "remove it, or add a network to networks.node",
            )
        elif in_default_vrf(network):
            _known_to_the_leaves(cluster, at, subnet, findings)
        for other, other_network, other_subnet in seen:
            together = in_default_vrf(network) and in_default_vrf(other_network)
            if (together or other == name) and _overlap(subnet, other_subnet):
                findings.add(
                    at,
                    f"{subnet} overlaps {other_subnet} of network {other}",
                    "give every network that the default VRF announces addresses of its own",
                )
        seen.append((name, network, subnet))
        for what, taken in _taken(cluster, networks):
            if _overlap(subnet, taken):
                findings.add(at, f"{subnet} overlaps {taken} ({what})", "give the network addresses that are not there")


def _known_to_the_leaves(cluster: Cluster, at: str, subnet: Any, findings: Findings) -> None:
    homes = [home for home in cluster.networks["pod"] if home.version == subnet.version]
    if not cluster.doubtful("networks.pod") and not any(subnet.subnet_of(home) for home in homes):
        listed = ", ".join(map(str, homes)) or "none"
        findings.add(
            at,
            f"{subnet} is not inside networks.pod ({listed}), and the leaves take nothing else",
            "add the network there, or set advertise to own_vrf or none",
        )


def _taken(cluster: Cluster, networks: Fields) -> list[Any]:
    """Networks that no user-defined one may overlap: (what it is, network)."""
    others = [(f"networks.{kind}", item) for kind in _OTHER_KINDS for item in cluster.networks[kind]]
    return [*others, *[("networks.pod, the default network", item) for item in _of_default(cluster, networks)]]


def _of_default(cluster: Cluster, networks: Fields) -> list[Any]:
    """The pod networks that no user-defined network is cut from: those of the default network."""
    cut = [subnet for _name, network, _key, subnet in _listed(networks) if in_default_vrf(network)]
    return [item for item in cluster.networks["pod"] if not any(_inside(subnet, item) for subnet in cut)]


def _room_for_the_default_network(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    left = {family(item) for item in _of_default(cluster, networks)}
    for which in {family(item) for item in cluster.networks["pod"]} - left:
        findings.add(
            cluster.at("networks.pod"),
            f"ovn_kubernetes.networks are cut from every {_label(which)} network of it, and none is left for the "
            "default network",
            "list the default network's and the others' apart",
        )


def _inside(subnet: Any, network: Any) -> bool:
    return bool(subnet.version == network.version and subnet.subnet_of(network))


def _overlap(one: Any, two: Any) -> bool:
    return one.version == two.version and one.overlaps(two)


def _topology(cluster: Cluster, at: str, network: Fields, findings: Findings) -> None:
    layer3 = network["topology"] == "Layer3"
    if layer3 and network["persistent_ips"]:
        findings.add(cluster.at(f"{at}.persistent_ips"), "a Layer3 network has none", "remove it, or use Layer2")
    for which, longest in (("ipv4", 29), ("ipv6", 127)):
        length = network[f"host_subnet_{which}"]
        key = cluster.at(f"{at}.host_subnet_{which}")
        if length and not layer3:
            findings.add(key, "a Layer2 network is not divided among nodes", "remove it, or use Layer3")
        for subnet in map(ip_network, network["subnets"] if length and layer3 else ()):
            if family(subnet) == which and length <= subnet.prefixlen:
                findings.add(
                    key, f"no node's /{length} fits into {subnet}", f"give {subnet.prefixlen + 1} to {longest}"
                )
    if network["mtu"] and network["mtu"] < 1280 and any(":" in subnet for subnet in network["subnets"]):
        findings.add(
            cluster.at(f"{at}.mtu"),
            f"{network['mtu']} is too small for IPv6 (RFC 8200, section 5)",
            "give at least 1280",
        )


# -- namespaces and VRFs -------------------------------------------------------------------------------


def _namespaces(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    """A namespace has one primary network, and cannot be one that Kubernetes made."""
    options = cluster.settings["ovn_kubernetes"]
    reserved = (*RESERVED_NAMESPACES, options.get("frr_namespace") or "frr-k8s-system", "ovn-kubernetes")
    owners: dict[Any, Any] = {}
    for name, network in networks.items():
        for index, namespace in enumerate(network["namespaces"]):
            at = cluster.at(f"{_AT}.{name}.namespaces[{index}]")
            if namespace in reserved:
                findings.add(at, f"{namespace} cannot have another primary network", "name namespaces of your own")
            if owners.setdefault(namespace, name) != name:
                findings.add(
                    at, f"{namespace} is one of network {owners[namespace]} already", "name every namespace once"
                )


def _interfaces(cluster: Cluster, networks: Fields, findings: Findings) -> None:
    """An interface is in one VRF, and is neither a VRF nor a device that the node needs."""
    owners: dict[Any, Any] = {}
    for name, network in networks.items():
        interface = (network["vrf_lite"] or {}).get("interface")
        if interface in networks or interface in DEVICES_TAKEN:
            what = f"is the VRF of network {interface}" if interface in networks else "is in use on every node"
            findings.add(
                cluster.at(f"{_AT}.{name}.vrf_lite.interface"), f"{interface} {what}", "name another interface"
            )
        if interface and owners.setdefault(interface, name) != name:
            findings.add(
                cluster.at(f"{_AT}.{name}.vrf_lite.interface"),
                f"{interface} is in the VRF of network {owners[interface]} already",
                "give every network an interface of its own",
            )


def _vrf_lite(cluster: Cluster, fabric: Fabric, at: str, network: Fields, findings: Findings) -> None:
    lite, own = network["vrf_lite"] or {}, network["advertise"] == "own_vrf"
    key = f"{at}.vrf_lite"
    if lite and not own and network["advertise"] is not None:
        findings.add(cluster.at(key), "needs advertise own_vrf", "set it, or remove the sessions")
    elif lite and not own:
        findings.add(cluster.at(f"{at}.advertise"), "is missing for vrf_lite", "add it, for example advertise: own_vrf")
    if own and not lite.get("peers") and not cluster.doubtful(key):
        findings.add(cluster.at(f"{key}.peers"), "is missing for advertise own_vrf", "list the peers in that VRF")
    if not lite:
        return
    if cluster.settings["ovn_kubernetes"].get("gateway_mode") != "local":
        findings.add(
            cluster.at("ovn_kubernetes.gateway_mode"),
            "sessions in a network's own VRF work in local gateway mode only",
            "set it to local where OVN-Kubernetes runs so, or announce the network in the default VRF",
        )
    if lite["attach"] != "none" and not lite["interface"] and not cluster.doubtful(f"{key}.interface"):
        findings.add(
            cluster.at(f"{key}.interface"), "is missing", "add it, for example interface: eth2, or set attach to none"
        )
    _selector(cluster, fabric, f"{key}.node_selector", lite["node_selector"] or {}, findings)
    for index, peer in enumerate(lite["peers"] or []):
        _peer(cluster, f"{key}.peers[{index}]", network, peer, findings)


def _selector(cluster: Cluster, fabric: Fabric, key: str, selector: Fields, findings: Findings) -> None:
    """Of a node's labels the planner knows the rack's and the host name."""
    label = cluster.settings["rack_label"]
    for name, node in cluster.nodes.items():
        rack = fabric.racks[node.rack].label if node.rack in fabric.racks else None
        known = {label: rack, "kubernetes.io/hostname": name}
        if all(known.get(item) is None or str(value) == known[item] for item, value in selector.items()):
            return
    if cluster.nodes:
        racks = sorted({fabric.racks[node.rack].label for node in cluster.nodes.values() if node.rack in fabric.racks})
        text = ", ".join(f"{item}: {value}" for item, value in selector.items())
        findings.add(
            cluster.at(key), f"{text} matches no node of the cluster", f"{label} is one of {', '.join(racks)} on them"
        )


def _peer(cluster: Cluster, at: str, network: Fields, peer: Fields, findings: Findings) -> None:
    if peer["asn"] and peer["asn"] == cluster.settings["asn"] and not peer["ibgp"]:
        findings.add(
            cluster.at(f"{at}.asn"),
            f"AS {peer['asn']} is the cluster's own, which makes this session iBGP",
            "give the peer's AS, or set ibgp to true if it is meant so",
        )
    if peer["bfd"] and not cluster.bgp["bfd"]:
        findings.add(cluster.at(f"{at}.bfd"), "has no intervals without BFD", "set bgp.bfd to true, or remove it")
    own = [("the network itself", ip_network(text)) for text in network["subnets"]]
    received(cluster, f"{at}.receive", peer["receive"] or [], own, findings)


def _label(which: str) -> str:
    return which.replace("ipv", "IPv")
