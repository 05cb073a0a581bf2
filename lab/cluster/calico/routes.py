"""Which routes one node announces, and which its kernel gets: blocks, pools, services. Pure; rules are confd's."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from lab.cluster.calico.model import Block, Pool, Resources
from lab.cluster.objects import slices_of

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_COMMUNITY = re.compile(r"\d+:\d+(:\d+)?")
_TYPES = ("ClusterIP", "NodePort", "LoadBalancer")
# The operator's words for an IPPool's encapsulation, as the IPPool's own fields.
_ENCAPSULATIONS = {
    "IPIP": {"ipipMode": "Always"},
    "IPIPCrossSubnet": {"ipipMode": "CrossSubnet"},
    "VXLAN": {"vxlanMode": "Always"},
    "VXLANCrossSubnet": {"vxlanMode": "CrossSubnet"},
}


# -- pools and blocks -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """For which pools BIRD writes the other nodes' routes into the kernel; Felix does for the rest."""

    ipip: bool
    plain: bool


def programmed(configuration: dict, release: tuple[int, ...]) -> Policy:
    """``programClusterRoutes``; unset, BIRD has all pools up to v3.32, and those without encapsulation after it."""
    default = Policy(ipip=True, plain=True) if release < (3, 33) else Policy(ipip=False, plain=True)
    values = {
        "Disabled": Policy(ipip=False, plain=False),
        "Enabled": Policy(ipip=True, plain=True),
        "EnabledIPIPOnly": Policy(ipip=True, plain=False),
        "EnabledNoEncapOnly": Policy(ipip=False, plain=True),
    }
    return values.get(configuration.get("programClusterRoutes") or "", default)


def pools(resources: Resources, policy: Policy) -> list[Pool]:
    """The IPPools, or those that the operator would make of its Installation."""
    found = [item["spec"] for item in resources["ippools"]]
    for item in [] if found else resources["installations"]:
        for pool in (item["spec"].get("calicoNetwork") or {}).get("ipPools") or []:
            found.append({**pool, **_ENCAPSULATIONS.get(pool.get("encapsulation") or "IPIP", {})})
    return [_pool(spec, policy) for spec in sorted(found, key=lambda spec: spec["cidr"])]


def _pool(spec: dict, policy: Policy) -> Pool:
    tunnelled = {key: spec.get(key) in ("Always", "CrossSubnet") for key in ("vxlanMode", "ipipMode")}
    by_bird = not tunnelled["vxlanMode"] and (policy.ipip if tunnelled["ipipMode"] else policy.plain)
    return Pool(spec["cidr"], exported=not spec.get("disableBGPExport"), programmed=by_bird)


def blocks(resources: Resources, node: str) -> list[Block]:
    """The node's blocks: its BlockAffinities; without any, its podCIDRs, as with the IPAM host-local.

    A pending affinity does not count; one without a state is confirmed; others have a route, and no aggregation.
    """
    if resources["blockaffinities"]:
        return [
            Block(spec["cidr"], confirmed=spec.get("state", "") in ("", "confirmed"))
            for spec in (item["spec"] for item in resources["blockaffinities"])
            if spec.get("node") == node
            and spec.get("state") != "pending"
            and str(spec.get("deleted") or "").lower() != "true"
            and spec.get("type") in (None, "", "host")
        ]
    found = resources.named("nodes", node) or {}
    return [Block(cidr) for cidr in (found.get("spec") or {}).get("podCIDRs") or []]


def communities(default: dict, own: dict) -> list[tuple[str, list[str]]]:
    """(network, communities) of ``prefixAdvertisements``, the node's own or all nodes'; names become their values."""
    configuration = own if own.get("prefixAdvertisements") is not None else default
    names: dict[str, str] = {}
    for item in configuration.get("communities") or []:
        names.setdefault(item.get("name", ""), item.get("value", ""))
    found = []
    for item in configuration.get("prefixAdvertisements") or []:
        given = item.get("communities") or []
        values = {text if _COMMUNITY.fullmatch(text) else names.get(text, "") for text in given} - {""}
        if item.get("cidr") and values:
            found.append((item["cidr"], sorted(values)))
    return found


# -- services ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lists:
    """The networks of the BGPConfiguration, of which services' addresses are announced."""

    cluster: list[str]
    external: list[str]
    balancer: list[str]
    aggregated: bool

    @property
    def whole(self) -> list[str]:
        """The networks that every node announces; a single address waits for a Service that has it."""
        balancer = self.balancer if self.aggregated else []
        return list(
            dict.fromkeys([*self.cluster, *(text for text in (*self.external, *balancer) if not _single(text))])
        )


@dataclass
class Announced:
    """The services' routes of a node, and the networks that BIRD keeps out of the kernel."""

    routes: list[str] = field(default_factory=list)
    not_in_kernel: list[str] = field(default_factory=list)


def lists(configuration: dict) -> Lists:
    """The lists of a BGPConfiguration; entries without a network are left out."""

    def networks(key: str) -> list[str]:
        return [item["cidr"] for item in configuration.get(key) or [] if item and item.get("cidr")]

    return Lists(
        networks("serviceClusterIPs"),
        networks("serviceExternalIPs"),
        networks("serviceLoadBalancerIPs"),
        configuration.get("serviceLoadBalancerAggregation") in (None, "", "Enabled"),
    )


def reflected(configuration: dict, release: tuple[int, ...]) -> list[str]:
    """The services' networks whose routes a route reflector passes on: load balancers'; from v3.33 external, too."""
    known = lists(configuration)
    return list(dict.fromkeys([*known.balancer, *(known.external if release >= (3, 33) else [])]))


def services(resources: Resources, node: str, labels: dict) -> Announced:
    """Services' routes of a node; none where its label excludes it from load balancers."""
    known = lists(resources.configuration)
    if labels.get(EXCLUDED) == "true":
        return Announced([], sorted(known.whole))
    found = set(known.whole)
    for service in resources["services"]:
        slices = slices_of(resources["endpointslices"], service)
        if slices and _announces(service, slices, node, known, resources.release):
            found.update(_addresses(service, known, resources.release))
    return Announced(sorted(found), sorted(known.whole))


def _announces(service: dict, slices: list, node: str, known: Lists, release: tuple[int, ...]) -> bool:
    """Whether a node announces the addresses of a Service one by one (``advertiseThisService``)."""
    spec = service["spec"]
    if spec.get("type", "ClusterIP") not in _TYPES or spec.get("clusterIP") in (None, "", "None"):
        return False
    policy = spec.get("externalTrafficPolicy") or ""
    if policy == "Cluster" and _has_single(service, known, release):
        return True
    if policy != "Local" and (known.aggregated or _by_endpoints(release)):
        return False
    return any(
        policy != "Local" or endpoint.get("nodeName") == node
        for item in slices
        if item.get("addressType") in _families(spec, release)
        for endpoint in item.get("endpoints") or []
        if _takes_unready(release) or (endpoint.get("conditions") or {}).get("ready") is not False
    )


def _by_endpoints(release: tuple[int, ...]) -> bool:
    """Up to v3.30 confd watches Endpoints: ready ones, of the family of ``clusterIP``, which alone is announced."""
    return release < (3, 31)


def _takes_unready(release: tuple[int, ...]) -> bool:
    """From v3.31.0 on confd does not look at an EndpointSlice's conditions; v3.31.7, v3.32.2 and v3.33 do again."""
    return (3, 31) <= release < (3, 31, 7) or (3, 32) <= release < (3, 32, 2)


def _takes_assigned(release: tuple[int, ...]) -> bool:
    """Whether a single address counts that the Service's status alone has (hasAnySingleLoadBalancerIP)."""
    return (3, 30, 7) <= release < (3, 31) or release >= (3, 31, 5)


def _families(spec: dict, release: tuple[int, ...]) -> list[str]:
    """``ipFamilies``, which the API server fills in, or those of the Service's addresses."""
    given = [] if _by_endpoints(release) else spec.get("ipFamilies") or []
    return given or [f"IPv{ipaddress.ip_address(text).version}" for text in _cluster_addresses(spec, release)]


def _cluster_addresses(spec: dict, release: tuple[int, ...]) -> list[str]:
    return [spec["clusterIP"]] if _by_endpoints(release) else spec.get("clusterIPs") or [spec["clusterIP"]]


def _ingress(service: dict) -> list[str]:
    items = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    return [item["ip"] for item in items if item.get("ip")]


def _has_single(service: dict, known: Lists, release: tuple[int, ...]) -> bool:
    """Whether an address of a Service is listed on its own: a load balancer's of that type, or an external one."""
    spec = service["spec"]
    assigned = _ingress(service) if _takes_assigned(release) else []
    balancer = [spec.get("loadBalancerIP") or "", *assigned] if spec.get("type") == "LoadBalancer" else []
    external = spec.get("externalIPs") or [] if release >= (3, 30) else []
    return bool(
        _within(balancer, [text for text in known.balancer if _single(text)])
        or _within(external, [text for text in known.external if _single(text)])
    )


def _addresses(service: dict, known: Lists, release: tuple[int, ...]) -> list[str]:
    """Every address of a Service that may be announced, as host prefixes (``getAllRoutesForService``)."""
    spec = service["spec"]
    found = [
        *(_cluster_addresses(spec, release) if known.cluster else []),
        *_within(spec.get("externalIPs") or [], known.external),
        *_within(_ingress(service), known.balancer),
    ]
    return [f"{text}/{ipaddress.ip_address(text).max_prefixlen}" for text in found]


def _within(addresses: list[str], networks: list[str]) -> list[str]:
    parsed = [ipaddress.ip_network(text, strict=False) for text in networks]
    return [text for text in addresses if text and any(ipaddress.ip_address(text) in item for item in parsed)]


def _single(network: str) -> bool:
    return network.endswith("/128" if ":" in network else "/32")
