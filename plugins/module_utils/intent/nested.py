# Copyright (c) 2026, kubefabric.bgp contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters nested in the virtual machines of others: who is in whom, and what follows for both of their plans.

A nested cluster has no L3Out. Its nodes peer with a virtual address of the parent's node they run on, which announces
their networks to its leaves: so these are networks of the parent's L3Out too, and the AS paths of their routes are one
longer per level of nesting. Source: Calico, "Configure BGP peering with nested clusters running on KubeVirt VMs".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Callable

from ..contract.families import FAMILIES
from ..contract.findings import Findings
from .model import KINDS, Cluster, Fabric, Known, Member, by_family, family, natural, reported
from .options_cluster import RACK_LABEL
from .schema import did_you_mean, read
from .without_kubernetes import without_kubernetes

if TYPE_CHECKING:
    from ..contract.freeform import Json, Options

# a node of a nested cluster is a virtual machine: the fabric knows nothing of it
WITHOUT = ("l3out", "contracts", "rack_label")
# what its nodes announce, in this order
ANNOUNCED = ("pod", "service", "external_service")


@dataclass
class Nested(Member):
    """A nested cluster; ``parent`` is the cluster that it runs in, ``root`` the one with the L3Out, both None where
    the intent does not lead there. ``depth`` is 1 directly below the root.
    """

    parent: Cluster | Nested | None = None
    root: Cluster | None = None
    depth: int = 0
    children: list[Nested] = field(default_factory=list)

    @property
    def vrf(self) -> tuple[str | None, str | None]:
        """The VRF in which its networks are routed."""
        return self.root.vrf if self.root else (None, None)

    @property
    def routing(self) -> str:
        """What its routes share with other clusters', in words."""
        return self.root.routing if self.root else "no VRF"

    @property
    def announced(self) -> list[Any]:
        """What its nodes announce: pods, and the services that its CNI is configured to announce."""
        nesting = self.network and self.network.nesting
        wanted = nesting.announces(self.options) if nesting else ANNOUNCED
        return [network for kind in ANNOUNCED if kind in wanted for network in self.networks[kind]]

    @property
    def pools(self) -> list[Any]:
        """What the parent takes from it: its own networks, and those of the clusters nested in it."""
        return list(dict.fromkeys([*self.announced, *exported(self, self.children)]))


def read_nested(name: str, given: Options, known: Known, findings: Findings) -> Nested:
    """Read one nested cluster: ``given`` as for model.read_cluster."""
    at = f"host_vars/{name}: kubefabric_cluster"
    options = dict(given["cluster"])
    bgp = options.get("bgp")
    if isinstance(bgp, dict):  # the rest of it is of sessions with leaves
        options["bgp"] = {key: value for key, value in bgp.items() if key == "password"}
    others = [name for name, one in known.networks.items() if not one.nesting]
    alien = [key for key in (*WITHOUT, *others) if options.pop(key, None) is not None]
    alien += [f"bgp.{key}" for key in bgp if key != "password"] if isinstance(bgp, dict) else []
    for key in alien:
        findings.add(f"{at}.{key}", "has no meaning in a nested cluster", "remove it; what it needs is its parent's")
    networks = options.get("networks")
    if isinstance(networks, dict) and networks.get("node") is not None:
        findings.add(
            f"{at}.networks.node",
            "has no meaning in a nested cluster, whose nodes have their addresses from the parent's pod networks",
            "remove it, or narrow these down by nested_in.ranges",
        )
        options["networks"] = {key: value for key, value in networks.items() if key != "node"}
    options, known_options = without_kubernetes(options, known.nested, known.networks, at, findings)
    settings = read(options, known_options, at, findings)
    settings["rack_label"] = RACK_LABEL
    found = {kind: [ip_network(text) for text in settings["networks"].get(kind) or []] for kind in KINDS}
    nodes = {host: value or {} for host, value in sorted((given.get("nodes") or {}).items(), key=_by_name)}
    network = known.networks.get(settings["cni"])
    return Nested(name, settings, found, nodes, reported=reported(at, findings), network=network)


def _by_name(item: tuple[Any, ...]) -> list[Any]:
    return natural(item[0])


def is_nested(given: Json) -> bool:
    """Whether a cluster's intent says that it is nested in another."""
    cluster = given.get("cluster") if isinstance(given, dict) else None
    return isinstance(cluster, dict) and cluster.get("nested_in") is not None


def link(clusters: list[Cluster], nested: list[Nested], findings: Findings) -> None:
    """Find every nested cluster's parent, root and depth, and what follows for the roots: networks and AS paths."""
    known: dict[str, Cluster | Nested] = {**{one.name: one for one in clusters}, **{one.name: one for one in nested}}
    for one in nested:
        name = one.settings["nested_in"].get("cluster")
        one.parent = known.get(name)
        if name and one.parent is None:
            findings.add(
                one.at("nested_in.cluster"),
                f"the inventory has no cluster {name}",
                did_you_mean(name, clusters_of(known)),
            )
    for one in nested:
        _climb(one, findings)
    for one in nested:
        if one.root and isinstance(one.parent, Nested):
            one.parent.children.append(one)
    for cluster in clusters:
        cluster.networks["nested"] = exported(cluster, children(cluster, nested))
    _path_lengths(clusters, nested)


def clusters_of(known: Options) -> list[str]:
    """The names that the user may have meant."""
    return sorted(known, key=natural)


def _climb(one: Nested, findings: Findings) -> None:
    """Follow the parents to the cluster that has the L3Out; a ring of them has none."""
    above: list[str] = [one.name]
    parent = one.parent
    while isinstance(parent, Nested):
        if parent.name in above:
            ring = " in ".join([*above[above.index(parent.name) :], parent.name])
            if parent is one:
                findings.add(
                    one.at("nested_in.cluster"), f"is a ring: {ring}", "name a cluster that has an L3Out at its end"
                )
            return
        above.append(parent.name)
        parent = parent.parent
    one.root, one.depth = parent, len(above) if parent else 0


def children(cluster: Cluster | Nested, nested: Iterable[Nested]) -> list[Nested]:
    """The clusters directly nested in one, in the order of their names."""
    return [one for one in nested if one.parent is cluster and one.root]


def exported(cluster: Cluster | Nested, below: list[Nested]) -> list[Any]:
    """What a parent announces for the clusters nested in it: its larger networks, or theirs one by one."""
    given = [ip_network(text) for text in (cluster.settings["workload_peering"] or {}).get("networks") or []]
    return given if given and below else list(dict.fromkeys(pool for one in below for pool in one.pools))


def _path_lengths(clusters: list[Cluster], nested: list[Nested]) -> None:
    """Where the intent gives no path length: one for the cluster itself, one more per level that is nested.

    A leaf has one limit per VRF, so that the deepest nesting decides for all clusters in it.
    """
    for cluster in clusters:
        if cluster.bgp["max_as"] is None and not cluster.doubtful("bgp.max_as"):
            same = [one.depth for one in nested if one.root and one.vrf == cluster.vrf]
            cluster.bgp["max_as"] = 1 + max(same, default=0)


# -- plans ---------------------------------------------------------------------------------------------


def peering_addresses(cluster: Cluster | Nested) -> dict[str, str]:
    """The virtual addresses of a parent by family."""
    found = by_family((cluster.settings["workload_peering"] or {}).get("addresses"))
    return {name: str(found[name]) for name in FAMILIES if name in found}


def selector(one: Nested) -> str | None:
    """Its nodes among the parent's workloads, in the words of its cluster network."""
    nesting = one.network and one.network.nesting
    return nesting.selection(one.settings["nested_in"]) if nesting else None


def ranges(one: Nested) -> list[str]:
    """Where its nodes have their addresses: of the parent's pod networks those families that it has."""
    given = one.settings["nested_in"]["ranges"]
    if given or one.parent is None:
        return list(given)
    spoken = {family(network) for network in one.announced}
    return [str(network) for network in one.parent.networks["pod"] if family(network) in spoken]


def describe(cluster: Cluster | Nested, nested: list[Nested]) -> Options | None:
    """A parent's ``nested`` in its plan; None for a cluster that offers no peering to workloads. docs/plan.md."""
    options = cluster.settings["workload_peering"]
    if not options:
        return None
    below = children(cluster, nested)
    return {
        "addresses": peering_addresses(cluster),
        "speaker": options["speaker"],
        "networks": [str(network) for network in exported(cluster, below)],
        "clusters": {one.name: _child(one) for one in below},
    }


def _child(one: Nested) -> Options:
    nodes = one.settings["nested_in"]["nodes"]
    return {
        "asn": one.settings["asn"],
        "networks": [str(network) for network in one.pools],
        "ranges": ranges(one),
        "selector": selector(one),
        **({"node_selector": nodes} if nodes else {}),
        **({"password": True} if one.settings["bgp"]["password"] else {}),
    }


def plan(one: Nested, fabric: Fabric, nested: list[Nested], given: Callable[[Any], Any], number: int) -> Options:
    """The plan of a nested cluster; ``given`` drops the options that the intent leaves open, ``number`` is the format.

    Addresses of its nodes are the parent's pods', so its node networks are the ``ranges``.
    """
    parent, root = one.parent, one.root
    if parent is None or root is None:
        raise ValueError(f"{one.name} is nested in nothing that link() found: its finding comes first")
    spoken = {family(network) for network in one.announced}
    own = {kind: [str(network) for network in one.networks[kind]] for kind in KINDS[1:]}
    result = {
        **one.heading(fabric, number),
        "networks": {"node": ranges(one), **own},
        "bgp": {"ecmp": root.bgp["ecmp"], "password": bool(one.settings["bgp"]["password"])},
        "leaves": {},
        "nodes": {name: {"asn": one.settings["asn"], "peers": []} for name in one.nodes},
        "nested_in": {
            "cluster": parent.name,
            "asn": parent.settings["asn"],
            "addresses": {name: text for name, text in peering_addresses(parent).items() if name in spoken},
            "path": [above.name for above in parents(one)],
        },
    }
    within, options = describe(one, nested), given(one.options)
    if within:
        result["nested"] = within
    return {**result, one.settings["cni"]: options} if options else result


def parents(one: Nested) -> Iterator[Cluster | Nested]:
    """Its parent, that one's parent, and so on to the root; nothing where they lead to none."""
    above = one.parent if one.root else None
    while above is not None:
        yield above
        above = above.parent if isinstance(above, Nested) else None
