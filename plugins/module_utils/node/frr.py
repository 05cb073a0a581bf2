# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRR: its integrated configuration, and the two daemons that have to run.

Sources: docs.frrouting.org, "BGP", "Filtering", "Route Maps", "Basic Setup" (daemons file), frr-reload.py.
Lines are written as FRR itself shows them (``show running-config``), so that frr-reload.py finds no difference twice.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Set, Tuple

from . import frr_state
from .model import FAMILIES, Config, Peer, Workload, of_family
from .speaker import HEADER, Command, File, Present, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.freeform import JsonObject

CONFIGURATION = "/etc/frr/frr.conf"
DAEMONS = "/etc/frr/daemons"
# bfdd always: switching it on later would mean a restart of every daemon, and with it of every session
NEEDED = ("bgpd", "bfdd")
WORD = {"ipv4": "ip", "ipv6": "ipv6"}
# Lines that packages and `write memory` leave in a configuration that configures nothing.
IDLE = re.compile(r"\s*($|[!#]|frr |hostname |log |service |line vty|end$|exit$|domainname |no ip(v6)? forwarding)")
# FRR 8 lets in 100 neighbours from within ranges unless told otherwise, and can be told no more than this.
LISTEN_LIMIT = 5000
BFD_PROFILE = "leaves"
ARRIVED_BY_RESTART = 1  # minutes after which a session that sent too many prefixes is tried again


class Frr(Speaker):
    """FRR 8 and later, as Debian and Ubuntu have it."""

    name = "frr"
    service = "frr"
    configuration = CONFIGURATION
    packages: Tuple[str, ...] = ("frr", "frr-pythontools")
    programs = ("/usr/bin/vtysh", "/usr/lib/frr/frr-reload.py")

    def reads(self) -> Any:
        return (DAEMONS, CONFIGURATION)

    def render(self, config: Config, present: Present) -> List[File]:
        daemons = daemons_file(present.get(DAEMONS, ""))
        texts = {DAEMONS: daemons, CONFIGURATION: configuration(config)}
        return [File(path, text, owner="frr", group="frr") for path, text in texts.items()]

    def release(self, path: str, now: str, before: str) -> Optional[str]:
        if path != DAEMONS:
            return None
        was = {daemon: re.search(rf"(?m)^{daemon}=(.*)$", before) for daemon in NEEDED}
        for daemon, found in was.items():
            now = re.sub(rf"(?m)^{daemon}=.*$", f"{daemon}={found.group(1) if found else 'no'}", now)
        return now

    def is_foreign_config(self, text: str) -> bool:
        return any(not IDLE.match(line) for line in text.splitlines())

    def check_command(self, path: str) -> Command:
        return ["vtysh", "-C", "-f", path]

    def reload_commands(self, before: str, after: str, restart: bool) -> List[Command]:  # noqa: ARG002
        if restart:
            return [["systemctl", "restart", "frr"]]
        vrf = re.search(r"(?m)^router bgp \d+ vrf (\S+)", after)
        everyone = f"clear bgp vrf {vrf.group(1)} * soft" if vrf else "clear bgp * soft"
        return [[self.programs[-1], "--reload", "--stdout", CONFIGURATION], ["vtysh", "-c", everyone]]

    def shutdown_commands(self, text: str) -> List[Command]:
        # bgpd that is stopped closes its sessions without a notification where graceful restart is on
        routers = re.findall(r"(?m)^router bgp \d+(?: vrf \S+)?$", text)
        return [["vtysh", "-c", "configure terminal", "-c", router, "-c", "bgp shutdown"] for router in routers]

    def keys_command(self) -> Command:
        return ["ss", "-Htlnie", "sport = :179"]

    def purge_md5_keys(self, before: str, after: str, keys: str) -> List[Command]:
        return forget_keys(before, after, keys)

    def state_commands(self, vrf: Optional[str]) -> Dict[str, Command]:
        bgp = f"show bgp vrf {vrf}" if vrf else "show bgp"
        shown = {
            "neighbors": f"{bgp} neighbors json",
            "ipv4": f"{bgp} ipv4 unicast json",
            "ipv6": f"{bgp} ipv6 unicast json",
        }
        return {name: ["vtysh", "-c", command] for name, command in shown.items()}

    def state(self, outputs: Dict[str, str], now: float) -> JsonObject:
        return frr_state.state(outputs, now)


class RedHatFrr(Frr):
    """FRR as RHEL, its rebuilds and Fedora have it: frr-reload.py is in the one package."""

    packages = ("frr",)
    programs = ("/usr/bin/vtysh", "/usr/libexec/frr/frr-reload.py")


class SuseFrr(Frr):
    """FRR as SUSE has it."""

    packages = ("frr",)


def daemons_file(text: str) -> str:
    """The daemons file with the daemons that we need switched on; every other line stays."""
    for daemon in NEEDED:
        line, found = re.subn(rf"(?m)^{daemon}=.*$", f"{daemon}=yes", text)
        text = line if found else f"{text}{daemon}=yes\n"
    return text


def configuration(config: Config) -> str:
    """The whole of frr.conf."""
    parts = [
        [f"! {HEADER}", "frr defaults traditional", "log syslog informational"],
        *_prefix_lists(config),
        _as_path(config),
        *_route_maps(config),
        _bfd(config),
        _router(config),
    ]
    return "\n!\n".join("\n".join(part) for part in parts if part) + "\n"


def forget_keys(before: str, after: str, keys: str) -> List[Command]:
    """Remove what a reload from ``before`` to ``after`` would leave of old passwords on FRR's listening socket.

    A neighbour that came by a range has a key of its own there, and FRR leaves it when the neighbour goes
    (``peer_delete`` in bgpd.c). It wins over the range's key, so after a change of password that neighbour would never
    come back. Groups whose password changes go with their ranges first, then the keys of single addresses within these
    ranges and within those that are removed. ``keys``: what ``ss`` prints. A configured neighbour keeps its key.
    """
    was, becomes = (dict(re.findall(r"(?m)^ neighbor (\S+) password (\S+)$", text)) for text in (before, after))
    present, planned = (re.findall(r"(?m)^ bgp listen range (\S+) peer-group (\S+)$", text) for text in (before, after))
    ranges = [(prefix, group) for prefix, group in present if group in was]
    groups = {group for _prefix, group in ranges if was[group] != becomes.get(group)}
    ending = [(prefix, group) for prefix, group in ranges if group in groups or (prefix, group) not in planned]
    router = re.search(r"(?m)^router bgp .*$", before)
    if not ending or not router:
        return []
    lines = ["configure terminal", router.group(0)]
    # first, while its neighbours are there: each of them has a key of its own on the socket, which only this removes
    lines += [f"no neighbor {group} password" for group in sorted(groups)]
    lines += [f"no bgp listen range {prefix} peer-group {group}" for prefix, group in ending]
    lines += [f"no neighbor {group} peer-group" for group in sorted(groups)]
    configured = set(re.findall(r"(?m)^ neighbor (\S+) ", before))
    for address in _addresses_with_keys(keys, [prefix for prefix, _group in ending], configured):
        lines += [f"neighbor {address} remote-as external", f"neighbor {address} password gone"]
        lines += [f"no neighbor {address}"]
    return [["vtysh", *(word for line in lines for word in ("-c", line))]]


def _addresses_with_keys(keys: str, ranges: List[str], configured: Set[str]) -> List[str]:
    """The single addresses within the ranges that have a key, from ``md5keys:10.1.0.0/16=…,10.1.0.5/32=…`` of ss.

    Configured neighbours are left out: a leaf may be within the range of a reflector's clients.
    """
    named = [
        ipaddress.ip_network(text, strict=False) for text in re.findall(r"(?:md5keys:|,)([0-9a-fA-F.:]+/[0-9]+)=", keys)
    ]
    networks = [ipaddress.ip_network(prefix) for prefix in ranges]
    single = [
        key.network_address for key in named if key.num_addresses == 1 and str(key.network_address) not in configured
    ]
    return [
        str(address)
        for address in single
        if any(address in network and network.num_addresses > 1 for network in networks)
    ]


# -- filters ------------------------------------------------------------------------------------------


def _prefix_lists(config: Config) -> List[List[str]]:
    """Per purpose and family one list; every one ends in deny."""
    lists = []
    for family in FAMILIES:
        lists.append(_prefix_list("leaves-in", family, config.accept, longer=True))
        out = _prefix_list("leaves-out", family, config.pools(family), longer=True, close=False)
        own = of_family(config.originate, family)
        lists.append(_closed("leaves-out", family, out + _permits("leaves-out", family, own, False, len(out))))
        for workload in config.workloads:
            lists.append(_prefix_list(f"{workload.name}-in", family, workload.pools, longer=True))
            lists.append(_prefix_list(f"{workload.name}-out", family, workload.advertise, longer=True))
    return lists


def _prefix_list(name: str, family: str, prefixes: Iterable[str], longer: bool, close: bool = True) -> List[str]:
    lines = _permits(name, family, of_family(tuple(prefixes), family), longer, 0)
    return _closed(name, family, lines) if close else lines


def _permits(name: str, family: str, prefixes: Iterable[str], longer: bool, offset: int) -> List[str]:
    width = 128 if family == "ipv6" else 32
    lines = []
    for number, prefix in enumerate(prefixes, start=offset + 1):
        le = f" le {width}" if longer and not prefix.endswith(f"/{width}") else ""
        lines.append(f"{WORD[family]} prefix-list {_list(name, family)} seq {5 * number} permit {prefix}{le}")
    return lines


def _closed(name: str, family: str, lines: List[str]) -> List[str]:
    return [*lines, f"{WORD[family]} prefix-list {_list(name, family)} seq {5 * (len(lines) + 1)} deny any"]


def _list(name: str, family: str) -> str:
    return f"{name}-{family}"


def _as_path(config: Config) -> List[str]:
    """Routes from a leaf are announced neither to another leaf nor to a reflector's client: no transit."""
    return [
        f"bgp as-path access-list from-leaves seq {5 * number} permit ^{asn}(_|$)"
        for number, asn in enumerate(config.fabric_asns(), start=1)
    ]


def _route_maps(config: Config) -> List[List[str]]:
    maps = [*_map("leaves-in"), *_leaves_out(config)]
    for workload in config.workloads:
        maps += _map(f"{workload.name}-in")
        maps += _no_transit(f"{workload.name}-out", config) if workload.reflector_client else []
        maps += _map(f"{workload.name}-out")
    return maps


def _no_transit(name: str, config: Config) -> List[List[str]]:
    return [[f"route-map {name} deny 5", " match as-path from-leaves", "exit"]] if config.peers else []


def _map(name: str, sets: tuple[str, ...] = ()) -> List[List[str]]:
    """A route map that permits what its prefix lists permit, and denies the rest."""
    entries = []
    for number, family in enumerate(FAMILIES, start=1):
        match = f" match {WORD[family]} address prefix-list {_list(name, family)}"
        entries.append([f"route-map {name} permit {10 * number}", match, *sets, "exit"])
    return [*entries, [f"route-map {name} deny 65535", "exit"]]


def _leaves_out(config: Config) -> List[List[str]]:
    plain = [item for item in config.communities if item.count(":") == 1]
    large = [item for item in config.communities if item.count(":") == 2]
    sets = [f" set community {' '.join(plain)} additive"] if plain else []
    sets += [f" set large-community {' '.join(large)} additive"] if large else []
    return [*_no_transit("leaves-out", config), *_map("leaves-out", tuple(sets))]


# -- sessions -----------------------------------------------------------------------------------------


def _bfd(config: Config) -> List[str]:
    """The profile of the sessions that BFD watches. FRR does not show what is its default, 300 ms and 3."""
    if not config.watched():
        return []
    lines = [f"  detect-multiplier {config.bfd.multiplier}"] if config.bfd.multiplier != 3 else []
    lines += [f"  transmit-interval {config.bfd.transmit}"] if config.bfd.transmit != 300 else []
    lines += [f"  receive-interval {config.bfd.receive}"] if config.bfd.receive != 300 else []
    return ["bfd", f" profile {BFD_PROFILE}", *lines, " exit", " !", "exit"]


def _router(config: Config) -> List[str]:
    lines = [f"router bgp {config.asn}" + (f" vrf {config.vrf}" if config.vrf else "")]
    lines += [f" bgp router-id {config.router_id}", " no bgp default ipv4-unicast"]
    # FRR 10 may take the route to the uplink's subnet for one that is not connected where NetworkManager made it, by
    # which of the two was up first, and would never try a session there. A TTL of 1 keeps sessions on the link anyway.
    lines.append(" bgp disable-ebgp-connected-route-check")
    lines += [f" bgp cluster-id {config.cluster_id}", f" bgp listen limit {LISTEN_LIMIT}"] if config.cluster_id else []
    lines += [" bgp bestpath as-path multipath-relax", *_graceful_restart(config), " no bgp network import-check"]
    for peer in config.peers:
        lines += _peer(peer, config)
    for workload in config.workloads:
        for family in FAMILIES:
            lines += _group(workload, family, config)
    lines += [line for family in FAMILIES for line in _address_family(config, family)]
    return [*lines, "exit"]


def _graceful_restart(config: Config) -> List[str]:
    if not config.graceful_restart:
        return [" bgp graceful-restart-disable"]
    time = [f" bgp graceful-restart restart-time {config.graceful_restart_time}"]
    return [
        *(time if config.graceful_restart_time != 120 else []),
        " bgp graceful-restart",
        " bgp graceful-restart preserve-fw-state",
    ]


def _peer(peer: Peer, config: Config) -> List[str]:
    neighbor = f" neighbor {peer.address}"
    lines = [f"{neighbor} remote-as {peer.asn}"]
    lines += [f"{neighbor} description {peer.description}"] if peer.description else []
    lines += [f"{neighbor} password {peer.password}"] if peer.password else []
    lines += [f"{neighbor} ebgp-multihop {peer.multihop}"] if peer.multihop else []
    lines += [f"{neighbor} bfd", f"{neighbor} bfd profile {BFD_PROFILE}"] if peer.bfd else []
    lines += [f"{neighbor} update-source {peer.local_address}"] if peer.local_address else []
    return [*lines, *_timers(neighbor, config), f"{neighbor} timers connect {config.connect_retry}"]


def _group(workload: Workload, family: str, config: Config) -> List[str]:
    """A peer group per family for speakers that connect to the VIP; FRR makes a neighbour of each that does."""
    ranges = workload.in_family(family)
    if not ranges:
        return []
    name = _group_name(workload, family)
    group = f" neighbor {name}"
    lines = [f"{group} peer-group", f"{group} remote-as {workload.asn}"]
    lines += [f"{group} password {workload.password}"] if workload.password else []
    lines += [f"{group} ebgp-multihop {workload.multihop}"] if workload.multihop > 1 else []
    lines += [] if workload.reflector_client else [f"{group} update-source {config.vip(family)}"]
    lines += _timers(group, config)
    return lines + [f" bgp listen range {prefix} peer-group {name}" for prefix in ranges]


def _group_name(workload: Workload, family: str) -> str:
    return f"{workload.name}-{family}"


def _timers(neighbor: str, config: Config) -> List[str]:
    return [f"{neighbor} timers {config.keepalive} {config.hold}"]


def _address_family(config: Config, family: str) -> List[str]:
    lines = [f"  network {prefix}" for prefix in of_family(config.originate, family)]
    for peer in config.peers:
        if peer.family == family:
            lines += [f"  neighbor {peer.address} activate", f"  neighbor {peer.address} next-hop-self"]
            lines += _policies(peer.address, "leaves", config.max_prefixes)
    for workload in config.workloads:
        if workload.in_family(family):
            group = _group_name(workload, family)
            # a reflected route keeps its next hop: the client that announced it
            role = "route-reflector-client" if workload.reflector_client else "next-hop-self"
            lines += [f"  neighbor {group} activate", f"  neighbor {group} {role}"]
            lines += _policies(group, workload.name, workload.max_prefixes)
    if not lines:
        return []
    return [
        " !",
        f" address-family {family} unicast",
        *lines,
        f"  maximum-paths {config.ecmp}",
        " exit-address-family",
    ]


def _policies(neighbor: str, name: str, limit: Optional[int]) -> List[str]:
    start = f"  neighbor {neighbor}"
    lines = [f"{start} soft-reconfiguration inbound"]
    lines += [f"{start} maximum-prefix {limit} restart {ARRIVED_BY_RESTART}"] if limit else []
    return [*lines, f"{start} route-map {name}-in in", f"{start} route-map {name}-out out"]
