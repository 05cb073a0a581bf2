"""Each test breaks one thing in a world where everything is up, and reads what verification says about sessions."""

from __future__ import annotations

import pytest

from tests.unit.plugins.module_utils.verify.world import LB, RACK1, RACK2, World, hop, pod, route, session


@pytest.fixture
def world() -> World:
    return World()


def test_a_leaf_that_answers_nothing_is_named_once(world):
    world.bgp["102"] = {"reachable": False, "sessions": [], "routes": []}
    for leaf in RACK2:
        for name in ("node1", "node2", "node3"):
            world.route(leaf, world.cidr(name))["next_hops"] = [hop("10.0.0.101", 101)]
    assert world.messages() == [
        "leaf 102 does not answer: 3 planned sessions (node1, node2, node3) and its routes cannot be seen. "
        "Likely cause: the leaf is down or has left the fabric (fabricNode inactive), or nothing of the L3Out "
        "k8s-prod is "
        "deployed on it"
    ]


def test_a_leaf_whose_links_are_cut_is_named_once_and_cleared_of_what_works_elsewhere(world):
    world.bgp["102"]["sessions"] = []
    world.bgp["102"]["routes"] = []
    for name in world.plan["nodes"]:
        via = (101,) if name in ("node1", "node2", "node3") else (103, 104)
        world.bgp["102"]["routes"].append(route(world.cidr(name), [hop(f"10.0.0.{leaf}", leaf) for leaf in via]))
        if len(via) == 1:
            for leaf in RACK2:
                world.route(leaf, world.cidr(name))["next_hops"] = [hop("10.0.0.101", 101)]
    world.bgp["102"]["routes"].append(route(LB, [hop(f"10.0.0.{leaf}", leaf) for leaf in (101, 103, 104)]))
    assert world.messages() == [
        "leaf 102: none of its 3 sessions is Established (3 without an entry): node1, node2, node3. Likely cause: the "
        "same nodes are Established with leaf 101, so look at leaf 102: its links to the nodes, its SVI with "
        "192.168.2.202, its VLAN, and whether the password there is the same"
    ]


def test_a_node_that_never_joined_is_named_once(world):
    world.nodes = [node for node in world.nodes if node["metadata"]["name"] != "node4"]
    for leaf in RACK2:
        world.drop_entry(leaf, 4)
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr("node4"))
    for leaf in RACK2:
        world.route(leaf, LB)["next_hops"].pop(0)
    assert world.messages() == [
        "node4 is in the plan, but not in the cluster: no Node has this name, and its 2 sessions cannot come up. "
        "Likely cause: it has not joined, or joined by another name than the inventory's"
    ]


def broken_node(world: World, number: int, state: str | None = None) -> None:
    """Both sessions of the node are gone or in a state, and the routes through it are withdrawn everywhere."""
    name = f"node{number}"
    for leaf in RACK1:
        if state is None:
            world.drop_entry(leaf, number)
        else:
            world.entry(leaf, number)["state"] = state
        lb = world.route(leaf, LB)["next_hops"]
        lb[:] = [item for item in lb if item["address"] != f"192.168.2.{number}"]
    for leaf in world.bgp:
        world.drop_route(leaf, world.cidr(name))


def test_a_node_without_its_agent_is_named_with_kubernetes_own_reason(world):
    broken_node(world, 1)
    world.pods[0] = pod("node1", ready=False, reason="CrashLoopBackOff")
    assert world.messages() == [
        "node1: kube-router does not run there, its pod kube-router-node1 is not ready (CrashLoopBackOff); "
        "down: leaf 101 (192.168.2.201), leaf 102 (192.168.2.202)."
    ]
    world.pods.pop(0)
    assert world.messages() == [
        "node1: kube-router does not run there, no pod of it is on the node; "
        "down: leaf 101 (192.168.2.201), leaf 102 (192.168.2.202)."
    ]


def test_a_node_without_entries_points_at_password_and_connectivity(world):
    broken_node(world, 1)
    assert world.messages() == [
        "node1: none of its 2 sessions is Established (2 without an entry): leaf 101 (192.168.2.201), leaf 102 "
        "(192.168.2.202). Likely cause: a dynamic neighbour without an entry never completed a TCP connection; kube-"
        "router does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address), or "
        "its password is not the leaf's"
    ]


def test_a_node_whose_agent_still_runs_with_old_peers_is_told_so(world):
    broken_node(world, 1)
    world.nodes[0]["metadata"]["annotations"] = {"bgp.kubefabric.io/restart": "pending"}
    assert world.messages() == [
        "node1: none of its 2 sessions is Established (2 without an entry): leaf 101 (192.168.2.201), leaf 102 "
        "(192.168.2.202). Likely cause: the peers of node1 changed, and kube-router was not restarted since or did "
        "not come back (run site.yml again); a dynamic neighbour without an entry never completed a TCP connection; "
        "kube-router does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address),"
        " or its password is not the leaf's"
    ]


def test_an_unfinished_restart_is_a_problem_even_while_everything_is_up(world):
    world.nodes[1]["metadata"]["annotations"] = {"bgp.kubefabric.io/restart": "pending"}
    assert world.messages() == [
        "kube-router on node2 still runs with its earlier peers. "
        "Likely cause: a run ended before it had restarted it; run site.yml again"
    ]


def one_session_down(world: World, **entry: object) -> None:
    world.entry("101", 1).update(entry)
    lb = world.route("101", LB)["next_hops"]
    lb[:] = [item for item in lb if item["address"] != "192.168.2.1"]
    for leaf in ("101", *RACK2):
        world.route(leaf, world.cidr("node1"))["next_hops"] = [hop("10.0.0.102", 102)]


def test_a_session_in_another_state_names_node_leaf_state_and_what_the_leaf_noted(world):
    one_session_down(world, state="active", last_down_reason="holdtimer-expired-error")
    assert world.messages() == [
        "node1 (192.168.2.1) and leaf 101 (192.168.2.201): the session is active. Likely cause: the leaf waits for "
        "the node's TCP connection, and its own was not answered; kube-router does not try (its peers annotation, its"
        " log), or its packets do not arrive (VLAN, SVI, address), or its password is not the leaf's; the leaf last "
        "noted: holdtimer-expired-error"
    ]


def test_a_wrong_as_number_is_told_from_the_leafs_entry(world):
    one_session_down(world, state="opensent", remote_asn=65010)
    assert world.messages() == [
        "node1 (192.168.2.1) and leaf 101 (192.168.2.201): the session is opensent. "
        "Likely cause: the leaf expects or hears AS 65010, the plan says AS 65003"
    ]


def test_a_cluster_of_which_nothing_is_up_is_one_problem(world):
    for leaf in world.bgp.values():
        leaf.update(sessions=[], routes=[])
    assert world.messages() == [
        "none of the 12 sessions of cluster k8s-prod is Established (12 without an entry), on leaves 101, 102, 103 "
        "and 104. Likely cause: a dynamic neighbour without an entry never completed a TCP connection; kube-router "
        "does not try (its peers annotation, its log), or its packets do not arrive (VLAN, SVI, address), or its "
        "password is not the leaf's"
    ]


def test_a_session_of_another_cluster_in_the_same_vrf_is_none_of_ours(world):
    world.bgp["103"]["sessions"].append(session("192.168.4.1"))
    assert world.messages() == []


def test_a_session_with_a_stranger_is_a_problem(world):
    world.bgp["103"]["sessions"].append(session("192.168.2.77"))
    assert world.messages() == [
        "leaf 103 has an Established session with 192.168.2.77 (AS 65003), which is no node of cluster k8s-prod in the "
        "plan. Likely cause: a machine in the node network that is not in the inventory, and knows the password"
    ]


def test_only_the_sessions_of_one_node_are_looked_at_when_asked(world):
    world.bgp["103"] = {"reachable": True, "sessions": [], "routes": []}
    world.bgp["101"]["sessions"].append(session("192.168.2.77"))
    assert world.assess(["node1"])["ok"]
    assert [row["leaf"] for row in world.assess(["node1"])["table"]] == ["101", "102"]
