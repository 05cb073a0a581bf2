"""Which peerings the BGPPeers make on one node: confd's ``updatePeersV1`` (v3.32). Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lab.cluster.calico import workloads
from lab.cluster.calico.model import Resources
from lab.cluster.calico.nodes import Node, asn, global_asn, matching
from lab.cluster.objects import name


@dataclass(frozen=True)
class Peering:
    """One peering, before the node's own addresses and AS come in."""

    resource: str  # the BGPPeer's name
    address: str
    asn: int
    kind: str = "Node"
    port: int | None = None
    local_asn: int | None = None
    cluster_id: str = ""  # the peer's
    is_node: bool = False  # the address is one of Calico's nodes
    sourced: bool = True  # from the node's own address
    passive: bool = False
    ttl_hops: int = 0
    filters: tuple[str, ...] = ()
    allowed_local_asns: int = 0
    gateway: str = ""
    keep_next_hop: bool = False  # in eBGP sessions
    next_hop: str = ""
    secret: tuple[str, str] | None = None  # the password's Secret and key
    restart_time: int | None = None
    keepalive: int | None = None


def peerings(resources: Resources, known: Mapping[str, Node], node: str) -> list[Peering]:
    """Every peering of a node, one per address and port.

    Global BGPPeers come first, then those of the node, then what other nodes' peerings mean for this one; the first
    has an address. Among BGPPeers of a kind the first by name wins, where confd takes any.
    """
    made = _Peerings(resources, dict(known), node)
    found: dict[tuple[str, int | None], Peering] = {}
    for peering in (*made.forward(global_pass=True), *made.forward(global_pass=False), *made.backward()):
        found.setdefault((peering.address, peering.port), peering)
    return list(found.values())


@dataclass(frozen=True)
class _Peerings:
    resources: Resources
    known: dict[str, Node]
    node: str

    def _specs(self) -> list[tuple[str, dict]]:
        items = sorted(self.resources["bgppeers"], key=name)
        return [(name(item), item.get("spec") or {}) for item in items]

    def _local(self, spec: dict) -> list[str]:
        """The nodes that a BGPPeer configures; a global one configures all."""
        if spec.get("nodeSelector"):
            return matching(self.known, spec["nodeSelector"])
        return [spec["node"]] if spec.get("node") else list(self.known)

    # -- as written -------------------------------------------------------------------------------------------

    def forward(self, *, global_pass: bool) -> Iterator[Peering]:
        for resource, spec in self._specs():
            is_global = not spec.get("nodeSelector") and not spec.get("node")
            if is_global == global_pass and self.node in self._local(spec):
                for peering in self._written(resource, spec):
                    local = peering.kind == "Local_Workload"
                    yield peering if local or not is_global else replace(peering, kind="Global")

    def _written(self, resource: str, spec: dict) -> Iterator[Peering]:
        if spec.get("localWorkloadSelector"):
            for address in workloads.addresses(self.resources, self.node, spec["localWorkloadSelector"]):
                yield _workload(resource, spec, address)
        elif spec.get("peerSelector"):
            for other in matching(self.known, spec["peerSelector"]):
                yield from self._with_node(resource, spec, other, (4, 6))
        else:
            yield from self._with_address(resource, spec)

    def _with_address(self, resource: str, spec: dict) -> Iterator[Peering]:
        host, port = host_and_port(spec.get("peerIP", ""))
        address, gateway = _address(host), _address(spec.get("reachableBy", ""))
        if address is None or (spec.get("reachableBy") and (gateway is None or gateway.version != address.version)):
            return
        remote = asn(spec.get("asNumber") or 0)
        if port is None:
            nodes = self._nodes_at(host, remote, None)
            port = self.known[nodes[0]].port if nodes else None
        yield replace(
            _options(spec),
            resource=resource,
            address=str(address),
            port=port,
            asn=remote,
            local_asn=asn(spec["localASNumber"]) if spec.get("localASNumber") else None,
            is_node=any(host in node.addresses.values() for node in self.known.values()),
            allowed_local_asns=spec.get("numAllowedLocalASNumbers") or 0,
        )

    def _with_node(self, resource: str, spec: dict, other: str, versions: tuple[int, ...]) -> Iterator[Peering]:
        """Peerings with a node: its AS and port; a BGPPeer's ``localASNumber`` and allowed AS numbers do not count."""
        if other not in self.known:
            return
        node = self.known[other]
        for version in versions:
            if version in node.addresses:
                yield replace(
                    _options(spec),
                    resource=resource,
                    address=node.addresses[version],
                    port=node.port,
                    asn=node.own_asn or global_asn(self.resources),
                    cluster_id=node.cluster_id,
                )

    def _nodes_at(self, host: str, remote: int, port: int | None) -> list[str]:
        """The nodes that a ``peerIP`` and AS number mean; without an AS number those in the cluster's."""
        default = global_asn(self.resources)
        return [
            node.name
            for node in self.known.values()
            if host in node.addresses.values()
            and (node.own_asn or default) == (remote or default)
            and not (port and self._listens_elsewhere(node.name, port))
        ]

    def _listens_elsewhere(self, node: str, port: int) -> bool:
        """Whether the node's own or the cluster's ``listenPort`` is another one: confd wants both of them alike."""
        ports = (
            spec.get("listenPort") for spec in (self.resources.configuration_of(node), self.resources.configuration)
        )
        return any(other and other != port for other in ports)

    # -- what they mean for the other end ---------------------------------------------------------------------

    def backward(self) -> Iterator[Peering]:
        for resource, spec in self._specs():
            if spec.get("reversePeering") == "Manual" or spec.get("localWorkloadSelector"):
                continue
            versions: tuple[int, ...] = (4, 6)
            if spec.get("peerSelector"):
                remote = matching(self.known, spec["peerSelector"])
            else:
                host, port = host_and_port(spec.get("peerIP", ""))
                remote = self._nodes_at(host, asn(spec.get("asNumber") or 0), port)
                versions = (6,) if ":" in host else (4,)
            if self.node in remote:
                for other in self._local(spec):
                    yield from self._with_node(resource, spec, other, versions)


def _options(spec: dict) -> Peering:
    """What peerings take from a BGPPeer whatever they are with."""
    mode = spec.get("nextHopMode") or ""
    secret = (spec.get("password") or {}).get("secretKeyRef")
    return Peering(
        resource="",
        address="",
        asn=0,
        sourced=(spec.get("sourceAddress") or "UseNodeIP") == "UseNodeIP",
        ttl_hops=spec.get("ttlSecurity") or 0,
        filters=tuple(spec.get("filters") or ()),
        gateway=spec.get("reachableBy") or "",
        keep_next_hop=not mode and bool(spec.get("keepOriginalNextHop")),
        next_hop={"Self": "self", "Keep": "keep"}.get(mode, ""),
        secret=(secret["name"], secret["key"]) if secret else None,
        restart_time=seconds(spec.get("maxRestartTime")),
        keepalive=seconds(spec.get("keepaliveTime")),
    )


def _workload(resource: str, spec: dict, address: str) -> Peering:
    return Peering(
        resource=resource,
        address=address,
        asn=asn(spec.get("asNumber") or 0),
        kind="Local_Workload",
        local_asn=asn(spec["localASNumber"]) if spec.get("localASNumber") else None,
        sourced=False,
        passive=True,
        filters=tuple(spec.get("filters") or ()),
    )


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def host_and_port(text: str) -> tuple[str, int | None]:
    """``peerIP`` in its parts; without a port where there is none, and where it is no number of 16 bits."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not port.isdecimal() or int(port) >= 1 << 16 or (":" in host and not bracketed):
        return text, None
    return host.strip("[]"), int(port) or None


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
    return int(total + 0.5) if text else None
