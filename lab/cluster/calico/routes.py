"""Which routes one node announces: blocks, pools, services. Pure; named rules are confd's (Calico v3.32)."""

from __future__ import annotations

import ipaddress

from lab.cluster.calico.model import Resources
from lab.cluster.objects import has_endpoint, labels, name

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


def pools(resources: Resources) -> tuple[list[str], list[str]]:
    """The pools whose routes are exported, and those that are not: IPPools, or those that the operator would make."""
    found = [(item["spec"]["cidr"], bool(item["spec"].get("disableBGPExport"))) for item in resources["ippools"]]
    for item in [] if found else resources["installations"]:
        wanted = item["spec"].get("calicoNetwork", {}).get("ipPools", [])
        found += [(pool["cidr"], bool(pool.get("disableBGPExport"))) for pool in wanted]
    return [cidr for cidr, off in found if not off], [cidr for cidr, off in found if off]


def blocks(resources: Resources, node: dict) -> list[str]:
    """The node's blocks: its confirmed BlockAffinities; without any, its podCIDRs, as with the IPAM host-local."""
    if resources["blockaffinities"]:
        return [
            item["spec"]["cidr"]
            for item in resources["blockaffinities"]
            if item["spec"]["node"] == node["metadata"]["name"] and item["spec"]["state"] == "confirmed"
        ]
    return list(node.get("spec", {}).get("podCIDRs") or [])


def communities(configuration: dict) -> list[tuple[str, list[str]]]:
    """(network, communities) of prefixAdvertisements, names replaced by what they stand for."""
    names = {item["name"]: item["value"] for item in configuration.get("communities") or []}
    return [
        (item["cidr"], [names.get(text, text) for text in item.get("communities") or []])
        for item in configuration.get("prefixAdvertisements") or []
    ]


def services(resources: Resources, node: dict) -> tuple[list[str], list[str]]:
    """Services' routes of a node, and the networks that BIRD keeps out of the kernel."""
    configuration = resources.configuration
    lists = {
        kind: [ipaddress.ip_network(item["cidr"]) for item in configuration.get(key) or []]
        for kind, key in (
            ("cluster", "serviceClusterIPs"),
            ("external", "serviceExternalIPs"),
            ("balancer", "serviceLoadBalancerIPs"),
        )
    }
    aggregated = configuration.get("serviceLoadBalancerAggregation", "Enabled") == "Enabled"
    everything = [str(network) for networks in lists.values() for network in networks]
    if labels(node).get(EXCLUDED) == "true":
        return [], everything
    whole = [*lists["cluster"], *_larger(lists["external"]), *(_larger(lists["balancer"]) if aggregated else [])]
    found = {str(network) for network in whole}
    for service in resources["services"]:
        found.update(_service(resources, node, service, lists, aggregated))
    return sorted(found), sorted(set(everything))


def _larger(networks: list) -> list:
    """Networks of more than one address: a single one waits for a Service that has it."""
    return [network for network in networks if network.prefixlen < network.max_prefixlen]


def _service(resources: Resources, node: dict, service: dict, lists: dict, aggregated: bool) -> list[str]:
    """The host routes of one Service on one node (advertiseThisService, getAllRoutesForService)."""
    spec = service["spec"]
    cluster = spec.get("clusterIP")
    if spec.get("type") not in ("ClusterIP", "NodePort", "LoadBalancer") or cluster in (None, "", "None"):
        return []
    ingress = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
    external = _allowed(spec.get("externalIPs") or [], lists["external"])
    balancer = _allowed([item["ip"] for item in ingress if item.get("ip")], lists["balancer"])
    everything = [*([cluster] if lists["cluster"] else []), *external, *balancer]
    policy = spec.get("externalTrafficPolicy")
    if policy == "Local":
        found = everything if _local(resources, node, service) else []
    elif policy == "Cluster" and any(_single(text, lists) for text in (*external, *balancer)):
        found = everything
    else:
        found = balancer if policy == "Cluster" and not aggregated else []
    return [f"{text}/{ipaddress.ip_address(text).max_prefixlen}" for text in found]


def _allowed(addresses: list[str], networks: list) -> list[str]:
    return [text for text in addresses if any(ipaddress.ip_address(text) in network for network in networks)]


def _single(text: str, lists: dict) -> bool:
    return ipaddress.ip_network(text) in (*lists["external"], *lists["balancer"])


def _local(resources: Resources, node: dict, service: dict) -> bool:
    """Whether the node has a ready endpoint of the family of the Service's first address."""
    family = ipaddress.ip_address(service["spec"]["clusterIP"]).version
    return has_endpoint(resources["endpointslices"], service, name(node), family)
