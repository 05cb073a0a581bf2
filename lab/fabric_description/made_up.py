"""The fabric that an inventory presumes, where the real one is not described: made up from the plans' own names. Pure.

It is a document in the format of a fabric description, so that it is read, seeded and shown like one. What a plan
makes itself (access policies unless ``manage`` is false, ports and vPC domains where the intent gives them, contracts
that do not ``exist``) is not in it. The VLANs of the pools and the AAEPs of hosts' ports follow the plan, too.
"""

from __future__ import annotations

from itertools import count

from lab.topology import Node, Topology, spines


def document(topology: Topology, plans: list[dict]) -> dict:
    """What the fabric must have for these plans to work on it."""
    reflectors = spines(topology.leaves)
    found: dict = {
        "format": 1,
        "name": topology.fabric,
        "bgp": {"asn": topology.fabric_asn, "route_reflectors": reflectors},
        "leaves": {str(leaf.id): {"pod": leaf.pod} for leaf in topology.leaves.values()},
        "spines": {str(spine): {"pod": pod} for spine, pod in topology.spines.items()},
        "vpc_pairs": {},
        "aaeps": {},
        "policy_groups": {},
        "ports": [],
        "tenants": {},
    }
    for plan in (one for one in plans if "l3out" in one):
        _vrf(found, plan)
        _access(found, plan["l3out"]["access"])
        _pairs(found, topology, plan)
        _ports(found, topology, plan)
        _reachability(found, plan["l3out"])
    return found


def _tenant(found: dict, name: str) -> dict:
    return found["tenants"].setdefault(name, {})


def _vrf(found: dict, plan: dict) -> None:
    l3out = plan["l3out"]
    _tenant(found, l3out["tenant"])
    _tenant(found, l3out["vrf_tenant"]).setdefault("vrfs", {})[l3out["vrf"]] = {}


# -- access policies --------------------------------------------------------------------------------------


def _access(found: dict, access: dict) -> None:
    """The AAEP, and with ``manage: false`` the domains and the pool that another team keeps."""
    aaep = found["aaeps"].setdefault(access["aaep"], {})
    if access.get("manage", True):
        return
    ranges = ",".join(f"{block['from']}-{block['to']}" for block in access["vlans"])
    pools = found.setdefault("vlan_pools", {})
    known = pools.get(access["vlan_pool"], {}).get("vlans")
    pools[access["vlan_pool"]] = {"vlans": _merged(known, ranges)}
    for key, domain in (
        ("physical_domains", access.get("physical_domain")),
        ("l3_domains", access.get("l3_domain")),
    ):
        if domain:
            found.setdefault(key, {})[domain] = {"vlan_pool": access["vlan_pool"]}
            aaep[key] = list(dict.fromkeys([*aaep.get(key, []), domain]))


def _merged(*ranges: str | None) -> str:
    """Ranges of VLANs of several plans as one list without overlaps."""
    vlans: set[int] = set()
    for part in ",".join(one for one in ranges if one).split(","):
        first, _, last = part.partition("-")
        vlans |= set(range(int(first), int(last or first) + 1))
    starts = sorted(vlan for vlan in vlans if vlan - 1 not in vlans)
    ends = sorted(vlan for vlan in vlans if vlan + 1 not in vlans)
    return ",".join(f"{first}-{last}" for first, last in zip(starts, ends))


def _pairs(found: dict, topology: Topology, plan: dict) -> None:
    """A vPC pair for each rack with a node on a vPC, unless the plan makes the pair; its ID is the rack's number."""
    planned = {tuple(domain["leaves"]) for domain in plan["l3out"]["access"].get("vpc_domains", ())}
    racks = {node.rack for node in topology.nodes.values() if node.cluster == plan.get("cluster") and node.vpc}
    every = {name for leaf in topology.leaves.values() for name in leaf.racks or (leaf.rack,)}
    for number, rack in enumerate(sorted(every), 1):
        leaves = tuple(leaf.id for leaf in topology.rack_leaves(rack))
        if rack in racks and len(leaves) == 2 and leaves not in planned:
            pair = {"id": number, "leaves": list(leaves)}
            found["vpc_pairs"].setdefault("-".join(map(str, leaves)), pair)


def _ports(found: dict, topology: Topology, plan: dict) -> None:
    """Ports of the plan's leaves under its AAEP: a port for each node, of other leaves one, unless the plan makes them.

    A node that names a vPC policy group is under that one.
    """
    access, cluster = plan["l3out"]["access"], plan.get("cluster")
    planned = {vpc["name"] for vpc in access.get("vpcs", ())}
    nodes = [node for node in topology.nodes.values() if node.cluster == cluster]
    covered = {leaf for vpc in access.get("vpcs", ()) for leaf in vpc["leaves"]}
    for node in (node for node in nodes if node.vpc not in planned):
        leaves = [leaf.id for leaf in topology.rack_leaves(node.rack)]
        if leaves:
            _port(found, leaves, _group(found, access["aaep"], cluster, node, len(leaves)))
            covered.update(leaves)
    for leaf in sorted(int(leaf) for leaf in plan["leaves"]):
        if leaf not in covered:
            _port(found, [leaf], _group(found, access["aaep"], cluster))


def _group(found: dict, aaep: str, cluster: str | None, node: Node | None = None, leaves: int = 1) -> str:
    """The policy group of a node's ports, on one leaf a port channel's; made if it is not there."""
    named = node.vpc if node else ""
    name = named or f"hosts-{cluster}"[:64]
    bundle = "vpc" if leaves == 2 else "port_channel"
    found["policy_groups"].setdefault(name, {"type": bundle if named else "port", "aaep": aaep})
    return name


def _port(found: dict, leaves: list[int], group: str) -> None:
    """The first port from 1/1 on that is free on all of these leaves."""
    taken = {port for one in found["ports"] if set(one["leaves"]) & set(leaves) for port in one["ports"]}
    port = next(name for number in count(1) if (name := f"1/{number}") not in taken)
    found["ports"].append({"leaves": leaves, "ports": [port], "policy_group": group})


# -- who reaches the cluster ------------------------------------------------------------------------------


def _reachability(found: dict, l3out: dict) -> None:
    reach = l3out.get("reachability") or {}
    for contract in reach.get("contracts", []):
        _contract(found, contract)
    for interface in reach.get("interfaces", []):
        _tenant(found, interface["tenant"])
        _tenant(found, interface["contract_tenant"])
    for epg in reach.get("epgs", []):
        applications = _tenant(found, epg["tenant"]).setdefault("applications", {})
        applications.setdefault(epg["application"], {})[epg["name"]] = {}
    for esg in reach.get("esgs", []):
        groups = _tenant(found, esg["tenant"]).setdefault("security_groups", {})
        groups.setdefault(esg["application"], []).append(esg["name"])
    for transit in reach.get("transit", []):
        _tenant(found, transit["vrf_tenant"]).setdefault("vrfs", {})[transit["vrf"]] = {}
        l3outs = _tenant(found, transit["tenant"]).setdefault("l3outs", {})
        named = {"vrf": transit["vrf"]} if transit["vrf_tenant"] in (transit["tenant"], "common") else {}
        other = l3outs.setdefault(transit["l3out"], {**named, "external_epgs": {}})
        other["external_epgs"][transit["external_epg"]] = {}


def _contract(found: dict, contract: dict) -> None:
    """A contract that another team keeps; and the filters and service graphs that a subject of ours names."""
    tenant = _tenant(found, contract["tenant"])
    if contract["existing"]:
        scope = contract.get("scope") or "global"
        tenant.setdefault("contracts", {})[contract["name"]] = {"scope": scope}
        return
    for subject in contract["subjects"]:
        filters = [one["name"] for one in subject["filters"] if one["existing"] and one["name"] != "default"]
        graphs = [subject["graph"]] if subject.get("graph") else []
        for key, names in (("filters", filters), ("service_graphs", graphs)):
            if names:
                tenant[key] = list(dict.fromkeys([*tenant.get(key, []), *names]))
