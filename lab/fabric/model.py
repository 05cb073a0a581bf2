"""What a leaf should do, free of managed objects and of FRR: plain data between the two.

``resolve.build`` makes it from the controller's tree; ``render`` turns it into FRR's configuration and ``links`` into
interfaces. Two equal models need no work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address, ip_network

FAMILIES = ("ipv4", "ipv6")


def family_of(prefix: str) -> str:
    """``ipv4`` or ``ipv6``, of an address or prefix in text."""
    return "ipv6" if ":" in prefix else "ipv4"


@dataclass(frozen=True)
class PrefixRule:
    """A prefix that a route map matches; ``longest`` > its length also takes longer prefixes, ``shortest`` at least."""

    prefix: str
    shortest: int | None = None
    longest: int | None = None


@dataclass(frozen=True)
class RouteMapEntry:
    """One rule: ``rules`` None matches every prefix. ``sets`` are FRR ``set`` clauses without the word set.

    ``communities``: where there are any, a route must carry all of one of them. ``unchanged``: the route keeps its next
    hop inside the fabric. ``all_paths``: all equal paths are announced there, not just the best.
    """

    action: str
    rules: tuple[PrefixRule, ...] | None = None
    sets: tuple[str, ...] = ()
    communities: tuple[tuple[str, ...], ...] = ()
    unchanged: bool = False
    all_paths: bool = False


@dataclass(frozen=True)
class RouteMap:
    """A route map in the order in which it is tried; what nothing matches is denied."""

    name: str
    entries: tuple[RouteMapEntry, ...] = ()


@dataclass(frozen=True)
class PrefixLimit:
    """bgpPeerPfxPol: at most ``maximum`` prefixes from one peer; ``restart`` in minutes (restart action only)."""

    maximum: int
    threshold: int = 75
    action: str = "reject"
    restart: int | None = None


@dataclass(frozen=True)
class Bfd:
    """bfdIfPol: intervals in milliseconds."""

    transmit: int = 50
    receive: int = 50
    multiplier: int = 3


@dataclass(frozen=True)
class LocalAs:
    """bgpLocalAsnP: the AS to show this peer instead of the fabric's; ``propagate`` as in asnPropagate."""

    asn: int
    propagate: str = "none"


@dataclass(frozen=True)
class Peer:
    """bgpPeerP: a neighbour address or, with a prefix length, a range to listen on. ``remote_as`` 0: fabric's own."""

    dn: str
    address: str
    remote_as: int
    l3out: str
    import_map: str
    export_map: str
    password: str = ""
    as_override: bool = False
    disable_peer_as_check: bool = False
    allow_as_in: int = 0
    send_community: str = ""
    next_hop_self: bool = False
    disable_connected_check: bool = False
    ttl: int = 1
    weight: int | None = None
    enabled: bool = True
    bfd: Bfd | None = None
    limit: PrefixLimit | None = None
    local_as: LocalAs | None = None

    @property
    def family(self) -> str:
        """The address family of the peer's address, which is also the only one it carries (af-ucast)."""
        return family_of(self.address)

    @property
    def dynamic(self) -> bool:
        """Is this a range of neighbours (prefix-based peer)?"""
        return ip_network(self.address).num_addresses > 1

    @property
    def host(self) -> str:
        """The neighbour's address without a prefix length (static neighbours)."""
        return self.address.partition("/")[0]

    @property
    def range(self) -> str:
        """The range with the host bits cleared, as FRR and the operational objects name it."""
        return str(ip_network(self.address, strict=False))


@dataclass(frozen=True)
class Interface:
    """An SVI on one leaf. ``domain`` names its external bridge domain; addresses carry their prefix length.

    ``shared`` are the secondary addresses, which every leaf of the domain answers for with the one gateway MAC.
    ``paths`` are the only ports it is on (standard SVI: DNs of vPCs); none: every port that its domain reaches.
    """

    name: str
    domain: str
    encap: int
    mtu: int
    mac: str
    addresses: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Timers:
    """bgpCtxPol, in seconds; ``max_as`` 0: no limit."""

    keepalive: int = 60
    hold: int = 180
    stale: int = 300
    restart_helper: bool = True
    max_as: int = 0


@dataclass(frozen=True)
class FamilyPolicy:
    """bgpCtxAfPol: how many equal paths to install and the administrative distances."""

    family: str
    ebgp_paths: int = 16
    ibgp_paths: int = 16
    ebgp_distance: int = 20
    ibgp_distance: int = 200
    local_distance: int = 220


@dataclass(frozen=True)
class ExternalEpg:
    """An external EPG (l3extInstP): the prefixes that make its members, and the DNs of those that they may reach."""

    dn: str
    prefixes: tuple[str, ...]
    reaches: tuple[str, ...]


@dataclass(frozen=True)
class Vrf:
    """One VRF on one leaf: what one FRR instance does. ``asn`` None: BGP does not run."""

    leaf: int
    tenant: str
    name: str
    router_id: str
    loopback: bool
    asn: int | None
    interfaces: tuple[Interface, ...] = ()
    peers: tuple[Peer, ...] = ()
    route_maps: tuple[RouteMap, ...] = ()
    timers: Timers = Timers()
    families: tuple[FamilyPolicy, ...] = tuple(FamilyPolicy(family) for family in FAMILIES)
    multipath_relax: bool = False
    fabric_peers: tuple[int, ...] = ()
    epgs: tuple[ExternalEpg, ...] = ()

    @property
    def bfd(self) -> bool:
        """Does BFD watch any session?"""
        return any(peer.bfd for peer in self.peers)

    @property
    def unchanged(self) -> bool:
        """Does any import rule let next hops through the fabric unchanged?"""
        return any(entry.unchanged for route_map in self.route_maps for entry in route_map.entries)

    @property
    def all_paths(self) -> bool:
        """Does any import rule ask for all equal paths inside the fabric?"""
        return any(entry.all_paths for route_map in self.route_maps for entry in route_map.entries)

    @property
    def key(self) -> str:
        """How APIC names a VRF on a leaf: ``tenant:vrf``."""
        return f"{self.tenant}:{self.name}"


@dataclass(frozen=True)
class Fault:
    """Something that keeps a configuration from being deployed: what the rack would raise, on ``leaf`` if on one.

    ``changes`` and ``rule`` are the fault's changeSet and rule, where a rack's are known.
    """

    code: str
    cause: str
    severity: str
    object: str
    description: str
    leaf: int | None = None
    changes: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Fabric:
    """Everything the leaves are to do, by leaf id and ``tenant:vrf``, and what cannot be done.

    ``vpcs`` are the DNs of the port channels that the access policies make on pairs of leaves; ``issues`` what objects
    state against themselves: (DN, configIssues); ``misplaced`` the DNs of route reflectors that are no spines.
    """

    asn: int | None
    exchange: bool
    vrfs: tuple[Vrf, ...] = ()
    faults: tuple[Fault, ...] = ()
    vpcs: tuple[str, ...] = ()
    issues: tuple[tuple[str, str], ...] = ()
    misplaced: tuple[str, ...] = ()


@cache
def tunnel_address(leaf: int, family: str = "ipv4") -> str:
    """A leaf's TEP: APIC deals them out of the TEP pool; here the id is in it, which people can read.

    The IPv6 one exists in the lab only: a rack carries IPv6 over its IPv4 TEPs (and shows them as ``::ffff:…``).
    """
    tep = f"10.0.{64 + leaf // 256}.{leaf % 256}"
    return tep if family == "ipv4" else str(ip_address(f"fd00:ac1::{tep}"))
