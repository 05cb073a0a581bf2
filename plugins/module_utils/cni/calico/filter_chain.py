# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a chain of BGPFilters does to the routes that a node originates. Pure.

confd makes a function of every filter and direction, calls them in their order, and BIRD ends at the first accept or
reject (confd/pkg/resource/template/template_funcs.go, confd/pkg/backends/calico/bgp_processor.go; bird 1.6,
filter/filter.c). What none of them decides goes on to Calico's own rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...contract.freeform import Fields, JsonObject

# FelixConfiguration.ipv4NormalRoutePriority's default: what routes have that have no priority of their own
NORMAL_PRIORITY = 1024
EVERYTHING = {4: ip_network("0.0.0.0/0"), 6: ip_network("::/0")}


@dataclass(frozen=True)
class Routes:
    """All routes within ``network`` whose lengths are from ``shortest`` to ``longest``; ``learned`` from a peer."""

    network: object
    shortest: int
    longest: int
    learned: bool = False


def withheld(rules: list[JsonObject], routes: Routes) -> tuple[int, list[Any]] | None:
    """(index, networks) of the first rule that certainly rejects some of the routes; None where none does.

    ``rules`` are the chain's, each as the intent has it. A rule of which it cannot be told whether it matches counts
    as one that does not: it may ask for more than the planner knows.
    """
    left = [routes.network]
    for index, rule in enumerate(rules):
        if not _applies(rule, routes):
            continue
        matched = [part for network in left for part in matching(rule, network, routes)]
        if matched and rule["action"] == "Reject":
            return index, matched
        left = [part for network in left for part in _without(network, matched)]
    return None


def _applies(rule: Fields, routes: Routes) -> bool:
    """Whether the conditions but for the network hold: a block's or service's route is static, and without a path."""
    if rule.get("source") == "RemotePeers" and not routes.learned:
        return False
    if rule.get("peer_type") == "iBGP" or rule.get("community") or rule.get("as_path_prefix"):
        return False
    if rule.get("interface") and rule["interface"].strip("*"):
        return False  # the route has no interface, whose name BIRD reads as an empty text
    return rule.get("priority") in (None, NORMAL_PRIORITY) and not (routes.learned and rule.get("priority"))


def matching(rule: Fields, network: Any, routes: Routes) -> list[Any]:
    """The parts of a network of which a rule matches every route; what it matches of some lengths only is left out."""
    if not rule.get("cidr"):
        return [network]
    cidr = ip_network(rule["cidr"])
    inside = cidr.version == network.version and cidr.overlaps(network)
    if rule["match_operator"] in ("Equal", "NotEqual"):
        lengths = (cidr.prefixlen, cidr.prefixlen)
        exact = routes.shortest == routes.longest == cidr.prefixlen
    else:
        lengths = bounds(cidr, rule.get("prefix_length"))
        exact = lengths[0] <= routes.shortest and routes.longest <= lengths[1]
    apart = not inside or routes.longest < lengths[0] or lengths[1] < routes.shortest
    if rule["match_operator"] in ("Equal", "In"):
        return [_common(cidr, network)] if inside and exact and _common(cidr, network) else []
    if apart:
        return [network]
    return _without(network, [cidr]) if exact else []


def bounds(cidr: Any, lengths: Fields | None) -> tuple[int, int]:
    """The shortest and longest prefix that a rule of ``In`` takes; confd keeps them within network and family."""
    given = lengths or {}
    low, high = given.get("min"), given.get("max")
    longest = cidr.max_prefixlen if high is None else min(cidr.max_prefixlen, high)
    return max(cidr.prefixlen, low or 0), longest


def _common(one: Any, other: Any) -> Any:
    return one if one.subnet_of(other) else other


def _without(network: Any, parts: list[Any]) -> list[Any]:
    """What is left of a network without these parts."""
    left = [network]
    for part in parts:
        result: list[Any] = []
        for one in left:
            if one.version != part.version or not one.overlaps(part):
                result.append(one)
            elif part.subnet_of(one) and part != one:
                result += one.address_exclude(part)
        left = result
    return left
