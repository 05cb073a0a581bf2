# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that is wrong with the options, found before the host is touched, all of it at once."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..contract.findings import Finding, Findings
from .speakers import SPEAKERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..contract.freeform import Options

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,23}")
# IFNAMSIZ less the final NUL. The kernel takes nearly any character (dev_valid_name), units and scripts do not.
DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")
COMMUNITY = re.compile(r"(\d+):(\d+)(?::(\d+))?")
# What FRR's and BIRD's configuration can both hold; the kernel's TCP MD5 key ends at 80 bytes (TCP_MD5SIG_MAXKEYLEN).
PASSWORD = re.compile(r'(?:(?!["\\?|])[!-~]){1,80}')
PASSWORD_REMEDY = 'give at most 80 ASCII characters, no space and none of " \\ ? |'
RESERVED = {
    "169.254.0.1": "Calico's proxy ARP gateway",
    "169.254.0.2": "Calico's IPVS dummy",
    "169.254.169.254": "the metadata service",
}
HIGHEST_ASN = 4294967295


def mistakes(options: Options) -> list[Finding]:
    """All mistakes in the options of ``state: present``, each with the path of its key."""
    findings = Findings()
    for check in (
        _numbers,
        _router_id,
        _vip,
        _uplink,
        _peers,
        _workloads,
        _reflector,
        _routes,
        _timers,
        _speaker,
        _passwords,
    ):
        check(options, findings)
    return findings.errors


def _numbers(options: Options, findings: Findings) -> None:
    bounds = {
        "asn": (1, HIGHEST_ASN),
        "ecmp": (1, 64),
        "max_prefixes": (1, HIGHEST_ASN),
        "connect_retry": (1, 65535),
        "graceful_restart_time": (1, 4095),  # RFC 4724: 12 bits
        "deadline": (1, 3600),
        "bfd_min_tx": (10, 60000),  # what FRR's bfdd takes; BIRD takes more
        "bfd_min_rx": (10, 60000),
        "bfd_multiplier": (2, 255),
        "vrf_table": (1, HIGHEST_ASN),
    }
    for key, (low, high) in bounds.items():
        _between(options[key], low, high, key, findings)


def _between(value: Optional[int], low: int, high: int, path: str, findings: Findings) -> None:
    if value is not None and not low <= value <= high:
        findings.add(path, f"{value} is out of range", f"give {low} to {high}")


def _router_id(options: Options, findings: Findings) -> None:
    _identifier(options["router_id"], "router_id", "router ID", "give one of the host's own IPv4 addresses", findings)


def _identifier(text: str, path: str, kind: str, remedy: str, findings: Findings) -> None:
    address = _parsed(ipaddress.IPv4Address, text, path, "an IPv4 address", findings)
    if address is not None and int(address) == 0:
        findings.add(path, f"0.0.0.0 is no {kind}", remedy)


def _parsed(parse: Callable[..., Any], text: str, path: str, wanted: str, findings: Findings) -> Any:
    try:
        parsed = parse(text)
    except ValueError:
        parsed = None
    if parsed is None or "%" in text:  # a zone, which no speaker takes
        findings.add(path, f"{text} is not {wanted}", f"give {wanted}")
        return None
    return parsed


def _vip(options: Options, findings: Findings) -> None:
    vip = options["vip"]
    if not DEVICE.fullmatch(vip["interface"]):
        findings.add("vip.interface", f"{vip['interface']} is no interface's name", "for example lo or dummy0")
    seen: set[Any] = set()
    for index, text in enumerate(vip["addresses"]):
        path = f"vip.addresses[{index}]"
        bare, _slash, length = text.partition("/")
        address = _parsed(ipaddress.ip_address, bare, path, "an address", findings)
        if address is None:
            continue
        if length not in ("", str(address.max_prefixlen)):
            findings.add(path, f"{text} is no host address", f"give {address}/{address.max_prefixlen}")
        _unreserved(address, path, findings)
        if address in seen:
            findings.add(path, f"{address} is there twice", "give each VIP once")
        seen.add(address)


def _uplink(options: Options, findings: Findings) -> None:
    uplink = options["uplink"]
    if not uplink:
        return
    if not DEVICE.fullmatch(uplink["interface"]) or uplink["interface"] == "lo":
        findings.add("uplink.interface", f"{uplink['interface']} is no way to a leaf", "for example bond0 or bond0.310")
    if not uplink["gateways"] and not uplink["mtu"]:
        findings.add("uplink", "it asks for nothing", "give gateways, mtu or both")
    _between(uplink["mtu"], 1280, 9216, "uplink.mtu", findings)
    families: set[Any] = set()
    for index, text in enumerate(uplink["gateways"]):
        path = f"uplink.gateways[{index}]"
        address = _parsed(ipaddress.ip_address, text, path, "an address", findings)
        if address is None:
            continue
        if address.is_unspecified or address.is_multicast or address.is_loopback:
            findings.add(path, f"{address} is no address of a gateway", "give the L3Out's secondary address")
        if address.version in families:
            findings.add(
                path, f"{address} is the second gateway of its family", "give one: the L3Out's secondary address"
            )
        families.add(address.version)


def _unreserved(address: Any, path: str, findings: Findings) -> None:
    if str(address) in RESERVED:
        findings.add(path, f"{address} is taken by {RESERVED[str(address)]}", "give another, for example 169.254.100.1")
    elif address.version == 6 and address.is_link_local:
        findings.add(path, f"{address} is link-local", "give a unique local address, for example fd00:100::1")
    elif address.is_unspecified or address.is_multicast or address.is_loopback:
        findings.add(path, f"{address} is no address of a host", "give a unicast address")


def _canonical(text: Optional[str]) -> Any:
    try:
        return ipaddress.ip_address(text) if text else None
    except ValueError:
        return None


def _peers(options: Options, findings: Findings) -> None:
    seen: set[Any] = set()
    vips = {_canonical(text.partition("/")[0]) for text in options["vip"]["addresses"]}
    for index, peer in enumerate(options["peers"]):
        path = f"peers[{index}]"
        _between(peer["asn"], 1, HIGHEST_ASN, f"{path}.asn", findings)
        _between(peer["multihop"], 2, 255, f"{path}.multihop", findings)
        address = _parsed(ipaddress.ip_address, peer["address"], f"{path}.address", "an address", findings)
        if address is not None and address in seen | vips:
            what = "is this host's VIP" if address in vips else "is there twice"
            findings.add(f"{path}.address", f"{address} {what}", "give each peer once")
        seen.add(address)
        if re.search(r'["\\\x00-\x1f]', peer["description"] or ""):
            findings.add(f"{path}.description", "it has a quote, backslash or line break", "give plain text")
        if not peer["local_address"]:
            continue
        local = _parsed(ipaddress.ip_address, peer["local_address"], f"{path}.local_address", "an address", findings)
        if address is not None and local is not None and local.version != address.version:
            findings.add(f"{path}.local_address", f"{local} and {address} differ in family", "give one of the peer's")


def _workloads(options: Options, findings: Findings) -> None:
    names: set[Any] = set()
    ranges: list[Any] = []
    fabric = {peer["asn"] for peer in options["peers"]}
    for index, workload in enumerate(options["workloads"]):
        path = f"workloads[{index}]"
        name = workload["name"]
        if not NAME.fullmatch(name):
            findings.add(f"{path}.name", f"{name} is no name", "give 1 to 24 letters, digits, - and _, a letter first")
        if name == "leaves":
            findings.add(f"{path}.name", "leaves is the name of the peers' own filters", "give another")
        if name in names:
            findings.add(f"{path}.name", f"{name} is there twice", "give each workload a name of its own")
        names.add(name)
        _workload_numbers(workload, path, options["asn"], fabric, findings)
        for key in ("ranges", "pools"):
            if not workload[key]:
                findings.add(f"{path}.{key}", "it is empty", "give at least one prefix")
        for key in ("pools", "advertise"):
            _networks(workload[key], f"{path}.{key}", findings)
        found = _networks(workload["ranges"], f"{path}.ranges", findings)
        _range_clashes(found, ranges, path, options, findings, workload["reflector_client"])
        ranges += [(network, name) for _index, network in found]


def _reflector(options: Options, findings: Findings) -> None:
    """RFC 4456: a reflector and its clients are in one AS, and reflectors with the same clients share a cluster ID."""
    clients = [index for index, workload in enumerate(options["workloads"]) if workload["reflector_client"]]
    if options["cluster_id"] is not None:
        _identifier(options["cluster_id"], "cluster_id", "cluster ID", "for example 244.0.0.1", findings)
        if not clients:
            rule = "has no effect: no workload is a reflector_client"
            findings.add("cluster_id", rule, "give one reflector_client: true, or leave it out")
    for index in clients:
        _client(index, options, findings)


def _client(index: int, options: Options, findings: Findings) -> None:
    path, client = f"workloads[{index}]", options["workloads"][index]
    if client["asn"] != options["asn"]:
        rule = f"{client['asn']} is not this host's AS, and routes are reflected within one"
        findings.add(f"{path}.asn", rule, f"give {options['asn']}, or leave reflector_client out")
    if client["advertise"]:
        rule = "a reflector announces the routes of its clients to each other, and nothing else"
        findings.add(f"{path}.advertise", rule, "leave it out")
    taken = [
        (network, other["name"])
        for other in options["workloads"]
        for _place, network in _networks(other["pools"], "", Findings())
        if not other["reflector_client"]
    ]
    for place, pool in _networks(client["pools"], "", Findings()):
        for network, name in taken:
            if pool.version == network.version and pool.overlaps(network):
                rule = f"{pool} overlaps with {network} of {name}, whose routes leave by this host"
                findings.add(f"{path}.pools[{place}]", rule, "give the clients' own prefixes")


def _workload_numbers(workload: Options, path: str, own: int, fabric: Collection[int], findings: Findings) -> None:
    _between(workload["asn"], 1, HIGHEST_ASN, f"{path}.asn", findings)
    _between(workload["max_prefixes"], 1, HIGHEST_ASN, f"{path}.max_prefixes", findings)
    _between(workload["multihop"], 1, 255, f"{path}.multihop", findings)
    asn = workload["asn"]
    if not workload["reflector_client"] and (asn == own or asn in fabric):
        whose = "this host's" if asn == own else "the leaves'"
        findings.add(
            f"{path}.asn", f"{asn} is {whose} AS", "give it an AS of its own: fabric, host and workload differ"
        )


def _range_clashes(
    found: list[Any], ranges: list[Any], path: str, options: Options, findings: Findings, client: bool
) -> None:
    vips = {"ipv6" if ":" in text else "ipv4" for text in options["vip"]["addresses"]}
    for index, network in found:
        where = f"{path}.ranges[{index}]"
        family = f"ipv{network.version}"
        if family not in vips and not client:
            findings.add(where, f"there is no {family} VIP for {network} to peer with", "add one to vip.addresses")
        for other, name in ranges:
            if other.version == network.version and other.overlaps(network):
                findings.add(where, f"{network} overlaps with {other} of {name}", "give ranges that do not overlap")
        for peer in options["peers"]:
            address = _canonical(peer["address"])
            if address is not None and address.version == network.version and address in network:
                findings.add(where, f"{network} contains the peer {address}", "give the workloads' own range")


def _networks(texts: list[str], path: str, findings: Findings) -> list[Any]:
    """The prefixes that parse, each with its index."""
    found = []
    for index, text in enumerate(texts):
        network = _parsed(ipaddress.ip_network, text, f"{path}[{index}]", "a prefix without host bits", findings)
        if network is not None:
            found.append((index, network))
    return found


def _routes(options: Options, findings: Findings) -> None:
    for key in ("originate", "accept"):
        _networks(options[key], key, findings)
    for index, text in enumerate(options["communities"]):
        match = COMMUNITY.fullmatch(text)
        limit = HIGHEST_ASN if match and match.group(3) else 65535
        if not match or any(int(part) > limit for part in match.groups() if part):
            rule = f"{text} is no community"
            findings.add(f"communities[{index}]", rule, "give 65003:100, or large 65003:100:1")


def _timers(options: Options, findings: Findings) -> None:
    _between(options["keepalive"], 1, 65535, "keepalive", findings)
    _between(options["hold"], 3, 65535, "hold", findings)
    if options["hold"] < 3 * options["keepalive"]:
        rule = f"{options['hold']} s is less than three keepalives of {options['keepalive']} s"
        findings.add("hold", rule, f"give at least {3 * options['keepalive']}")


def _speaker(options: Options, findings: Findings) -> None:
    vrf = options["vrf"]
    if vrf and not DEVICE.fullmatch(vrf):
        findings.add("vrf", f"{vrf} is no VRF's name", "give the name of its device, at most 15 characters")
    for path, rule, remedy in SPEAKERS[options["speaker"]].refusals(options):
        findings.add(path, rule, remedy)


def _passwords(options: Options, findings: Findings) -> None:
    places = [("password", options["password"])]
    for key in ("peers", "workloads"):
        places += [(f"{key}[{index}].password", item["password"]) for index, item in enumerate(options[key])]
    for path, password in places:
        if password and not PASSWORD.fullmatch(password):
            rule = "it has a character that a speaker's configuration cannot hold, or more than 80"
            findings.add(path, rule, PASSWORD_REMEDY)
