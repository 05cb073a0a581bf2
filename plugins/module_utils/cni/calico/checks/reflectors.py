# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico.route_reflectors``: nodes, and hosts beside the cluster, that reflect routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Member
from ....intent.schema import did_you_mean

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options

AT = "calico.route_reflectors"


def check(cluster: Member, options: Options, findings: Findings) -> None:
    """Every rule of this file. Reflecting is for iBGP (RFC 4456): all concerned are in the cluster's AS."""
    given = options.get("route_reflectors") or {}
    if not given:
        return
    _nodes(cluster, given, findings)
    _hosts(cluster, given.get("hosts") or {}, findings)
    _how_many(cluster, {*(given.get("nodes") or []), *(given.get("hosts") or {})}, findings)
    for name, node in (options.get("nodes") or {}).items():
        if node["asn"] and node["asn"] != cluster.settings["asn"]:
            findings.add(
                cluster.at(f"calico.nodes.{name}.asn"),
                f"AS {node['asn']} makes this node's sessions with route reflectors eBGP, where nothing is reflected",
                "remove it, or calico.route_reflectors",
            )


def check_rotation(cluster: Member, options: Options, findings: Findings) -> None:
    """The sessions with reflectors have the leaves' password, and no end of them can have two."""
    if (cluster.settings.get("bgp") or {}).get("next_password") and options.get("route_reflectors"):
        findings.add(
            cluster.at("bgp.next_password"),
            "would reset all sessions with the route reflectors at the same time, which have the leaves' password",
            "replace the password in a maintenance window, as docs/changes.md describes",
        )


def _how_many(cluster: Member, reflectors: set[Any], findings: Findings) -> None:
    if not reflectors and not cluster.doubtful(AT):
        findings.add(cluster.at(AT), "names no reflector", "name two nodes, or two hosts beside the cluster")
    if len(reflectors) == 1:
        findings.warn(
            cluster.at(AT),
            "a single reflector takes the sessions of all nodes with it when it goes",
            "name two, in different racks if there are any",
        )


def _nodes(cluster: Member, given: JsonObject, findings: Findings) -> None:
    for index, name in enumerate(given.get("nodes") or []):
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"{AT}.nodes[{index}]"),
                f"the cluster has no node {name}",
                did_you_mean(name, cluster.nodes),
            )


def _hosts(cluster: Member, hosts: Fields, findings: Findings) -> None:
    for name in hosts:
        if name in cluster.nodes:
            rule = "is a node of the cluster, where Calico has port 179"
            findings.add(cluster.at(f"{AT}.hosts.{name}"), rule, f"name it in {AT}.nodes")
    owners: dict[Any, Any] = {}
    families: set[Any] = set()
    for name, key, address in cluster.reflector_hosts():
        at, family = cluster.at(key), f"IPv{address.version}"
        if (name, family) in families:
            findings.add(at, f"{address} is {name}'s second {family} address", "give one: nodes need one session")
        families.add((name, family))
        if owners.setdefault(address, name) != name:
            findings.add(at, f"{address} is {owners[address]}'s, too", "give each host addresses of its own")
        _reachable(cluster, address, at, findings)


def _reachable(cluster: Member, address: Any, at: str, findings: Findings) -> None:
    networks = [network for network in cluster.networks["node"] if network.version == address.version]
    if cluster.networks["node"] and not networks:
        rule = f"the nodes have no IPv{address.version} address to peer with {address} from"
        findings.add(at, rule, "remove it, or add a network to networks.node")
