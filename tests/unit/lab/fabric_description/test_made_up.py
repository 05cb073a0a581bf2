"""What the lab makes up where the fabric is not described: what the plans presume, and nothing that they make."""

from __future__ import annotations

import copy
import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import paths
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from lab import rehearsal, topology
from lab.fabric import mo, vpc
from lab.fabric_description import load, made_up, objects
from lab.fabric_description.model import Contract, Description, PolicyGroup
from lab.topology import Leaf, Topology, from_documents
from tests.catalog_check import problems
from tests.unit.lab.fabric_description.trees import whole
from tests.unit.plugins.module_utils.plan.intents import standard, white_paper


def described(*plans: dict) -> Description:
    return rehearsal.fabric(from_documents(list(plans)), list(plans), None, "").description


def planned(intent: dict) -> list[dict]:
    return list(build(intent).plans.values())


def test_spines_have_numbers_that_no_leaf_has():
    assert topology.spines([101, 102]) == [201, 202]
    assert topology.spines([201, 202, 204]) == [203, 205]


def test_the_racks_have_the_spines_that_a_plan_makes_route_reflectors():
    found = Topology("dc1", 65002, "6.0(9c)", {101: Leaf(101, 1, "rack1")}, reflectors=(211, 212))
    assert list(found.spines) == [201, 202, 211, 212]
    assert topology.from_state(json.loads(json.dumps(found.to_state()))) == found
    made = load.parse(made_up.document(found, []), "here")
    assert (list(made.spines), made.bgp.route_reflectors) == ([201, 202, 211, 212], (201, 202))


def test_the_fabrics_as_the_leaves_and_the_tenants_and_vrfs_of_the_plan_are_there():
    (plan,) = planned(white_paper())
    found = described(plan)
    assert found.bgp.asn == plan["fabric"]["asn"]
    assert set(found.leaves) == {int(leaf) for leaf in plan["leaves"]}
    assert list(found.tenants[plan["l3out"]["vrf_tenant"]].vrfs) == [plan["l3out"]["vrf"]]


def test_every_vpc_that_the_plan_names_is_there_under_its_aaep():
    (plan,) = planned(standard())
    found = vpc.paths(whole(described(plan)))
    assert set(found) == {paths.path_dn(path) for path in plan["l3out"]["paths"]}
    assert set(found.values()) == {"uni/infra/attentp-" + plan["l3out"]["access"]["aaep"]}


def test_what_the_plan_configures_itself_is_left_to_it():
    intent = standard()
    for number, node in enumerate(intent["clusters"]["prod"]["nodes"].values(), 1):
        node["ports"] = [f"1/{number}"]
    found = described(*planned(intent))
    assert (found.policy_groups, found.ports, len(found.vpc_pairs)) == ({}, (), 2)
    for number, rack in enumerate(intent["fabric"]["racks"].values(), 1):
        rack["vpc_domain"] = number
    assert described(*planned(intent)).vpc_pairs == {}


def test_a_floating_cluster_has_a_port_for_each_node_under_its_aaep_and_no_vpc():
    (plan,) = planned(white_paper())
    found = described(plan)
    name = f"hosts-{plan['cluster']}"
    assert found.policy_groups == {name: PolicyGroup("port", plan["l3out"]["access"]["aaep"])}
    assert len(found.ports) == len(plan["nodes"])
    assert {leaf for ports in found.ports for leaf in ports.leaves} == {int(leaf) for leaf in plan["leaves"]}


def test_a_leaf_without_nodes_has_a_port_under_the_aaep_too():
    intent = white_paper()
    intent["fabric"]["racks"]["spare"] = {"leaves": {111: {"router_id": "1.1.1.111"}, 112: {"router_id": "1.1.1.112"}}}
    intent["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = {111: {}}
    found = described(*planned(intent))
    assert [ports.leaves for ports in found.ports if 111 in ports.leaves] == [(111,)]


def test_two_clusters_on_the_same_leaves_share_the_vpc_pairs_and_no_policy_group():
    intent = standard()
    other = copy.deepcopy(intent["clusters"]["prod"])
    other["cluster"]["networks"] = {"node": ["172.16.0.0/24"], "pod": ["10.7.0.0/16"], "service": ["172.20.0.0/24"]}
    other["cluster"]["l3out"] |= {"name": "other", "vlans": "500-563"}
    other["nodes"] = {f"other-{name}": {**node, "vpc": f"other-{name}"} for name, node in other["nodes"].items()}
    intent["clusters"]["other"] = other
    found = described(*planned(intent))
    assert len(found.vpc_pairs) == len(intent["fabric"]["racks"])
    assert len(found.policy_groups) == sum(len(one["nodes"]) for one in intent["clusters"].values())


def test_access_policies_of_another_owner_are_there():
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["l3out"] |= {
        "manage_access": False,
        "aaep": "hosts",
        "vlan_pool": "pool",
        "physical_domain": "phys",
        "l3_domain": "routed",
    }
    (plan,) = planned(intent)
    found = described(plan)
    vlan = plan["l3out"]["access"]["vlans"][0]["from"]
    assert found.vlan_pools["pool"].ranges == ((vlan, vlan),)
    assert (found.physical_domains, found.l3_domains) == ({"phys": "pool"}, {"routed": "pool"})
    assert found.aaeps["hosts"].physical_domains == ("phys",)


def test_pools_of_several_plans_hold_the_vlans_of_all():
    assert made_up._merged("310-312,320-320", "311-315") == "310-315,320-320"


def test_contracts_epgs_and_l3outs_of_others_are_there(golden):
    found = described(*golden("reachability").values())
    assert found.tenants["common"].contracts == {"dns": Contract("global")}
    assert found.tenants["k8s"].contracts == {}
    assert found.tenants["k8s"].service_graphs == ("firewall",)
    assert list(found.tenants["legacy"].applications["erp"]) == ["erp"]
    assert list(found.tenants["dmz"].l3outs["partners"].external_epgs) == ["partners"]
    assert found.tenants["dmz"].l3outs["partners"].vrf == "dmz"


@pytest.mark.parametrize("case", ["every-knob", "ports", "reachability", "standard-six-racks", "both-designs"])
def test_the_controller_takes_every_object(golden, case):
    documents = objects.documents(described(*golden(case).values()))
    found = {one.dn: one.attributes for document in documents for one in mo.parse(document).walk()}
    assert problems(found) == []
