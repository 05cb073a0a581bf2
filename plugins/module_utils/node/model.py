# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's speaker is to do: plain data, made from the module's options once they were found right."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Tuple

if TYPE_CHECKING:
    from ..contract.freeform import Options

FAMILIES = ("ipv4", "ipv6")


def family_of(address: str) -> str:
    """``ipv4`` or ``ipv6``, of an address or a prefix that is known to be valid."""
    return "ipv6" if ":" in address else "ipv4"


@dataclass(frozen=True)
class Bfd:
    """How BFD watches (RFC 5880, section 6.8): the least intervals of the packets sent and taken, in ms, and how many
    may be missed. What is sent comes at the greater of this ``transmit`` and the peer's ``receive``."""

    transmit: int
    receive: int
    multiplier: int


@dataclass(frozen=True)
class Peer:
    """A session with a leaf (or a route reflector): one per address."""

    address: str
    asn: int
    local_address: Optional[str] = None
    description: str = ""
    password: Optional[str] = None
    bfd: bool = False
    multihop: Optional[int] = None

    @property
    def family(self) -> str:
        return family_of(self.address)


@dataclass(frozen=True)
class Workload:
    """Speakers that connect to this host from within some ranges: those on the host itself (a nested cluster's nodes,
    pods) to the VIP, and the clients of a route reflector, in the host's own AS, to any of its addresses."""

    name: str
    asn: int
    ranges: Tuple[str, ...]
    pools: Tuple[str, ...]  # what is accepted from them, longer prefixes too
    advertise: Tuple[str, ...] = ()  # announced to them, longer prefixes too; nothing unless asked
    password: Optional[str] = None
    max_prefixes: Optional[int] = None
    multihop: int = 2  # of no meaning between speakers of one AS
    reflector_client: bool = False

    def in_family(self, family: str) -> Tuple[str, ...]:
        """Its ranges of one address family."""
        return of_family(self.ranges, family)


@dataclass(frozen=True)
class Config:
    """Everything a speaker needs; times in seconds."""

    asn: int
    router_id: str
    vips: Tuple[str, ...]
    peers: Tuple[Peer, ...]
    workloads: Tuple[Workload, ...]
    originate: Tuple[str, ...]  # announced to the peers, whether routed here or not
    accept: Tuple[str, ...]  # accepted from the peers, longer prefixes too
    communities: Tuple[str, ...]
    keepalive: int
    hold: int
    connect_retry: int
    graceful_restart: bool
    graceful_restart_time: int
    ecmp: int
    max_prefixes: Optional[int]
    bfd: Bfd  # of those peers that it watches
    vrf: Optional[str] = None
    vrf_table: Optional[int] = None
    cluster_id: Optional[str] = None  # of a route reflector (RFC 4456); None where there are no clients

    def vip(self, family: str) -> Optional[str]:
        """The first VIP of a family, without its length."""
        found = of_family(self.vips, family)
        return found[0].partition("/")[0] if found else None

    def pools(self, family: str) -> Tuple[str, ...]:
        """What any workload may announce, in one family. The leaves get exactly this, and what is originated.

        What a reflector's clients announce stays in their AS: they have sessions with their leaves themselves.
        """
        local = [workload for workload in self.workloads if not workload.reflector_client]
        return of_family(tuple(pool for workload in local for pool in workload.pools), family)

    def watched(self) -> bool:
        """Whether BFD watches any session."""
        return any(peer.bfd for peer in self.peers)

    def fabric_asns(self) -> Tuple[int, ...]:
        """The peers' AS numbers, each once."""
        return tuple(sorted({peer.asn for peer in self.peers}))


def of_family(prefixes: Tuple[str, ...], family: str) -> Tuple[str, ...]:
    """Those of one address family, in order, each once."""
    return tuple(dict.fromkeys(prefix for prefix in prefixes if family_of(prefix) == family))


def build(options: Options) -> Config:
    """The configuration from options that ``checks.mistakes`` found nothing wrong with."""
    simple = ("asn", "keepalive", "hold", "connect_retry", "ecmp", "max_prefixes", "vrf", "vrf_table")
    reflects = any(workload["reflector_client"] for workload in options["workloads"])
    return Config(
        cluster_id=(options["cluster_id"] or options["router_id"]) if reflects else None,
        router_id=options["router_id"],
        vips=tuple(_host_prefix(address) for address in options["vip"]["addresses"]),
        peers=tuple(_peer(peer, options) for peer in options["peers"]),
        workloads=tuple(_workload(workload) for workload in options["workloads"]),
        originate=_prefixes(options["originate"]),
        accept=_prefixes(options["accept"]),
        communities=tuple(options["communities"]),
        bfd=Bfd(options["bfd_min_tx"], options["bfd_min_rx"], options["bfd_multiplier"]),
        graceful_restart=options["graceful_restart"],
        graceful_restart_time=options["graceful_restart_time"],
        **{name: options[name] for name in simple},
    )


def _peer(peer: Options, options: Options) -> Peer:
    local = peer["local_address"]
    return Peer(
        address=_address(peer["address"]),
        asn=peer["asn"],
        local_address=_address(local) if local else None,
        description=peer["description"] or "",
        password=peer["password"] or options["password"] or None,
        bfd=options["bfd"] if peer["bfd"] is None else peer["bfd"],
        multihop=peer["multihop"],
    )


def _workload(workload: Options) -> Workload:
    client = workload["reflector_client"]
    return Workload(
        name=workload["name"],
        asn=workload["asn"],
        ranges=_prefixes(workload["ranges"]),
        pools=_prefixes(workload["pools"]),
        # a client gets the routes of the other clients
        advertise=_prefixes(workload["pools" if client else "advertise"]),
        password=workload["password"] or None,
        max_prefixes=workload["max_prefixes"],
        multihop=1 if client else workload["multihop"],
        reflector_client=client,
    )


def _address(text: str) -> str:
    return str(ipaddress.ip_address(text))


def _prefixes(texts: list[str]) -> Tuple[str, ...]:
    return tuple(str(ipaddress.ip_network(text)) for text in texts)


def _host_prefix(text: str) -> str:
    """A VIP as a host prefix: ``172.30.0.1`` is ``172.30.0.1/32``."""
    return str(ipaddress.ip_network(text.partition("/")[0]))
