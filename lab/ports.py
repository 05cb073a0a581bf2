"""The hosts' ports as whoever racked them configured them: a vPC domain per rack, a port channel per node. Pure.

Only for nodes whose plan names a policy group: a standard SVI is on exactly that vPC. What a plan configures itself
(``ports`` of a node, ``vpc_domain`` of a rack) is not here. The AAEP is named, not made: that is done by whoever lets
VLANs onto these ports, the collection or the team that keeps the access policies.
"""

from __future__ import annotations

from lab.topology import Leaf, Node, Topology


def objects(topology: Topology, plan: dict) -> list[dict]:
    """Children of ``uni`` that give a plan's nodes their vPCs; nothing where no node names one."""
    access = plan["l3out"]["access"]
    planned = {vpc["name"] for vpc in access.get("vpcs", ())}
    channels = [
        (node, leaves)
        for node in topology.nodes.values()
        if node.cluster == plan.get("cluster") and node.vpc and len(leaves := topology.rack_leaves(node.rack)) == 2
    ]
    paired = {tuple(domain["leaves"]) for domain in access.get("vpc_domains", ())}
    racks = {node.rack: leaves for node, leaves in channels if tuple(leaf.id for leaf in leaves) not in paired}
    channels = [(node, leaves) for node, leaves in channels if node.vpc not in planned]
    if not channels and not racks:
        return []
    aaep = access["aaep"]
    used = {node.rack: leaves for node, leaves in channels}
    groups = [_policy_group(name, aaep) for name in sorted({node.vpc for node, _ in channels})]
    profiles = [mo for rack, leaves in used.items() for mo in _profiles(rack, leaves, _of_rack(channels, rack))]
    pairs = [_pair(number, racks[rack]) for number, rack in enumerate(_racks(topology), 1) if rack in racks]
    return [
        _mo("fabricInst", {}, [_mo("fabricProtPol", {}, pairs)]),
        _mo("infraInfra", {}, [_mo("infraFuncP", {}, groups), *profiles]),
    ]


def _racks(topology: Topology) -> list[str]:
    return sorted({leaf.rack for leaf in topology.leaves.values()})


def _of_rack(channels: list[tuple[Node, list[Leaf]]], rack: str) -> list[Node]:
    return [node for node, _ in channels if node.rack == rack]


def _pair(number: int, leaves: list[Leaf]) -> dict:
    """A vPC domain; ``number`` is its id in the fabric."""
    members = [_mo("fabricNodePEp", {"id": str(leaf.id), "podId": str(leaf.pod)}) for leaf in leaves]
    return _mo("fabricExplicitGEp", {"name": _pair_name(leaves), "id": str(number)}, members)


def _pair_name(leaves: list[Leaf]) -> str:
    return "-".join(str(leaf.id) for leaf in leaves)


def _policy_group(name: str, aaep: str) -> dict:
    """A vPC interface policy group."""
    relation = _mo("infraRsAttEntP", {"tDn": f"uni/infra/attentp-{aaep}"})
    return _mo("infraAccBndlGrp", {"name": name, "lagT": "node"}, [relation])


def _profiles(rack: str, leaves: list[Leaf], nodes: list[Node]) -> list[dict]:
    """The rack's interface profile, a selector per node's cluster and name, and the leaf profile that applies it."""
    name = f"hosts-{nodes[0].cluster}-{rack}"  # the collection calls its own <l3out>-<rack>
    selectors = [_selector(port, node) for port, node in enumerate(nodes, 1)]
    block = {"name": _pair_name(leaves), "from_": str(leaves[0].id), "to_": str(leaves[-1].id)}
    switches = _mo("infraLeafS", {"name": rack, "type": "range"}, [_mo("infraNodeBlk", block)])
    profile = _mo("infraRsAccPortP", {"tDn": f"uni/infra/accportprof-{name}"})
    return [_mo("infraAccPortP", {"name": name}, selectors), _mo("infraNodeP", {"name": name}, [switches, profile])]


def _selector(port: int, node: Node) -> dict:
    group = _mo("infraRsAccBaseGrp", {"tDn": f"uni/infra/funcprof/accbundle-{node.vpc}"})
    block = _mo("infraPortBlk", {"name": f"port{port}", "fromPort": str(port), "toPort": str(port)})
    return _mo("infraHPortS", {"name": node.name, "type": "range"}, [block, group])


def _mo(cls: str, attributes: dict[str, str], children: list[dict] | None = None) -> dict:
    return {cls: {"attributes": attributes, "children": children or []}}
