"""From Cilium's resources to what one node's agent does. Pure; rules and defaults are Cilium's (v1.20, pkg/bgp)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lab.cluster.cilium.objects import LB_CLASSES, ingress_addresses, service_labels
from lab.cluster.objects import Resources, has_endpoint, internal_addresses, labels, selects, version

# pkg/k8s/apis/cilium.io/v2/bgp_peer_types.go, SetDefaults
CONNECT_RETRY, HOLD, KEEPALIVE, RESTART_TIME, PORT, TTL = 120, 90, 30, 120, 179, 1
BOTH = ({"afi": "ipv4", "safi": "unicast"}, {"afi": "ipv6", "safi": "unicast"})

# Secret's name → its password: None without such a Secret, "" where it has no key ``password``
Passwords = Callable[[str], "str | None"]


@dataclass(frozen=True)
class Attributes:
    """What a route carries to a peer."""

    communities: tuple[str, ...] = ()
    large_communities: tuple[str, ...] = ()
    local_preference: int | None = None


@dataclass(frozen=True)
class Peer:
    """One BGP session of a node; ``routes`` is what it announces there."""

    name: str
    address: str
    asn: int
    local_address: str | None = None
    port: int = PORT
    password: str | None = None
    connect_retry: int = CONNECT_RETRY
    hold: int = HOLD
    keepalive: int = KEEPALIVE
    ttl: int = TTL
    restart_time: int | None = None
    families: tuple[str, ...] = ()
    routes: Mapping[str, Attributes] = field(default_factory=dict)


@dataclass
class Speaker:
    """What one node's GoBGP does. Without a router ID it does nothing: ``problems`` say why."""

    node: str
    instance: str
    asn: int
    router_id: str
    listen_port: int | None = None
    peers: list[Peer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """Every prefix that some peer gets."""
        return sorted({prefix for peer in self.peers for prefix in peer.routes})


def speakers(resources: Resources, node: str, passwords: Passwords) -> list[Speaker]:
    """What the agent on this node runs: one speaker per instance of its CiliumBGPNodeConfig."""
    config = resources.named("ciliumbgpnodeconfigs", node)
    return [_speaker(resources, node, item, passwords) for item in (config["spec"]["bgpInstances"] if config else [])]


def _speaker(resources: Resources, node: str, instance: dict, passwords: Passwords) -> Speaker:
    made = Speaker(node, instance["name"], instance.get("localASN") or 0, "", instance.get("localPort"))
    made.router_id = instance.get("routerID") or _first_ipv4(resources, node)
    if not made.router_id:
        made.problems.append(f"instance {made.instance}: no router ID: the node has no IPv4 address")
        return made
    for peer in instance.get("peers") or []:
        found = _peer(resources, made, peer, passwords)
        if found:
            made.peers.append(found)
    return made


def _first_ipv4(resources: Resources, node: str) -> str:
    item = resources.named("nodes", node)
    return next((text for text in internal_addresses(item or {}) if version(text) == 4), "")


# -- peers ------------------------------------------------------------------------------------------------


def _peer(resources: Resources, made: Speaker, peer: dict, passwords: Passwords) -> Peer | None:
    """One session; None, with a sentence among the problems, where the agent would not open it."""
    if not peer.get("peerAddress") or peer.get("peerASN") is None:
        made.problems.append(f"peer {peer['name']}: no address or AS number")
        return None
    spec = _peer_config(resources, peer)
    if spec is None:
        made.problems.append(f"peer {peer['name']}: there is no CiliumBGPPeerConfig {peer['peerConfigRef']['name']}")
        return None
    password = passwords(spec["authSecretRef"]) if spec.get("authSecretRef") else None
    if password == "":
        made.problems.append(f"peer {peer['name']}: Secret {spec['authSecretRef']} has no key password")
        return None
    timers, transport, restart = (spec.get(key) or {} for key in ("timers", "transport", "gracefulRestart"))
    families = [item for item in spec.get("families") or BOTH if item["safi"] == "unicast"]
    return Peer(
        name=peer["name"],
        address=peer["peerAddress"],
        asn=peer["peerASN"],
        local_address=peer.get("localAddress") or _source(resources, made.node, transport, peer["peerAddress"]),
        port=transport.get("peerPort") or PORT,
        password=password,
        connect_retry=timers.get("connectRetryTimeSeconds") or CONNECT_RETRY,
        hold=timers.get("holdTimeSeconds") or HOLD,
        keepalive=timers.get("keepAliveTimeSeconds") or KEEPALIVE,
        ttl=spec.get("ebgpMultihop") or TTL,
        restart_time=(restart.get("restartTimeSeconds") or RESTART_TIME) if restart.get("enabled") else None,
        families=tuple(item["afi"] for item in families),
        routes=_routes(resources, made.node, families) if peer.get("peerConfigRef") else {},
    )


def _peer_config(resources: Resources, peer: dict) -> dict | None:
    """The spec of its peer configuration; the defaults without one, None where there is none of that name."""
    reference = (peer.get("peerConfigRef") or {}).get("name")
    if not reference:
        return {}
    found = resources.named("ciliumbgppeerconfigs", reference)
    return found["spec"] if found else None


def _source(resources: Resources, node: str, transport: dict, peer: str) -> str | None:
    """The address of the interface to peer from: in the lab a node has one interface with its addresses."""
    if not transport.get("sourceInterface"):
        return None
    item = resources.named("nodes", node)
    return next((text for text in internal_addresses(item or {}) if version(text) == version(peer)), None)


# -- routes -----------------------------------------------------------------------------------------------


def _routes(resources: Resources, node: str, families: Sequence[dict]) -> dict[str, Attributes]:
    """What a peer gets: of each of its families, by the advertisements that the family selects."""
    found: dict[str, Attributes] = {}
    for item in families:
        for advertisement in _selected(resources, item.get("advertisements")):
            attributes = _attributes(advertisement)
            for prefix in _prefixes(resources, node, advertisement):
                if version(prefix) == int(item["afi"][-1]):
                    found[prefix] = _merged(found.get(prefix), attributes)
    return found


def _selected(resources: Resources, selector: dict | None) -> Iterator[dict]:
    for item in resources["ciliumbgpadvertisements"]:
        if selects(selector, labels(item)):
            yield from item["spec"]["advertisements"]


def _attributes(advertisement: dict) -> Attributes:
    given = advertisement.get("attributes") or {}
    communities = given.get("communities") or {}
    return Attributes(
        (*(communities.get("standard") or []), *(communities.get("wellKnown") or [])),
        tuple(communities.get("large") or []),
        given.get("localPreference"),
    )


def _merged(one: Attributes | None, other: Attributes) -> Attributes:
    """Both advertisements' communities, and the larger local preference (MergeRoutePolicies)."""
    if one is None:
        return other
    preferences = [item for item in (one.local_preference, other.local_preference) if item is not None]
    return Attributes(
        tuple(dict.fromkeys([*one.communities, *other.communities])),
        tuple(dict.fromkeys([*one.large_communities, *other.large_communities])),
        max(preferences, default=None),
    )


def _prefixes(resources: Resources, node: str, advertisement: dict) -> list[str]:
    """What one advertisement announces from this node: pod networks or Services; pools and interfaces are not here."""
    if advertisement["advertisementType"] == "PodCIDR":
        item = resources.named("ciliumnodes", node)
        return list(item["spec"]["ipam"].get("podCIDRs") or []) if item else []
    if advertisement["advertisementType"] != "Service" or not advertisement.get("service"):
        return []
    return [
        prefix
        for service in resources["services"]
        if selects(advertisement.get("selector"), service_labels(service))
        for prefix in _service(resources, node, service, advertisement["service"])
    ]


def _service(resources: Resources, node: str, service: dict, options: dict) -> list[str]:
    spec = service["spec"]
    if spec.get("type") == "ExternalName" or spec.get("clusterIP") in (None, "", "None"):
        return []
    kinds = {
        "LoadBalancerIP": (_balancer(service), spec.get("externalTrafficPolicy")),
        "ExternalIP": (spec.get("externalIPs") or [], spec.get("externalTrafficPolicy")),
        "ClusterIP": (spec.get("clusterIPs") or [], spec.get("internalTrafficPolicy")),
    }
    return [
        _network(address, options, policy)
        for kind in options["addresses"]
        for address, policy in ((text, kinds[kind][1]) for text in kinds[kind][0])
        if policy != "Local" or has_endpoint(resources["endpointslices"], service, node, version(address))
    ]


def _balancer(service: dict) -> list[str]:
    spec = service["spec"]
    served = spec.get("type") == "LoadBalancer" and spec.get("loadBalancerClass") in (None, LB_CLASSES[0])
    return ingress_addresses(service) if served else []


def _network(address: str, options: dict, policy: str | None) -> str:
    """The prefix: the address alone, unless it is aggregated; a Service with the policy Local never is."""
    given = ipaddress.ip_address(address)
    length = options.get(f"aggregationLengthIPv{given.version}")
    if length is None or policy == "Local":
        return f"{given}/{given.max_prefixlen}"
    return str(ipaddress.ip_network((int(given), given.max_prefixlen)).supernet(new_prefix=length))
