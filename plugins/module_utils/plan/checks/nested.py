# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of clusters nested in others, and of those that hold them. docs/plan.md lists them with their sources."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from ...cni.registry import NETWORKS
from ...contract.findings import Findings
from ...intent.formats import Invalid, cluster_name, label_key, label_value, resource_name
from ...intent.model import KINDS, Cluster, Fabric, by_family, family
from ...intent.nested import Nested, children, parents, peering_addresses, ranges, selector
from ...node.checks import PASSWORD, PASSWORD_REMEDY
from ..networks import planning

if TYPE_CHECKING:
    from ...contract.freeform import Json

# Kubernetes names have 253 characters at most, and its own objects are named after a cluster
LONGEST_NAME = 253 - len("accept-nested-ip-pools-")


def check(clusters: list[Cluster], nested: list[Nested], fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file but for overlaps of networks, which checks_shared.py has."""
    for one in nested:
        _peering(one, children(one, nested), findings)
    for cluster in clusters:
        _peering(cluster, children(cluster, nested), findings)
        _virtual_addresses(cluster, clusters, nested, fabric, findings)
        _path_length(cluster, nested, findings)
        if _speakers_of_hosts(cluster):
            _of_hosts(cluster, findings)
    for one in nested:
        _name(one, findings)
        _cni(one, findings)
        _nodes(one, findings)
        _asns(one, fabric, findings)
        _selection(one, nested, findings)
        _families(one, findings)
        _pools(one, findings)
        _ranges(one, findings)
        _password(one, findings)
        if _speakers_of_hosts(one.parent):
            _of_hosts(one, findings)
        _told_apart(one, nested, findings)
        own = planning(one)
        if own:
            own.check_nested(one, findings)


# -- the parent ----------------------------------------------------------------------------------------


def _peering(cluster: Cluster | Nested, below: list[Nested], findings: Findings) -> None:
    options = cluster.settings["workload_peering"]
    if below and cluster.network and not cluster.network.kubernetes:
        rule = f"{cluster.name} has cni: {cluster.network.name}, and so no virtual machines of Kubernetes"
        for one in below:
            findings.add(one.at("nested_in.cluster"), rule, "name the Kubernetes cluster that runs the machines")
    elif below and not options and not cluster.doubtful("workload_peering"):
        findings.add(
            cluster.at("workload_peering"),
            f"is missing, and {_listed(below)} {'is' if len(below) == 1 else 'are'} nested in this cluster",
            "add it, for example {addresses: [169.254.0.179]}",
        )
    if not options:
        return
    own, own_name = planning(cluster), cluster.network.title if cluster.network else "CNI"
    if isinstance(cluster, Nested) and options["speaker"] == "host":
        findings.add(
            cluster.at("workload_peering.speaker"),
            "host is for parents with an L3Out: this cluster's nodes are virtual machines, whose "
            f"{own_name} peers already",
            f"remove it, and {own_name} peers with the clusters nested in this one as well",
        )
    if own and not own.peers_with_workloads and options["speaker"] == "cni":
        able = [one.title for one in NETWORKS.values() if one.planning.peers_with_workloads]
        findings.add(
            cluster.at("workload_peering.speaker"),
            f"{cluster.settings['cni']} does not peer with workloads",
            f"set it to host, and let kubefabric.bgp.nodes run a speaker on its nodes, or use {' or '.join(able)}",
        )
    seen: dict[Any, Any] = {}
    for index, text in enumerate(options["addresses"] or []):
        address = ip_address(text)
        at = cluster.at(f"workload_peering.addresses[{index}]")
        if seen.setdefault(family(address), address) != address:
            findings.add(
                at, f"{address} is a second {_label(family(address))} address", f"keep to {seen[family(address)]}"
            )
    _spoken(cluster, findings)
    if own:
        own.check_parent(cluster, below, findings)


def _spoken(cluster: Cluster | Nested, findings: Findings) -> None:
    """A family that the nodes do not speak has no way from the workloads to the leaves."""
    own = cluster.families if isinstance(cluster, Cluster) else {family(network) for network in cluster.announced}
    if not own or cluster.doubtful("networks"):
        return
    for name in peering_addresses(cluster):
        if name not in own:
            findings.add(
                cluster.at("workload_peering.addresses"),
                f"has an {_label(name)} address, and the cluster has no {_label(name)} networks",
                "remove it, or add networks of that family",
            )


def _virtual_addresses(
    cluster: Cluster, clusters: list[Cluster], nested: list[Nested], fabric: Fabric, findings: Findings
) -> None:
    """The address is on every node: no other device in the VRF may have it."""
    same = [one for one in clusters if one.vrf == cluster.vrf]
    same_nested = [one for one in nested if one.vrf == cluster.vrf]
    owned = [(one, kind, network) for one in [*same, *same_nested] for kind in KINDS for network in one.networks[kind]]
    holders = [cluster, *(one for one in nested if one.root is cluster)]
    for holder in holders:
        for index, text in enumerate((holder.settings["workload_peering"] or {}).get("addresses") or []):
            at = holder.at(f"workload_peering.addresses[{index}]")
            for other, kind, network in owned:
                if ip_address(text) in network:
                    findings.add(
                        at,
                        f"{text} is in {network}, networks.{kind} of cluster {other.name}",
                        "give an unused address, for example 169.254.0.179 or fdc9:9723:9bc::1",
                    )
            for leaf in cluster.leaves:
                if cluster.router_id(fabric, leaf) == text:
                    findings.add(at, f"{text} is the router ID of leaf {leaf}", "give an unused address")


def _path_length(cluster: Cluster, nested: list[Nested], findings: Findings) -> None:
    """bgpCtxPol.maxAsLimit: a leaf drops longer paths, and says nothing."""
    below = [one for one in nested if one.root is cluster]
    most, given = 1 + max((one.depth for one in below), default=0), cluster.bgp["max_as"]
    if given and below and given < most:
        deepest = max(below, key=lambda one: one.depth)
        findings.add(
            cluster.at("bgp.max_as"),
            f"{given} is shorter than the AS paths of cluster {deepest.name}, which are {most} long, and the leaves "
            "would drop its routes",
            f"give at least {most}, or remove the key",
        )


# -- the nested cluster --------------------------------------------------------------------------------


def _name(one: Nested, findings: Findings) -> None:
    """Its parent's resources are named after it, so that the name must be one in Kubernetes too."""
    at = f"host {one.name}: name of the cluster"
    try:
        resource_name(cluster_name(one.name))
    except Invalid as problem:
        findings.add(at, problem.rule, problem.remedy)
    if len(one.name) > LONGEST_NAME:
        findings.add(at, f"has {len(one.name)} characters", f"use at most {LONGEST_NAME}")


def _cni(one: Nested, findings: Findings) -> None:
    if one.network and not one.network.nesting:
        able = [network for network in NETWORKS.values() if network.nesting]
        findings.add(
            one.at("cni"),
            f"a nested cluster's nodes peer with their parent by {' or '.join(network.title for network in able)}, not "
            f"by {one.network.name}",
            f"set it to {' or '.join(network.name for network in able)}",
        )


def _nodes(one: Nested, findings: Findings) -> None:
    for name, given in one.nodes.items():
        for key in given if isinstance(given, dict) else ():
            findings.add(
                f"host {name}: {key}",
                f"has no meaning for a node of nested cluster {one.name}, which is a virtual machine of its parent",
                "remove it",
            )


def _asns(one: Nested, fabric: Fabric, findings: Findings) -> None:
    """eBGP on both sides: a router drops paths with its own AS (RFC 4271, 9.1.2)."""
    asn = one.settings["asn"]
    if asn is None:
        return
    above = [(cluster.settings["asn"], f"cluster {cluster.name}'s") for cluster in parents(one)]
    beside = [(asn, f"{whose}'s") for _path, whose, asn in (one.root.peer_asns(fabric) if one.root else ())]
    for other, whose in [*above, *beside]:
        if asn == other:
            findings.add(
                one.at("asn"),
                f"AS {asn} is {whose}, which would drop this cluster's routes as its own",
                "give it an AS of its own: fabric, parent and nested cluster have three",
            )


def _selection(one: Nested, nested: list[Nested], findings: Findings) -> None:
    """A workload peers by one BGPPeer."""
    at = one.at("nested_in")
    if one.doubtful("nested_in"):
        return
    _namespace_labels(one, findings)
    if not (one.network and one.network.nesting):
        return
    chosen = selector(one)
    speaker = (one.parent.settings["workload_peering"] or {}).get("speaker") if one.parent else None
    if chosen is None and speaker != "host":
        findings.add(
            at,
            "does not say which of the parent's workloads are this cluster's nodes",
            "give workloads, namespace or namespace_labels, for example workloads: color == 'red'",
        )
    for other in nested:
        if other is one:
            return
        nodes = {one.settings["nested_in"]["nodes"], other.settings["nested_in"].get("nodes")}
        if chosen and other.parent is one.parent and selector(other) == chosen and (None in nodes or len(nodes) == 1):
            findings.add(
                at,
                f"selects the workloads that cluster {other.name} selects: {chosen}",
                "a workload is a node of one cluster: select by another label or namespace",
            )


def _namespace_labels(one: Nested, findings: Findings) -> None:
    for key, value in (one.settings["nested_in"]["namespace_labels"] or {}).items():
        for check_one, text in ((label_key, str(key)), (label_value, str(value))):
            try:
                check_one(text)
            except Invalid as problem:
                findings.add(one.at(f"nested_in.namespace_labels.{key}"), problem.rule, problem.remedy)


def _families(one: Nested, findings: Findings) -> None:
    """One session per family: the parent needs an address of each."""
    if one.parent is None or not one.parent.settings["workload_peering"] or one.parent.doubtful("workload_peering"):
        return
    known = by_family(one.parent.settings["workload_peering"]["addresses"])
    for name in sorted({family(network) for network in one.announced} - set(known)):
        findings.add(
            one.at("networks"),
            f"has {_label(name)} networks, and {one.parent.name} has no {_label(name)} address to peer at",
            f"add one to workload_peering.addresses of {one.parent.name}, or remove the {_label(name)} networks",
        )


def _pools(one: Nested, findings: Findings) -> None:
    """With larger networks in the parent, everything that is nested lies in them."""
    larger = (one.parent.settings["workload_peering"] or {}).get("networks") if one.parent else None
    for network in one.pools if larger else ():
        if not any(_inside(network, ip_network(text)) for text in larger or []):
            findings.add(
                one.at("networks"),
                f"{network} lies in none of workload_peering.networks of {one.parent.name if one.parent else ''}, and "
                "its nodes would not announce it",
                f"add it there, or give a part of {', '.join(larger or [])}",
            )


def _ranges(one: Nested, findings: Findings) -> None:
    given = one.settings["nested_in"].get("ranges") or []
    pods = one.parent.networks["pod"] if one.parent else []
    for index, text in enumerate(given if pods else ()):
        if not any(_inside(ip_network(text), network) for network in pods):
            findings.add(
                one.at(f"nested_in.ranges[{index}]"),
                f"{text} lies outside of the pod networks of {one.parent.name if one.parent else ''}, from which its "
                "virtual machines have their addresses",
                f"give a part of {', '.join(map(str, pods))}",
            )


def _password(one: Nested, findings: Findings) -> None:
    """Calico leaves ``password`` out where it makes sessions of a localWorkloadSelector (confd's client.go, v3.32)."""
    parent = one.parent
    peering = (parent.settings["workload_peering"] if parent else None) or {}
    if parent and peering.get("speaker") == "cni" and one.settings["bgp"]["password"]:
        by = parent.network.title if parent.network else "its CNI"
        findings.add(
            one.at("bgp.password"),
            f"{parent.name} peers by {by}, which has no password with workloads: no session would come up",
            "remove it, or let the parent's hosts peer (workload_peering.speaker: host)",
        )


def _of_hosts(member: Cluster | Nested, findings: Findings) -> None:
    """The role node_peering would refuse the password, but only after the fabric was written."""
    for name in ("password", "next_password"):
        password = member.settings["bgp"].get(name)
        if password and not PASSWORD.fullmatch(password):
            findings.add(
                member.at(f"bgp.{name}"),
                "has a character that the speakers of hosts cannot hold",
                PASSWORD_REMEDY,
            )


def _speakers_of_hosts(parent: Cluster | Nested | None) -> bool:
    """Whether the hosts of a parent peer in its CNI's place."""
    return parent is not None and (parent.settings["workload_peering"] or {}).get("speaker") == "host"


def _told_apart(one: Nested, nested: list[Nested], findings: Findings) -> None:
    """A host's speaker knows a machine by its address alone (FRR: bgp listen range), a CNI by its labels."""
    if one.parent is None or not _speakers_of_hosts(one.parent):
        return
    own = [ip_network(text) for text in ranges(one)]
    for other in nested[: nested.index(one)]:
        theirs = [ip_network(text) for text in ranges(other)] if other.parent is one.parent else []
        for network in own:
            for taken in (item for item in theirs if item.version == network.version and item.overlaps(network)):
                findings.add(
                    one.at("nested_in.ranges"),
                    f"{network} overlaps with {taken}, where cluster {other.name} has its virtual machines, and the "
                    f"hosts of {one.parent.name} tell nested clusters apart by their machines' addresses",
                    f"give {one.name} and {other.name} ranges of their own in the pod networks of {one.parent.name}",
                )


def _inside(network: Json, larger: Json) -> bool:
    return network.version == larger.version and network.subnet_of(larger)


def _listed(below: list[Nested]) -> str:
    return ", ".join(one.name for one in below)


def _label(name: str) -> str:
    return name.replace("ipv", "IPv")
