# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``kubefabric_cluster.calico.version`` decides: fields that a release does not have, and its limits.

Source: the definitions of each release, libcalico-go/config/crd/crd.projectcalico.org_<kind>.yaml at the tags v3.28.5
to v3.32.1 and on release-v3.33. Nothing is refused where the version is not given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Member
from ....intent.nested import Nested, selector

if TYPE_CHECKING:
    from ....contract.freeform import JsonObject, Options

# asNumber is an int32 in the definitions up to v3.33; calico pull request 13979 (September 2026, master, which was
# v3.34 by then) gives it 32 bits without a sign
LARGEST_ASN, WHOLE_ASNS_SINCE = 2147483647, (3, 34)
LARGEST_OF_ALL = 4294967295
# server-side apply: calico issue 4959
OLDEST = (3, 22)
# options of BGPPeer, IPPool and BGPFilter: since which release the field behind them is there
SINCE: dict[str, dict[str, tuple[int, ...]]] = {
    "peers": {
        "next_hop_mode": (3, 30, 2),
        "reverse_peering": (3, 30, 3),
        "local_asn": (3, 31),
        "keepalive_time": (3, 32),
    },
    "pools": {"assignment_mode": (3, 30)},
    "filters": {
        "prefix_length": (3, 29),
        "peer_type": (3, 32),
        "community": (3, 32),
        "as_path_prefix": (3, 32),
        "priority": (3, 32),
        "operations": (3, 32),
    },
}
# IPPoolSpec.allowedUses has LoadBalancer, and nodes peer with workloads (BGPPeer.localWorkloadSelector)
LOAD_BALANCERS_SINCE = WORKLOADS_SINCE = (3, 30)
# BGPConfigurationSpec.serviceLoadBalancerAggregation
AGGREGATION_SINCE = (3, 31)
# the node with an AS of its own, whose leaves go on to see the cluster's (BGPPeer.localASNumber)
OWN_ASN_SINCE = (3, 31)
# maxLength of selectors
LONGEST_SELECTOR = {(3, 32): 4096, (3, 33): 1024}
DIRECTIONS = ("import_v4", "import_v6", "export_v4", "export_v6")


def release(options: Options) -> tuple[int, ...] | None:
    """The three numbers of ``calico.version``; None where it is not given."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", options.get("version") or "")
    return tuple(map(int, found.groups())) if found else None


def largest_asn(options: Options) -> int:
    """The largest AS number that Calico's resources hold."""
    found = release(options)
    return LARGEST_OF_ALL if found and found >= WHOLE_ASNS_SINCE else LARGEST_ASN


def check(cluster: Member, options: Options, findings: Findings) -> None:
    """Every rule of this file."""
    _selector_lengths(cluster, options, _selectors(options), findings)
    found = release(options)
    if not found:
        return
    _usable(cluster, options["version"], found, findings)
    for key, since in _used(cluster, options):
        if found < since:
            findings.add(
                cluster.at(key),
                f"Calico {options['version']} does not have it: it came with {_shown(since)}",
                f"remove it, or bring Calico to {_shown(since)} and correct calico.version",
            )


def _usable(cluster: Member, version: str, found: tuple[Any, ...], findings: Findings) -> None:
    if found < OLDEST:
        findings.add(
            cluster.at("calico.version"),
            f"the API server of Calico {version} refuses server-side apply (calico issue 4959)",
            "bring Calico to 3.22 or later",
        )
    if version == "3.32.0":
        findings.add(
            cluster.at("calico.version"),
            "the definitions of Calico 3.32.0 refuse server-side apply (calico issue 12790)",
            "bring Calico to 3.32.1",
        )


def _shown(since: tuple[int, ...]) -> str:
    return ".".join(map(str, since))


def _used(cluster: Member, options: Options) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(path, release) of every option in use that a release brought."""
    sessions = [("calico.leaf_peers", options.get("leaf_peers") or {})]
    sessions += [(f"calico.peers[{index}]", peer) for index, peer in enumerate(options.get("peers") or [])]
    for at, session in sessions:
        yield from _of(at, session, "peers")
    if options.get("load_balancer_aggregation") is False:
        yield "calico.load_balancer_aggregation", AGGREGATION_SINCE
    for index, pool in enumerate(options.get("pools") or []):
        yield from _of(f"calico.pools[{index}]", pool, "pools")
        if "LoadBalancer" in (pool["allowed_uses"] or []):
            yield f"calico.pools[{index}].allowed_uses", LOAD_BALANCERS_SINCE
    for name, given in (options.get("filters") or {}).items():
        for direction in DIRECTIONS:
            for index, rule in enumerate(given[direction] or []):
                yield from _of(f"calico.filters.{name}.{direction}[{index}]", rule, "filters")
    for name, node in (options.get("nodes") or {}).items():
        if node["asn"]:
            yield f"calico.nodes.{name}.asn", OWN_ASN_SINCE
    if (cluster.settings["workload_peering"] or {}).get("speaker") == "cni":
        yield "workload_peering", WORKLOADS_SINCE


def _of(at: str, given: JsonObject, kind: str) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for key, since in SINCE[kind].items():
        if given.get(key):
            yield f"{at}.{key}", since


def check_workloads(cluster: Nested, findings: Findings) -> None:
    """A nested cluster's nodes are selected by a BGPPeer of its parent's Calico."""
    parent = cluster.parent.settings if cluster.parent else {}
    if parent.get("cni") == "calico" and (parent["workload_peering"] or {}).get("speaker") == "cni":
        given = [("nested_in", selector(cluster)), ("nested_in.nodes", cluster.settings["nested_in"].get("nodes"))]
        _selector_lengths(cluster, parent["calico"] or {}, given, findings)


def _selector_lengths(cluster: Member, options: Options, given: Iterable[tuple[Any, ...]], findings: Findings) -> None:
    """The shortest limit of all releases holds where none is named. ``given`` are pairs of key and selector."""
    found = release(options) or max(LONGEST_SELECTOR)
    limits = [longest for since, longest in LONGEST_SELECTOR.items() if found >= since]
    if not limits:
        return
    for key, text in given:
        if text and len(text) > limits[-1]:
            findings.add(
                cluster.at(key),
                f"has {len(text)} characters",
                f"use at most {limits[-1]}, or a label made for the purpose",
            )


def _selectors(options: Options) -> Iterator[tuple[str, str | None]]:
    for index, peer in enumerate(options.get("peers") or []):
        for key in ("node_selector", "peer_selector"):
            yield f"calico.peers[{index}].{key}", peer[key]
    for index, pool in enumerate(options.get("pools") or []):
        yield f"calico.pools[{index}].node_selector", pool["node_selector"]
    for name, host in ((options.get("route_reflectors") or {}).get("hosts") or {}).items():
        yield f"calico.route_reflectors.hosts.{name}.node_selector", host["node_selector"]
