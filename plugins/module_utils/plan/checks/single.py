# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that one fabric or one cluster must keep by itself. docs/plan.md lists them with their sources.

Every check accepts values that schema.py reported already: those are None or absent.
"""

from __future__ import annotations

from ... import svi
from ...contract.findings import Findings
from ...intent import limits
from ...intent.formats import Invalid, cluster_name, node_name
from ...intent.model import FABRIC_AT, Cluster, Fabric, Node, Rack
from ...intent.schema import did_you_mean
from ..networks import planning
from . import cni as checks_cni

IPV6_MTU = 1280
# bgpCtxPol.holdIntvl
LONGEST_HOLD = 3600


def check_fabric(fabric: Fabric, findings: Findings) -> None:
    """Rules of the fabric alone."""
    _release(fabric, findings)
    _racks(fabric, findings)
    _router_ids(fabric, findings)
    _reflectors(fabric, findings)


def _reflectors(fabric: Fabric, findings: Findings) -> None:
    """MP-BGP route reflectors are spines (white paper; bgpRRNodePEp)."""
    for spine in fabric.reflectors:
        if spine in fabric.leaves:
            findings.add(
                f"{FABRIC_AT}.bgp.route_reflectors.{spine}",
                f"node {spine} is a leaf of rack {fabric.leaves[spine].rack}",
                "name spines",
            )


def _release(fabric: Fabric, findings: Findings) -> None:
    if fabric.version and not limits.of_fabric(fabric.version, fabric.limits)[1]:
        known = ", ".join(f"{major}.{minor}" for major, minor in sorted(limits.RELEASES))
        findings.warn(
            f"{FABRIC_AT}.version",
            f"the limits of release {fabric.version} are not known",
            f"the newest known ones are used (known: {known}); give those of its Verified Scalability Guide in limits",
        )


def _racks(fabric: Fabric, findings: Findings) -> None:
    """A vPC pair of leaves a rack, or one leaf, and a label value that no other rack has.

    The white paper's racks have pairs ("Scalability"); those of its example for Cilium share one.
    """
    check_labels(fabric, "leaves", findings)
    for rack in fabric.racks.values():
        if len(rack.leaves) > 2:
            findings.add(
                f"{FABRIC_AT}.racks.{rack.name}.leaves",
                f"leaves listed: {len(rack.leaves)}",
                "list the two leaves of the rack's vPC pair, or its only leaf",
            )
        _pairs(rack, fabric, findings)


def check_labels(fabric: Fabric, peers: str, findings: Findings) -> None:
    """No two racks have one label value; ``peers`` are the racks' leaves or routers."""
    labels: dict[str, str] = {}
    for rack in fabric.racks.values():
        other = labels.setdefault(rack.label, rack.name)
        if other != rack.name:
            findings.add(
                f"{FABRIC_AT}.racks.{rack.name}.id",
                f"{rack.label} is the label of rack {other} too",
                f"give every rack a label value of its own, or its nodes would peer with the other rack's {peers}",
            )


def _pairs(rack: Rack, fabric: Fabric, findings: Findings) -> None:
    """A leaf is in one vPC pair (fabricExplicitGEp), whatever racks the pair serves."""
    for leaf in rack.leaves if len(rack.leaves) == 2 else ():
        pairs = [fabric.racks[name] for name in fabric.leaves[leaf].racks if len(fabric.racks[name].leaves) == 2]
        if pairs[0].leaves != rack.leaves:
            findings.add(
                f"{FABRIC_AT}.racks.{rack.name}.leaves.{leaf}",
                f"leaf {leaf} is in a vPC pair with another leaf in rack {pairs[0].name}",
                "list the same two leaves in every rack that the pair serves",
            )


def _router_ids(fabric: Fabric, findings: Findings) -> None:
    owners: dict[str, int] = {}
    for leaf in fabric.leaves.values():
        if leaf.router_id and owners.setdefault(leaf.router_id, leaf.id) != leaf.id:
            findings.add(
                f"{FABRIC_AT}.racks.{leaf.rack}.leaves.{leaf.id}.router_id",
                f"{leaf.router_id} is the router ID of leaf {owners[leaf.router_id]} too",
                "give every leaf a router ID of its own",
            )


def check_cluster(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Rules of one cluster alone; those of its networks and addresses are in checks_networks.py."""
    check_speaker(cluster, fabric, findings)
    svi.of(cluster).check(cluster, fabric, findings)
    _tenants(cluster, findings)
    _leaves(cluster, fabric, findings)
    _nodes(cluster, fabric, findings)
    _mtu(cluster, findings)


def check_speaker(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Rules of what speaks on the nodes, whatever they peer with."""
    _name(cluster, findings)
    _asn(cluster, fabric, findings)
    _timers(cluster, findings)
    _bfd(cluster, findings)
    checks_cni.check(cluster, fabric, findings)


def _name(cluster: Cluster, findings: Findings) -> None:
    try:
        cluster_name(cluster.name)
    except Invalid as problem:
        findings.add(f"host {cluster.name}: name of the cluster", problem.rule, problem.remedy)


def check_node_name(node: Node, findings: Findings) -> None:
    """The inventory's name is the Node's in Kubernetes."""
    at = f"{node.at}: name of the node"
    try:
        node_name(node.name)
    except Invalid as problem:
        findings.add(at, problem.rule, problem.remedy)


def _asn(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    asn = cluster.settings["asn"]
    if asn is None:
        return
    if asn == fabric.asn:
        findings.add(
            cluster.at("asn"),
            f"AS {asn} is the fabric's own, which would make the sessions iBGP",
            "give the cluster an AS of its own, for example one of 64512 to 65534",
        )


def _timers(cluster: Cluster, findings: Findings) -> None:
    """RFC 4271, 4.2 (hold time 0 or at least 3 s) and 4.4 (keepalives at a third of it); bgpCtxPol's ranges agree."""
    keepalive, hold = cluster.bgp["keepalive"], cluster.bgp["hold"]
    if hold is not None and 0 < hold < 3:
        findings.add(
            cluster.at("bgp.hold"), f"a hold time of {hold} s is not allowed", "give 0 (never) or at least 3 s"
        )
    elif hold is not None and hold > LONGEST_HOLD:
        findings.add(
            cluster.at("bgp.keepalive"),
            f"three times {keepalive} s is more than a hold time can be",
            f"give at most {LONGEST_HOLD // 3}",
        )
    elif hold == 0 and keepalive:
        findings.add(
            cluster.at("bgp.keepalive"), "keepalives without a hold time have no use", "give 0, or a hold time"
        )
    elif hold and keepalive == 0:
        findings.add(
            cluster.at("bgp.keepalive"), f"without keepalives the hold time of {hold} s runs out", f"give {hold // 3}"
        )
    elif hold and keepalive and hold < 3 * keepalive:
        findings.add(
            cluster.at("bgp.hold"),
            f"{hold} s is less than three times the keepalive interval of {keepalive} s",
            f"give at least {3 * keepalive}, or a shorter keepalive interval",
        )


def _bfd(cluster: Cluster, findings: Findings) -> None:
    if not cluster.bgp["bfd"]:
        return
    own = planning(cluster)
    if own and cluster.network and not own.bfd:
        findings.add(
            cluster.at("bgp.bfd"),
            f"{cluster.network.title} has no BFD",
            "remove the key; 1 s and 3 s timers notice a dead node",
        )
    elif cluster.bgp["graceful_restart"]:
        findings.warn(
            cluster.at("bgp.bfd"),
            "BFD takes a session down that graceful restart would keep",
            "set bgp.graceful_restart to false where failures shall be noticed at once",
        )


def _tenants(cluster: Cluster, findings: Findings) -> None:
    """l3extRsEctx names a VRF without a tenant: APIC looks in the L3Out's own tenant, then in common."""
    tenant, owner = cluster.l3out["tenant"], cluster.l3out["vrf_tenant"]
    if tenant and owner and owner not in (tenant, "common"):
        findings.add(
            cluster.at("l3out.vrf_tenant"),
            f"an L3Out in tenant {tenant} cannot use a VRF of tenant {owner}",
            f"give {tenant} or common",
        )


def _leaves(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    for leaf in cluster.l3out["leaves"]:
        if leaf not in fabric.leaves:
            findings.add(
                cluster.at(f"l3out.leaves.{leaf}"),
                f"no rack of the fabric has a leaf {leaf}",
                did_you_mean(str(leaf), sorted(fabric.leaves)),
            )


def _nodes(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    check_there_are_nodes(cluster, findings)
    for node in cluster.nodes.values():
        _node(node, fabric, findings)


def check_there_are_nodes(cluster: Cluster, findings: Findings) -> None:
    """A cluster has nodes."""
    if not cluster.nodes:
        group = f"{cluster.name.replace('-', '_')}_nodes"
        findings.add(
            f"group {group}", f"cluster {cluster.name} has no nodes", "list them there as hosts, each with its rack"
        )


def _node(node: Node, fabric: Fabric, findings: Findings) -> None:
    check_node_name(node, findings)
    if node.rack and fabric.racks and node.rack not in fabric.racks:
        findings.add(f"{node.at}: rack", f"the fabric has no rack {node.rack}", did_you_mean(node.rack, fabric.racks))


def _mtu(cluster: Cluster, findings: Findings) -> None:
    mtu = cluster.l3out["mtu"]
    if mtu and mtu < IPV6_MTU and "ipv6" in cluster.families:
        findings.add(
            cluster.at("l3out.mtu"), f"{mtu} is too small for IPv6 (RFC 8200, section 5)", f"give at least {IPV6_MTU}"
        )
