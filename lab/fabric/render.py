"""The model of one VRF on one leaf → FRR's configuration. Pure text; the daemons' own parser checks it before use.

Where FRR and NX-OS differ, the lines here make FRR behave as the rack does; docs/lab.md has the list.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from ipaddress import ip_interface

from lab.fabric.model import (
    FAMILIES,
    FamilyPolicy,
    Peer,
    PrefixLimit,
    RouteMap,
    RouteMapEntry,
    Vrf,
    family_of,
    tunnel_address,
)

FABRIC_INTERFACE = "overlay"
LISTEN_LIMIT = 2000
FROM_AS = "from-AS"
AS_PATH_LIMIT = "max-as-limit"
CONNECTED = "direct"
# Routes whose next hop stays as it is carry this inside the fabric (rtctrlSetNhUnchanged).
UNCHANGED = "next-hop-unchanged"
TO_FABRIC = "to-fabric"

# Prefixes to drop from one peer, beyond its limit: {peer address: [prefix, …]} (see limits.py).
Excess = Mapping[str, tuple[str, ...]]


def configuration(vrf: Vrf, excess: Excess | None = None) -> str:
    """FRR's integrated configuration of one (leaf, VRF) instance."""
    lines = ["frr defaults traditional", "log stdout informational"]
    if vrf.asn is not None:
        lines.append("bgp route-map delay-timer 1")
        lines += [*_bfd(vrf), *_lists(vrf, excess or {}), *_route_maps(vrf, excess or {}), *_bgp(vrf)]
    return "\n".join([*lines, "end", ""])


def gateway_interface(svi: str) -> str:
    """The device that carries an SVI's shared addresses and MAC on a leaf."""
    return f"{svi}-gw"


def peer_group(peer: Peer) -> str:
    """The name of a peer's group in FRR: its range, which people recognise in ``show bgp summary``."""
    return f"peer-{peer.range}".replace("/", "_")


def _bgp(vrf: Vrf) -> list[str]:
    lines = [f"router bgp {vrf.asn}"]
    lines += [f" bgp router-id {vrf.router_id}"] if vrf.router_id else []
    lines += [
        " bgp log-neighbor-changes",
        " no bgp ebgp-requires-policy",
        " no bgp default ipv4-unicast",
        " no bgp network import-check",
        f" bgp listen limit {LISTEN_LIMIT}",
        *_restart(vrf),
    ]
    lines += [" bgp bestpath as-path multipath-relax"] if vrf.multipath_relax else []
    for peer in vrf.peers:
        lines += _neighbor(vrf, peer)
    lines += [line for leaf in vrf.fabric_peers for family in FAMILIES for line in _fabric_neighbor(vrf, leaf, family)]
    for policy in vrf.families:
        lines += _family(vrf, policy)
    return [*lines, "exit"]


def _restart(vrf: Vrf) -> list[str]:
    if not vrf.timers.restart_helper:
        return [" bgp graceful-restart-disable"]
    return [f" bgp graceful-restart stalepath-time {vrf.timers.stale}"]


def _neighbor(vrf: Vrf, peer: Peer) -> list[str]:
    """A peer group per bgpPeerP; a range listens, an address is a member of its own group."""
    name = peer_group(peer)
    lines = [f" neighbor {name} peer-group", f" neighbor {name} remote-as {peer.remote_as or vrf.asn}"]
    lines += [f" neighbor {name} password {peer.password}"] if peer.password else []
    lines += [f" neighbor {name} timers {vrf.timers.keepalive} {vrf.timers.hold}"]
    lines += [f" neighbor {name} shutdown"] if not peer.enabled else []
    lines += [f" neighbor {name} ebgp-multihop {peer.ttl}"] if peer.ttl > 1 else []
    lines += [f" neighbor {name} disable-connected-check"] if peer.disable_connected_check else []
    lines += [f" neighbor {name} bfd", f" neighbor {name} bfd profile {name}"] if peer.bfd else []
    if peer.local_as is not None:
        suffix = {"no-prepend": " no-prepend", "replace-as": " no-prepend replace-as"}
        lines.append(f" neighbor {name} local-as {peer.local_as.asn}{suffix.get(peer.local_as.propagate, '')}")
    if peer.dynamic:
        return [*lines, f" bgp listen range {peer.range} peer-group {name}"]
    return [*lines, f" neighbor {peer.host} peer-group {name}"]


def _fabric_neighbor(vrf: Vrf, leaf: int, family: str) -> list[str]:
    """The other leaves of the VRF over the infra segment: what the spines' route reflectors do in a rack."""
    address = tunnel_address(leaf, family)
    return [
        f" neighbor {address} remote-as {vrf.asn}",
        f" neighbor {address} description leaf-{leaf}",
        f" neighbor {address} update-source {tunnel_address(vrf.leaf, family)}",
        f" neighbor {address} timers 1 3",
        f" neighbor {address} timers connect 2",
    ]


def _family(vrf: Vrf, policy: FamilyPolicy) -> list[str]:
    lines = [
        f" address-family {policy.family} unicast",
        f"  redistribute connected route-map {CONNECTED}",
        f"  distance bgp {policy.ebgp_distance} {policy.ibgp_distance} {policy.local_distance}",
        f"  maximum-paths {policy.ebgp_paths}",
        f"  maximum-paths ibgp {policy.ibgp_paths}",
    ]
    for peer in vrf.peers:
        if peer.family == policy.family:
            lines += _neighbor_family(vrf, peer)
    for leaf in vrf.fabric_peers:
        address = tunnel_address(leaf, policy.family)
        by_map = _next_hop_by_map(vrf, policy.family)
        next_hop = f"route-map {TO_FABRIC}.{policy.family} out" if by_map else "next-hop-self"
        lines += [f"  neighbor {address} activate", f"  neighbor {address} {next_hop}"]
        lines += [f"  neighbor {address} addpath-tx-all-paths"] if vrf.all_paths else []
    return [*lines, " exit-address-family"]


def _neighbor_family(vrf: Vrf, peer: Peer) -> list[str]:
    name = peer_group(peer)
    external = peer.remote_as not in (0, vrf.asn)
    lines = [f"  neighbor {name} activate", f"  neighbor {name} soft-reconfiguration inbound"]
    lines += [f"  neighbor {name} next-hop-self"] if peer.next_hop_self else []
    lines += [f"  neighbor {name} as-override"] if peer.as_override and external else []
    lines += [f"  neighbor {name} allowas-in {peer.allow_as_in}"] if peer.allow_as_in else []
    lines += [f"  neighbor {name} weight {peer.weight}"] if peer.weight else []
    lines += _send_community(name, peer.send_community)
    lines += [_maximum(name, peer.limit)] if peer.limit else []
    return [
        *lines,
        f"  neighbor {name} route-map {_import_name(peer)} in",
        f"  neighbor {name} route-map {_export_name(peer)} out",
    ]


def _send_community(name: str, kind: str) -> list[str]:
    """FRR sends communities unless told otherwise, NX-OS only if told. Large ones (the mark) never leave the fabric."""
    without = {"": ["all"], "both": ["large"], "standard": ["extended", "large"], "extended": ["standard", "large"]}
    return [f"  no neighbor {name} send-community {word}" for word in without[kind]]


def _maximum(name: str, limit: PrefixLimit) -> str:
    """Action reject and log keep the session: a warning here, the excess is dropped by limits.py."""
    threshold = "" if limit.threshold == 75 else f" {limit.threshold}"  # FRR does not show its default
    line = f"  neighbor {name} maximum-prefix {limit.maximum}{threshold}"
    if limit.action == "restart" and limit.restart:
        return f"{line} restart {limit.restart}"
    return line if limit.action in ("shut", "restart") else f"{line} warning-only"


# -- filters ------------------------------------------------------------------------------------------


def _import_name(peer: Peer) -> str:
    """Import maps are per peer: they mark the AS, and a prefix limit may drop one peer's excess there."""
    return f"{peer.import_map}.{peer_group(peer)}"


def _export_name(peer: Peer) -> str:
    """Export maps are per family and, where the peer's AS is checked, per AS."""
    check = "" if peer.disable_peer_as_check else f".not-back-to-{peer.remote_as}"
    return f"{peer.export_map}.{peer.family}{check}"


def _mark(vrf: Vrf, peer: Peer) -> str:
    """The large community that routes from a peer's AS carry inside the fabric."""
    return f"{vrf.asn}:0:{peer.remote_as}"


def _unchanged(vrf: Vrf) -> str:
    """The large community of routes whose next hop the fabric is to leave alone."""
    return f"{vrf.asn}:1:0"


def _lists(vrf: Vrf, excess: Excess) -> list[str]:
    lines = []
    if vrf.timers.max_as:
        lines.append(f"bgp as-path access-list {AS_PATH_LIMIT} seq 5 permit ^[0-9]+( [0-9]+){{{vrf.timers.max_as}}}")
    for peer in {peer.remote_as: peer for peer in vrf.peers if not peer.disable_peer_as_check}.values():
        lines.append(f"bgp large-community-list standard {FROM_AS}{peer.remote_as} seq 5 permit {_mark(vrf, peer)}")
    if vrf.unchanged:
        lines.append(f"bgp large-community-list standard {UNCHANGED} seq 5 permit {_unchanged(vrf)}")
    for route_map in vrf.route_maps:
        for number, entry in enumerate(route_map.entries, 1):
            lines += _prefix_lists(route_map, number, entry) + _community_lists(route_map, number, entry)
    for address, prefixes in sorted(excess.items()):
        name, word = f"excess-{address}", "ipv6" if family_of(address) == "ipv6" else "ip"
        lines += [f"{word} prefix-list {name} seq {_sequence(prefix)} permit {prefix}" for prefix in prefixes]
    return lines


def _prefix_lists(route_map: RouteMap, number: int, entry: RouteMapEntry) -> list[str]:
    lines = []
    for family in FAMILIES:
        rules = [rule for rule in entry.rules or () if family_of(rule.prefix) == family]
        word = "ip" if family == "ipv4" else "ipv6"
        for rule in rules:
            length = ip_interface(rule.prefix).network.prefixlen
            least = f" ge {rule.shortest}" if rule.shortest and rule.shortest > length else ""
            most = f" le {rule.longest}" if rule.longest and rule.longest > length else ""
            name = _list_name(route_map, number, family)
            clause = f"{rule.prefix}{least}{most}"
            lines.append(f"{word} prefix-list {name} seq {_sequence(clause)} permit {clause}")
    return lines


def _community_lists(route_map: RouteMap, number: int, entry: RouteMapEntry) -> list[str]:
    """The communities of one line must all be there; the lines are alternatives."""
    name = f"{route_map.name}.{number}"
    wanted = [" ".join(communities) for communities in entry.communities]
    return [f"bgp community-list standard {name} seq {_sequence(text)} permit {text}" for text in wanted]


def _sequence(clause: str) -> int:
    """A sequence number that belongs to the clause.

    frr-reload adds new entries before it removes old ones, and FRR removes by number: a number that changes its meaning
    would be lost. The order does not matter, all entries permit.
    """
    return 1 + zlib.crc32(clause.encode()) % 4_000_000_000


def _list_name(route_map: RouteMap, number: int, family: str) -> str:
    return f"{route_map.name}.{number}.{family}"


def _route_maps(vrf: Vrf, excess: Excess) -> list[str]:
    maps = {route_map.name: route_map for route_map in vrf.route_maps}
    lines = _direct(vrf)
    for peer in {_import_name(peer): peer for peer in vrf.peers}.values():
        name = _import_name(peer)
        lines += _drop_excess(name, peer, excess) + _limit_path(vrf, name)
        lines += _rules(name, maps[peer.import_map], peer.family, (_mark(vrf, peer), _unchanged(vrf)))
    for peer in {_export_name(peer): peer for peer in vrf.peers}.values():
        name = _export_name(peer)
        lines += _not_back(name, peer) + _rules(name, maps[peer.export_map], peer.family)
    return lines + [line for family in FAMILIES if _next_hop_by_map(vrf, family) for line in _to_fabric(vrf, family)]


def _next_hop_by_map(vrf: Vrf, family: str) -> bool:
    """Whether the fabric's next hop is set by a map: where some are to stay, and always in IPv6.

    FRR 8.4 knows no exception from next-hop-self in IPv6, and forgets it for routes with ``prefer-global``. And after a
    link that was down for less than the hold time it is ``::ffff:`` and an IPv4 address, for as long as the session is.
    """
    return vrf.unchanged or family == "ipv6"


def _to_fabric(vrf: Vrf, family: str) -> list[str]:
    """Leaves are next hops of what they tell each other, but for routes whose next hop is to stay."""
    name, own = f"{TO_FABRIC}.{family}", tunnel_address(vrf.leaf, family)
    stay = [f"route-map {name} permit 10", f" match large-community {UNCHANGED}", "exit"] if vrf.unchanged else []
    return [
        *stay,
        f"route-map {name} permit 20",
        f" set {'ip next-hop' if family == 'ipv4' else 'ipv6 next-hop global'} {own}",
        "exit",
    ]


def _not_back(name: str, peer: Peer) -> list[str]:
    """NX-OS sends no route back into the AS it came from unless dis-peer-as-check.

    FRR's own check (sender-as-path-loop-detection) did not hold for dynamic neighbours (8.4); so routes are marked on
    import. The path is of no use here: as-override has been at it before the map is asked.
    """
    if peer.disable_peer_as_check:
        return []
    return [f"route-map {name} deny 1", f" match large-community {FROM_AS}{peer.remote_as}", "exit"]


def _direct(vrf: Vrf) -> list[str]:
    """Connected routes worth telling: not the infra segment, not the gateway's host routes."""
    hidden = [FABRIC_INTERFACE, *(gateway_interface(interface.name) for interface in vrf.interfaces)]
    lines = []
    for number, name in enumerate(hidden, 1):
        lines += [f"route-map {CONNECTED} deny {number}", f" match interface {name}", "exit"]
    return [*lines, f"route-map {CONNECTED} permit 1000", "exit"]


def _drop_excess(name: str, peer: Peer, excess: Excess) -> list[str]:
    lines = []
    for number, address in enumerate(sorted(excess), 1):
        if family_of(address) == peer.family:
            word = "ip" if peer.family == "ipv4" else "ipv6"
            lines += [
                f"route-map {name} deny {number}",
                f" match {word} address prefix-list excess-{address}",
                f" match peer {address}",
                "exit",
            ]
    return lines


def _limit_path(vrf: Vrf, name: str) -> list[str]:
    if not vrf.timers.max_as:
        return []
    return [f"route-map {name} deny 2999", f" match as-path {AS_PATH_LIMIT}", "exit"]


def _rules(name: str, route_map: RouteMap, family: str, marks: tuple[str, str] | None = None) -> list[str]:
    """The entries that concern a family, then a deny: a route map without any entry would accept everything.

    ``marks`` are the large communities for what is permitted: always, and with an unchanged next hop.
    """
    lines = []
    word = "ip" if family == "ipv4" else "ipv6"
    for number, entry in enumerate(route_map.entries, 1):
        if entry.rules is not None and not any(family_of(rule.prefix) == family for rule in entry.rules):
            continue
        lines.append(f"route-map {name} {entry.action} {3000 + 10 * number}")
        if entry.rules is not None:
            lines.append(f" match {word} address prefix-list {_list_name(route_map, number, family)}")
        if entry.communities:
            lines.append(f" match community {route_map.name}.{number}")
        if entry.action == "permit":
            lines += [f" set {clause}" for clause in (*entry.sets, *_received(family, marks), *_marking(entry, marks))]
        lines.append("exit")
    return [*lines, f"route-map {name} deny 65535", "exit"]


def _received(family: str, marks: tuple[str, str] | None) -> list[str]:
    """Of the two next hops that a directly connected speaker may send in IPv6 (RFC 2545), a leaf uses the global one.

    FRR as a leaf would use the link-local one; speakers that know their interfaces (FRR with zebra, BIRD) send both.
    """
    return ["ipv6 next-hop prefer-global"] if family == "ipv6" and marks else []


def _marking(entry: RouteMapEntry, marks: tuple[str, str] | None) -> list[str]:
    if marks is None:
        return []
    always, unchanged = marks
    return [f"large-community {always}{f' {unchanged}' if entry.unchanged else ''} additive"]


def _bfd(vrf: Vrf) -> list[str]:
    peers = [peer for peer in vrf.peers if peer.bfd]
    lines = ["bfd"] if peers else []
    for peer in peers:
        lines += [
            f" profile {peer_group(peer)}",
            f"  detect-multiplier {peer.bfd.multiplier}",  # type: ignore[union-attr]
            f"  transmit-interval {peer.bfd.transmit}",  # type: ignore[union-attr]
            f"  receive-interval {peer.bfd.receive}",  # type: ignore[union-attr]
            " exit",
        ]
    return [*lines, "exit"] if peers else []
