"""What stands in the rack: leaves, nodes and their cabling, read from the plan files of the same inventory.

The lab takes from a plan only what a person with a crimping tool and an installer would: which leaf stands in which
rack, which node hangs on which rack, and the address, gateway, VLAN and MTU its operating system was installed with.
Nothing of BGP: that reaches the leaves through the APIC API and the nodes through the Kubernetes API, or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count, islice

FIRST_SPINE = 201


@dataclass(frozen=True)
class Leaf:
    """A leaf switch: APIC node id, pod, and the rack whose hosts hang on it; ``racks`` where it has several."""

    id: int
    pod: int
    rack: str
    racks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Node:
    """A Kubernetes node as installed; addresses with prefix length, gateways without, one per family.

    ``vpc`` names the interface policy group of its port channel, if the plan names one (standard SVI needs it).
    """

    name: str
    cluster: str
    rack: str
    vlan: int
    mtu: int
    addresses: tuple[str, ...]
    gateways: tuple[str, ...]
    vpc: str = ""


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster; networks by kind (``node``, ``pod``, ``service``, ``external_service``).

    ``options`` is what the intent says of its CNI, for those who install it.
    """

    name: str
    networks: dict[str, list[str]]
    tenant: str
    vrf: str
    vrf_tenant: str
    cni: str = "kube_router"
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Topology:
    """All of it. ``fabric_asn`` is the fabric's AS as the plans have it.

    ``reflectors``: the spines that the plan names as route reflectors, which a person racked. ``described``: the spines
    of a described fabric, pods by node ID; None: it is made up.
    """

    fabric: str
    fabric_asn: int
    version: str
    leaves: dict[int, Leaf] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    reflectors: tuple[int, ...] = ()
    described: dict[int, int] | None = None

    @property
    def spines(self) -> dict[int, int]:
        """The spines, pods by node ID: of a made-up fabric two, and those that reflect routes."""
        if self.described is not None:
            return self.described
        return dict.fromkeys(sorted({*spines(self.leaves), *self.reflectors}), 1)

    def to_state(self) -> dict:
        """As plain data for the lab's state file."""
        return asdict(self)

    def rack_leaves(self, rack: str) -> list[Leaf]:
        """The leaves that a rack's hosts are cabled to (a vPC pair, or one), by id."""
        found = (leaf for leaf in self.leaves.values() if rack in (leaf.racks or (leaf.rack,)))
        return sorted(found, key=lambda leaf: leaf.id)


def spines(leaves: Collection[int]) -> list[int]:
    """The node IDs of two spines: the lowest from 201 on that no leaf has."""
    return list(islice((number for number in count(FIRST_SPINE) if number not in leaves), 2))


def from_state(state: dict) -> Topology:
    """The topology that ``to_state`` noted."""
    return Topology(
        fabric=state["fabric"],
        fabric_asn=state["fabric_asn"],
        version=state["version"],
        leaves={
            int(key): Leaf(**{**leaf, "racks": tuple(leaf.get("racks", ()))}) for key, leaf in state["leaves"].items()
        },
        clusters={key: Cluster(**cluster) for key, cluster in state["clusters"].items()},
        nodes={
            key: Node(**{**node, "addresses": tuple(node["addresses"]), "gateways": tuple(node["gateways"])})
            for key, node in state["nodes"].items()
        },
        reflectors=tuple(state.get("reflectors", ())),
        described=_described(state.get("described")),
    )


def _described(spines: dict | None) -> dict[int, int] | None:
    return None if spines is None else {int(key): pod for key, pod in spines.items()}


def from_documents(plans: Sequence[dict]) -> Topology:
    """The topology of plans (docs/plan.md describes them); nested clusters have no part in it.

    ValueError if there are none.
    """
    plans = [plan for plan in plans if "l3out" in plan]
    if not plans:
        raise ValueError("no plan.yml: run the plan playbook first")
    fabric = plans[0]["fabric"]
    topology = Topology(
        fabric=fabric["name"],
        fabric_asn=fabric["asn"],
        version=fabric["version"],
        reflectors=tuple(fabric.get("route_reflectors", ())),
    )
    for plan in plans:
        l3out = plan["l3out"]
        topology.clusters[plan["cluster"]] = Cluster(
            name=plan["cluster"],
            networks=plan["networks"],
            tenant=l3out["tenant"],
            vrf=l3out["vrf"],
            vrf_tenant=l3out["vrf_tenant"],
            cni=plan["cni"],
            options=plan.get(plan["cni"]) or {},
        )
        for leaf in plan["leaves"].values():
            racks = tuple(leaf.get("racks", ()))
            topology.leaves[leaf["id"]] = Leaf(leaf["id"], leaf["pod"], leaf["rack"], racks)
        for name, node in plan["nodes"].items():
            topology.nodes[name] = Node(
                name=name,
                cluster=plan["cluster"],
                rack=node["rack"],
                vlan=node["vlan"],
                mtu=node["mtu"],
                addresses=tuple(node["interfaces"].values()),
                gateways=tuple(node["gateways"].values()),
                vpc=node.get("vpc") or "",
            )
    return topology
