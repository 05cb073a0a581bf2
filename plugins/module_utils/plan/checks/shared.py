# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that the clusters of one fabric must keep together: what they share on leaves, in VRFs and in the fabric."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, NamedTuple

from ... import svi
from ...contract.attributes_bgp import BGP
from ...contract.findings import Findings
from ...intent.model import KINDS, Cluster, Fabric, Member, natural
from ...intent.nested import Nested, parents
from ...intent.routers import Routed
from ..announced import announced
from .bgp import accepts

if TYPE_CHECKING:
    from ...contract.freeform import Json

# one policy per VRF and leaf: APIC takes bgpRsBgpNodeCtxPol per L3Out, the leaf has one BGP instance per VRF
PER_LEAF = tuple(row.name for row in BGP if row.apic and row.apic.classes in ("bgpCtxPol", "bgpBestPathCtrlPol"))


def check(clusters: list[Cluster], nested: list[Nested], fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; each clash is reported once, at the cluster that comes later by name."""
    everyone = sorted([*clusters, *nested], key=lambda one: natural(one.name))
    _names(clusters, findings)
    _groups(everyone, findings)
    _hosts(everyone, findings)
    _reflectors(clusters, findings)
    _networks(everyone, findings)
    _larger_networks(everyone, findings)
    _foreign_prefixes(clusters, everyone, findings)
    _per_leaf(clusters, findings)
    _ecmp(clusters, findings)
    _router_ids(clusters, fabric, findings)
    _encaps(clusters, findings)


def _clashes(clusters: Iterable[Any], keys: Callable[[Any], Iterable[Any]]) -> Iterator[tuple[Any, Any, Any]]:
    """Pairs of clusters that have a key in common: (later, first, key)."""
    first: dict[Any, Any] = {}
    for cluster in clusters:
        for key in keys(cluster):
            other = first.setdefault(key, cluster)
            if other is not cluster:
                yield cluster, other, key


def _names(clusters: list[Cluster], findings: Findings) -> None:
    named = [cluster for cluster in clusters if cluster.l3out["tenant"] and cluster.l3out["name"]]
    for cluster, other, (tenant, name) in _clashes(named, lambda one: [(one.l3out["tenant"], one.l3out["name"])]):
        findings.add(
            cluster.at("l3out.name"),
            f"{name} is the L3Out of cluster {other.name} in tenant {tenant} too",
            "give every cluster an L3Out of its own",
        )


def _reflectors(clusters: list[Cluster], findings: Findings) -> None:
    """A host has one speaker in one AS."""
    for cluster, other, host in _clashes(
        clusters, lambda one: dict.fromkeys(host[0] for host in one.reflector_hosts())
    ):
        key = next(key for name, key, _address in cluster.reflector_hosts() if name == host)
        findings.add(
            cluster.at(key.rpartition(".")[0]),
            f"reflects for cluster {other.name} too",
            "give every cluster route reflectors of its own",
        )


def _groups(clusters: list[Any], findings: Findings) -> None:
    for cluster, other, group in _clashes(clusters, lambda one: [one.name.replace("-", "_")]):
        findings.add(
            f"host {cluster.name}: name of the cluster",
            f"its nodes' group {group}_nodes is that of cluster {other.name} too",
            "choose names that differ in more than - and _",
        )


def _hosts(clusters: list[Any], findings: Findings) -> None:
    for cluster, other, host in _clashes(clusters, lambda one: one.nodes):
        if cluster.name.replace("-", "_") != other.name.replace("-", "_"):
            findings.add(
                f"group {cluster.name.replace('-', '_')}_nodes",
                f"{host} is a node of cluster {other.name} too",
                "a host is a node of one cluster; remove it from one of the groups",
            )


def _networks(clusters: list[Any], findings: Findings) -> None:
    """Overlaps inside a cluster, and between the clusters of one VRF (l3extSubnet: one longest match per VRF)."""
    vrfs: dict[tuple[Any, ...], list[Any]] = {}
    for cluster in clusters:
        # a cluster whose VRF is not known is compared only with itself
        key = cluster.vrf if all(cluster.vrf) else (cluster.name,)
        heard = announced(cluster)
        for kind in KINDS:
            for index, network in enumerate(cluster.networks[kind]):
                vrfs.setdefault(key, []).append(Place(network, cluster, kind, index, network in heard[kind]))
    for members in vrfs.values():
        for version in (4, 6):
            _overlaps([member for member in members if member.network.version == version], findings)


class Place(NamedTuple):
    """A network where the intent gives it, and whether the cluster's nodes announce it."""

    network: Any
    cluster: Any
    kind: str
    position: int
    announced: bool

    @property
    def text(self) -> str:
        return f"networks.{self.kind}[{self.position}]"


def _overlaps(members: list[Place], findings: Findings) -> None:
    """Sweep over the address space: a network overlaps with those before it that have not ended where it starts.

    Of two clusters each may have a network that neither announces; where one of them does, the other's nodes do not
    reach what is behind it.
    """
    members.sort(key=lambda member: (int(member.network.network_address), member.network.prefixlen))
    open_members: list[Place] = []
    for member in members:
        open_members = [
            earlier for earlier in open_members if earlier.network.broadcast_address >= member.network.network_address
        ]
        own = next((earlier for earlier in open_members if earlier.cluster is member.cluster), None)
        foreign = [earlier for earlier in open_members if _may_clash(earlier, member)]
        both = next((earlier for earlier in foreign if earlier.announced and member.announced), None)
        one = next((earlier for earlier in foreign if earlier.announced != member.announced), None)
        for earlier in (own, both):
            if earlier:
                _report_overlap(*_later(earlier, member), findings)
        if one and not both:
            _warn_of_overlap(*((member, one) if one.announced else (one, member)), findings)
        open_members.append(member)


def _may_clash(one: Place, two: Place) -> bool:
    """Whether two places are of two clusters that cannot share a network: nodes that peer with routers can."""
    beside_each_other = one.kind == two.kind == "node" and isinstance(one.cluster, Routed)
    return one.cluster is not two.cluster and not beside_each_other


def _warn_of_overlap(silent: Place, heard: Place, findings: Findings) -> None:
    findings.warn(
        silent.cluster.at(silent.text),
        f"{silent.network} overlaps with {heard.network}, {heard.text} of cluster {heard.cluster.name}, which is "
        f"announced: nodes and pods of {silent.cluster.name} do not reach it",
        "use another network if they should",
    )


def _later(one: Place, two: Place) -> tuple[Place, Place]:
    """The two in the order in which a reader meets them: clusters by name, kinds as KINDS has them."""

    def position(member: Place) -> tuple[Any, ...]:
        return (member.cluster.name, KINDS.index(member.kind), member.position)

    return (one, two) if position(one) > position(two) else (two, one)


def _report_overlap(member: Place, other: Place, findings: Findings) -> None:
    cluster = member.cluster
    if other.cluster is cluster:
        whose = other.text
        remedy = "give every kind of network its own part of the address space"
    else:
        whose = f"{other.text} of cluster {other.cluster.name}"
        remedy = f"clusters in {cluster.routing} need networks of their own"
    findings.add(cluster.at(member.text), f"{member.network} overlaps with {other.network}, {whose}", remedy)


def _larger_networks(everyone: list[Any], findings: Findings) -> None:
    """A parent announces all of its larger networks: only clusters nested in it may have a part of them."""
    for cluster in [one for one in everyone if all(one.vrf)]:
        others = [one for one in everyone if one.vrf == cluster.vrf and not _within(one, cluster)]
        for index, text in enumerate((cluster.settings["workload_peering"] or {}).get("networks") or []):
            for other, place, network in _owned(others, cluster):
                if network.version == ip_network(text).version and network.overlaps(ip_network(text)):
                    whose = "" if other is cluster else f" of cluster {other.name}"
                    findings.add(
                        cluster.at(f"workload_peering.networks[{index}]"),
                        f"{text} overlaps with {network}, {place}{whose}",
                        "give a network of which nested clusters alone have a part",
                    )


def _within(one: Member, cluster: Member) -> bool:
    return isinstance(one, Nested) and any(above is cluster for above in parents(one))


def _owned(others: list[Any], cluster: Member) -> Iterator[tuple[Any, ...]]:
    """(cluster, path, network) of its own networks, and of what others announce, with other parents' larger ones."""
    for other in others:
        heard = other.networks if other is cluster else announced(other)
        for kind in KINDS:
            for index, network in enumerate(other.networks[kind]):
                if network in heard[kind]:
                    yield other, f"networks.{kind}[{index}]", network
        larger = (other.settings["workload_peering"] or {}).get("networks") or []
        for index, text in enumerate(larger if other is not cluster and not _within(cluster, other) else ()):
            yield other, f"workload_peering.networks[{index}]", ip_network(text)


def _foreign_prefixes(clusters: list[Cluster], everyone: list[Any], findings: Findings) -> None:
    """An extra import rule must not let a cluster announce what is another one's in the VRF."""
    for cluster in [found for found in _in_vrfs(clusters) if found.l3out["route_maps"]]:
        others = [
            one for one in everyone if one is not cluster and one.vrf == cluster.vrf and not _within(one, cluster)
        ]
        for index, rule in enumerate(cluster.l3out["route_maps"]):
            for position, text in enumerate(rule["match"]["prefixes"] if accepts(rule) else ()):
                at = cluster.at(f"l3out.route_maps[{index}].match.prefixes[{position}]")
                _foreign_prefix(ip_network(text), at, others, findings)


def _foreign_prefix(prefix: Json, at: str, others: list[Member], findings: Findings) -> None:
    for other in others:
        heard = announced(other)
        for kind in KINDS:
            for index, network in enumerate(other.networks[kind]):
                if network in heard[kind] and network.version == prefix.version and network.overlaps(prefix):
                    findings.add(
                        at,
                        f"{prefix} overlaps with {network}, networks.{kind}[{index}] of cluster {other.name}, "
                        "and would let this cluster's nodes announce it",
                        "keep to prefixes that are no other cluster's in the VRF",
                    )


def _per_leaf(clusters: list[Cluster], findings: Findings) -> None:
    """Timers and limits hold per VRF and leaf: clusters that share both must agree."""
    reported = set()
    for cluster, other, (_vrf, leaf) in _clashes(_in_vrfs(clusters), _vrf_leaves):
        for key in PER_LEAF:
            ours, theirs = cluster.bgp[key], other.bgp[key]
            if None in (ours, theirs) or ours == theirs or (cluster.name, key) in reported:
                continue
            reported.add((cluster.name, key))
            findings.add(
                cluster.at(f"bgp.{key}"),
                f"{_shown(ours)} differs from {_shown(theirs)} of cluster {other.name}, "
                f"which shares leaf {leaf} and VRF {'/'.join(cluster.vrf)}",
                "a leaf has one value per VRF: make them equal, or use another VRF",
            )


def _ecmp(clusters: list[Cluster], findings: Findings) -> None:
    """fvRsCtxToBgpCtxAfPol: one policy per VRF and family."""
    for cluster, other, vrf in _clashes(_in_vrfs(clusters), lambda one: [one.vrf]):
        if cluster.bgp["ecmp"] and other.bgp["ecmp"] and cluster.bgp["ecmp"] != other.bgp["ecmp"]:
            findings.add(
                cluster.at("bgp.ecmp"),
                f"{cluster.bgp['ecmp']} differs from {other.bgp['ecmp']} of cluster {other.name}, "
                f"which shares VRF {'/'.join(vrf)}",
                "a VRF has one value per address family: make them equal, or use another VRF",
            )


def _router_ids(clusters: list[Cluster], fabric: Fabric, findings: Findings) -> None:
    """One router ID per leaf and VRF, and in a VRF no leaf has another leaf's."""
    for cluster, other, (_vrf, leaf) in _clashes(_in_vrfs(clusters), _vrf_leaves):
        ours, theirs = cluster.router_id(fabric, leaf), other.router_id(fabric, leaf)
        if ours and theirs and ours != theirs:
            findings.add(
                cluster.at(f"l3out.leaves.{leaf}.router_id"),
                f"{ours} differs from {theirs} of cluster {other.name}, which shares VRF {'/'.join(cluster.vrf)}",
                "a leaf has one router ID per VRF: make them equal",
            )
    owners: dict[tuple[Any, ...], int] = {}
    for cluster in _in_vrfs(clusters):
        for leaf, options in cluster.l3out["leaves"].items():
            if leaf in fabric.leaves and options["router_id"]:
                _foreign_router_id(cluster, leaf, options["router_id"], owners, fabric, findings)


def _foreign_router_id(
    cluster: Json, leaf: int, own: str, owners: dict[tuple[Any, ...], int], fabric: Fabric, findings: Findings
) -> None:
    """A router ID given to a leaf for one VRF must not be another leaf's."""
    other = next((known.id for known in fabric.leaves.values() if known.router_id == own and known.id != leaf), None)
    other = other or owners.setdefault((cluster.vrf, own), leaf)
    if other != leaf:
        findings.add(
            cluster.at(f"l3out.leaves.{leaf}.router_id"),
            f"{own} is the router ID of leaf {other} too",
            "give every leaf a router ID of its own",
        )


def _vrf_leaves(cluster: Cluster) -> list[tuple[Any, ...]]:
    return [(cluster.vrf, leaf) for leaf in cluster.leaves]


def _encaps(clusters: list[Cluster], findings: Findings) -> None:
    """A VLAN belongs to one L3Out on a leaf."""
    reported = set()
    for cluster, other, (leaf, vlan) in _clashes(clusters, _leaf_vlans):
        if (cluster.name, other.name) in reported:
            continue
        reported.add((cluster.name, other.name))
        findings.add(
            cluster.at(f"l3out.{svi.of(cluster).vlan_option}"),
            f"VLAN {vlan} is used by cluster {other.name} on leaf {leaf} too",
            "give clusters that share a leaf different VLANs",
        )


def _leaf_vlans(cluster: Cluster) -> Iterator[tuple[int, int]]:
    for leaf in cluster.leaves:
        for first, last in svi.of(cluster).vlans(cluster):
            for one in range(first, last + 1):
                yield leaf, one


def _in_vrfs(clusters: list[Cluster]) -> list[Cluster]:
    """Those in a VRF of an ACI fabric, whose policies they share."""
    return [cluster for cluster in clusters if all(cluster.vrf) and cluster.l3out["vrf"]]


def _shown(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
