"""What is read of Calico's resources, and what one node's BIRD has to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.cluster import objects


@dataclass(frozen=True)
class Peer:
    """One BGP session of a node."""

    name: str
    address: str
    asn: int
    local_address: str
    local_asn: int
    port: int | None = None
    password: str | None = None
    filters: tuple[str, ...] = ()
    ttl_hops: int = 0
    passive: bool = False
    next_hop: str = ""  # "", "self" or "keep"
    restart_time: int | None = None
    keepalive: int | None = None
    allowed_local_asns: int = 0
    reflector_client: bool = False

    @property
    def internal(self) -> bool:
        """Whether the session is iBGP."""
        return self.asn == self.local_asn


@dataclass
class Speaker:
    """What one node's BIRD does."""

    node: str
    asn: int
    router_id: str
    addresses: dict[int, str]
    listen_port: int | None = None
    cluster_id: str = ""
    peers: list[Peer] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    not_in_kernel: list[str] = field(default_factory=list)
    pools: list[str] = field(default_factory=list)
    disabled_pools: list[str] = field(default_factory=list)
    communities: list[tuple[str, list[str]]] = field(default_factory=list)
    filters: dict[str, dict] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


class Resources(objects.Resources):
    """Everything that is read."""

    @property
    def configuration(self) -> dict:
        """The BGPConfiguration ``default``; an empty one where there is none."""
        return (self.named("bgpconfigurations", "default") or {"spec": {}})["spec"]


def notes(item: dict) -> dict:
    """The annotations of an object."""
    return item["metadata"].get("annotations") or {}
