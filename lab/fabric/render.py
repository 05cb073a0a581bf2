"""The model of one VRF on one leaf → FRR's configuration. Pure text; the daemons' own parser checks it before use.

Where FRR and NX-OS differ, the lines here make FRR behave as the rack does; docs/lab.md has the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
AS_PATH_LIMIT = "max-as-limit"
CONNECTED = "direct"

# Prefixes to drop from one peer, beyond its limit: {peer address: [prefix, …]} (see limits.py).
Excess = Mapping[str, tuple[str, ...]]


def configuration(vrf: Vrf, excess: Excess | None = None) -> str:
    """FRR's integrated configuration of one (leaf, VRF) instance."""
    lines = ["frr defaults traditional", f"hostname leaf-{vrf.leaf}", "log stdout notifications"]
    if vrf.asn is not None:
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
    lines += [f" neighbor {name} sender-as-path-loop-detection"] if not peer.disable_peer_as_check else []
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
        lines += [f"  neighbor {address} activate", f"  neighbor {address} next-hop-self"]
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
        f"  neighbor {name} route-map {_map_name(peer.import_map, peer.family, peer)} in",
        f"  neighbor {name} route-map {_map_name(peer.export_map, peer.family)} out",
    ]


def _send_community(name: str, kind: str) -> list[str]:
    """FRR sends communities unless told otherwise, NX-OS only if told."""
    if kind == "both":
        return []
    without = {"": "all", "standard": "extended", "extended": "standard"}[kind]
    return [f"  no neighbor {name} send-community {without}"]


def _maximum(name: str, limit: PrefixLimit) -> str:
    """Action reject and log keep the session: a warning here, the excess is dropped by limits.py."""
    line = f"  neighbor {name} maximum-prefix {limit.maximum} {limit.threshold}"
    if limit.action == "restart" and limit.restart:
        return f"{line} restart {limit.restart}"
    return line if limit.action in ("shut", "restart") else f"{line} warning-only"


# -- filters ------------------------------------------------------------------------------------------


def _map_name(name: str, family: str, peer: Peer | None = None) -> str:
    """Route maps are per family; the import map also per peer if a limit may need to drop that peer's excess."""
    limited = peer is not None and peer.limit is not None and peer.limit.action == "reject"
    return f"{name}.{peer_group(peer)}" if limited and peer else f"{name}.{family}"


def _imports(vrf: Vrf) -> Iterable[tuple[str, str, Peer]]:
    """(FRR's map name, the model's map name, a peer that uses it), each FRR map once."""
    seen = set()
    for peer in vrf.peers:
        name = _map_name(peer.import_map, peer.family, peer)
        if name not in seen:
            seen.add(name)
            yield name, peer.import_map, peer


def _lists(vrf: Vrf, excess: Excess) -> list[str]:
    lines = []
    if vrf.timers.max_as:
        lines.append(f"bgp as-path access-list {AS_PATH_LIMIT} permit ^[0-9]+( [0-9]+){{{vrf.timers.max_as}}}")
    for route_map in vrf.route_maps:
        for number, entry in enumerate(route_map.entries, 1):
            lines += _prefix_lists(route_map, number, entry)
    for address, prefixes in sorted(excess.items()):
        name, word = f"excess-{address}", "ipv6" if family_of(address) == "ipv6" else "ip"
        lines += [f"{word} prefix-list {name} seq {5 * n} permit {p}" for n, p in enumerate(prefixes, 1)]
    return lines


def _prefix_lists(route_map: RouteMap, number: int, entry: RouteMapEntry) -> list[str]:
    lines = []
    for family in FAMILIES:
        rules = [rule for rule in entry.rules or () if family_of(rule.prefix) == family]
        word = "ip" if family == "ipv4" else "ipv6"
        for position, rule in enumerate(rules, 1):
            length = ip_interface(rule.prefix).network.prefixlen
            least = f" ge {rule.shortest}" if rule.shortest and rule.shortest > length else ""
            most = f" le {rule.longest}" if rule.longest and rule.longest > length else ""
            name = _list_name(route_map, number, family)
            lines.append(f"{word} prefix-list {name} seq {5 * position} permit {rule.prefix}{least}{most}")
    return lines


def _list_name(route_map: RouteMap, number: int, family: str) -> str:
    return f"{route_map.name}.{number}.{family}"


def _route_maps(vrf: Vrf, excess: Excess) -> list[str]:
    maps = {route_map.name: route_map for route_map in vrf.route_maps}
    lines = _direct(vrf)
    for name, source, peer in _imports(vrf):
        lines += _drop_excess(name, peer, excess) + _limit_path(vrf, name)
        lines += _rules(name, maps[source], peer.family)
    exports = sorted({(peer.export_map, peer.family) for peer in vrf.peers})
    for source, family in exports:
        lines += _rules(_map_name(source, family), maps[source], family)
    return lines


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
        if family_of(address) == peer.family and "." + peer_group(peer) in name:
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


def _rules(name: str, route_map: RouteMap, family: str) -> list[str]:
    """The entries that concern a family, then a deny: a route map without any entry would accept everything."""
    lines = []
    word = "ip" if family == "ipv4" else "ipv6"
    for number, entry in enumerate(route_map.entries, 1):
        if entry.rules is not None and not any(family_of(rule.prefix) == family for rule in entry.rules):
            continue
        lines.append(f"route-map {name} {entry.action} {3000 + 10 * number}")
        if entry.rules is not None:
            lines.append(f" match {word} address prefix-list {_list_name(route_map, number, family)}")
        lines += [f" set {clause}" for clause in entry.sets] + ["exit"]
    return [*lines, f"route-map {name} deny 65535", "exit"]


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
