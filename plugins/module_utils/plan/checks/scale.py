# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all clusters of a fabric take together, compared with the limits of its release (limits.py)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ... import svi
from ...contract.findings import Findings
from ...intent import limits
from ...intent.model import FABRIC_AT, Cluster, Fabric, family
from ...intent.nested import Nested
from ..announced import announced


def check(clusters: list[Cluster], nested: list[Nested], fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file. Without a release only what no release changes is checked."""
    for cluster in clusters:
        _ways(cluster, findings)
    if fabric.version:
        known, _exact = limits.of_fabric(fabric.version, fabric.limits)
        _totals(clusters, fabric, known, findings)
        _vlans(clusters, fabric, known, findings)
        _routes(clusters, nested, fabric, known, findings)


def _totals(clusters: list[Cluster], fabric: Fabric, known: limits.Limits, findings: Findings) -> None:
    """Objects of the whole fabric."""
    counted = [
        total
        for design in svi.DESIGNS.values()
        for total in design.totals([cluster for cluster in clusters if svi.of(cluster) is design])
    ]
    for count, name, what in (*counted, (len(clusters), "l3outs", "L3Outs")):
        most = getattr(known, name)
        if count > most:
            findings.add(
                f"{FABRIC_AT}.version",
                f"{count} {what} exceed the limit of {most} {_source(fabric, name)}",
                "use standard SVI for some clusters, or another fabric" if what != "L3Outs" else "use another fabric",
            )


def _source(fabric: Fabric, name: str) -> str:
    return "in limits" if fabric.limits.get(name) else f"for release {fabric.version}"


def _vlans(clusters: list[Cluster], fabric: Fabric, known: limits.Limits, findings: Findings) -> None:
    """A leaf has a number of VLANs; how many a cluster takes on which leaf is its SVI design's to say."""
    by_leaf: Counter[Any] = Counter()
    for cluster in clusters:
        by_leaf.update(svi.of(cluster).vlans_by_leaf(cluster, fabric))
    for leaf, count in sorted(by_leaf.items()):
        if count > known.vlans:
            findings.add(
                f"{FABRIC_AT}.racks.{fabric.leaves[leaf].rack}.leaves.{leaf}",
                f"its L3Outs take {count} VLANs, more than the {known.vlans} that a leaf has for them",
                "spread the nodes over more racks, or use floating SVI, which takes one VLAN a cluster",
            )


def _routes(
    clusters: list[Cluster], nested: list[Nested], fabric: Fabric, known: limits.Limits, findings: Findings
) -> None:
    """Every leaf of a VRF learns the routes of all its clusters, through MP-BGP if not from nodes of its own."""
    by_vrf: Counter[Any] = Counter()
    for cluster in clusters:
        by_vrf[cluster.vrf] += routes(cluster)
    for one in nested:
        by_vrf[one.vrf] += nested_routes(one)
    by_leaf: Counter[Any] = Counter()
    for vrf, leaf in {(cluster.vrf, leaf) for cluster in clusters for leaf in cluster.leaves}:
        by_leaf[leaf] += by_vrf[vrf]
    leaf, count = max(sorted(by_leaf.items()), key=lambda item: item[1], default=(0, 0))
    said = f"leaf {leaf} learns about {count} routes, not counting those of single services, more than the"
    if count > known.lpm_most:
        findings.add(
            f"{FABRIC_AT}.version",
            f"{said} {known.lpm_most} longest prefix matches of the largest forwarding scale profile of release "
            f"{fabric.version}",
            "spread the clusters over more leaves, or over VRFs on other leaves",
        )
    elif count > known.lpm_least:
        findings.warn(
            f"{FABRIC_AT}.version",
            f"{said} {known.lpm_least} longest prefix matches of the smallest forwarding scale profile of release "
            f"{fabric.version}",
            f"see that the leaves have a larger one (up to {known.lpm_most})",
        )


def routes(cluster: Cluster) -> int:
    """How many routes a cluster brings at least: a pod block per node and family, its service networks, its subnets.

    Services that are announced one by one (externalTrafficPolicy Local, or any with kube-router) come on top: how many
    there will be is not known from an intent.
    """
    heard = announced(cluster)
    services = len(heard["service"]) + len(heard["external_service"])
    blocks = len(cluster.nodes) * len({family(network) for network in heard["pod"]})
    return blocks + services + svi.of(cluster).subnets(cluster)


def nested_routes(one: Nested) -> int:
    """The same of a nested cluster: leaves learn its prefixes as they are, whatever larger networks they permit.

    A virtual machine that the inventory does not name is not counted.
    """
    pods = one.networks["pod"]
    services = [network for network in one.announced if network not in pods]
    return len(one.nodes) * len({family(network) for network in pods}) + len(services)


def _ways(cluster: Cluster, findings: Findings) -> None:
    """A border leaf has as many ways to a service as its rack has nodes, and uses as many as ECMP is wide."""
    width = cluster.bgp["ecmp"]
    racks = Counter(node.rack for node in cluster.nodes.values() if node.rack)
    wide = {rack: count for rack, count in sorted(racks.items()) if width and count > width}
    for rack, count in wide.items():
        findings.warn(
            cluster.at("bgp.ecmp"),
            f"rack {rack} has {count} nodes and a leaf uses {width} ways to one prefix: {count - width} of them get "
            "none of its traffic to services of the whole cluster",
            f"spread the nodes over more racks{', or raise ecmp (to 64 at most)' if width < 64 else ''}",
        )
