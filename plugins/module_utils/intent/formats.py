# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How single values of the intent are written: one function per format.

Each takes a value that already has the option's type and returns its normal form, or raises Invalid with the rule
and the remedy. Where APIC's object model limits a value, the class and property are named beside the rule.
"""

from __future__ import annotations

import ipaddress
import re

from ..common.go_text import nanoseconds
from ..contract import digest_keys
from .formats_base import (
    ADDRESS,
    DOMAIN,
    IPV4,
    LABEL_KEY,
    LABEL_NAME,
    PREFIX,
    Invalid,
    address,
    like,
    likely_length,
    matches,
    parse,
    refuse_mapped,
    unicast,
)
from .formats_kubernetes import image, quantity, selector

# Formats that stand elsewhere: an option names them like those here.
__all__ = [
    "Invalid",
    "address",
    "image",
    "quantity",
    "selector",
]

# RFC 7607 (0), RFC 6793 (AS_TRANS), RFC 7300 (last of 16 and of 32 bits): never the AS of a speaker.
RESERVED_ASNS = {0: "RFC 7607", 23456: "RFC 6793", 65535: "RFC 7300", 4294967295: "RFC 7300"}
VLANS = (1, 4094)
# equal-cost paths (bgpCtxAfPol.maxEcmp)
ECMP = (1, 64)
# Linux, IFNAMSIZ, without the NUL
LONGEST_DEVICE = 15
# Addresses that every node has or reaches already, at which no workload can peer
PEERING_TAKEN = {"169.254.0.1": "Calico", "169.254.0.2": "Calico", "169.254.169.254": "the metadata service of clouds"}
# fabricNodeIdentP.nodeId of a leaf
LEAF_IDS = (101, 4000)
DEFAULT_ROUTES = ("0.0.0.0/0", "::/0")
WELL_KNOWN_COMMUNITIES = (
    "internet",
    "planned-shut",
    "accept-own",
    "route-filter-translated-v4",
    "route-filter-v4",
    "route-filter-translated-v6",
    "route-filter-v6",
    "llgr-stale",
    "no-llgr",
    "blackhole",
    "no-export",
    "no-advertise",
    "no-export-subconfed",
    "no-peer",
)


# fvTenant.name and fvCtx.name know no colon; the policies' names do (l3extOut.name, physDomP.name, …).
tenant = matches(r"[a-zA-Z0-9_.-]+", 63, "letters, digits and _ . -")
# The VRF's ECMP policies are named after it, kubefabric-<vrf>-ipv6, which must fit into 64 characters.
vrf = matches(r"[a-zA-Z0-9_.-]+", 48, "letters, digits and _ . -")
aci_name = matches(r"[a-zA-Z0-9_.:-]+", 64, "letters, digits and _ . : -")
# Policies are named after the L3Out with a suffix, at most -external_service, and must fit into 64 characters too.
l3out_name = matches(r"[a-zA-Z0-9_.:-]+", 47, "letters, digits and _ . : -")
# The inventory's name of a cluster becomes a directory's name and part of a tag's key.
cluster_name = matches(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", 63, "letters, digits and _ . -, a letter or digit first")
# RFC 1123 subdomain, metadata.name of most kinds: labels with dots between them
resource_name = matches(DOMAIN, 253, "lower-case letters, digits and - ., a letter or digit at the ends")
# A key in a Secret (Kubernetes, IsConfigMapKey)
secret_key = matches(r"(?!\.\.?$)[a-zA-Z0-9._-]+", 253, "letters, digits and _ . -")
# A node is called in Kubernetes as in the inventory.
node_name = resource_name
# A router's name is part of the names of resources, as leaf-101 is (router-tor1-ipv4).
router_name = matches(
    r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", 40, "lower-case letters, digits and -, none of - at the ends"
)
# An object in a namespace (RFC 1123 label, then the name of a Service, a label too).
namespaced_name = matches(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?",
    63 + 1 + 63,
    "namespace/name in lower-case letters, digits and -",
)
# https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
label_value = matches(LABEL_NAME, 63, "letters, digits and _ . -, no mark at the ends")
label_key = matches(LABEL_KEY, 253 + 1 + 63, "a label key such as rack_id or example.net/rack")
# dev_valid_name in Linux' net/core/dev.c knows no colon, nor the names of directories
interface = matches(r"(?!\.\.?$)[a-zA-Z0-9_.@-]+", LONGEST_DEVICE, "letters, digits and _ . @ - (Linux, IFNAMSIZ)")
# Free text (l3extOut.descr)
description = matches(
    r"[a-zA-Z0-9\\!#$%()*,\-./:;@ _{|}~?&+]+", 128, "letters, digits, blanks and \\!#$%()*,-./:;@_{|}~?&+", empty=True
)
# The name of a PriorityClass, or none
priority_class = matches(DOMAIN, resource_name.longest, resource_name.allowed, empty=True)
namespace = matches(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", 63, "lower-case letters, digits and -, no - at the ends")


@like(r"[0-9]+\.[0-9]+\([0-9]+[a-z]*\)")
def release(value: str) -> str:
    """An APIC release as ``show version`` prints it."""
    if not release.fits(value):
        raise Invalid(f"{value!r} is not an APIC release", 'write it as the controller shows it, for example "6.0(9c)"')
    return value


@like(ADDRESS)
def peering_address(value: str) -> str:
    """A virtual address at which workloads peer: link-local in IPv4 if it likes, never in IPv6 (which needs a zone)."""
    found = parse(ipaddress.ip_address, value, "an address", "169.254.0.179 or fdc9:9723:9bc::1")
    if str(found) in PEERING_TAKEN:
        raise Invalid(f"{found} is taken by {PEERING_TAKEN[str(found)]}", "give another, for example 169.254.0.179")
    if found.version == 6 and found.is_link_local:
        raise Invalid(
            f"{found} is link-local, and a peer would have to name an interface",
            "give a unique local address (RFC 4193), for example fdc9:9723:9bc::1",
        )
    return str(found) if found.version == 4 and found.is_link_local else str(unicast(found, value))


def is_community(value: str) -> bool:
    """Whether a text is a community (RFC 1997) or a large one (RFC 8092)."""
    numbers = value.split(":")
    limit = {2: 65535, 3: 4294967295}.get(len(numbers), -1)
    return all(re.fullmatch(r"0|[1-9]\d*", number, re.ASCII) and int(number) <= limit for number in numbers)


@like("|".join((r"[0-9]+:[0-9]+(?::[0-9]+)?", *WELL_KNOWN_COMMUNITIES)))
def any_community(value: str) -> str:
    """A community (RFC 1997), a large one (RFC 8092), or the name of a well-known one (IANA's registry)."""
    if value not in WELL_KNOWN_COMMUNITIES and not is_community(value):
        raise Invalid(f"{value!r} is not a community", "write it as 65003:100, 65003:1:2 (large), or no-export")
    return value


@like(rf"(?:{PREFIX}|{ADDRESS}\s*-\s*{ADDRESS})")
def address_block(value: str) -> str:
    """A network in CIDR notation, or a range ``first-last`` of addresses."""
    if "-" not in value:
        return prefix(value)
    first, last = (
        parse(ipaddress.ip_address, text.strip(), "an address", "192.168.3.10") for text in value.split("-", 1)
    )
    if first.version != last.version or last < first:
        raise Invalid(f"{value!r} is not a range", "write it as 192.168.3.10-192.168.3.20")
    return f"{first}-{last}"


def asn(value: int) -> int:
    """An AS number in plain notation (bgpAsP.asn, RFC 6793)."""
    if not 0 <= value <= 4294967295:
        raise Invalid(f"{value} is outside of 1 to 4294967295", "give a 16- or 32-bit AS number")
    if value in RESERVED_ASNS:
        raise Invalid(
            f"AS {value} is reserved ({RESERVED_ASNS[value]})", "give another, for example one of 64512 to 65534"
        )
    return value


@like(r"\s*(?:unmanaged|[1-9]|[1-5][0-9]|6[0-4])\s*")
def ecmp(value: str) -> int | None:
    """A number of equal-cost paths (bgpCtxAfPol.maxEcmp), or None for ``unmanaged``: the VRF's policies stay as they
    are.
    """
    if value.strip().lower() == "unmanaged":
        return None
    if not re.fullmatch(r"-?\d+", value.strip()):
        raise Invalid(f"{value!r} is not a number of paths", "give 1 to 64, or unmanaged")
    if not ECMP[0] <= int(value) <= ECMP[1]:
        raise Invalid(f"{value.strip()} is out of range", "give 1 to 64")
    return int(value)


def leaf_id(value: int) -> int:
    """A leaf's node ID (fabricNodeIdentP.nodeId)."""
    if not LEAF_IDS[0] <= value <= LEAF_IDS[1]:
        raise Invalid(f"{value} is not a leaf's node ID", f"APIC numbers switches from {LEAF_IDS[0]} to {LEAF_IDS[1]}")
    return value


def vlan(value: int) -> int:
    """A VLAN ID (IEEE 802.1Q)."""
    if not VLANS[0] <= value <= VLANS[1]:
        raise Invalid(f"VLAN {value} does not exist", f"give one of {VLANS[0]} to {VLANS[1]}")
    return value


def _range(number: str) -> str:
    """The pattern of a number or a range of them."""
    return rf"\s*{number}\s*(?:-\s*{number}\s*)?"


def _ends(text: str) -> tuple[int, int]:
    """The first and the last number of a range, which are the same of a single number."""
    first, _dash, last = text.partition("-")
    return int(first), int(last or first)


@like(rf"{_range('[0-9]+')}(?:,{_range('[0-9]+')})*")
def vlans(value: str) -> list[tuple[int, int]]:
    """VLAN ranges: ``400-463`` or ``400-431,500``, as (first, last) pairs in order."""
    if not vlans.fits(value):
        raise Invalid(f"{value!r} is not a list of VLAN ranges", 'write it as "400-463" or "400-431,500"')
    ranges = []
    for part in value.split(","):
        first, last = map(vlan, _ends(part))
        if last < first:
            raise Invalid(f"the range {first}-{last} is empty", f"write it as {last}-{first}")
        ranges.append((first, last))
    ranges.sort()
    for (first, last), following in zip(ranges, ranges[1:]):
        if following[0] <= last:
            raise Invalid(f"VLAN {following[0]} is listed twice ({first}-{last} holds it)", "list every VLAN once")
    return ranges


@like(_range("[0-9]{1,5}"))
def ports(value: str) -> str:
    """A TCP or UDP port or a range of them: ``443``, ``8000-8100`` (vzEntry.dFromPort and dToPort)."""
    first, last = _ends(value) if ports.fits(value) else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise Invalid(f"{value!r} is not a port or a range of ports", 'write it as "443" or "8000-8100"')
    return str(first) if first == last else f"{first}-{last}"


@like(r"(?:eth)?[1-9][0-9]?/[1-9][0-9]{0,2}")
def leaf_port(value: str) -> str:
    """A leaf's port as ``card/port`` (infraPortBlk.fromCard, fromPort)."""
    if not leaf_port.fits(value):
        raise Invalid(f"{value!r} is not a port of a leaf", "write it as 1/5")
    return value.replace("eth", "")


@like(PREFIX)
def prefix(value: str) -> str:
    """A unicast network in CIDR notation without host bits."""
    network = parse(ipaddress.ip_network, value, "a network", "192.168.2.0/24 or 2001:db8:2::/64", strict=False)
    if "/" not in value:
        raise Invalid(f"{value!r} has no prefix length", f"write it as {value}/{likely_length(network)}")
    if network.prefixlen == 0:
        raise Invalid(f"{value} is the whole address space", "give the network that the cluster really uses")
    if str(network.network_address) != str(ipaddress.ip_address(value.split("/")[0])):
        raise Invalid(f"{value} has host bits set", f"write {network}")
    refuse_mapped(network.network_address, value)
    unicast(network.network_address, value)
    return str(network)


@like(PREFIX)
def match_prefix(value: str) -> str:
    """A prefix to match routes with: a network, or the default route."""
    return value if value in DEFAULT_ROUTES else prefix(value)


@like(r"[0-9]{1,5}:[0-9]{1,5}")
def community(value: str) -> str:
    """A standard community as AS:number, each of 16 bits (RFC 1997), such as 65002:100."""
    numbers = [int(number) for number in value.split(":")] if community.fits(value) else []
    if not numbers or max(numbers) > 65535:
        raise Invalid(f"{value!r} is not a community", "write it as AS:number, each 0 to 65535, for example 65002:100")
    return ":".join(map(str, numbers))


@like(IPV4)
def router_id(value: str) -> str:
    """A BGP identifier: IPv4 also where the fabric routes IPv6 (RFC 4271, section 1.1; l3extRsNodeL3OutAtt.rtrId)."""
    return str(unicast(parse(ipaddress.IPv4Address, value, "an IPv4 address", "1.1.1.101"), value))


@like(r"[ -~]{1,80}")
def password(value: str) -> str:
    """A TCP MD5 password of at most 80 characters (Linux, TCP_MD5SIG_MAXKEYLEN). No message quotes it."""
    if not value:
        raise Invalid("is empty", "give a password, or remove the key for sessions without one")
    if len(value) > 80:
        raise Invalid(f"has {len(value)} characters", "TCP MD5 takes at most 80")
    if not (value.isascii() and value.isprintable()):
        raise Invalid("has characters that not every speaker takes", "use printable ASCII")
    return value


@like(r"[\s\S]*")
def digest_key(value: str) -> str:
    """The key of a digest: shorter ones can be guessed by a user who reads the digest. No message quotes it."""
    rule = digest_keys.too_short(value)
    if rule:
        raise Invalid(rule, digest_keys.REMEDY)
    return value


@like(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")
def endpoint(value: str) -> str:
    """``host:port``, an IPv6 host in brackets."""
    port = int(value.rpartition(":")[2]) if endpoint.fits(value) else 0
    if not 1 <= port <= 65535:
        raise Invalid(f"{value!r} is not host:port", "write it as api.example.net:6443 or [2001:db8::1]:6443")
    return value


@like(PREFIX)
def any_prefix(value: str) -> str:
    """A network in CIDR notation without host bits, the whole address space too."""
    network = parse(ipaddress.ip_network, value, "a network", "192.168.2.0/24 or 0.0.0.0/0")
    if "/" not in value:
        raise Invalid(f"{value!r} has no prefix length", f"write it as {value}/{likely_length(network)}")
    refuse_mapped(network.network_address, value)
    return str(network)


@like(r"(?:0|(?:[0-9]*\.?[0-9]+\.?(?:ns|us|µs|μs|ms|s|m|h))+)")
def go_duration(value: str) -> str:
    """A duration as Kubernetes resources have it (metav1.Duration)."""
    found = nanoseconds(value)
    if found is None and re.fullmatch(r"([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+", value):
        raise Invalid(f"{value!r} is longer than a duration can be", "give at most 2562047h")
    if found is None or found < 0:
        raise Invalid(f"{value!r} is not a duration", 'write it with its unit, for example "120s"')
    return value


def whole_seconds(duration: str) -> int:
    """The seconds of a duration that ``go_duration`` lets through, to the nearest one (Go's math.Round)."""
    return ((nanoseconds(duration) or 0) + 500_000_000) // 1_000_000_000
