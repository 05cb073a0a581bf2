"""A Speaker as BIRD 2 configuration: Calico's templates, in BIRD 2's grammar. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from lab.cluster.calico import filters
from lab.cluster.calico.filters import LARGEST
from lab.cluster.calico.model import Peer, Speaker

OVERRIDES = 200  # the preference of a route that wins over the node's own: of a virtual machine that moves here


def configuration(speaker: Speaker) -> str:
    """The whole file."""
    versions = sorted(speaker.addresses)
    interfaces = [*(f'-"{name}"' for name in speaker.ignored_interfaces), '-"cali*"', '-"kube-ipvs*"', '"*"']
    parts = [
        f"# {speaker.node}: AS {speaker.asn}",
        *(f"# {problem}" for problem in speaker.problems),
        f"router id {speaker.router_id};",
        "log stderr all;",
        "protocol device { scan time 2; }",
        f"protocol direct {{ ipv4; ipv6; interface {', '.join(interfaces)}; }}",
        *(_static(speaker, version) for version in versions),
        *(_kernel(speaker, version) for version in versions),
        *(text for version in versions for text in filters.functions(speaker.filters, version)),
        *(_export_rule(speaker, version) for version in versions),
        *(_session(speaker, peer) for peer in speaker.peers),
    ]
    return "\n".join(parts) + "\n"


def _of(version: int, networks: Iterable[str]) -> list[str]:
    return [text for text in networks if ipaddress.ip_network(text, strict=False).version == version]


def _static(speaker: Speaker, version: int) -> str:
    """The node's blocks and its services' routes, which nothing is forwarded by, and routes to peers by a gateway."""
    length = ipaddress.ip_address(speaker.addresses[version]).max_prefixlen
    lines = [f"route {text} blackhole;" for text in _of(version, dict.fromkeys([*speaker.blocks, *speaker.services]))]
    lines += [f"route {peer}/{length} via {speaker.gateways[peer]};" for peer in _of(version, speaker.gateways)]
    return f"protocol static static{version} {{\n  ipv{version};\n{_indented(lines)}}}"


def _kernel(speaker: Speaker, version: int) -> str:
    lines = [f"if net ~ {text} then reject;" for text in _of(version, speaker.not_in_kernel)]
    for pool in speaker.ip_pools:
        if _of(version, [pool.cidr]):
            lines.append(f"if net ~ {pool.cidr} then {'accept' if pool.programmed else 'reject'};")
    return (
        f"protocol kernel kernel{version} {{\n  learn;\n  persist;\n  scan time 2;\n"
        "  merge paths on;\n  graceful restart;\n"
        f"  ipv{version} {{ import all; export filter {{\n{_indented([*lines, 'accept;'])}  }}; }};\n}}"
    )


def _export_rule(speaker: Speaker, version: int) -> str:
    """calico_export_to_bgp_peers: blocks but nothing beneath them, services, and what is in pools; nothing else.

    Routes beneath a block pass where their priority is better than the normal one: of a machine that moves.
    """
    tunnels = " || ".join(f'(ifname ~ "{pattern}")' for pattern in speaker.tunnels)
    pools = [pool for pool in speaker.ip_pools if _of(version, [pool.cidr])]
    lines = [f"if net ~ {pool.cidr} then reject;" for pool in pools if not pool.exported]
    lines += [f"if same_as && defined(ifname) && ({tunnels}) then reject;"] if tunnels else []
    lines.append('if defined(ifname) && (ifname ~ "bpf*.cali") then reject;')
    for text, values in speaker.communities:
        if _of(version, [text]):
            added = " ".join(f"{filters.attribute(value)}.add({filters.community(value)});" for value in values)
            lines.append(f"if net ~ {text} then {{ {added} }}")
    for text in _of(version, (block.cidr for block in speaker.affinities if block.confirmed)):
        lines += [
            f"if net = {text} then accept;",
            f"if (net ~ {text}) && (krt_metric < {speaker.priorities[version]}) then accept;",
            f"if net ~ {text} then reject;",
        ]
    lines += [f"if net ~ {text} then accept;" for text in _of(version, [*speaker.services, *speaker.reflected])]
    lines += [f"if net ~ {pool.cidr} then accept;" for pool in pools if pool.exported]
    return f"function calico_export{version}(bool same_as)\n{{\n{_indented([*lines, 'reject;'])}}}"


def _indented(lines: Iterable[str]) -> str:
    return "".join(f"  {line}\n" for line in lines)


# -- sessions ---------------------------------------------------------------------------------------------


def _session(speaker: Speaker, peer: Peer) -> str:
    version = ipaddress.ip_address(peer.address).version
    local = f" {peer.local_address}" if peer.local_address else ""
    listen = f" port {speaker.listen_port}" if speaker.listen_port else ""
    lines = [
        f"local{local}{listen} as {peer.local_asn};",
        f"neighbor {peer.address}{f' port {peer.port}' if peer.port else ''} as {peer.asn};",
        f"multihop{f' {peer.ttl_hops}' if peer.ttl_hops else ''};",
        f"ttl security {'on' if peer.ttl_hops else 'off'};",
        "graceful restart on;",
        "connect delay time 1;",
        "connect retry time 3;",
        "error wait time 5,60;",
    ]
    # BIRD 2 listens session by session, and at one address only where it opens the session from there, too.
    lines += ["strict bind on;"] if speaker.strict_bind and local else []
    for key, value in (("graceful restart time", peer.restart_time), ("keepalive time", peer.keepalive)):
        lines += [f"{key} {value};"] if value is not None else []
    lines += [f"allow local as {peer.allowed_local_asns};"] if peer.allowed_local_asns > 0 else []
    lines += [f'password "{peer.password}";'] if peer.password else []
    lines += ["passive on;"] if peer.passive else []
    lines += ["rr client;", f"rr cluster id {peer.cluster_id};"] if peer.cluster_id else []
    lines.append(_channel(speaker, peer, version))
    return f"protocol bgp {peer.name} {{\n{_indented(lines)}}}"


def _channel(speaker: Speaker, peer: Peer, version: int) -> str:
    """Import: filters, then accept. Export: filters, then Calico's own rule."""
    normal = speaker.priorities[version]
    called = {
        direction: filters.calls(speaker.filters, peer.filters, direction, version, peer.internal)
        for direction in ("import", "export")
    }
    preferred = f"if defined(bgp_local_pref) && (bgp_local_pref > {LARGEST - normal}) then preference = {OVERRIDES};"
    priority = (
        f"if source = RTS_BGP && defined(bgp_local_pref) then krt_metric = {LARGEST} - bgp_local_pref; "
        f"else {{ if !defined(krt_metric) then krt_metric = {normal}; bgp_local_pref = {LARGEST} - krt_metric; }}"
    )
    hop = f" next hop {peer.next_hop};" if peer.next_hop else ""
    rule = f"calico_export{version}({'true' if peer.internal else 'false'});"
    return (
        f"ipv{version} {{ gateway recursive;{hop} import filter {{ {called['import']} {preferred} accept; }}; "
        f"export filter {{ {priority} {called['export']} {rule} }}; }};"
    )
