"""The vPCs that the lab's fabric has before anybody plans a cluster on it."""

from __future__ import annotations

import copy

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import interfaces
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from lab import ports
from lab.fabric import mo, vpc
from lab.topology import Topology, from_documents
from tests.catalog_check import problems
from tests.unit.plugins.module_utils.plan.intents import standard, white_paper


def planned(intent: dict) -> tuple[Topology, dict]:
    plans = build(intent).plans
    return from_documents(list(plans.values())), plans["prod"]


def root(objects: list[dict]) -> mo.Mo:
    return mo.parse({"polUni": {"attributes": {}, "children": objects}})


def test_every_vpc_that_the_plan_names_is_there():
    topology, plan = planned(standard())
    found = vpc.paths(root(ports.objects(topology, plan)))
    assert set(found) == {interfaces.vpc_dn(path) for path in plan["l3out"]["paths"]}
    assert set(found.values()) == {"uni/infra/attentp-" + plan["l3out"]["access"]["aaep"]}


def test_what_the_plan_configures_itself_is_left_to_it():
    intent = standard()
    for number, node in enumerate(intent["clusters"]["prod"]["nodes"].values(), 1):
        node["ports"] = [f"1/{number}"]
    topology, plan = planned(intent)
    (fabric, infra) = ports.objects(topology, plan)
    assert "infraAccBndlGrp" not in str(infra)
    assert str(fabric).count("fabricExplicitGEp") == 2
    for number, rack in enumerate(intent["fabric"]["racks"].values(), 1):
        rack["vpc_domain"] = number
    assert ports.objects(*planned(intent)) == []


def test_a_floating_cluster_whose_nodes_name_no_vpc_gets_none():
    assert ports.objects(*planned(white_paper())) == []


def test_two_clusters_on_the_same_leaves_share_the_vpc_domain_and_nothing_else():
    intent = standard()
    other = copy.deepcopy(intent["clusters"]["prod"])
    other["cluster"]["networks"] = {"node": ["172.16.0.0/24"], "pod": ["10.7.0.0/16"], "service": ["172.20.0.0/24"]}
    other["cluster"]["l3out"] |= {"name": "other", "vlans": "500-563"}
    other["nodes"] = {f"other-{name}": {**node, "vpc": f"other-{name}"} for name, node in other["nodes"].items()}
    intent["clusters"]["other"] = other
    plans = build(intent).plans
    topology = from_documents(list(plans.values()))
    made = {name: set(_objects(root(ports.objects(topology, plan)))) for name, plan in plans.items()}
    common = {dn for dn in made["prod"] & made["other"] if "/" in dn.removeprefix("uni/")}
    assert common
    assert all(dn.startswith(("uni/fabric/protpol", "uni/infra/funcprof")) for dn in common)
    assert not any("accbundle" in dn for dn in common)


def test_the_controller_takes_every_object():
    topology, plan = planned(standard())
    assert problems(_objects(root(ports.objects(topology, plan)))) == []


def _objects(tree: mo.Mo) -> dict[str, dict[str, str]]:
    return {found.dn: found.attributes for found in tree.walk()}
