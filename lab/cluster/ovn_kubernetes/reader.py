"""What OVN-Kubernetes' controller of RouteAdvertisements makes of the resources: FRRConfigurations and a status. Pure.

After go-controller/pkg/clustermanager/routeadvertisements/controller.go of ovn-kubernetes at 8871cd9 (August 2026):
the same checks in the same order, with the same words. Without what its features EgressIP, EVPN, no-overlay transport,
dynamic allocation of networks and DPU hosts add, all of which are off by default.
"""

from __future__ import annotations

import copy
import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lab.cluster import objects
from lab.cluster.objects import internal_addresses, labels, name, selects
from lab.cluster.ovn_kubernetes import networks
from lab.cluster.ovn_kubernetes.networks import DEFAULT, Condition, Network

KEY = "k8s.ovn.org/route-advertisements"  # label: the RouteAdvertisements; annotation: its name/source/node
GENERATED = "ovnk-generated-"
HOSTNAME = "kubernetes.io/hostname"
AUTO = "auto"
ACCEPTED = "ovn-kubernetes cluster-manager validated the resource and requested the necessary configuration changes"


class ConfigurationError(ValueError):
    """The resources do not go together; nothing is generated until they are changed."""

    reason, prefix = "ConfigurationError", "configuration error"


class PendingError(ConfigurationError):
    """Something is not there (yet); what was generated before goes."""

    reason, prefix = "ConfigurationPending", "configuration pending"


class Resources(objects.Resources):
    """Everything that is read, each list in the order of names."""

    def __getitem__(self, plural: str) -> Sequence[dict]:
        return sorted(super().__getitem__(plural), key=name)


@dataclass
class Selection:
    """The networks that a RouteAdvertisements selects, and on one node the prefixes of each."""

    target: str
    networks: list[Network]
    prefixes: dict[str, list[str]] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)

    @property
    def vrfs(self) -> dict[str, str]:
        """VRF → network, in the order of VRFs."""
        return {network.vrf: network.name for network in sorted(self.networks, key=lambda network: network.vrf)}

    @property
    def all_prefixes(self) -> list[str]:
        """Every prefix of the node, once, in order of text."""
        return sorted({prefix for found in self.prefixes.values() for prefix in found})


def advertise(resources: Resources, advertisement: Mapping) -> tuple[list[dict] | None, Condition]:
    """The FRRConfigurations that a RouteAdvertisements leads to, and its condition Accepted.

    None instead of a list: a mistake, and what was generated before stays as it is.
    """
    try:
        generated = _generate(resources, advertisement)
    except ConfigurationError as error:
        kept: list[dict] | None = [] if isinstance(error, PendingError) else None
        return kept, Condition("Accepted", False, error.reason, f"{error.prefix}: {error}")
    return generated, Condition("Accepted", True, "Accepted", ACCEPTED)


def _generate(resources: Resources, advertisement: Mapping) -> list[dict]:
    spec = advertisement["spec"]
    if "EgressIP" in spec["advertisements"]:
        raise ConfigurationError("advertising EgressIP requires EgressIP feature to be enabled")
    selection = Selection(spec.get("targetVRF") or "", _networks(resources, spec["networkSelectors"]))
    nodes = _nodes(resources, spec)
    sources = _sources(resources, spec["frrConfigurationSelector"])
    generated = []
    for node in nodes:
        selection.prefixes = _prefixes(node, selection.networks)
        selection.matched = set()
        for source in sources:
            if selects(source["spec"].get("nodeSelector") or {}, labels(node)):
                generated.append(_for_node(advertisement, source, node, selection))
        if selection.target == AUTO and not selection.matched >= {network.name for network in selection.networks}:
            raise ConfigurationError(
                f'selected FRRConfigurations for node "{name(node)}" don\'t match all selected networks with target '
                "VRF 'auto'"
            )
    return generated


# -- what is selected -------------------------------------------------------------------------------------


def _networks(resources: Resources, selectors: Iterable[Mapping]) -> list[Network]:
    """The selected networks by name, each fit to be advertised."""
    user_defined, _ = networks.user_defined(resources["clusteruserdefinednetworks"], resources["namespaces"])
    found: dict[str, Network] = {}
    for selector in selectors:
        kind = selector["networkSelectionType"]
        if kind == "DefaultNetwork":
            found[DEFAULT] = Network(DEFAULT, DEFAULT, "Layer3")
        elif kind == "ClusterUserDefinedNetworks":
            wanted = selector["clusterUserDefinedNetworkSelector"]["networkSelector"]
            found |= {item.name: item for item in user_defined if selects(wanted, item.labels or {})}
        else:
            raise ConfigurationError(f"unsupported network selection type {kind}")
    if not found:
        raise PendingError("no networks selected")
    for network in found.values():
        if not network.primary:
            raise ConfigurationError(f'selected network "{network.name}" is not the default nor a primary network')
        if network.topology not in ("Layer2", "Layer3"):
            raise ConfigurationError(
                f'selected network "{network.name}" has unsupported topology "{network.topology.lower()}"'
            )
    return [found[key] for key in sorted(found)]


def _nodes(resources: Resources, spec: Mapping) -> list[dict]:
    selector = spec.get("nodeSelector") or {}
    if (selector.get("matchLabels") or selector.get("matchExpressions")) and "PodNetwork" in spec["advertisements"]:
        raise ConfigurationError("node selector has to select all nodes if pod network is advertised")
    found = [node for node in resources["nodes"] if selects(selector, labels(node))]
    if not found:
        raise PendingError("no nodes selected")
    return found


def _sources(resources: Resources, selector: Mapping) -> list[dict]:
    """The FRRConfigurations to start from; what was generated is selected too, and skipped."""
    found = [item for item in resources["frrconfigurations"] if selects(selector, labels(item))]
    if not found:
        raise PendingError("no FRRConfigurations selected")
    return [item for item in found if not name(item).startswith(GENERATED)]


def _prefixes(node: Mapping, chosen: Iterable[Network]) -> dict[str, list[str]]:
    """What a node announces of each network: its own subnets, of a Layer2 network the whole."""
    own, found = networks.subnets(node), {}
    for network in chosen:
        if network.topology == "Layer2":
            found[network.name] = sorted(cidr for cidr, _ in network.subnets)
            if not network.subnets:
                raise ConfigurationError("no layer2 subnets found")
        elif own.get(network.name):
            found[network.name] = sorted(own[network.name])
        else:
            raise ConfigurationError(
                f'will wait for subnet annotation to be set for node "{name(node)}" and network "{network.name}"'
            )
    return found


# -- one node's FRRConfiguration --------------------------------------------------------------------------


def _for_node(advertisement: Mapping, source: Mapping, node: Mapping, selection: Selection) -> dict:
    """The FRRConfiguration for one source and one node; ConfigurationError if no router of the source matches."""
    routers: list[dict] = []
    for router in source["spec"].get("bgp", {}).get("routers") or []:
        routers += _routers(router, source, node, selection)
    if not routers:
        raise ConfigurationError(
            f'FRRConfiguration "{name(source)}" selected for node "{name(node)}" has no VRF matching the '
            "RouteAdvertisements target VRF or any selected network"
        )
    spec = copy.deepcopy(source["spec"])
    spec["bgp"]["routers"] = routers
    spec["nodeSelector"] = {"matchLabels": {HOSTNAME: name(node)}}
    return {
        "apiVersion": source["apiVersion"],
        "kind": "FRRConfiguration",
        "metadata": {
            "generateName": GENERATED,
            "namespace": source["metadata"]["namespace"],
            "labels": {KEY: name(advertisement)},
            "annotations": {KEY: f"{name(advertisement)}/{name(source)}/{name(node)}"},
        },
        "spec": spec,
    }


def _routers(router: Mapping, source: Mapping, node: Mapping, selection: Selection) -> list[dict]:
    """What becomes of a router of the source: nothing, or itself with prefixes, and those that import from it."""
    vrf = router.get("vrf") or ""
    network = DEFAULT if vrf == "" else selection.vrfs.get(vrf, "")
    if selection.target == AUTO:
        prefixes = selection.prefixes.get(network, [])
    else:
        prefixes = selection.all_prefixes if vrf == selection.target else []
    if not prefixes:
        return []
    selection.matched.add(network)
    made = {**copy.deepcopy(dict(router)), "prefixes": prefixes, "neighbors": []}
    for neighbor in router.get("neighbors") or []:
        made["neighbors"] += _neighbor(neighbor, source, node, prefixes)
    if not made["neighbors"]:
        return []
    return [made] if selection.target == AUTO else [made, *_imports(made, vrf or DEFAULT, selection)]


def _neighbor(neighbor: Mapping, source: Mapping, node: Mapping, prefixes: list[str]) -> list[dict]:
    """A neighbor with the prefixes of its family to advertise; none if there are none, or if it is the node itself."""
    address, interface = neighbor.get("address"), neighbor.get("interface")
    place = f"FRRConfiguration {source['metadata']['namespace']}/{name(source)}"
    if not address and not interface:
        raise ConfigurationError(f"neighbor with neither address nor interface on {place}")
    if address in internal_addresses(node):
        return []
    if neighbor.get("dualStackAddressFamily"):
        raise ConfigurationError(f"DualStackAddressFamily==true not supported, seen on {place} neighbor {address}")
    mine = [text for text in prefixes if not address or _version(text) == _version(address)]
    allowed = {"mode": "filtered", "prefixes": mine}
    return [{**copy.deepcopy(dict(neighbor)), "toAdvertise": {"allowed": allowed}}] if mine else []


def _version(text: str) -> int:
    return ipaddress.ip_network(text, strict=False).version


def _imports(made: dict, vrf: str, selection: Selection) -> list[dict]:
    """Routes leak both ways between the target VRF and those of the selected networks."""
    added = []
    for other in selection.vrfs:
        if other == vrf:
            continue
        made["imports"] = [*(made.get("imports") or []), {"vrf": other}]
        router = {"asn": made["asn"], "imports": [{"vrf": vrf}]}
        router |= {"id": made["id"]} if made.get("id") else {}
        added.append(router if other == DEFAULT else {**router, "vrf": other})
    return added
