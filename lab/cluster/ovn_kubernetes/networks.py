"""OVN-Kubernetes' networks: the default one and ClusterUserDefinedNetworks, their VRFs, the nodes' subnets. Pure."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lab.cluster.objects import labels, selects

DEFAULT = "default"  # the default network, its VRF where VRFs are imported, and its key in the annotation
SUBNETS = "k8s.ovn.org/node-subnets"
REQUIRED = "k8s.ovn.org/primary-user-defined-network"
PREFIX = "cluster_udn_"
LONGEST_VRF = 15  # IFNAMSIZ - 1
HOST_SUBNETS = {4: 24, 6: 64}  # where a Layer3 network does not say


@dataclass(frozen=True)
class Network:
    """A network that is there: ``subnets`` as (prefix, length of a node's part of it), ``labels`` to select it by."""

    name: str
    vrf: str
    topology: str  # Layer2, Layer3 or Localnet
    subnets: tuple[tuple[str, int], ...] = ()
    primary: bool = True
    labels: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Condition:
    """A condition as people read it."""

    type: str
    status: bool
    reason: str
    message: str


# -- networks ---------------------------------------------------------------------------------------------


def user_defined(items: Iterable[Mapping], namespaces: Sequence[Mapping]) -> tuple[list[Network], dict[str, Condition]]:
    """The ClusterUserDefinedNetworks that are there, and every one's condition NetworkCreated by its name.

    A network is there once it has a NetworkAttachmentDefinition in a namespace. A primary one gets none where the
    namespace has not the label that it must be created with (userdefinednetwork/nad.go).
    """
    found, conditions = [], {}
    for number, item in enumerate(sorted(items, key=lambda item: item["metadata"]["name"]), start=1):
        name = item["metadata"]["name"]
        made, wrong = _serving(item, namespaces)
        conditions[name] = _created(made, wrong)
        if made:
            found.append(_network(item, number))
    return found, conditions


def _serving(item: Mapping, namespaces: Sequence[Mapping]) -> tuple[list[str], list[str]]:
    """The namespaces that a network serves, and those that it selects but cannot serve."""
    chosen = [space for space in namespaces if selects(item["spec"]["namespaceSelector"], labels(space))]
    chosen = [space for space in chosen if not space["metadata"].get("deletionTimestamp")]
    wrong = [space["metadata"]["name"] for space in chosen if is_primary(item) and REQUIRED not in labels(space)]
    made = [space["metadata"]["name"] for space in chosen if space["metadata"]["name"] not in wrong]
    return sorted(made), sorted(wrong)


def _created(made: list[str], wrong: list[str]) -> Condition:
    if wrong:
        said = [
            f'invalid primary network state for namespace "{name}": a valid primary user defined network or network '
            f'attachment definition custom resource, and required namespace label "{REQUIRED}" must both be present'
            for name in wrong
        ]
        return Condition("NetworkCreated", False, "NetworkAttachmentDefinitionSyncError", "\n".join(said))
    message = f"NetworkAttachmentDefinition has been created in following namespaces: [{', '.join(made)}]"
    return Condition("NetworkCreated", True, "NetworkAttachmentDefinitionCreated", message)


def _topology(item: Mapping) -> tuple[str, Mapping]:
    network = item["spec"]["network"]
    return network["topology"], network.get(network["topology"].lower()) or {}


def is_primary(item: Mapping) -> bool:
    """Whether a ClusterUserDefinedNetwork is its pods' primary network."""
    return _topology(item)[1].get("role") == "Primary"


def _network(item: Mapping, number: int) -> Network:
    name = item["metadata"]["name"]
    topology, options = _topology(item)
    return Network(
        name=f"{PREFIX}{name}",
        vrf=vrf(name, number),
        topology=topology,
        subnets=tuple(_subnet(subnet) for subnet in options.get("subnets") or []),
        primary=is_primary(item),
        labels=labels(item),
    )


def _subnet(given: str | Mapping) -> tuple[str, int]:
    if isinstance(given, str):
        return given, 0
    return given["cidr"], given.get("hostSubnet") or HOST_SUBNETS[ipaddress.ip_network(given["cidr"]).version]


def vrf(name: str, number: int) -> str:
    """The VRF of a ClusterUserDefinedNetwork: its name where a device can have it (util.GetNetworkVRFName).

    Otherwise a number that OVN-Kubernetes gives as networks come; here it is the place in the order of names.
    """
    return f"mp{number}-udn-vrf" if len(name) > LONGEST_VRF or name == DEFAULT else name


# -- the nodes' subnets -----------------------------------------------------------------------------------


def subnets(node: Mapping) -> dict[str, list[str]]:
    """A node's subnets by network, from its annotation; ``{}`` without one."""
    text = (node["metadata"].get("annotations") or {}).get(SUBNETS)
    found = json.loads(text) if text else {}
    return {name: [value] if isinstance(value, str) else list(value) for name, value in found.items()}


def allocated(nodes: Sequence[Mapping], networks: Iterable[Network]) -> dict[str, dict[str, list[str]]]:
    """Every node's subnets by network: what its annotation has to say.

    OVN-Kubernetes takes the default network's out of its own cluster subnets; here they are the Node's podCIDRs. A
    Layer3 network's are the first free ones, those that a node has stay; a Layer2 network is one subnet everywhere.
    """
    before = {node["metadata"]["name"]: subnets(node) for node in nodes}
    result: dict[str, dict[str, list[str]]] = {name: {} for name in before}
    for node in nodes:
        blocks = (node.get("spec") or {}).get("podCIDRs")
        if blocks:
            result[node["metadata"]["name"]][DEFAULT] = list(blocks)
    for network in networks:
        if network.topology == "Layer3":
            for name, found in _layer3(network, before).items():
                result[name][network.name] = found
    return result


def _layer3(network: Network, before: Mapping[str, Mapping[str, list[str]]]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {name: [] for name in sorted(before)}
    for version in (4, 6):
        pools = [(ipaddress.ip_network(cidr), length) for cidr, length in network.subnets]
        pools = [(pool, length) for pool, length in pools if pool.version == version]
        kept = {name: _kept(found.get(network.name, []), pools) for name, found in before.items()}
        taken = {text for text in kept.values() if text}
        free = (
            str(subnet)
            for pool, length in pools
            for subnet in pool.subnets(new_prefix=length)
            if str(subnet) not in taken
        )
        for name, found in result.items():
            text = kept[name] or (next(free, "") if pools else "")
            found += [text] if text else []
    return result


def _kept(found: Iterable[str], pools: list) -> str:
    """The subnet that a node has in one of the pools, as long as it still fits."""
    for text in found:
        subnet = ipaddress.ip_network(text)
        if any(subnet.version == pool.version and subnet.subnet_of(pool) for pool, _ in pools):
            return text if any(subnet.prefixlen == length for _, length in pools) else ""
    return ""
