"""A Speaker as BIRD 2 configuration: Calico's templates, in BIRD 2's grammar. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from lab.cluster.calico.model import Peer, Speaker

LARGEST = 2147483647  # of BIRD's int: priorities are kept as local preference below it
NORMAL_PRIORITY = 1024
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "In": "~", "NotIn": "!~"}


def configuration(speaker: Speaker) -> str:
    """The whole file."""
    versions = sorted(speaker.addresses)
    parts = [
        f"# {speaker.node}: AS {speaker.asn}",
        *(f"# {problem}" for problem in speaker.problems),
        f"router id {speaker.router_id};",
        "log stderr all;",
        "protocol device { scan time 2; }",
        'protocol direct { ipv4; ipv6; interface -"cali*", -"kube-ipvs*", "*"; }',
        *(_static(speaker, version) for version in versions),
        *(_kernel(speaker, version) for version in versions),
        *(_functions(speaker, version) for version in versions),
        *(_session(speaker, peer) for peer in speaker.peers),
    ]
    return "\n".join(parts) + "\n"


def _of(version: int, networks: Iterable[str]) -> list[str]:
    return [text for text in networks if ipaddress.ip_network(text, strict=False).version == version]


def _static(speaker: Speaker, version: int) -> str:
    """The node's blocks and its services' routes, which nothing is forwarded by."""
    routes = "".join(
        f"  route {text} blackhole;\n" for text in _of(version, dict.fromkeys([*speaker.blocks, *speaker.services]))
    )
    return f"protocol static static{version} {{\n  ipv{version};\n{routes}}}"


def _kernel(speaker: Speaker, version: int) -> str:
    rejected = "".join(f"      if net ~ {text} then reject;\n" for text in _of(version, speaker.not_in_kernel))
    return (
        f"protocol kernel kernel{version} {{\n  learn;\n  persist;\n  scan time 2;\n"
        "  merge paths on;\n  graceful restart;\n"
        f"  ipv{version} {{\n    import all;\n    export filter {{\n{rejected}      accept;\n    }};\n  }};\n}}"
    )


# -- filters ----------------------------------------------------------------------------------------------


def _functions(speaker: Speaker, version: int) -> str:
    """One function per BGPFilter and direction, and Calico's own export rule."""
    found = [
        _function(_name(name, direction, version), rules)
        for name, spec in sorted(speaker.filters.items())
        for direction in ("import", "export")
        if (rules := spec.get(f"{direction}V{version}"))
    ]
    return "\n".join([*found, _export_rule(speaker, version)])


def _name(name: str, direction: str, version: int) -> str:
    return f"bgp_{re.sub('[^a-z0-9]', '_', name)}_{direction}V{version}"


def _function(name: str, rules: list[dict]) -> str:
    """The first rule that matches decides; the end of the list decides nothing."""
    lines = "".join(f"  {rule(item)}\n" for item in rules)
    return f"function {name}(bool same_as)\n{{\n{lines}}}"


def rule(given: dict) -> str:
    """One rule of a BGPFilter."""
    conditions = []
    if given.get("cidr"):
        conditions.append(f"(net {_OPERATORS[given['matchOperator']]} {_network(given)})")
    if given.get("source") == "RemotePeers":
        conditions.append("(source = RTS_BGP)")
    if given.get("interface"):
        conditions.append(f'(defined(ifname) && (ifname ~ "{given["interface"]}"))')
    if given.get("peerType"):
        conditions.append("same_as" if given["peerType"] == "iBGP" else "!same_as")
    for text in (given.get("communities") or {}).get("values", []):
        conditions.append(f"({_community(text)} ~ {_attribute(text)})")
    if given.get("asPathPrefix"):
        conditions.append(f"(bgp_path ~ [= {' '.join(map(str, given['asPathPrefix']))} * =])")
    if given.get("priority"):
        conditions.append(f"(bgp_local_pref = {LARGEST - given['priority']})")
    done = " ".join([*_operations(given), "accept;" if given["action"] == "Accept" else "reject;"])
    return f"if {' && '.join(conditions)} then {{ {done} }}" if conditions else done


def _network(given: dict) -> str:
    """A network with its prefix lengths; BIRD takes a range of them in a set only."""
    cidr, lengths = given["cidr"], given.get("prefixLength")
    if not lengths:
        return cidr
    network = ipaddress.ip_network(cidr)
    return f"[ {cidr}{{{lengths.get('min', network.prefixlen)},{lengths.get('max', network.max_prefixlen)}}} ]"


def _operations(given: dict) -> list[str]:
    found = []
    for operation in given.get("operations") or []:
        if "addCommunity" in operation:
            text = operation["addCommunity"]["value"]
            found.append(f"{_attribute(text)}.add({_community(text)});")
        if "prependASPath" in operation:
            found += [f"bgp_path.prepend({asn});" for asn in reversed(operation["prependASPath"]["prefix"])]
        if "setPriority" in operation:
            found.append(f"bgp_local_pref = {LARGEST - operation['setPriority']['value']};")
    return found


def _community(text: str) -> str:
    return f"({text.replace(':', ',')})"


def _attribute(text: str) -> str:
    return "bgp_community" if text.count(":") == 1 else "bgp_large_community"


def _export_rule(speaker: Speaker, version: int) -> str:
    """calico_export_to_bgp_peers: blocks but nothing beneath them, services, and what is in pools; nothing else."""
    lines = [f"if net ~ {text} then reject;" for text in _of(version, speaker.disabled_pools)]
    for text, values in speaker.communities:
        if _of(version, [text]):
            added = " ".join(f"{_attribute(value)}.add({_community(value)});" for value in values)
            lines.append(f"if net ~ {text} then {{ {added} }}")
    for text in _of(version, speaker.blocks):
        lines += [f"if net = {text} then accept;", f"if net ~ {text} then reject;"]
    lines += [f"if net ~ {text} then accept;" for text in _of(version, [*speaker.services, *speaker.pools])]
    body = "".join(f"  {line}\n" for line in lines)
    return f"function calico_export{version}()\n{{\n{body}  reject;\n}}"


# -- sessions ---------------------------------------------------------------------------------------------


def _session(speaker: Speaker, peer: Peer) -> str:
    version = ipaddress.ip_address(peer.address).version
    listen = f" port {speaker.listen_port}" if speaker.listen_port else ""
    lines = [
        f"local{f' {peer.local_address}' if peer.local_address else ''}{listen} as {peer.local_asn};",
        f"neighbor {peer.address}{f' port {peer.port}' if peer.port else ''} as {peer.asn};",
        f"multihop{f' {peer.ttl_hops}' if peer.ttl_hops else ''};",
        f"ttl security {'on' if peer.ttl_hops else 'off'};",
        "graceful restart on;",
        "connect delay time 1;",
        "connect retry time 3;",
        "error wait time 5,60;",
    ]
    for key, value in (
        ("graceful restart time", peer.restart_time),
        ("keepalive time", peer.keepalive),
        ("allow local as", peer.allowed_local_asns),
    ):
        lines += [f"{key} {value};"] if value else []
    lines += [f'password "{peer.password}";'] if peer.password else []
    lines += ["passive on;"] if peer.passive else []
    if peer.reflector_client:
        lines += ["rr client;", f"rr cluster id {speaker.cluster_id};"]
    lines.append(_channel(speaker, peer, version))
    body = "".join(f"  {line}\n" for line in lines)
    return f"protocol bgp {peer.name} {{\n{body}}}"


def _channel(speaker: Speaker, peer: Peer, version: int) -> str:
    """Import: filters, then accept. Export: filters, then Calico's own rule."""
    internal = "true" if peer.internal else "false"

    def calls(direction: str) -> str:
        having = [name for name in peer.filters if speaker.filters[name].get(f"{direction}V{version}")]
        return " ".join(f"{_name(name, direction, version)}({internal});" for name in having)

    preference = f"if source = RTS_STATIC then bgp_local_pref = {LARGEST - NORMAL_PRIORITY};"
    hop = f" next hop {peer.next_hop};" if peer.next_hop else ""
    return (
        f"ipv{version} {{ gateway recursive;{hop} import filter {{ {calls('import')} accept; }}; "
        f"export filter {{ {preference} {calls('export')} calico_export{version}(); }}; }};"
    )
