"""From Calico's resources to what one node's BIRD has to do. Pure; named rules are confd's (Calico v3.32)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping

from lab.cluster.calico import routes
from lab.cluster.calico.model import Peer, Resources, Speaker, notes
from lab.cluster.calico.selectors import SelectorError, read
from lab.cluster.objects import internal_addresses, labels

DEFAULT_ASN = 64512
AS_NUMBER = "projectcalico.org/ASNumber"
CLUSTER_ID = "projectcalico.org/RouteReflectorClusterID"

# (Secret's name, key) → the password, or None where calico-node cannot read it
Passwords = Callable[[str, str], "str | None"]


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
        communities=routes.communities(configuration),
    )
    made.pools, made.disabled_pools = routes.pools(resources)
    made.blocks = routes.blocks(resources, node)
    made.services, made.not_in_kernel = routes.services(resources, node)
    made.peers = _peers(resources, nodes, made, passwords)
    return made


# -- nodes ------------------------------------------------------------------------------------------------


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
    for address in internal_addresses(node):
        found.setdefault(ipaddress.ip_address(address).version, address)
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
        return read(selector).takes(found)
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
