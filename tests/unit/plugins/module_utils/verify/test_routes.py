"""Each test breaks one thing in a world where everything is up, and reads what verification says about routes."""

from __future__ import annotations

import ipaddress

import pytest

from tests.unit.plugins.module_utils.verify.world import LB, RACK1, RACK2, World, hop, route, service


@pytest.fixture
def world() -> World:
    return World()


def test_routes_that_a_leaf_did_not_accept_point_at_the_import_route_map(world):
    for name in ("node1", "node2", "node3"):
        world.drop_route("101", world.cidr(name))
    world.drop_route("101", LB)
    for entry in world.bgp["101"]["sessions"]:
        entry["prefixes_received"] = 0
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.0/26, 10.1.0.64/26, 10.1.0.128/26, 192.168.3.10/32 from node1, node2 and "
        "node3, "
        "though their sessions are Established. Likely cause: the leaf accepted nothing: kube-router announces "
        "nothing yet, "
        "or the import route map (default-import) of the L3Out k8s-prod does not permit the cluster's networks"
    ]


def test_one_missing_prefix_says_what_else_was_accepted(world):
    world.drop_route("101", world.cidr("node2"))
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.64/26 from node2, though its session is Established. Likely cause: the leaf "
        "accepted other prefixes (2 from node2): the import route map does not permit these, or kube-router does not "
        "announce them (its arguments, the Service's annotations)"
    ]


def test_a_full_prefix_limit_is_the_cause_of_missing_routes(world):
    world.drop_route("101", world.cidr("node2"))
    world.entry("101", 2)["prefixes_received"] = 500
    assert world.messages() == [
        "leaf 101 has no route for 10.1.0.64/26 from node2, though its session is Established. Likely cause: node2 "
        "reached the limit of 500 prefixes (bgp.max_prefixes), and the leaf drops the rest"
    ]


def test_routes_that_stay_on_their_border_leaves_point_at_the_reflectors(world):
    for leaf in RACK1:
        for name in ("node4", "node5", "node6"):
            world.drop_route(leaf, world.cidr(name))
    assert world.messages() == [
        f"leaf {leaf} has no route for 10.1.0.192/26, 10.1.1.0/26, 10.1.1.64/26, which leaves 103 and 104 have. Likely "
        "cause: the fabric's MP-BGP route reflectors: none, or not applied by the pod policy group (fabric AS 65002); "
        "without them no route leaves its border leaf"
        for leaf in RACK1
    ]


def test_fewer_next_hops_than_nodes_name_the_missing_ones(world):
    world.route("101", LB)["next_hops"].pop()
    assert world.messages() == [
        "leaf 101 has 2 next hops instead of 3 for 192.168.3.10/32, without 192.168.2.3. "
        "Likely cause: the others do not announce it (yet), or the leaf does not accept it from them"
    ]


def test_a_single_path_from_other_leaves_points_at_the_ecmp_policy(world):
    world.route("101", world.cidr("node5"))["next_hops"].pop()
    assert world.messages() == [
        "leaf 101 has 1 next hop instead of 2 for 10.1.1.0/26, without leaf 104. "
        "Likely cause: one path only from other leaves: maxEcmpIbgp of the address family policy of the VRF prod"
    ]


def test_next_hops_that_are_propagated_unchanged_are_right_too(world):
    world.route("101", world.cidr("node5"))["next_hops"] = [hop("192.168.2.5")]
    assert world.messages() == []


def test_the_ecmp_limit_is_the_most_that_is_expected(world):
    world.plan["bgp"]["ecmp"] = 2
    world.route("101", LB)["next_hops"].pop()
    assert world.messages() == []


def test_a_local_service_is_expected_from_the_nodes_with_its_endpoints_only(world):
    world.services = [service("web", externalTrafficPolicy="Local")]
    for leaf in RACK1:
        world.route(leaf, LB)["next_hops"] = [hop("192.168.2.1")]
    for leaf in RACK2:
        world.route(leaf, LB)["next_hops"] = [hop("10.0.0.101", 101), hop("10.0.0.102", 102)]
    assert world.messages() == []
    world.route("101", LB)["next_hops"].append(hop("192.168.2.2"))
    assert world.messages() == [
        "leaf 101 reaches 192.168.3.10/32 also through 192.168.2.2, which should not announce it. "
        "Likely cause: another node, or another L3Out of the VRF, announces the same prefix"
    ]


def test_a_route_that_no_node_should_announce_is_a_problem(world):
    world.bgp["101"]["routes"].append(route("0.0.0.0/0", [hop("192.168.2.1")]))
    assert world.messages() == [
        "leaf 101 accepts 0.0.0.0/0 from node1, which should not announce it. Likely cause: the import route map of "
        "the "
        "L3Out k8s-prod is not enforced or permits too much: it should permit the cluster's own networks only"
    ]


def test_a_node_outside_of_the_inventory_is_the_cause_of_its_route(world):
    world.nodes.append({"metadata": {"name": "node7"}, "spec": {"podCIDRs": ["10.1.2.0/26"]}, "status": {}})
    world.bgp["101"]["routes"].append(route("10.1.2.0/26", [hop("192.168.2.7")]))
    assert world.messages() == [
        "leaf 101 accepts 10.1.2.0/26 from 192.168.2.7, which should not announce it. "
        "Likely cause: node7 joined the cluster, but not the inventory"
    ]


def test_routes_of_other_l3outs_of_the_vrf_are_none_of_our_business(world):
    world.bgp["101"]["routes"].append(route("172.16.0.0/12", [hop("10.0.0.201", 201)]))
    world.bgp["101"]["routes"].append(route("172.20.0.0/16", [hop("172.31.0.1")]))
    assert world.messages() == []


def test_what_is_announced_though_the_plan_does_not_announce_it_is_dropped_and_told(world):
    kinds = [item for item in ("node", "external_service") if world.plan["networks"].get(item)]
    permitted = [{"kind": kind, "prefix": item} for kind in kinds for item in world.plan["networks"][kind]]
    world.plan["l3out"]["networks"] = permitted
    assert world.messages()[0] == (
        f"{world.cidr('node1')} of networks.pod is announced by node1, and the plan announces none of these: the "
        "leaves' import route map drops it. Likely cause: something other than kubefabric_cluster announces it, such "
        "as an annotation of a Service; let its CNI's options announce such addresses, or remove that"
    )


def test_pod_networks_outside_of_the_plan_are_named_before_their_missing_routes(world):
    world.nodes[0]["spec"]["podCIDRs"] = ["10.244.0.0/26"]
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node1"))
    assert world.messages() == [
        "10.244.0.0/26, announced by node1, lies outside of the plan's networks (10.1.0.0/16, 10.96.0.0/16, "
        "192.168.3.0/24): the leaves' import route map drops it. "
        "Likely cause: the cluster was made with other networks than kubefabric_cluster.networks says"
    ]


def test_a_node_without_pod_cidr_is_named(world):
    world.nodes[0]["spec"] = {}
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node1"))
    assert world.messages() == [
        "node1 has no pod CIDR. Likely cause: kube-controller-manager does not allocate them (--allocate-node-cidrs, "
        "--cluster-cidr) or has none left"
    ]


def test_addresses_are_the_same_however_they_are_spelled():
    found = World("ipv6")
    found.services = []
    for leaf in found.bgp.values():
        for entry in leaf["sessions"]:
            entry["peer"] = ipaddress.ip_address(entry["peer"]).exploded.upper()
    assert found.messages() == []
