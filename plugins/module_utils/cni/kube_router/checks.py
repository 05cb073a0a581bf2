# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of a cluster with kube-router: its release, further peers, and arguments that end the sessions.

Sources are kube-router's own: pkg/options/options.go, pkg/bgp and pkg/controllers/routing (v1.5.1 to v2.11.1).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, cast

from ...contract.findings import Findings
from ...intent.model import Cluster, Fabric, family
from ...intent.schema import did_you_mean
from ..base import pod_checks as checks_pods
from ..base.pod_room import pod_room
from . import arguments, extra, listen
from .flags import FLAGS
from .settings import BFD_SINCE, DEFAULTS, DUAL_STACK_SINCE, TAKEN_PEER_ASNS, is_too_old, peers_with, version

if TYPE_CHECKING:
    from ...contract.freeform import Fields, Options
    from ...contract.plan import Plan

# --cluster-asn takes private AS numbers only (RFC 6996)
PRIVATE_ASNS = ((64512, 65534), (4200000000, 4294967294))


def check(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """Every rule of this file; values that were reported already are absent."""
    given = {key: value for key, value in (cluster.settings["kube_router"] or {}).items() if value is not None}
    options = {**DEFAULTS, **given}
    _asn(cluster, findings)
    _hold(cluster, findings)
    _release(cluster, options, findings)
    _load_balancer(cluster, options, findings)
    _bfd(cluster, options, findings)
    _fabric(cluster, fabric, findings)
    pod_room(cluster, findings)
    _arguments(cluster, options, findings)
    checks_pods.check_tolerations(options["tolerations"], cluster.at("kube_router.tolerations"), findings)
    checks_pods.check_resources(options["resources"], cluster.at("kube_router.resources"), findings)
    for index, peer in enumerate(options["peers"]):
        _peer(cluster, options, index, peer, findings)


def _asn(cluster: Cluster, findings: Findings) -> None:
    asn = cluster.settings["asn"]
    if asn is not None and not any(first <= asn <= last for first, last in PRIVATE_ASNS):
        listed = " or ".join(f"{first} to {last}" for first, last in PRIVATE_ASNS)
        findings.add(
            cluster.at("asn"), f"kube-router takes private AS numbers only, and {asn} is not", f"give one of {listed}"
        )


def _hold(cluster: Cluster, findings: Findings) -> None:
    if cluster.bgp["hold"] == 0:
        findings.add(cluster.at("bgp.hold"), "kube-router holds its sessions to a hold time", "give at least 3 s")


def _release(cluster: Cluster, options: Options, findings: Findings) -> None:
    text, release = options["version"], version(options)
    if is_too_old(text):
        findings.add(
            cluster.at("kube_router.version"),
            f"kube-router {text} is one of those that the white paper excludes (kube-router issue 1323)",
            "give 1.5.1 or later",
        )
    if release < DUAL_STACK_SINCE and "ipv6" in cluster.families:
        findings.add(
            cluster.at("kube_router.version"),
            f"kube-router {text} peers in IPv4 only",
            "give 2.0.0 or later, or remove the nodes' IPv6 network",
        )


def _load_balancer(cluster: Cluster, options: Options, findings: Findings) -> None:
    """An agent ends at a flag that its release lacks: --run-loadbalancer came with 2.0."""
    if options["load_balancer"] and version(options) < FLAGS["run-loadbalancer"][1]:
        findings.add(
            cluster.at("kube_router.load_balancer"),
            f"kube-router {options['version']} gives no Service an address",
            "give kube_router.version 2.0.0 or later, or remove it",
        )


def _bfd(cluster: Cluster, options: Options, findings: Findings) -> None:
    """The annotation has BFD since 2.11 (pkg/bgp/bfd.go); an older release does not read it."""
    if cluster.bgp["bfd"] and version(options) < BFD_SINCE:
        findings.add(
            cluster.at("bgp.bfd"),
            f"kube-router {options['version']} has no BFD",
            "set kube_router.version to 2.11.0 or later, or remove the key; 1 s and 3 s timers notice a dead node",
        )


def _fabric(cluster: Cluster, fabric: Fabric, findings: Findings) -> None:
    """validateASN (pkg/bgp/peer_config.go) looks at the peers' AS, too."""
    for path, whose, asn in cluster.peer_asns(fabric):
        if not peers_with(asn):
            findings.add(
                path,
                f"kube-router of cluster {cluster.name} takes no peer in AS {asn}",
                f"it takes {_listed()}; use another CNI for the cluster, or give {whose} another AS",
            )


def _listed() -> str:
    return ", ".join(f"{low} to {high}" for low, high in TAKEN_PEER_ASNS)


def _arguments(cluster: Cluster, options: Options, findings: Findings) -> None:
    planned = arguments.flags(cast("Plan", cluster.outline()), options)
    for index, rule, remedy in extra.complaints(options["extra_args"], version(options), planned):
        findings.add(cluster.at(f"kube_router.extra_args[{index}]"), rule, remedy)
    for index, rule, remedy in extra.doubtful(options["extra_args"]):
        findings.warn(cluster.at(f"kube_router.extra_args[{index}]"), rule, remedy)
    for key, rule, remedy in listen.clashes(options):
        findings.add(cluster.at(f"kube_router.{key}"), rule, remedy)
    for key, rule, remedy in listen.doubtful(options):
        findings.warn(cluster.at(f"kube_router.{key}"), rule, remedy)


def _peer(cluster: Cluster, options: Options, index: int, peer: Fields, findings: Findings) -> None:
    """One further peer; those whose address or AS was reported as wrong have None there."""
    at = cluster.at(f"kube_router.peers[{index}]")
    _peer_address(cluster, options, index, at, findings)
    if peer["asn"] and not peers_with(peer["asn"]):
        findings.add(f"{at}.asn", f"kube-router takes no peer in AS {peer['asn']}", f"it takes {_listed()}")
    if peer["password"] and not cluster.bgp["password"] and not cluster.doubtful("bgp.password"):
        findings.add(f"{at}.password", "the sessions have no password", "give bgp.password, or remove it")
    if peer["bfd"] and not cluster.bgp["bfd"]:
        findings.add(f"{at}.bfd", "has no intervals without BFD", "set bgp.bfd to true, or remove it")
    for number, name in enumerate(peer["nodes"] or ()):
        if name not in cluster.nodes:
            findings.add(f"{at}.nodes[{number}]", f"the cluster has no node {name}", did_you_mean(name, cluster.nodes))


def _peer_address(cluster: Cluster, options: Options, index: int, at: str, findings: Findings) -> None:
    """In a family of the nodes, and once: kube-router's BGP server ends where it has the peer already."""
    text = options["peers"][index]["address"]
    if not text:
        return
    which = family(ip_address(text))
    if cluster.families and which not in cluster.families and not cluster.doubtful("networks.node"):
        findings.add(
            f"{at}.address",
            f"{text} is {which.replace('ip', 'IP')}, and the cluster has no such node network",
            "remove it, or add a network to networks.node",
        )
    if any(other["address"] == text for other in options["peers"][:index]):
        findings.add(f"{at}.address", f"{text} is there twice", "name every peer once, with all of its nodes")
