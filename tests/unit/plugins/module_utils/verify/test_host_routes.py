"""A pod's address outside of its node's networks is right where the node that runs the pod announces it."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess, objects
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.host_routes import candidates
from tests.plans import plan
from tests.unit.plugins.module_utils.verify.world import World, route

NODE1 = "10.1.0.0/26"
BORROWED = "10.1.0.77/32"  # of node2's network
STATIC = "10.1.200.5/32"  # of none


def running(address: str, node: str, **more: object) -> dict:
    spec = {"nodeName": node, **more}
    return {
        "metadata": {"name": f"pod-on-{node}", "namespace": "shop"},
        "spec": spec,
        "status": {"podIPs": [{"ip": address}]},
    }


def announced(prefix: str, node: str) -> World:
    """The world as planned, with a prefix that every leaf has through a node, or through the leaves of its rack."""
    world = World()
    local = world.plan["nodes"][node]
    for leaf, state in world.bgp.items():
        state["routes"].append(route(prefix, world._hops(leaf, local["rack"], [local["addresses"]["ipv4"]])))
    return world


def problems(world: World, *pods: dict) -> list:
    found = {
        "nodes": world.nodes,
        "pods": world.pods,
        "services": world.services,
        "slices": world.slices,
        "workloads": list(pods),
        "daemonsets": [],
    }
    state = objects.state(world.plan, found, None, {}, world.bgp)
    return [problem["kind"] for problem in assess(world.plan, world.bgp, state)["problems"]]


@pytest.mark.parametrize("prefix", [BORROWED, STATIC])
def test_the_node_that_runs_the_pod_announces_its_address(prefix):
    world = announced(prefix, "node1")
    assert set(problems(world)) == {"route-unexpected"}
    assert problems(world, running(prefix[:-3], "node1")) == []


def test_a_node_that_does_not_run_the_pod_must_not_announce_it():
    world = announced(STATIC, "node1")
    assert set(problems(world, running(STATIC[:-3], "node2"))) == {"route-unexpected"}
    assert set(problems(world, running(STATIC[:-3], "node1", hostNetwork=True))) == {"route-unexpected"}


def test_an_address_in_the_nodes_own_network_is_announced_with_that_alone():
    world = announced("10.1.0.7/32", "node1")
    assert set(problems(world, running("10.1.0.7", "node1"))) == {"route-unexpected"}


def test_a_second_node_that_announces_it_is_named():
    world = announced(STATIC, "node1")
    for leaf in ("101", "102"):
        world.bgp[leaf]["routes"][-1]["next_hops"].append({"address": "192.168.2.2", "vrf": "", "leaf": None})
    assert set(problems(world, running(STATIC[:-3], "node1"))) == {"strange-next-hop"}


def test_it_has_to_be_on_every_leaf():
    world = announced(STATIC, "node1")
    world.bgp["102"]["routes"].pop()
    assert problems(world, running(STATIC[:-3], "node1")) == ["route-missing"]


def test_pods_are_read_only_where_there_is_such_a_route():
    quiet = World()
    assert "workloads" not in objects.wanted(quiet.plan, None, quiet.bgp)
    world = announced(STATIC, "node1")
    assert objects.wanted(world.plan, None, world.bgp)["workloads"] == {
        "api_version": "v1",
        "kind": "Pod",
        "field_selectors": ["status.phase=Running"],
    }
    assert candidates(world.plan, world.bgp) == {STATIC: {"node1"}}
    nested = {**plan(), "nested_in": {}, "nodes": {}}  # whose nodes have no leaves: its parent's announce it
    assert candidates(nested, world.bgp) == {STATIC: set()}
    assert candidates(plan(), announced("192.168.3.99/32", "node1").bgp) == {}
