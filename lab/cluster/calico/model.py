"""What is read of Calico's resources, and what one node's BIRD has to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.cluster import objects
from lab.cluster.calico.install import CONTAINER

NORMAL_PRIORITY = 1024
_RELEASE = re.compile(r":v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True)
class Peer:
    """One BGP session of a node.

    ``kind`` is where it comes from: ``Mesh``, ``Global``, ``Node`` or ``Local_Workload``, as confd names its protocols.
    """

    kind: str
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
    cluster_id: str = ""  # the node's, where the peer is a client of it as a route reflector

    @property
    def name(self) -> str:
        """The name of the session in BIRD."""
        address = self.address.replace(".", "_").replace(":", "_")
        return f"{self.kind}_{address}" + (f"_port_{self.port}" if self.port else "")

    @property
    def internal(self) -> bool:
        """Whether the session is iBGP."""
        return self.asn == self.local_asn

    @property
    def reflector_client(self) -> bool:
        """Whether the node reflects for the peer."""
        return bool(self.cluster_id)


@dataclass(frozen=True)
class Block:
    """A node's block of addresses: BIRD aggregates to those that IPAM has confirmed."""

    cidr: str
    confirmed: bool = True


@dataclass(frozen=True)
class Pool:
    """An IPPool: whether its routes are exported, and whether BIRD writes them into the kernel."""

    cidr: str
    exported: bool = True
    programmed: bool = True


@dataclass
class Speaker:
    """What one node's BIRD does."""

    node: str
    asn: int
    router_id: str
    addresses: dict[int, str]
    listen_port: int | None = None
    strict_bind: bool = False  # listens at the node's addresses only
    ignored_interfaces: list[str] = field(default_factory=list)
    priorities: dict[int, int] = field(default_factory=lambda: {4: NORMAL_PRIORITY, 6: NORMAL_PRIORITY})
    tunnels: tuple[str, ...] = ()  # interfaces whose routes iBGP peers do not get
    peers: list[Peer] = field(default_factory=list)
    gateways: dict[str, str] = field(default_factory=dict)  # a peer's address → what it is reached by
    affinities: list[Block] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    reflected: list[str] = field(default_factory=list)  # services' networks that a route reflector passes on
    not_in_kernel: list[str] = field(default_factory=list)
    ip_pools: list[Pool] = field(default_factory=list)
    communities: list[tuple[str, list[str]]] = field(default_factory=list)
    filters: dict[str, dict] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def blocks(self) -> list[str]:
        """The blocks that the node has a route for: those of more than one address."""
        return [block.cidr for block in self.affinities if not block.cidr.endswith(("/32", "/128"))]


class Resources(objects.Resources):
    """Everything that is read."""

    @property
    def configuration(self) -> dict:
        """The spec of the BGPConfiguration ``default``; an empty one where there is none."""
        return self._configuration("default")

    def configuration_of(self, node: str) -> dict:
        """The spec of the BGPConfiguration ``node.<name>``, which has a node's log level, port and communities."""
        return self._configuration(f"node.{node}")

    def _configuration(self, name: str) -> dict:
        return (self.named("bgpconfigurations", name) or {}).get("spec") or {}

    @property
    def release(self) -> tuple[int, ...]:
        """Calico's release, such as (3, 32, 1), by the image of calico-node's pods; the lab's where there is none."""
        images = (
            container.get("image", "")
            for pod in self["pods"]
            if objects.labels(pod).get("k8s-app") == "calico-node"
            for container in pod["spec"].get("containers") or []
        )
        return max(filter(None, map(_release, images)), default=None) or _release(CONTAINER["image"]) or (3, 32, 1)


def _release(image: str) -> tuple[int, ...] | None:
    found = _RELEASE.search(image)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def notes(item: Mapping) -> dict:
    """The annotations of an object."""
    return item["metadata"].get("annotations") or {}
