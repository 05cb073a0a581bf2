# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes' ports and the racks' vPC domains, where the intent gives them: checks, and their part of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.attributes import PORTS
from ..contract.findings import Findings
from ..intent.model import FABRIC_AT, Cluster, Fabric, Rack
from .passed import passed

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

# how the leaves' side of the nodes' links behaves; APIC's defaults hold where one is absent
LINK = tuple(row.name for row in PORTS if row.default is None)


def check(clusters: list[Cluster], fabric: Fabric, findings: Findings) -> None:
    """Ports and policy groups that two nodes would have, ports that may not be configured, vPC domains given twice."""
    ports: dict[tuple[Any, ...], str] = {}
    groups: dict[str, str] = {}
    for cluster in clusters:
        for name in cluster.nodes:
            _node(cluster, fabric, name, ports, groups, findings)
        _link(cluster, findings)
    _domains(fabric, findings)


def _node(
    cluster: Cluster,
    fabric: Fabric,
    name: str,
    ports: dict[tuple[Any, ...], str],
    groups: JsonObject,
    findings: Findings,
) -> None:
    node = cluster.nodes[name]
    if not node.ports:
        return
    at = f"{node.at}: ports"
    if not cluster.l3out["manage_access"]:
        findings.add(at, "are not ours with l3out.manage_access: false", "leave them out, or let the ports be managed")
    if not node.vpc and "vpc" not in node.reported:
        findings.add(
            f"{node.at}: vpc", "is missing beside ports", "name the vPC interface policy group to make for them"
        )
    leaves = fabric.racks[node.rack].leaves if node.rack in fabric.racks else []
    for port in node.ports:
        others = {leaf: ports.setdefault((leaf, port), name) for leaf in leaves}
        clash = next((leaf for leaf in leaves if others[leaf] != name), None)
        if clash is not None:
            rule = f"port {port} of leaf {clash} is that of {others[clash]} too"
            findings.add(at, rule, "give every node its own ports")
    other = groups.setdefault(node.vpc, name) if node.vpc else name
    if other != name:
        findings.add(f"{node.at}: vpc", f"{node.vpc} is the policy group of {other} too", "give every node its own")


def _link(cluster: Cluster, findings: Findings) -> None:
    if any(node.ports or "ports" in node.reported for node in cluster.nodes.values()):
        return
    for key in LINK:
        if cluster.l3out[key] is not None:
            findings.add(
                cluster.at(f"l3out.{key}"),
                "has no port to be set on: no node gives ports",
                "give the nodes' ports, or remove the key",
            )


def _domains(fabric: Fabric, findings: Findings) -> None:
    """A vPC domain is of one pair of leaves, and a pair has one."""
    owners: dict[int, Rack] = {}
    pairs: dict[tuple[Any, ...], Rack] = {}
    for rack in (rack for rack in fabric.racks.values() if rack.vpc_domain):
        at = f"{FABRIC_AT}.racks.{rack.name}.vpc_domain"
        owner = owners.setdefault(rack.vpc_domain or 0, rack)
        same = pairs.setdefault(tuple(rack.leaves), rack)
        if len(rack.leaves) == 1:
            findings.add(at, "has no meaning for one leaf", "remove it")
        elif owner.leaves != rack.leaves:
            rule = f"{rack.vpc_domain} is the vPC domain of rack {owner.name} too"
            findings.add(at, rule, "give every pair of leaves an ID of its own")
        elif same.vpc_domain != rack.vpc_domain:
            rule = f"the leaves are in vPC domain {same.vpc_domain} by rack {same.name}"
            findings.add(at, rule, "give racks that share a pair of leaves the same ID")


def describe(cluster: Cluster, fabric: Fabric) -> JsonObject:
    """``vpcs``, ``vpc_domains`` and the attributes of ports of l3out.access; empty where the intent gives neither ports
    nor domains.
    """
    racks = {name: cluster.rack(fabric, name) for name in cluster.nodes}
    vpcs = [
        {"name": node.vpc, "rack": racks[name].name, "leaves": list(racks[name].leaves), "ports": node.ports}
        for name, node in cluster.nodes.items()
        if node.ports
    ]
    # of racks that share a pair of leaves, the first one in the fabric gives the domain its name
    known = {tuple(rack.leaves): rack for rack in reversed(fabric.racks.values()) if rack.vpc_domain}
    found = [known[tuple(rack.leaves)] for rack in racks.values() if tuple(rack.leaves) in known]
    used = {rack.name: rack for rack in found}
    domains = [
        {"name": name, "id": used[name].vpc_domain, "pod": used[name].pod, "leaves": list(used[name].leaves)}
        for name in sorted(used)
    ]
    result = {"vpcs": vpcs, **passed("ports", cluster.l3out)} if vpcs else {}
    return {**result, "vpc_domains": domains} if domains and cluster.l3out["manage_access"] else result
