"""Calico's Node, as it is kept with Kubernetes' Node: addresses, AS, cluster ID, port. Pure."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass

from lab.cluster.calico.model import Resources, notes
from lab.cluster.calico.selectors import SelectorError, read
from lab.cluster.objects import internal_addresses, labels, name

DEFAULT_ASN = 64512
AS_NUMBER = "projectcalico.org/ASNumber"
CLUSTER_ID = "projectcalico.org/RouteReflectorClusterID"
ADDRESSES = {4: "projectcalico.org/IPv4Address", 6: "projectcalico.org/IPv6Address"}


@dataclass(frozen=True)
class Node:
    """What confd knows of a node."""

    name: str
    addresses: dict[int, str]
    own_asn: int | None
    cluster_id: str
    port: int | None  # that it listens at, where it is not BGP's
    labels: dict[str, str]


def nodes(resources: Resources) -> dict[str, Node]:
    """Every node by its name."""
    return {name(item): _node(resources, item) for item in resources["nodes"]}


def _node(resources: Resources, item: dict) -> Node:
    given = notes(item)
    own, default = resources.configuration_of(name(item)), resources.configuration
    return Node(
        name=name(item),
        addresses=node_addresses(item),
        own_asn=asn(given[AS_NUMBER]) if given.get(AS_NUMBER) else None,
        cluster_id=given.get(CLUSTER_ID, ""),
        port=own.get("listenPort") or default.get("listenPort") or None,
        labels=labels(item),
    )


def global_asn(resources: Resources) -> int:
    """The AS of nodes that have none of their own."""
    return asn(resources.configuration.get("asNumber") or DEFAULT_ASN)


def asn(given: int | str) -> int:
    """An AS number, which may be written ``1.10``."""
    high, dot, low = str(given).partition(".")
    return (int(high) << 16) + int(low) if dot else int(high)


def node_addresses(node: dict) -> dict[int, str]:
    """The node's address per IP version: the annotation, or the first InternalIP, which autodetection finds."""
    found: dict[int, str] = {}
    for version, note in ADDRESSES.items():
        if notes(node).get(note):
            found[version] = str(ipaddress.ip_interface(notes(node)[note]).ip)
    for address in internal_addresses(node):
        found.setdefault(ipaddress.ip_address(address).version, address)
    return found


def matching(known: dict[str, Node], selector: str) -> list[str]:
    """The nodes that a selector selects; one that Calico cannot read selects none."""
    return [node.name for node in known.values() if takes(selector, node.labels)]


def takes(selector: str, found: dict[str, str]) -> bool:
    """Whether a selector selects something with these labels; one that Calico cannot read selects nothing."""
    try:
        return read(selector).takes(found)
    except SelectorError:
        return False


def hashed_router_id(node: str) -> str:
    """The router ID of a node without IPv4, which the operator sets to ``hash``: of the name, and no class D or E."""
    first, *others = hashlib.sha256(node.encode()).digest()[:4]
    return ".".join(map(str, (first - 32 if first > 223 else first, *others)))
