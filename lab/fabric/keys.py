"""The TCP MD5 keys on the sockets that a leaf's bgpd listens on.

FRR gives a dynamic neighbour a key of its own there when it accepts it, and leaves that key when the neighbour goes
(``peer_delete`` in bgpd.c of FRR 8.4). A peer group that is removed leaves the keys of its ranges
(``peer_group_delete``). The kernel uses the key with the longest prefix: after a change of password an old key of a
single address locks its node out for good. A leaf's NX-OS has a key per configured peer and no others.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Set
from ipaddress import IPv4Network, IPv6Network, ip_network

from lab.context import run
from lab.fabric import sockets

Network = IPv4Network | IPv6Network

_TCP_MD5SIG_EXT = 32
_FLAG_PREFIX = 1
# struct tcp_md5sig: sockaddr_storage, flags, prefix length, key length, interface, key (linux/tcp.h)
_TCP_MD5SIG = struct.Struct("=128sBBHi80s")


def configured(text: str) -> set[Network]:
    """The ranges and addresses that have a password in an FRR configuration."""
    protected = set(re.findall(r"^ neighbor (\S+) password ", text, re.MULTILINE))
    members = re.findall(r"^ neighbor (\S+) peer-group (\S+)$", text, re.MULTILINE)
    ranges = re.findall(r"^ bgp listen range (\S+) peer-group (\S+)$", text, re.MULTILINE)
    return {ip_network(where, strict=False) for where, group in [*members, *ranges] if group in protected}


def listed(text: str) -> dict[int, set[Network]]:
    """Inode of a listening socket → the networks that it has keys for, from ``ss -OHtlnie``."""
    found = {}
    for line in text.splitlines():
        inode, keys = re.search(r"\bino:(\d+)", line), re.search(r"\bmd5keys:(\S+)", line)
        if inode and keys:
            networks = re.findall(r"(?:^|,)([0-9a-fA-F.:]+/\d+)=", keys[1])
            found[int(inode[1])] = {ip_network(network, strict=False) for network in networks}
    return found


def remove_stale(pid: int, namespace: str, wanted: Set[Network]) -> set[Network]:
    """Remove every key but the wanted ones from a bgpd's listening sockets; returns what was removed.

    Sessions keep their own keys, and new ones take the range's. Raises OSError if the kernel refuses.
    """
    present = listed(run(["ss", "-OHtlnie", "sport = :179"], namespace=namespace))
    removed: set[Network] = set()
    for inode, descriptor in sockets.of_process(pid).items():
        stale = present.get(inode, set()) - wanted
        if stale:
            with sockets.duplicate(pid, descriptor) as listening:
                for network in stale:
                    listening.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG_EXT, _without_key(network))
        removed |= stale
    return removed


def _without_key(network: Network) -> bytes:
    """A TCP_MD5SIG_EXT with an empty key: the kernel deletes the one that it has for this network."""
    packed = network.network_address.packed
    if network.version == 4:
        address = struct.pack("=HH4s", socket.AF_INET, 0, packed)
    else:
        address = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, packed, 0)
    return _TCP_MD5SIG.pack(address, _FLAG_PREFIX, network.prefixlen, 0, 0, b"")
