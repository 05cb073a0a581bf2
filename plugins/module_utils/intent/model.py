# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The intent as objects: values read, names resolved, defaults that depend on other values filled in.

Everything here accepts an intent with mistakes: what was reported as wrong is None or absent, so that the checks that
follow find the other mistakes too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from ..contract import attributes
from ..contract.findings import Findings
from .fabric_kinds import FABRICS, NODES, without_other_kinds
from .network import ClusterNetwork, Networks
from .schema import read
from .without_kubernetes import without_kubernetes

if TYPE_CHECKING:
    from ..contract.addresses import Address, Network
    from ..contract.freeform import Json, Options

FABRIC_AT = "group_vars/all: kubefabric_fabric"
KINDS = ("node", "pod", "service", "external_service")
# ... and what clusters nested in this one have, which nested.py works out
ROUTED = (*KINDS, "nested")
# in ms and packets, with the defaults of APIC
BFD_INTERVALS = {row.name: row.argument_default for row in attributes.needing("bgp", "bfd")}


def family(item: Network | Address) -> str:
    """``ipv4`` or ``ipv6``: the family of an address or network."""
    return f"ipv{item.version}"


def natural(name: object) -> list[tuple[int, int, str]]:
    """A sort key by which node2 comes before node10."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", str(name)) if part]


@dataclass
class Leaf:
    """A leaf switch of the fabric; ``racks`` are the names of those that it serves, ``rack`` the first."""

    id: int
    pod: int
    racks: list[str]
    router_id: str | None

    @property
    def rack(self) -> str:
        return self.racks[0]


@dataclass
class Rack:
    """A rack: its node label's value, its pod and its leaves by rising ID, or the names of its routers."""

    name: str
    label: str
    pod: int
    leaves: list[int]
    vpc_domain: int | None = None
    routers: list[str] = field(default_factory=list)


@dataclass
class Router:
    """A router that nodes peer with; ``racks`` are the names of those that it serves, none where it serves all nodes.

    ``addresses`` by family, ``listed`` all of them as text; ``at`` is where the intent has it.
    """

    name: str
    at: str
    asn: int | None
    addresses: dict[str, Any]
    multihop: int | None = None
    password: bool = True
    host: str | None = None
    listed: list[str] = field(default_factory=list)
    racks: list[str] = field(default_factory=list)


@dataclass
class Fabric:
    """The fabric; ``leaves`` by node ID, ``racks`` by name, ``reflectors`` the spines that reflect routes,
    ``contracts`` as given, ``limits`` by name, None where the release's hold. Of kind ``routers`` it has ``routers``
    by name, no AS of its own and no release.
    """

    name: str | None
    asn: int | None
    version: str | None
    racks: dict[str, Rack] = field(default_factory=dict)
    leaves: dict[int, Leaf] = field(default_factory=dict)
    reflectors: list[int] = field(default_factory=list)
    contracts: list[Options] = field(default_factory=list)
    limits: dict[str, int | None] = field(default_factory=dict)
    kind: str = "aci"
    routers: dict[str, Router] = field(default_factory=dict)

    def heading(self) -> Options:
        """What a plan says of it."""
        if self.kind == "routers":
            return {"name": self.name, "kind": self.kind}
        spines = {"route_reflectors": self.reflectors} if self.reflectors else {}
        return {"name": self.name, "asn": self.asn, "version": self.version, **spines}


@dataclass
class Node:
    """A cluster's node; ``addresses`` are those that the intent gives, by family, ``listed`` all of them as text.

    ``reported`` names the keys whose values were reported as wrong.
    """

    name: str
    rack: str | None
    vpc: str | None
    addresses: dict[str, object]
    listed: list[str] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)
    ports: list[str] = field(default_factory=list)
    admin_state: str = "enabled"

    @property
    def at(self) -> str:
        return f"host {self.name}"


def _parsed(text: str) -> list[IPv4Address | IPv6Address]:
    try:
        return [ip_address(text)]
    except ValueError:
        return []


@dataclass
class Member:
    """A cluster, whether it peers with the leaves itself or is nested in another; ``settings`` is kubefabric_cluster
    as read.

    ``reported`` names the keys whose values were reported as wrong, so that no check calls them missing. ``network`` is
    its cluster network, None where ``cni`` names none.
    """

    name: str
    settings: Options
    networks: dict[str, list[Any]]
    nodes: Options
    reported: set[str] = field(default_factory=set, kw_only=True)
    network: ClusterNetwork | None = field(default=None, kw_only=True)

    @property
    def options(self) -> Options:
        """The options of its cluster network."""
        return (self.network and self.settings.get(self.network.name)) or {}

    def at(self, key: str = "") -> str:
        """The path of a key in messages."""
        path = f"host_vars/{self.name}: kubefabric_cluster"
        return f"{path}.{key}" if key else path

    def heading(self, fabric: Fabric, number: int) -> Options:
        """How its plan begins; ``number`` is the format's."""
        return {
            "format": number,
            "cluster": self.name,
            "fabric": fabric.heading(),
            **{key: self.settings[key] for key in ("asn", "cni")},
            **({} if self.network is None or self.network.kubernetes else {"speaker": "host"}),
            "rack_label": self.settings["rack_label"],
        }

    def doubtful(self, key: str) -> bool:
        """Whether a key, one above or one below it was reported: then what is missing there says nothing."""
        parts = key.split(".")
        above = {".".join(parts[:length]) for length in range(len(parts) + 1)}
        return any(path in above or path.startswith((f"{key}.", f"{key}[")) for path in self.reported)

    def reflector_hosts(self) -> list[tuple[str, str, IPv4Address | IPv6Address]]:
        """(host, key, address) of the addresses of hosts that reflect routes; what is no address was reported."""
        given = self.network.reflector_hosts(self.options) if self.network else []
        return [(host, key, address) for host, key, text in given for address in _parsed(text)]


@dataclass
class Cluster(Member):
    """A cluster with an L3Out; ``leaves`` are the IDs of its border leaves."""

    nodes: dict[str, Node]
    leaves: list[int] = field(default_factory=list)

    def rack(self, fabric: Fabric, node: str) -> Rack:
        """The rack that a node stands in; KeyError where checks.py reported that there is none."""
        return fabric.racks[self.nodes[node].rack or ""]

    @property
    def l3out(self) -> Options:
        return self.settings["l3out"]

    @property
    def bgp(self) -> Options:
        return self.settings["bgp"]

    @property
    def families(self) -> list[str]:
        """The node networks' families, IPv4 first."""
        return sorted({family(network) for network in self.networks["node"]})

    @property
    def vrf(self) -> tuple[Any, Any]:
        """What names the VRF in the fabric."""
        return (self.l3out["vrf_tenant"], self.l3out["vrf"])

    def outline(self) -> Options:
        """As much of its plan as there is before addresses are allocated, without nodes."""
        return {
            "cluster": self.name,
            "cni": self.settings["cni"],
            "rack_label": self.settings["rack_label"],
            "asn": self.settings["asn"],
            "bgp": self.bgp,
            "networks": {kind: [str(network) for network in self.networks[kind]] for kind in KINDS},
            "nodes": {},
        }

    def given(self, key: str) -> Options:
        """Addresses that the intent gives under l3out, by family."""
        return by_family(self.l3out[key])

    def leaf_addresses(self, leaf: int) -> Options:
        """Addresses that the intent gives a leaf, by family."""
        return by_family(self.l3out["leaves"].get(leaf, {}).get("addresses"))

    def peer_asns(self, fabric: Fabric) -> list[tuple[str, str, int]]:
        """(path, whose, AS) of all that its nodes peer with; what was reported is not among them."""
        return [(f"{FABRIC_AT}.asn", "the fabric", fabric.asn)] if fabric.asn else []

    @property
    def routing(self) -> str:
        """What its routes share with other clusters', in words."""
        return f"VRF {'/'.join(self.vrf)}"

    def has_next_password(self, leaf: int) -> bool:
        """Whether a leaf's sessions have the next password already; once it is the password, all do."""
        return self.bgp["next_password"] != self.bgp["password"] and leaf in self.bgp["next_password_leaves"]

    def is_down(self, leaf: int | None = None, node: str | None = None) -> bool:
        """Whether the sessions of a leaf, a node, or both, are taken down administratively."""
        states = [self.bgp["admin_state"]]
        if leaf is not None:
            states.append(self.l3out["leaves"].get(leaf, {}).get("admin_state"))
        if node is not None:
            states.append(self.nodes[node].admin_state)
        return "disabled" in states

    def router_id(self, fabric: Fabric, leaf: int) -> str | None:
        """The leaf's router ID in this cluster's VRF."""
        own = self.l3out["leaves"].get(leaf, {}).get("router_id")
        return own or (fabric.leaves[leaf].router_id if leaf in fabric.leaves else None)


def by_family(addresses: list[Any] | None) -> Options:
    """Addresses by family; of several in one family the first (checks.py reports the others)."""
    result: Options = {}
    for text in addresses or []:
        address = ip_address(text)
        result.setdefault(family(address), address)
    return result


@dataclass(frozen=True)
class Known:
    """What there is to choose from: the cluster networks, and the options with theirs.

    Those of clusters with an L3Out, of nested ones, and of those that peer with routers.
    """

    networks: Networks
    cluster: Options
    nested: Options
    routed: Options


def read_fabric(given: Json, findings: Findings) -> Fabric:
    """Read ``kubefabric_fabric`` of an ACI fabric; routers.py reads the other kind."""
    given = without_other_kinds(given, "aci", FABRIC_AT, findings)
    settings = read(given, FABRICS["aci"], FABRIC_AT, findings)
    fabric = Fabric(settings["name"], settings["asn"], settings["version"], contracts=settings["contracts"])
    fabric.limits = settings["limits"]
    fabric.reflectors = sorted(settings["bgp"]["route_reflectors"])
    for name, rack in settings["racks"].items():
        fabric.racks[name] = Rack(
            name, rack["id"] or name, rack["pod"] or 1, sorted(rack["leaves"]), rack["vpc_domain"]
        )
        for leaf, options in rack["leaves"].items():
            known = fabric.leaves.setdefault(leaf, Leaf(leaf, rack["pod"] or 1, [], options["router_id"]))
            known.racks.append(name)
            _same_leaf(known, f"{FABRIC_AT}.racks.{name}", rack["pod"] or 1, options["router_id"], findings)
    return fabric


def _same_leaf(leaf: Leaf, at: str, pod: int, router_id: str | None, findings: Findings) -> None:
    """A leaf that serves several racks is one switch."""
    if pod != leaf.pod:
        rule = f"leaf {leaf.id} is in pod {leaf.pod} by rack {leaf.rack}, not in pod {pod}"
        findings.add(f"{at}.pod", rule, "give racks that share a leaf the same pod")
    if router_id and leaf.router_id and router_id != leaf.router_id:
        findings.add(
            f"{at}.leaves.{leaf.id}.router_id",
            f"leaf {leaf.id} has router ID {leaf.router_id} by rack {leaf.rack}, not {router_id}",
            "give a leaf the same one in every rack that it serves",
        )


def read_cluster(name: str, given: Options, fabric: Fabric, known: Known, findings: Findings) -> Cluster:
    """Read one cluster: ``given`` holds ``cluster`` (kubefabric_cluster) and ``nodes`` by host name."""
    at = f"host_vars/{name}: kubefabric_cluster"
    told, options = without_kubernetes(given.get("cluster"), known.cluster, known.networks, at, findings)
    settings = read(told, options, at, findings)
    network = known.networks.get(settings["cni"])
    wrong = reported(at, findings)
    _fill(name, settings, network.keepalive if network else 1, wrong)
    nodes = {
        host: _read_node(host, options, findings)
        for host, options in sorted((given.get("nodes") or {}).items(), key=lambda item: natural(item[0]))
    }
    networks = {kind: [ip_network(text) for text in settings["networks"][kind] or []] for kind in KINDS}
    cluster = Cluster(name, settings, {**networks, "nested": []}, nodes, reported=wrong, network=network)
    cluster.leaves = _border_leaves(cluster, fabric)
    return cluster


def reported(at: str, findings: Findings) -> set[str]:
    """The keys below a path that were reported as wrong, or as misspelt."""
    paths = [*(finding.path for finding in findings.errors), *findings.explained]
    return {path[len(at) :].lstrip(".") for path in paths if path.startswith(at)}


def _fill(name: str, settings: Options, keepalive: int, reported: set[str]) -> None:
    """Defaults that follow from other values; what was reported as wrong stays None."""
    l3out = settings["l3out"]
    _default(settings, reported, "l3out", "name", name)
    for key in ("aaep", "vlan_pool", "physical_domain", "l3_domain"):
        _default(settings, reported, "l3out", key, l3out["name"])
    _default(settings, reported, "l3out", "vrf_tenant", l3out["tenant"])
    fill_timers(settings, keepalive, reported)
    _place(l3out["route_maps"] or [])


def fill_timers(settings: Options, keepalive: int, reported: set[str]) -> None:
    """The timers of BGP and BFD that the intent leaves open; ``keepalive`` is the cluster network's."""
    bgp = settings["bgp"]
    _default(settings, reported, "bgp", "keepalive", keepalive)
    if bgp["keepalive"] is not None:
        _default(settings, reported, "bgp", "hold", 3 * bgp["keepalive"])
    for key, value in BFD_INTERVALS.items() if bgp["bfd"] else ():
        _default(settings, reported, "bgp", key, value)


def _default(settings: Options, reported: set[str], section: str, key: str, value: Json) -> None:
    if settings[section][key] is None and f"{section}.{key}" not in reported:
        settings[section][key] = value


def _place(rules: list[Options]) -> None:
    """Gives every extra route map rule without an order its place among those of its direction."""
    for direction in ("import", "export"):
        own = [rule for rule in rules if rule["direction"] == direction]
        for position, rule in enumerate(own):
            if rule["order"] is None:
                rule["order"] = position


def _read_node(host: str, options: object, findings: Findings) -> Node:
    at = f"host {host}: "
    settings = read(options, NODES["aci"], at, findings)
    addresses = settings["addresses"]
    wrong = reported(at, findings)
    own = by_family(addresses)
    return Node(
        host, settings["rack"], settings["vpc"], own, addresses, wrong, settings["ports"], settings["bgp_admin_state"]
    )


def _border_leaves(cluster: Cluster, fabric: Fabric) -> list[int]:
    """The leaves of the racks that nodes stand in, and those that the L3Out names besides."""
    leaves = {leaf for leaf in cluster.l3out["leaves"] if leaf in fabric.leaves}
    for node in cluster.nodes.values():
        if node.rack in fabric.racks:
            leaves.update(fabric.racks[node.rack].leaves)
    return sorted(leaves)
