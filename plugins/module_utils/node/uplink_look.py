# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's MTU and default routes, held against what the leaves expect. Pure, but for ``look``.

The documents ask for both: the MTU of the L3Out's interfaces on the node, and the leaves' shared secondary address as
its default gateway.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple, Tuple

from .host import Host
from .speaker import NodeError

FAMILIES = {"ipv4": "-4", "ipv6": "-6"}


class Outcome(NamedTuple):
    """problems: what loses packets. remarks: what differs from the documents and may be meant."""

    problems: List[str]
    remarks: List[str]


def look(host: Host, families: List[str]) -> Tuple[list, Dict[str, list]]:
    """What ``ip`` says of addresses, and of default routes by family."""
    links = _json(host.do(["ip", "-j", "address", "show"]))
    routes = {family: _json(host.do(["ip", "-j", FAMILIES[family], "route", "show", "default"])) for family in families}
    return links, routes


def judged(wanted: Dict[str, Any], links: list, routes: Dict[str, list]) -> Outcome:
    """Hold them against ``{interfaces: {family: address/length}, gateways, mtu, leaves: [address]}`` of the plan."""
    problems: List[str] = []
    remarks: List[str] = []
    seen: Dict[str, dict] = {}
    for family, text in (wanted.get("interfaces") or {}).items():
        link, length = _carrier(links, text)
        if link is None:
            problems.append(f"no interface has the node's address {text}")
            continue
        seen[link["ifname"]] = link
        if length != int(text.partition("/")[2]):
            remarks.append(f"{link['ifname']} has {text.partition('/')[0]} with /{length}, the plan says {text}")
        remarks += _gateway(family, wanted, routes.get(family) or [])
    for name, link in seen.items():
        _judge_mtu(name, link.get("mtu"), wanted.get("mtu"), problems, remarks)
    return Outcome(problems, remarks)


def _carrier(links: list, text: str) -> Tuple[Any, int]:
    """The link that has an address, and the address's prefix length there."""
    address = text.partition("/")[0]
    for link in links:
        for item in link.get("addr_info") or ():
            if item.get("local") == address:
                return link, int(item.get("prefixlen") or 0)
    return None, 0


def _judge_mtu(name: str, mtu: Any, due: Any, problems: List[str], remarks: List[str]) -> None:
    if not mtu or not due or mtu == due:
        return
    if mtu > due:
        problems.append(f"{name} has MTU {mtu}, above the leaves' {due}: larger packets are lost without a word")
    else:
        remarks.append(f"{name} has MTU {mtu}, below the leaves' {due}: give it {due}, or the L3Out that of the nodes")


def _gateway(family: str, wanted: Dict[str, Any], routes: list) -> List[str]:
    """What is to be said of the default routes of a family: by the shared address, or learned from a leaf."""
    due, leaves = (wanted.get("gateways") or {}).get(family), wanted.get("leaves") or []
    hops = [(route, hop) for route in routes for hop in [route, *(route.get("nexthops") or [])] if hop.get("gateway")]
    found = [hop["gateway"] for _route, hop in hops]
    if not due or due in found:
        return []
    if any(hop["gateway"] in leaves and route.get("protocol") in ("bird", "bgp", "zebra") for route, hop in hops):
        return []
    if not found:
        return [f"there is no {family} default route by a gateway; the leaves' shared address is {due}"]
    single = [text for text in found if text in leaves]
    if single:
        return [f"the {family} default route is by {single[0]}, one leaf's own, and is lost with it: use {due}"]
    return [f"the {family} default route is by {found[0]}, and not by the leaves' shared address {due}"]


def _json(text: str) -> list:
    try:
        found = json.loads(text or "[]")
    except ValueError as error:
        raise NodeError(f"`ip -j` did not answer with JSON: {error}") from error
    return found if isinstance(found, list) else []
