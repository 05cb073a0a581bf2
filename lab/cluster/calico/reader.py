"""From Calico's resources to what one node's BIRD has to do. Pure; named rules are confd's (Calico v3.32)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field

from lab.cluster.calico import routes
from lab.cluster.calico.model import NORMAL_PRIORITY, Peer, Resources, Speaker
from lab.cluster.calico.nodes import Node, global_asn, hashed_router_id, nodes
from lab.cluster.calico.peerings import Peering, peerings, seconds

FELIX_TUNNELS = ("*.cali", "*.calico")

# (Secret's name, key) → the password, or None where calico-node cannot read it
Passwords = Callable[[str, str], "str | None"]


def speaker(resources: Resources, name: str, passwords: Passwords) -> Speaker:
    """What the node of this name has to do."""
    known, configuration = nodes(resources), resources.configuration
    node = known[name]
    made = Speaker(
        node=name,
        asn=node.own_asn or global_asn(resources),
        router_id=node.addresses.get(4) or hashed_router_id(name),
        addresses=node.addresses,
        listen_port=node.port,
        strict_bind=configuration.get("bindMode") == "NodeIP",
        ignored_interfaces=configuration.get("ignoredInterfaces") or [],
        priorities={
            version: configuration.get(f"ipv{version}NormalRoutePriority") or NORMAL_PRIORITY for version in (4, 6)
        },
        filters={item["metadata"]["name"]: item.get("spec") or {} for item in resources["bgpfilters"]},
        communities=routes.communities(configuration, resources.configuration_of(name)),
    )
    policy = routes.programmed(configuration, resources.release)
    by_felix = resources.release >= (3, 33) and not policy.ipip
    made.tunnels = (*FELIX_TUNNELS, "tunl0") if by_felix else FELIX_TUNNELS
    made.ip_pools = routes.pools(resources, policy)
    made.affinities = routes.blocks(resources, name)
    announced = routes.services(resources, name, node.labels)
    made.services, made.not_in_kernel = announced.routes, announced.not_in_kernel
    made.reflected = routes.reflected(configuration, resources.release) if node.cluster_id else []
    _add_peers(made, resources, known, _Secrets(passwords))
    return made


def peering_addresses(resources: Resources) -> list[str]:
    """The addresses at which every node peers with its workloads, as host prefixes; Felix gives them to the nodes."""
    given = [resources.configuration.get(f"localWorkloadPeeringIPV{version}") for version in (4, 6)]
    return [f"{text}/{ipaddress.ip_address(text).max_prefixlen}" for text in given if text]


@dataclass
class _Secrets:
    """Passwords, and what is said of those that calico-node cannot read."""

    read: Passwords
    problems: list[str] = field(default_factory=list)

    def password(self, owner: str, secret: tuple[str, str] | None) -> str | None:
        if secret is None:
            return None
        found = self.read(*secret)
        if found is None:
            said = f"{owner}: calico-node cannot read {secret[1]} of Secret {secret[0]}: its sessions have no password"
            self.problems += [said] if said not in self.problems else []
        return found


def _add_peers(made: Speaker, resources: Resources, known: dict[str, Node], secrets: _Secrets) -> None:
    """Every session of the node, in BIRD's order, and the routes to peers that are reached by a gateway."""
    node = known[made.node]
    found = _mesh(made, resources, known, secrets)
    for peering in peerings(resources, known, made.node):
        version = ipaddress.ip_address(peering.address).version
        if peering.gateway:
            made.gateways[peering.address] = peering.gateway
        if made.addresses.get(version) not in (None, peering.address):
            password = secrets.password(f"BGPPeer {peering.resource}", peering.secret)
            found.append(_peer(made, node, peering, password))
    made.peers = sorted(found, key=lambda peer: (*_place(peer.address), peer.port or 0, peer.kind))
    made.problems += secrets.problems


def _place(address: str) -> tuple[int, int]:
    return ipaddress.ip_address(address).version, int(ipaddress.ip_address(address))


def _mesh(made: Speaker, resources: Resources, known: dict[str, Node], secrets: _Secrets) -> list[Peer]:
    """Sessions with all other nodes but route reflectors; the one with the lower address, as a text, opens them."""
    configuration, node = resources.configuration, known[made.node]
    if configuration.get("nodeToNodeMeshEnabled") is False or node.cluster_id:
        return []
    reference = (configuration.get("nodeMeshPassword") or {}).get("secretKeyRef")
    others = [
        (other, address, node.addresses[version])
        for other in known.values()
        if not other.cluster_id
        for version, address in other.addresses.items()
        if node.addresses.get(version) not in (None, address)
    ]
    secret = (reference["name"], reference["key"]) if reference and others else None
    password = secrets.password("BGPConfiguration default", secret)
    return [
        Peer(
            kind="Mesh",
            address=address,
            port=other.port,
            asn=other.own_asn or made.asn,
            local_address=mine,
            local_asn=made.asn,
            password=password,
            passive=address > mine,
            restart_time=seconds(configuration.get("nodeMeshMaxRestartTime")),
        )
        for other, address, mine in others
    ]


def _peer(made: Speaker, node: Node, peering: Peering, password: str | None) -> Peer:
    mine = made.addresses[ipaddress.ip_address(peering.address).version]
    local_asn = peering.local_asn or made.asn
    internal = peering.asn == local_asn
    client = internal and bool(node.cluster_id) and peering.cluster_id != node.cluster_id
    waits = peering.kind == "Global" and peering.is_node and peering.address > mine
    return Peer(
        kind=peering.kind,
        address=peering.address,
        port=peering.port,
        asn=peering.asn,
        local_address=mine if peering.sourced else "",
        local_asn=local_asn,
        password=password,
        filters=tuple(item for item in peering.filters if item in made.filters),
        ttl_hops=peering.ttl_hops,
        passive=peering.passive or waits,
        next_hop="keep" if peering.keep_next_hop and not internal else peering.next_hop,
        restart_time=peering.restart_time,
        keepalive=peering.keepalive,
        allowed_local_asns=peering.allowed_local_asns,
        cluster_id=node.cluster_id if client else "",
    )
