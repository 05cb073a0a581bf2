# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of ``kubefabric_cluster.calico``: what Calico or the fabric would not do as meant, found before any write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.formats import Invalid
from ....intent.model import Cluster, Fabric, Member
from ....intent.nested import Nested
from ....intent.schema import did_you_mean
from ...base import secret_checks as checks_secret
from ..formats import community
from . import addresses as checks_calico_addresses
from . import chains as checks_calico_chains
from . import filters as checks_calico_filters
from . import peers as checks_calico_peers
from . import pools as checks_calico_pools
from . import reflectors as checks_reflectors
from . import release as checks_calico_release
from .counts import at_most
from .release import largest_asn

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options

# BGPConfigurationSpec's markers: entries of both lists, and communities of one network
MOST_COMMUNITIES = 500
MOST_OF_A_NETWORK = 50
# below these, BIRD resets its sessions (calico issue 7086; white paper, step 9)
LEAST_TIMERS = {"keepalive": 2, "hold": 6}


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file."""
    options = cluster.settings["calico"]
    racks = {name: fabric.racks[node.rack].label for name, node in cluster.nodes.items() if node.rack in fabric.racks}
    _timers(cluster, findings)
    _bfd(cluster, findings)
    _graceful_restart(cluster, findings)
    _password(cluster, findings)
    _router_id(cluster, options, findings)
    _listening(cluster, options, findings)
    checks_calico_release.check(cluster, options, findings)
    checks_calico_pools.check(cluster, racks, options, findings)
    _node_names(cluster, options, findings)
    checks_reflectors.check(cluster, options, findings)
    checks_reflectors.check_rotation(cluster, options, findings)
    checks_calico_peers.check(cluster, racks, options, findings)
    checks_calico_filters.check(cluster, options, findings)
    checks_calico_chains.check(cluster, options, findings)
    checks_secret.check(cluster, findings)
    _interfaces(cluster, options, findings)
    _communities(cluster, options, findings)
    _asns(cluster, fabric, options, findings)


def _timers(cluster: Cluster, findings: Findings) -> None:
    for key, least in LEAST_TIMERS.items():
        value = cluster.bgp[key]
        if value and value < least:
            findings.add(
                cluster.at(f"bgp.{key}"),
                f"Calico's BIRD resets its sessions at {value} s (calico issue 7086)",
                f"give at least {least}, or remove the key",
            )


def check_nested(cluster: Nested, findings: Findings) -> None:
    """The rules that a nested cluster has to keep as well; its sessions are with its parent alone."""
    options = cluster.settings["calico"] or {}
    if cluster.settings["cni"] != "calico":
        return
    _password(cluster, findings)
    checks_calico_release.check_workloads(cluster, findings)
    if not options:
        return
    if options.get("leaf_peers"):
        findings.add(
            cluster.at("calico.leaf_peers"),
            "has no meaning in a nested cluster, which has no sessions with leaves",
            "remove it",
        )
    if (options.get("route_reflectors") or {}).get("hosts"):
        findings.add(
            cluster.at("calico.route_reflectors.hosts"),
            "nested clusters reach hosts through their parent alone",
            "name nodes in calico.route_reflectors.nodes",
        )
    filters = (checks_calico_filters.check, checks_calico_chains.check)
    for rule in (
        checks_calico_release.check,
        _node_names,
        checks_reflectors.check,
        *filters,
        _interfaces,
        _communities,
    ):
        rule(cluster, options, findings)
    for check_one in (checks_calico_pools.check, checks_calico_peers.check):
        check_one(cluster, {}, options, findings)
    checks_calico_addresses.check_nested(cluster, findings)
    _largest(cluster, "asn", cluster.settings["asn"], findings)
    for index, peer in enumerate(options.get("peers") or []):
        _peer_asn(cluster, f"calico.peers[{index}]", peer, findings)


def _asns(cluster: Cluster, fabric: Fabric, options: Options, findings: Findings) -> None:
    """AS numbers that would make a session iBGP by mistake, and those that Calico's API cannot hold."""
    _largest(cluster, "asn", cluster.settings["asn"], findings)
    for _path, whose, asn in cluster.peer_asns(fabric):
        if asn > largest_asn(options):
            findings.add(
                cluster.at("cni"),
                f"{whose}'s AS {asn} does not fit into Calico's asNumber, which is a signed 32-bit number",
                f"give {whose} an AS of at most {largest_asn(options)}, or show the nodes another "
                "one; Calico takes it from 3.34 on: set calico.version",
            )
    for name, node in (options.get("nodes") or {}).items():
        if node["asn"] and node["asn"] == fabric.asn:
            findings.add(
                cluster.at(f"calico.nodes.{name}.asn"),
                f"AS {fabric.asn} is the fabric's own, and the node would drop every route from the leaves as its own",
                "give the node an AS of its own",
            )
    for index, peer in enumerate(options.get("peers") or []):
        _peer_asn(cluster, f"calico.peers[{index}]", peer, findings)


def _largest(cluster: Member, key: str, asn: int | None, findings: Findings) -> None:
    largest = largest_asn(cluster.settings["calico"] or {})
    if asn and asn > largest:
        findings.add(
            cluster.at(key),
            f"AS {asn} does not fit into Calico's asNumber, which is a signed 32-bit number",
            f"give one of at most {largest}, for example of 64512 to 65534; Calico takes it from 3.34 on: "
            "set calico.version",
        )


def _peer_asn(cluster: Member, at: str, peer: Fields, findings: Findings) -> None:
    for key in ("asn", "local_asn"):
        _largest(cluster, f"{at}.{key}", peer[key], findings)
    whose = _own_asns(cluster, peer).get(peer["asn"])
    if whose and not peer["ibgp"]:
        findings.add(
            cluster.at(f"{at}.asn"),
            f"AS {peer['asn']} is {whose} own, which makes this session iBGP",
            "give the peer's AS, or set ibgp to true if it is meant so",
        )


def _own_asns(cluster: Member, peer: Fields) -> JsonObject:
    """The AS numbers that a peer may see of the nodes that peer with it, and whose each is."""
    if peer["local_asn"]:
        return {peer["local_asn"]: "the session's"}
    special = (cluster.settings["calico"] or {}).get("nodes") or {}
    single = [peer["node"]] if peer["node"] in cluster.nodes else list(cluster.nodes)
    found = {special[name]["asn"]: f"{name}'s" for name in single if name in special and special[name]["asn"]}
    if not single or any(not (special.get(name) or {}).get("asn") for name in single):
        found[cluster.settings["asn"]] = "the cluster's"
    return found


def _bfd(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["bfd"]:
        findings.warn(
            cluster.at("bgp.bfd"),
            "Calico's BGPPeer has no field for BFD (v3.32): nodes answer it only if something else on them does",
            "remove the key; 2 s and 6 s timers notice a dead node",
        )


def _graceful_restart(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["graceful_restart"] is False:
        findings.warn(
            cluster.at("bgp.graceful_restart"),
            "Calico's BIRD announces graceful restart always",
            "leave it true; leaves help restarting nodes anyway",
        )


def _router_id(cluster: Cluster, options: Options, findings: Findings) -> None:
    """confd takes the node's IPv4 address as router ID, and BIRD refuses a file without one."""
    if cluster.families == ["ipv6"] and options.get("install") == "manifest":
        findings.warn(
            cluster.at("calico.install"),
            "nodes without an IPv4 address have a router ID only if calico-node's environment has CALICO_ROUTER_ID "
            "hash",
            "set it in the DaemonSet; the operator does so by itself",
        )


def _password(cluster: Member, findings: Findings) -> None:
    """BIRD reads a text up to the next double quote, and knows no escape (conf/cf-lex.l); confd puts it in as it is."""
    for name in ("password", "next_password"):
        if '"' in ((cluster.settings["bgp"] or {}).get(name) or ""):
            findings.add(
                cluster.at(f"bgp.{name}"),
                "has a double quote, which ends the password in BIRD's file: Calico's nodes would refuse all of it",
                "give a password without one",
            )


def _listening(cluster: Member, options: Options, findings: Findings) -> None:
    """Workloads look for their node at a virtual address, port 179; BIRD listens at one address and port alone."""
    if (cluster.settings["workload_peering"] or {}).get("speaker") != "cni":
        return
    if options.get("bind_mode") == "NodeIP":
        findings.add(
            cluster.at("calico.bind_mode"),
            "NodeIP has nodes listen at their own address alone, where the workloads of nested clusters do not look",
            "remove it",
        )
    if options.get("listen_port") not in (None, 179):
        findings.add(
            cluster.at("calico.listen_port"),
            "the nodes of nested clusters peer with port 179 of their parent",
            "remove it",
        )


def _node_names(cluster: Member, options: Options, findings: Findings) -> None:
    for name in options.get("nodes") or {}:
        if name not in cluster.nodes:
            findings.add(
                cluster.at(f"calico.nodes.{name}"), "is no node of the cluster", did_you_mean(name, cluster.nodes)
            )


def _interfaces(cluster: Member, options: Options, findings: Findings) -> None:
    """The list is a set (ignoredInterfaces, listType=set)."""
    given = options.get("ignored_interfaces") or []
    for name in sorted({name for name in given if given.count(name) > 1}):
        findings.add(cluster.at("calico.ignored_interfaces"), f"{name} is there twice", "name every interface once")


def _communities(cluster: Member, options: Options, findings: Findings) -> None:
    """prefixAdvertisements name communities that are there, or write them out: Calico hands on what is neither."""
    given, advertised = options.get("communities") or [], options.get("prefix_advertisements") or []
    known = [item["name"] for item in given if item["name"]]
    for name in sorted({name for name in known if known.count(name) > 1}):
        findings.add(
            cluster.at("calico.communities"),
            f"{name} is there twice, and Calico takes the first",
            "name every community once",
        )
    if given and not advertised and not cluster.doubtful("calico.prefix_advertisements"):
        findings.add(
            cluster.at("calico.communities"),
            "are used by no prefix_advertisements, and Calico refuses that",
            "remove them, or name them there",
        )
    for key, entries in (("communities", given), ("prefix_advertisements", advertised)):
        at_most(MOST_COMMUNITIES, entries, "entries", cluster.at(f"calico.{key}"), findings)
    for index, item in enumerate(advertised):
        at = cluster.at(f"calico.prefix_advertisements[{index}].communities")
        _advertised(at, item["communities"] or [], known, findings)


def _advertised(at: str, names: list[str], known: list[Any], findings: Findings) -> None:
    at_most(MOST_OF_A_NETWORK, names, "communities", at, findings)
    for name in [name for name in names if name not in known]:
        if not name.replace(":", "").isdecimal():
            findings.add(at, f"there is no community {name}", did_you_mean(name, known))
            continue
        try:
            community(name)
        except Invalid as problem:
            findings.add(at, problem.rule, problem.remedy)
