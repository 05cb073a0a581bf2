"""From Calico's resources to what one node's BIRD has to do. Pure; named rules are confd's (Calico v3.32)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.cluster.calico.selectors import SelectorError, parse

DEFAULT_ASN = 64512
AS_NUMBER = "projectcalico.org/ASNumber"
CLUSTER_ID = "projectcalico.org/RouteReflectorClusterID"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"

# (Secret's name, key) → the password, or None where calico-node cannot read it
Passwords = Callable[[str, str], "str | None"]


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


@dataclass(frozen=True)
class Resources:
    """Everything that is read: lists of objects by plural name."""

    items: Mapping[str, Sequence[dict]]

    def __getitem__(self, plural: str) -> Sequence[dict]:
        return self.items.get(plural, ())

    @property
    def configuration(self) -> dict:
        """The BGPConfiguration ``default``; an empty one where there is none."""
        return next((item["spec"] for item in self["bgpconfigurations"] if item["metadata"]["name"] == "default"), {})


def speaker(resources: Resources, name: str, passwords: Passwords) -> Speaker:
    """What the node of this name has to do."""
    nodes = {node["metadata"]["name"]: node for node in resources["nodes"]}
    node, configuration = nodes[name], resources.configuration
    addresses = node_addresses(node)
    made = Speaker(
        node=name,
        asn=node_asn(node, configuration),
        router_id=addresses.get(4) or str(ipaddress.IPv4Address(sum(name.encode()) % 2**24 + 2**24)),
        addresses=addresses,
        listen_port=configuration.get("listenPort"),
        cluster_id=notes(node).get(CLUSTER_ID, ""),
        filters={item["metadata"]["name"]: item["spec"] for item in resources["bgpfilters"]},
        communities=communities(configuration),
    )
    made.pools, made.disabled_pools = pools(resources)
    made.blocks = blocks(resources, node)
    made.services, made.not_in_kernel = services(resources, node)
    made.peers = _peers(resources, nodes, made, passwords)
    return made


# -- nodes ------------------------------------------------------------------------------------------------


def notes(item: dict) -> dict:
    """The annotations of an object."""
    return item["metadata"].get("annotations") or {}


def labels(item: dict) -> dict:
    """The labels of an object."""
    return item["metadata"].get("labels") or {}


def node_asn(node: dict, configuration: dict) -> int:
    """The node's own AS, or the cluster's, or 64512."""
    return int(notes(node).get(AS_NUMBER) or configuration.get("asNumber") or DEFAULT_ASN)


def peering_addresses(resources: Resources) -> list[str]:
    """The addresses at which every node peers with its workloads, as host prefixes; Felix gives them to the nodes."""
    given = [resources.configuration.get(f"localWorkloadPeeringIPV{version}") for version in (4, 6)]
    return [f"{text}/{ipaddress.ip_address(text).max_prefixlen}" for text in given if text]


def node_addresses(node: dict) -> dict[int, str]:
    """The node's first InternalIP per IP version: what autodetection by the node network finds."""
    found: dict[int, str] = {}
    for item in node.get("status", {}).get("addresses", []):
        if item["type"] == "InternalIP":
            found.setdefault(ipaddress.ip_address(item["address"]).version, item["address"])
    return found


def selected(selector: str, node: dict) -> bool:
    """Whether a selector takes a node; one that is wrong takes none."""
    return _takes(selector, labels(node))


# -- peers ------------------------------------------------------------------------------------------------


def _peers(resources: Resources, nodes: dict, made: Speaker, passwords: Passwords) -> list[Peer]:
    found: dict[tuple, Peer] = {}
    if resources.configuration.get("nodeToNodeMeshEnabled", True) and not made.cluster_id:
        for other in nodes.values():
            if not notes(other).get(CLUSTER_ID):
                _between_nodes(made, other, {}, resources, found)
    for item in sorted(resources["bgppeers"], key=lambda item: item["metadata"]["name"]):
        _from_resource(resources, nodes, made, item, passwords, found)
    return [found[key] for key in sorted(found)]


def _concerned(spec: dict, node: dict) -> bool:
    """Whether a BGPPeer is this node's: it names it, selects it, or is global."""
    if spec.get("node"):
        return spec["node"] == node["metadata"]["name"]
    return selected(spec.get("nodeSelector", ""), node)


def _from_resource(
    resources: Resources, nodes: dict, made: Speaker, item: dict, passwords: Passwords, found: dict
) -> None:
    spec, node = item["spec"], nodes[made.node]
    reference = (spec.get("password") or {}).get("secretKeyRef")
    password = passwords(reference["name"], reference["key"]) if reference else None
    if reference and password is None:
        if _concerned(spec, node):
            made.problems.append(
                f"BGPPeer {item['metadata']['name']}: calico-node cannot read {reference['key']} of Secret "
                f"{reference['name']}"
            )
        return
    if spec.get("localWorkloadSelector"):
        if _concerned(spec, node):
            _workloads(resources, made, spec, found)
        return
    if spec.get("peerIP"):
        if _concerned(spec, node):
            _add(made, found, spec, *_host_and_port(spec["peerIP"]), spec["asNumber"], password=password)
        return
    forward = _concerned(spec, node)
    backward = spec.get("reversePeering") != "Manual" and selected(spec["peerSelector"], node)
    for other in nodes.values():
        if (forward and selected(spec["peerSelector"], other)) or (backward and _concerned(spec, other)):
            _between_nodes(made, other, {**spec, "_password": password}, resources, found)


def _workloads(resources: Resources, made: Speaker, spec: dict, found: dict) -> None:
    """Passive sessions with the workloads on this node that a selector takes; each of them has one (Felix, v3.32)."""
    spaces = {item["metadata"]["name"]: labels(item) for item in resources["namespaces"]}
    for pod in resources["pods"]:
        if _is_workload(pod, made.node) and _takes(spec["localWorkloadSelector"], workload_labels(pod, spaces)):
            for text in (item["ip"] for item in (pod.get("status") or {}).get("podIPs") or []):
                address = ipaddress.ip_address(text)
                asn = spec.get("localASNumber") or made.asn
                peer = Peer(
                    name="Local_Workload_" + text.replace(".", "_").replace(":", "_"),
                    address=text,
                    asn=spec["asNumber"],
                    local_address="",
                    local_asn=asn,
                    filters=tuple(item for item in spec.get("filters") or () if item in made.filters),
                    passive=True,
                )
                found.setdefault((address.version, int(address), 0), peer)


def _is_workload(pod: dict, node: str) -> bool:
    """Whether a pod is a workload of Calico on this node that is not going."""
    spec = pod["spec"]
    return spec.get("nodeName") == node and not spec.get("hostNetwork") and "deletionTimestamp" not in pod["metadata"]


def workload_labels(pod: dict, spaces: Mapping[str, dict]) -> dict:
    """A workload's own labels, and after ``pcns.`` those of its namespace and the namespace's name (kns profiles)."""
    name = pod["metadata"].get("namespace", "default")
    inherited = {f"pcns.{key}": value for key, value in spaces.get(name, {}).items()}
    return {**inherited, "pcns.projectcalico.org/name": name, **labels(pod)}


def _takes(selector: str, found: dict) -> bool:
    """Whether a selector takes something with these labels; one that is wrong takes nothing."""
    try:
        return parse(selector)(found) is True
    except SelectorError:
        return False


def _between_nodes(made: Speaker, other: dict, spec: dict, resources: Resources, found: dict) -> None:
    """Sessions with another node of Calico, one per IP version; the one with the lower address opens them."""
    configuration = resources.configuration
    for version, address in node_addresses(other).items():
        mine = made.addresses.get(version)
        if mine and address != mine:
            asn = node_asn(other, configuration)
            client = bool(made.cluster_id) and notes(other).get(CLUSTER_ID, "") != made.cluster_id
            _add(
                made, found, spec, address, configuration.get("listenPort"), asn,
                password=spec.get("_password"), passive=address > mine, client=client,
            )  # fmt: skip


def _add(
    made: Speaker, found: dict, spec: dict, address: str, port: int | None, asn: int,
    *, password: str | None = None, passive: bool = False, client: bool = False,
) -> None:  # fmt: skip
    mine = made.addresses.get(ipaddress.ip_address(address).version)
    if mine is None or address == mine:
        return
    local_asn = spec.get("localASNumber") or made.asn
    name = "peer_" + address.replace(".", "_").replace(":", "_") + (f"_port_{port}" if port else "")
    found[(ipaddress.ip_address(address).version, int(ipaddress.ip_address(address)), port or 0)] = Peer(
        name=name,
        address=address,
        asn=asn,
        local_address=mine,
        local_asn=local_asn,
        port=port,
        password=password,
        filters=tuple(item for item in spec.get("filters") or () if item in made.filters),
        ttl_hops=spec.get("ttlSecurity") or 0,
        passive=passive,
        next_hop=_next_hop(spec, asn == local_asn),
        restart_time=seconds(spec.get("maxRestartTime")),
        keepalive=seconds(spec.get("keepaliveTime")),
        allowed_local_asns=spec.get("numAllowedLocalASNumbers") or 0,
        reflector_client=client and asn == local_asn,
    )


def _next_hop(spec: dict, internal: bool) -> str:
    """nextHopMode; the older keepOriginalNextHop counts in eBGP sessions only."""
    if spec.get("keepOriginalNextHop") and not internal:
        return "keep"
    return {"Self": "self", "Keep": "keep"}.get(spec.get("nextHopMode", ""), "")


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, port = text[1:].partition("]:")
        return host, int(port)
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, int(port)
    return text, None


def seconds(text: str | None) -> int | None:
    """A metav1.Duration in whole seconds."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    total, number, rest = 0.0, "", text or ""
    while rest:
        if rest[0].isdigit() or rest[0] == ".":
            number, rest = number + rest[0], rest[1:]
            continue
        unit = next(unit for unit in units if rest.startswith(unit))
        total, number, rest = total + float(number) * units[unit], "", rest[len(unit) :]
    return round(total) if text else None


# -- routes -----------------------------------------------------------------------------------------------


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
    version = ipaddress.ip_address(service["spec"]["clusterIP"]).version
    return any(
        endpoint.get("nodeName") == node["metadata"]["name"]
        and (endpoint.get("conditions") or {}).get("ready") is not False
        for item in resources["endpointslices"]
        if item["metadata"].get("namespace") == service["metadata"].get("namespace")
        and labels(item).get("kubernetes.io/service-name") == service["metadata"]["name"]
        and item["addressType"] == f"IPv{version}"
        for endpoint in item.get("endpoints") or []
    )
