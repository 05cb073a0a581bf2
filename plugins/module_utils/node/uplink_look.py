# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's MTU and default routes, compared with what the leaves expect. Pure, but for ``look``.

The documents ask for both: the MTU of the L3Out's interfaces on the node, and the leaves' shared secondary address as
its default gateway.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Tuple

from . import ip_json, vrf
from .host import Host

if TYPE_CHECKING:
    from ..contract.freeform import JsonObject

FAMILIES = {"ipv4": "-4", "ipv6": "-6"}


class Outcome(NamedTuple):
    """problems: what loses packets. remarks: what differs from the documents and may be meant."""

    problems: List[str]
    remarks: List[str]


class Ways(NamedTuple):
    """Default routes of all tables, and the rules that say which table is asked, as ``ip`` shows them."""

    routes: list[JsonObject]
    rules: list[JsonObject]


def look(host: Host, families: List[str]) -> Tuple[List[JsonObject], Dict[str, Ways]]:
    """What ``ip`` says of links with their addresses, and of the ways out by family."""
    links = ip_json.objects(host.do(["ip", "-d", "-j", "address", "show"]))
    return links, {family: _ways(host, FAMILIES[family]) for family in families}


def _ways(host: Host, version: str) -> Ways:
    routes = host.do(["ip", "-j", version, "route", "show", "table", "all", "default"])
    return Ways(ip_json.objects(routes), ip_json.objects(host.do(["ip", "-j", version, "rule", "show"])))


def judged(wanted: Dict[str, Any], links: list[JsonObject], ways: Dict[str, Ways]) -> Outcome:
    """Compare them with ``{interfaces: {family: address/length}, gateways, mtu, leaves: [address]}`` of the plan."""
    problems: List[str] = []
    remarks: List[str] = []
    seen: Dict[str, JsonObject] = {}
    for family, text in (wanted.get("interfaces") or {}).items():
        link, length = _carrier(links, text)
        if link is None:
            problems.append(f"no interface has the node's address {text}")
            continue
        seen[link["ifname"]] = link
        if length != int(text.partition("/")[2]):
            remarks.append(f"{link['ifname']} has {text.partition('/')[0]} with /{length}, the plan says {text}")
        found = ways.get(family) or Ways([], [])
        routes = _of_the_table(found, text.partition("/")[0], _vrf_table(links, link))
        remarks += _gateway(family, wanted, _usable(routes, link["ifname"], family))
    for name, link in seen.items():
        _judge_mtu(name, link.get("mtu"), wanted.get("mtu"), problems, remarks)
    return Outcome(problems, remarks)


def _carrier(links: list[JsonObject], text: str) -> Tuple[Any, int]:
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
        problems.append(f"{name} has MTU {mtu}, above the leaves' {due}: larger packets are lost silently")
    else:
        remarks.append(f"{name} has MTU {mtu}, below the leaves' {due}: give it {due}, or the L3Out that of the nodes")


# -- default routes -----------------------------------------------------------------------------------


def _vrf_table(links: list[JsonObject], link: JsonObject) -> str:
    """The routing table of the VRF that a link is in, itself or by its bridge or bond; "" if it is in none."""
    known = vrf.of_links(links)
    names = {link["ifname"]}
    while link and link.get("master") not in names:
        table, name = known.get(link.get("master", ""), (None, ""))[0], link.get("master", "")
        if table is not None:
            return str(table)
        names.add(name)
        link = next((other for other in links if other.get("ifname") == name), {})
    return ""


def _of_the_table(ways: Ways, address: str, own: str) -> list[Any]:
    """The default routes of the first table that has one and is asked for what the node sends from its address."""
    for table in [own] if own else _tables(ways.rules, address):
        found = [route for route in ways.routes if str(route.get("table", "main")) == table]
        if found:
            return found
    return []


def _tables(rules: list[JsonObject], address: str) -> Iterator[str]:
    """The tables that are asked, in order; rules that look at more than the source are passed over."""
    for rule in sorted(rules, key=lambda item: item.get("priority", 0)):
        if set(rule) <= {"priority", "src", "srclen", "table", "protocol"} and _covers(rule, address):
            yield str(rule.get("table", ""))
    if not rules:
        yield "main"


def _covers(rule: JsonObject, address: str) -> bool:
    source = rule.get("src", "all")
    if source == "all":
        return True
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(f"{source}/{rule.get('srclen', 128)}", False)
    except ValueError:  # one host, without its length
        return source == address


def _usable(routes: list[JsonObject], device: str, family: str) -> List[JsonObject]:
    """The next hops that a packet may take, the one in use first: those of the best metric, and, where these go, those
    over the node's own interface. Another interface's, such as a management network's, are no concern of the leaves."""
    usual = 1024 if family == "ipv6" else 0
    ordered = sorted(routes, key=lambda route: route.get("metric", usual))
    best = ordered[0].get("metric", usual) if ordered else usual
    hops = [
        {"dev": route.get("dev"), "protocol": route.get("protocol"), **hop, "metric": route.get("metric", usual)}
        for route in ordered
        for hop in [route, *(route.get("nexthops") or [])]
        if hop.get("gateway") and not {"dead", "linkdown"} & set(hop.get("flags") or ())
    ]
    return [hop for hop in hops if hop["metric"] == best or hop["dev"] == device]


def _gateway(family: str, wanted: Dict[str, Any], hops: List[JsonObject]) -> List[str]:
    """Remarks on a family's default routes: those are right that use the shared address or come from a leaf."""
    due, leaves = (wanted.get("gateways") or {}).get(family), wanted.get("leaves") or []
    if not due:
        return []
    if not hops:
        return [f"there is no {family} default route by a gateway; the leaves' shared address is {due}"]
    wrong = [hop for hop in hops if hop["gateway"] != due and not _from_a_leaf(hop, leaves)]
    return [_wrong(family, due, hop, leaves, hops) for hop in wrong[:1]]


def _from_a_leaf(hop: JsonObject, leaves: list[str]) -> bool:
    """Whether BGP brought it: the session tells whether that leaf is there."""
    return hop["gateway"] in leaves and hop.get("protocol") in ("bird", "bgp", "zebra")


def _wrong(family: str, due: str, hop: JsonObject, leaves: list[str], hops: List[JsonObject]) -> str:
    own, gateway = hop["gateway"] in leaves, hop["gateway"]
    others = [other for other in hops if other["gateway"] == due]
    if own and not others:
        return f"the {family} default route is by {gateway}, the address of one leaf, and is lost with it: use {due}"
    if not others:
        return f"the {family} default route is by {gateway}, and not by the leaves' shared address {due}"
    what = "one leaf's own" if own else "not the leaves'"
    order = f"metric {hop['metric']}, that by the shared address {due} has {others[0]['metric']}"
    return f"a second {family} default route is by {gateway}, {what} ({order}): remove it"
