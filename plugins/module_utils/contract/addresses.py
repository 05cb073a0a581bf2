# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and prefixes in one spelling, from whatever source. Pure."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


@cache
def address(text: str) -> str:
    """An address without its prefix length and zone, in canonical spelling; other text comes back as it is."""
    try:
        return str(ipaddress.ip_address(text.partition("/")[0].partition("%")[0]))
    except ValueError:
        return text


@cache
def prefix(text: str) -> str:
    """A prefix in canonical spelling, an address as its host route; other text comes back as it is."""
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return text


@cache
def within(inner: str, outer: str) -> bool:
    """True if the first prefix or address lies in the second prefix, or is it."""
    try:
        small, large = ipaddress.ip_network(inner, strict=False), ipaddress.ip_network(outer, strict=False)
    except ValueError:
        return False
    if isinstance(small, ipaddress.IPv4Network) and isinstance(large, ipaddress.IPv4Network):
        return small.subnet_of(large)
    if isinstance(small, ipaddress.IPv6Network) and isinstance(large, ipaddress.IPv6Network):
        return small.subnet_of(large)
    return False


def family(text: str) -> str:
    """``ipv6`` for an address or prefix with colons, else ``ipv4``."""
    return "ipv6" if ":" in text else "ipv4"


def sort_key(text: str) -> tuple[int, int, int, str]:
    """Sorts prefixes as people expect: IPv4 first, then by address, then by length; other text last."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return (9, 0, 0, text)
    return (network.version, int(network.network_address), network.prefixlen, text)
