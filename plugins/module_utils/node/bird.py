# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BIRD 2: one bird.conf.

Source: bird.network.cz, "User's Guide" of 2.0 (Protocols: BGP, BFD, Kernel, Static; Filters).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple

from . import bird_state
from .model import FAMILIES, Config, Peer, Workload, of_family
from .speaker import HEADER, Command, File, Present, Speaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..contract.freeform import JsonObject, Options

CONFIGURATION = "/etc/bird/bird.conf"
# What the packages' own bird.conf runs; BGP, OSPF, static routes and the like are an operator's.
# The kernel's routes resolve next hops; they are not announced.
OWN_ROUTES = "if source != RTS_BGP && source != RTS_STATIC then reject;"
IDLE = ("device", "direct", "kernel")


class Bird(Speaker):
    """BIRD 2.0 and later, as Debian and Ubuntu have it."""

    name = "bird"
    service = "bird"
    configuration = CONFIGURATION
    packages = ("bird2",)
    programs = ("/usr/sbin/bird", "/usr/sbin/birdc")

    def refusals(self, options: Options) -> List[Tuple[str, str, str]]:
        vrf = options["vrf"]
        if not vrf or options["vrf_table"]:
            return []
        return [("vrf_table", f"BIRD needs the routing table of VRF {vrf}", "give its number (ip -d link show)")]

    def render(self, config: Config, present: Present) -> List[File]:  # noqa: ARG002
        return [File(self.configuration, configuration(config), owner="bird", group="bird")]

    def is_foreign_config(self, text: str) -> bool:
        code = _without_comments(re.sub(r"#.*", "", text))
        found = re.findall(r"(?m)^[ \t]*protocol\s+(\w+)", code)
        return any(kind not in IDLE and not _empty_static(kind, code) for kind in found)

    def check_command(self, path: str) -> Command:
        return ["bird", "-p", "-c", path]

    def reload_commands(self, before: str, after: str, restart: bool) -> List[Command]:  # noqa: ARG002
        return [["systemctl", "restart", "bird"]] if restart else [["birdc", "configure"]]

    def state_commands(self, vrf: Optional[str]) -> Dict[str, Command]:  # noqa: ARG002
        return {
            "protocols": ["birdc", "-r", "show", "protocols", "all"],
            "bfd": ["birdc", "-r", "show", "bfd", "sessions"],
            "routes": ["birdc", "-r", "show", "route", "all", "where", "source", "=", "RTS_BGP"],
        }

    def state(self, outputs: Dict[str, str], now: float) -> JsonObject:
        return bird_state.state(outputs, now)


class RpmBird(Bird):
    """BIRD as Fedora, EPEL and SUSE have it."""

    configuration = "/etc/bird.conf"
    packages = ("bird",)


def _empty_static(kind: str, code: str) -> bool:
    """Debian's file has a static protocol without a route in it."""
    return kind == "static" and not re.search(r"(?m)^[ \t]*route\s", code)


def _without_comments(text: str) -> str:
    """A configuration without ``/* … */``; one that does not end is no comment, so that what follows it counts."""
    kept: List[str] = []
    position = 0
    while True:
        start = text.find("/*", position)
        end = text.find("*/", start + 2) if start >= 0 else -1
        if end < 0:
            return "".join([*kept, text[position:]])
        kept.append(text[position:start])
        position = end + 2


def configuration(config: Config) -> str:
    """The whole of bird.conf."""
    parts = [
        [f"# {HEADER}", "log syslog all;", f"router id {config.router_id};"],
        ["protocol device {}"],
        # connected networks: the kernel's own routes to them are not learned, and next hops of workloads are in them
        ["protocol direct {", *_vrf(config), "  ipv4;", "  ipv6;", "}"],
        *[_kernel(config, family) for family in FAMILIES],
        *[_static(config, family) for family in FAMILIES],
        _bfd(config),
        _filter("leaves_in", config.accept),
        _leaves_out(config),
        *[part for workload in config.workloads for part in _workload_filters(workload, config)],
        *[_peer(peer, config) for peer in config.peers],
        *[part for workload in config.workloads for part in _listeners(workload, config)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


# -- tables -------------------------------------------------------------------------------------------


def _kernel(config: Config, family: str) -> List[str]:
    """BGP's routes go to the kernel; the kernel's come in, because workloads' next hops resolve through them."""
    vrf = [f'  vrf "{config.vrf}";', f"  kernel table {config.vrf_table};"] if config.vrf else []
    # with graceful restart the routes stay in the kernel while BIRD is away
    persist = ["  persist;"] if config.graceful_restart else []
    return [
        f"protocol kernel kernel_{family} {{",
        *vrf,
        "  learn;",
        *persist,
        f"  merge paths on limit {config.ecmp};",
        f"  {family} {{ import all; export where source = RTS_BGP; }};",
        "}",
    ]


def _static(config: Config, family: str) -> List[str]:
    """Where originated prefixes come from; the kernel never sees these routes."""
    prefixes = of_family(config.originate, family)
    if not prefixes:
        return []
    routes = [f"  route {prefix} unreachable;" for prefix in prefixes]
    return [f"protocol static originate_{family} {{", *_vrf(config), f"  {family};", *routes, "}"]


def _vrf(config: Config) -> List[str]:
    return [f'  vrf "{config.vrf}";'] if config.vrf else []


def _bfd(config: Config) -> List[str]:
    if not config.watched():
        return []
    own = [f"min tx interval {config.bfd.transmit} ms;", f"min rx interval {config.bfd.receive} ms;"]
    timers = " ".join([*own, f"multiplier {config.bfd.multiplier};"])
    blocks = [f'  interface "*" {{ {timers} }};', f"  multihop {{ {timers} }};"]
    return ["protocol bfd {", *_vrf(config), *blocks, "}"]


# -- filters ------------------------------------------------------------------------------------------


def _set(prefixes: Iterable[str], longer: bool) -> str:
    """A prefix set; ``+`` is the prefix and everything in it."""
    return "[ " + ", ".join(f"{prefix}{'+' if longer else ''}" for prefix in prefixes) + " ]"


def _filter(name: str, prefixes: Iterable[str], then: tuple[str, ...] = (), first: tuple[str, ...] = ()) -> List[str]:
    """Accepts what is within the prefixes, and rejects the rest."""
    return [
        f"filter {name} {{",
        *[f"  {line}" for line in first],
        *_accept(prefixes, then, longer=True),
        "  reject;",
        "}",
    ]


def _accept(prefixes: Iterable[str], then: tuple[str, ...], longer: bool) -> List[str]:
    lines: List[str] = []
    for family in FAMILIES:
        found = of_family(tuple(prefixes), family)
        if found:
            lines += [_test(found, family, longer), *[f"    {line}" for line in then], "    accept;", "  }"]
    return lines


def _test(prefixes: Iterable[str], family: str, longer: bool) -> str:
    return f"  if net.type = NET_{'IP4' if family == 'ipv4' else 'IP6'} && net ~ {_set(prefixes, longer)} then {{"


def _leaves_out(config: Config) -> List[str]:
    """Workloads' pools and what is originated; never what a leaf told us, for this host is no transit."""
    pools = tuple(pool for family in FAMILIES for pool in config.pools(family))
    then = tuple(_community(item) for item in config.communities)
    # before the kernel's routes are refused: an address of the host, as the VIP is, comes from there
    own = [line[2:] for line in _accept(config.originate, then, longer=False)]
    return _filter("leaves_out", pools, then, (*_no_transit(config), *own, OWN_ROUTES))


def _no_transit(config: Config) -> Tuple[str, ...]:
    fabric = ", ".join(str(asn) for asn in config.fabric_asns())
    return (f"if source = RTS_BGP && bgp_path.first ~ [ {fabric} ] then reject;",) if fabric else ()


def _community(text: str) -> str:
    parts = text.split(":")
    kind = "bgp_large_community" if len(parts) == 3 else "bgp_community"
    return f"{kind}.add(({', '.join(parts)}));"


def _workload_filters(workload: Workload, config: Config) -> List[List[str]]:
    name = _identifier(workload.name)
    first = (*(_no_transit(config) if workload.reflector_client else ()), OWN_ROUTES)
    return [_filter(f"{name}_in", workload.pools), _filter(f"{name}_out", workload.advertise, (), first)]


def _identifier(name: str) -> str:
    """A BIRD symbol: other characters than letters, digits and _ need quotes."""
    return "workload_" + name.replace("_", "__").replace("-", "_")


# -- sessions -----------------------------------------------------------------------------------------


def _peer(peer: Peer, config: Config) -> List[str]:
    local = f"{peer.local_address} as {config.asn}" if peer.local_address else f"as {config.asn}"
    lines = [f"protocol bgp {peer_name(peer)} {{", *_vrf(config)]
    lines += [f'  description "{peer.description}";'] if peer.description else []
    lines += [f"  local {local};", f"  neighbor {peer.address} as {peer.asn};"]
    lines += [f"  multihop {peer.multihop};"] if peer.multihop else []
    lines += ["  bfd on;"] if peer.bfd else []
    lines += [f"  connect retry time {config.connect_retry};", f"  connect delay time {min(5, config.connect_retry)};"]
    lines += _common(peer.password, config)
    return [*lines, *_channel(peer.family, "leaves", config.max_prefixes), "}"]


def peer_name(peer: Peer) -> str:
    """The protocol's name: by address, so that another peer's coming or going never renames, and resets, this one."""
    return "leaf_" + peer.address.replace(".", "_").replace(":", "_")


def _listeners(workload: Workload, config: Config) -> List[List[str]]:
    """One protocol for each range; BIRD makes another of each speaker that connects from within it."""
    name = _identifier(workload.name)
    found = []
    for family in FAMILIES:
        for prefix in workload.in_family(family):
            symbol = f"{name}_" + re.sub(r"[.:/]", "_", prefix)
            own = "" if workload.reflector_client else f"{config.vip(family)} "
            lines = [f"protocol bgp {symbol} {{", *_vrf(config), f"  local {own}as {config.asn};"]
            lines += [f"  neighbor range {prefix} as {workload.asn};", f'  dynamic name "{symbol}_";']
            lines += [*_reach(workload, config), "  passive on;", *_common(workload.password, config)]
            # a reflected route keeps its next hop, as BIRD does by itself within an AS: the client that announced it
            channel = _channel(family, name, workload.max_prefixes, next_hop_self=not workload.reflector_client)
            found.append([*lines, *channel, "}"])
    return found


def _reach(workload: Workload, config: Config) -> List[str]:
    if workload.reflector_client:
        return ["  rr client;", f"  rr cluster id {config.cluster_id};"]
    return [f"  multihop {workload.multihop};"] if workload.multihop > 1 else ["  direct;"]


def _common(password: Optional[str], config: Config) -> List[str]:
    lines = [f'  password "{password}";'] if password else []
    lines += [f"  hold time {config.hold};", f"  startup hold time {config.hold};"]
    lines += [f"  keepalive time {config.keepalive};"]
    if not config.graceful_restart:
        return [*lines, "  graceful restart off;"]
    return [*lines, "  graceful restart on;", f"  graceful restart time {config.graceful_restart_time};"]


def _channel(family: str, name: str, limit: Optional[int], next_hop_self: bool = True) -> List[str]:
    lines = [f"  {family} {{", f"    import filter {name}_in;", f"    export filter {name}_out;"]
    lines += ["    next hop self;"] if next_hop_self else []
    lines += [f"    import limit {limit} action block;"] if limit else []
    return [*lines, "  };"]
