# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session's filters let through together: the end of the whole chain counts.

A BGPFilter decides nothing about a route that none of its rules matches: the session's next filter does, and after
the last one Calico, which takes every route from a peer and announces the node's own to it (confd,
bgp_processor.go). The leaves' chain ends with kubefabric-leaves, which rejects what the plan does not have.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import collapse_addresses, ip_network
from typing import TYPE_CHECKING, Any

from ....contract.findings import Findings
from ....intent.model import Cluster, Member
from ...base.announced import routed
from ..announced import announced
from ..filter_chain import EVERYTHING, Routes, withheld
from ..resources.filters import default_action
from .filters import filter_lists
from .pools import DEFAULT_BLOCK_SIZES, for_services
from .release import DIRECTIONS

if TYPE_CHECKING:
    from ....contract.freeform import Fields, JsonObject, Options

_REJECT = {"action": "Reject"}


def check(cluster: Member, options: Options, findings: Findings) -> None:
    """Every rule of this file."""
    filters = options.get("filters") or {}
    lists = [[name for name in names or [] if name in filters] for _at, names in filter_lists(options)]
    used = {name for names in lists for name in names}
    closed = isinstance(cluster, Cluster) and (options.get("leaf_peers") or {}).get("restrict") is not False
    for position, chain in enumerate([*lists, *([name] for name in filters if name not in used)]):
        for direction in DIRECTIONS if chain else ():
            _open_chain(cluster, filters, chain, direction, closed and position == 0, findings)
    for name, given in filters.items():
        if not any(given[direction] for direction in DIRECTIONS) and "Accept" in _defaults(given):
            findings.add(
                cluster.at(f"calico.filters.{name}"),
                "would accept everything: it has no rule",
                "give it rules, or remove default_action",
            )
    if isinstance(cluster, Cluster) and lists[0] and not cluster.doubtful("calico.filters"):
        _withheld(cluster, options, lists[0], findings)


def _defaults(given: JsonObject) -> set[Any]:
    return {default_action(given, direction) for direction in DIRECTIONS}


# -- what lets everything in -----------------------------------------------------------------------------


def _open_chain(
    cluster: Member, filters: JsonObject, chain: list[Any], direction: str, closed: bool, findings: Findings
) -> None:
    """``closed``: a filter of ours ends the chain, and rejects what the intent's filters leave undecided."""
    having = [name for name in chain if filters[name][direction]]
    opened = _opening_rule(filters, having, direction)
    if opened:
        findings.add(
            cluster.at(f"calico.filters.{opened}"),
            "accepts everything",
            "give it a smaller cidr, a source or an interface, or remove it",
        )
        return
    rules = [rule for name in having for rule in filters[name][direction]]
    ends = any(default_action(filters[name], direction) == "Reject" for name in having)
    rejects = ends or any(rule["action"] == "Reject" for rule in rules)
    marks = all(rule["operations"] for rule in rules)  # a list that marks routes is no list of what may come in
    if direction.startswith("import") and having and not (closed or rejects or marks):
        findings.add(
            cluster.at(f"calico.filters.{having[-1]}.{direction}"),
            "would accept everything: Calico accepts what no rule matches",
            "end it with {action: Reject}, or set default_import_action to Reject",
        )


def _opening_rule(filters: JsonObject, having: list[str], direction: str) -> str | None:
    """Where the first rule is with which every route is taken, with nothing rejected before it."""
    taken: list[Any] = []
    for name in having:
        for index, rule in enumerate(filters[name][direction]):
            if rule["action"] == "Reject":
                return None
            taken = list(collapse_addresses([*taken, *_takes_all_of(rule, int(direction[-1]))]))
            if any(network.prefixlen == 0 for network in taken):
                return f"{name}.{direction}[{index}]"
        if default_action(filters[name], direction) == "Reject":
            return None
    return None


def _takes_all_of(rule: Fields, version: int) -> list[Any]:
    """The network of which an accepting rule takes every route, of any length; none if it asks for more."""
    conditions = {key for key in rule if rule[key] and key not in ("action", "operations")}
    if rule["action"] != "Accept" or conditions - {"cidr", "match_operator", "prefix_length"}:
        return []
    if not conditions:
        return [EVERYTHING[version]]
    if rule["match_operator"] != "In" or not rule["cidr"] or ip_network(rule["cidr"]).version != version:
        return []
    network, lengths = ip_network(rule["cidr"]), rule["prefix_length"] or {}
    whole = (lengths.get("min") or 0) <= network.prefixlen and lengths.get("max") in (None, network.max_prefixlen)
    return [network] if whole else []


# -- what keeps the cluster's own networks back ------------------------------------------------------------


def _withheld(cluster: Cluster, options: Options, chain: list[Any], findings: Findings) -> None:
    """The leaves need the cluster's networks; nodes that do not take the pods' reach them by their gateway."""
    for family in cluster.families:
        told: dict[Any, Any] = {}
        for kind, routes in _routes(cluster, options, int(family[-1])):
            place, networks = _first_reject(options, chain, f"export_v{family[-1]}", routes)
            for network in networks:
                told.setdefault(place, []).append(f"{network} (networks.{kind})")
        for (place, explicit), networks in told.items():
            findings.add(cluster.at(place), *_kept_from_leaves(networks, explicit))
        _not_taken(cluster, options, chain, family, findings)


def _kept_from_leaves(networks: list[Any], explicit: bool) -> tuple[str, str]:
    what = ", ".join(dict.fromkeys(networks))
    if explicit:
        return (
            f"would keep {what} from the leaves",
            "leave the cluster's own networks out of the rule, or accept them before it",
        )
    return (
        f"would keep {what} from the leaves: what no rule matches is rejected before Calico's own rule announces it",
        "set default_export_action to Accept: Calico's own rule announces the node's networks and nothing else",
    )


def _not_taken(cluster: Cluster, options: Options, chain: list[Any], family: str, findings: Findings) -> None:
    version, place = int(family[-1]), f"import_v{family[-1]}"
    wanted = [*map(str, cluster.networks["pod"]), *((options.get("leaf_peers") or {}).get("accept") or [])]
    told: dict[Any, Any] = {}
    for network in (ip_network(text) for text in wanted):
        if network.version == version:
            routes = Routes(network, network.prefixlen, network.max_prefixlen, learned=True)
            rejecting, networks = _first_reject(options, chain, place, routes)
            if networks:
                told.setdefault(rejecting[0], []).append(str(network))
    for at, networks in told.items():
        findings.warn(
            cluster.at(at),
            f"nodes take nothing of {', '.join(networks)} from the leaves, and reach it by their default gateway alone",
            "set default_import_action to Accept, or accept these networks, unless that is meant",
        )


def _first_reject(
    options: Options, chain: list[Any], direction: str, routes: Routes
) -> tuple[tuple[Any, ...], list[Any]]:
    """((path, whether it is a rule of the intent's), networks) of what keeps some of the routes back."""
    rules: list[JsonObject] = []
    places: list[tuple[Any, ...]] = []
    for name in chain:
        given = options["filters"][name]
        for index, rule in enumerate(given[direction] or []):
            rules.append(rule)
            places.append((f"calico.filters.{name}.{direction}[{index}]", True))
        if given[direction] and default_action(given, direction) == "Reject":
            rules.append(_REJECT)
            places.append((f"calico.filters.{name}.{direction}", False))
    hit = withheld(rules, routes)
    return (places[hit[0]], hit[1]) if hit else ((), [])


def _routes(cluster: Cluster, options: Options, version: int) -> Iterator[tuple[str, Routes]]:
    """(kind of network, routes) of what nodes announce to the leaves in one family."""
    yield from (("pod", routes) for routes in _blocks(cluster, options, version))
    heard = routed(cluster, announced)
    whole = options.get("advertise_external_ips") is not False or options.get("load_balancer_aggregation") is not False
    for kind in ("service", "external_service"):
        for item in [item for item in heard[kind] if item.version == version]:
            length = item.prefixlen if whole or kind == "service" else item.max_prefixlen
            yield kind, Routes(item, length, length)
    if (cluster.settings["workload_peering"] or {}).get("speaker") == "cni":
        for item in [item for item in heard["nested"] if item.version == version]:
            yield "nested", Routes(item, item.prefixlen, item.max_prefixlen, learned=True)


def _blocks(cluster: Cluster, options: Options, version: int) -> Iterator[Routes]:
    key = "block_size" if version == 4 else "block_size_ipv6"
    size = options.get(key) or DEFAULT_BLOCK_SIZES[version]
    given = [pool for pool in options.get("pools") or [] if pool["cidr"] and not for_services(pool)]
    pools = [(pool["cidr"], pool["block_size"]) for pool in given if not pool["disable_bgp_export"]]
    for cidr, own in pools if given else [(str(item), None) for item in cluster.networks["pod"]]:
        network = ip_network(cidr)
        if network.version == version:
            length = max(own or size, network.prefixlen)
            yield Routes(network, length, length)
