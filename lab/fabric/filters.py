"""What a route map of the model does with a route: the same answer that FRR gives, for counting without FRR."""

from __future__ import annotations

from ipaddress import ip_network

from lab.fabric.model import Peer, PrefixRule, RouteMap, Vrf


def matches(rule: PrefixRule, prefix: str) -> bool:
    """Does a rule take a prefix? Exact unless the rule allows longer ones."""
    wanted, got = ip_network(rule.prefix, strict=False), ip_network(prefix)
    if wanted.version != got.version or not got.subnet_of(wanted):  # type: ignore[arg-type]
        return False
    if rule.shortest is None and rule.longest is None:
        return got.prefixlen == wanted.prefixlen
    longest = rule.longest if rule.longest is not None else got.max_prefixlen
    return (rule.shortest or wanted.prefixlen) <= got.prefixlen <= longest


def permits(route_map: RouteMap, prefix: str) -> bool:
    """Does a route map take a prefix? The first entry that matches decides; none: no.

    Entries about communities are left out: who counts knows prefixes and paths only.
    """
    for entry in route_map.entries:
        if entry.communities:
            continue
        if entry.rules is None or any(matches(rule, prefix) for rule in entry.rules):
            return entry.action == "permit"
    return False


def accepted(vrf: Vrf, peer: Peer, received: dict[str, str]) -> list[str]:
    """The prefixes of a peer (prefix → AS path) that its import policy and the max-AS limit take, sorted."""
    route_map = next((found for found in vrf.route_maps if found.name == peer.import_map), RouteMap(""))
    longest = vrf.timers.max_as
    return [
        prefix
        for prefix, path in sorted(received.items())
        if permits(route_map, prefix) and not (longest and len(path.split()) > longest)
    ]
