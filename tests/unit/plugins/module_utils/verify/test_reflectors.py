"""Route reflectors of a Calico cluster: a session that its plan has and no node reports is a finding."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico import reflector_sessions as reflectors
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests import plans

CLUSTER_ID = "244.0.0.1"
NODES = ("node1", "node2", "node3")
AMONG = {"nodes": ["node1", "node2"], "cluster_id": CLUSTER_ID}
BESIDE = {"hosts": {"rr1": {"addresses": ["198.51.100.11"]}}, "cluster_id": CLUSTER_ID}


def plan(route_reflectors: dict, *families: str, **options: object) -> dict:
    made = plans.calico(*families, route_reflectors=route_reflectors, **options)
    return {**made, "nodes": {name: made["nodes"][name] for name in NODES}}


def told(of: dict, reports: dict, agents: tuple = NODES, labels: dict | None = None) -> list[dict]:
    nodes = [{"metadata": {"name": name, "labels": (labels or {}).get(name, {})}} for name in NODES]
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    pods = [{"metadata": {"name": f"calico-{one}"}, "spec": {"nodeName": one}, "status": ready} for one in agents]
    return reflectors.problems(of, {**from_resources(nodes, pods, [], []), "reports": reports})


def messages(*given: object, **more: object) -> list[str]:
    return [one["message"] for one in told(*given, **more)]  # type: ignore[arg-type]


def up(*peers: str) -> dict:
    return dict.fromkeys(peers, "Established")


ALL_UP = {"node1": up("192.168.2.2"), "node2": up("192.168.2.1"), "node3": up("192.168.2.1", "192.168.2.2")}


def test_sessions_that_all_nodes_report_as_established_are_no_problem():
    assert told(plan(AMONG), ALL_UP) == []
    assert told(plan(BESIDE), dict.fromkeys(NODES, up("198.51.100.11"))) == []


def test_a_cluster_without_reflectors_or_without_reports_is_not_judged():
    assert told(plan({}), {}) == []
    assert told(plan(AMONG, node_status=False), {}) == []
    assert told({**plan({}), "cni": "cilium", "calico": {}}, {}) == []


def test_a_session_between_nodes_that_is_down_is_told_once():
    down = {**ALL_UP, "node1": {"192.168.2.2": "Active"}, "node2": {"192.168.2.1": "Active"}}
    (found,) = told(plan(AMONG), down)
    assert (found["kind"], found["reflector"], found["node"]) == ("reflector-session", "node1", "node2")
    assert found["message"] == (
        "route reflector node1 (192.168.2.1) has no Established session with node2 (active). Likely cause: TCP port "
        "179 between these nodes is closed, their passwords differ, or one of them cannot read it"
    )


def test_nodes_that_know_no_such_peer_point_at_the_resource_that_makes_it():
    assert messages(plan(AMONG), {**ALL_UP, "node3": {}}) == [
        f"route reflector {name} ({address}) has no Established session with node3 (reports no such peer). Likely "
        "cause: calico does not take BGPPeer peer-with-route-reflectors for one of the node's"
        for name, address in (("node1", "192.168.2.1"), ("node2", "192.168.2.2"))
    ]


def test_nodes_that_have_reported_nothing_yet_are_told():
    assert messages(plan(BESIDE), dict.fromkeys(NODES[:2], up("198.51.100.11"))) == [
        "route reflector rr1 (198.51.100.11) has no Established session with node3 (reports nothing). Likely cause: "
        "calico-node has not written its CalicoNodeStatus yet"
    ]


def test_a_host_with_which_no_node_has_a_session_is_to_blame_itself():
    assert messages(plan(BESIDE), {name: {"198.51.100.11": "Connect"} for name in NODES}) == [
        "route reflector rr1 (198.51.100.11) has no Established session with node1 (connect), node2 (connect), node3 "
        "(connect). Likely cause: rr1 runs no speaker that knows the nodes (kubefabric.bgp.nodes, group "
        "reflector_hosts), cannot be reached, or has another password"
    ]


def test_a_host_with_which_others_have_one_does_not_know_the_node():
    reports = {**dict.fromkeys(NODES[:2], up("198.51.100.11")), "node3": {"198.51.100.11": "Active"}}
    assert messages(plan(BESIDE), reports) == [
        "route reflector rr1 (198.51.100.11) has no Established session with node3 (active). Likely cause: rr1 does "
        "not know the nodes' addresses (kubefabric.bgp.nodes was not run since they came)"
    ]


def test_only_the_nodes_that_a_host_selects_need_a_session_with_it():
    chosen = {"hosts": {"rr1": {"addresses": ["198.51.100.11"], "node_selector": "zone == 'a'"}}}
    of, labels = plan({**chosen, "cluster_id": CLUSTER_ID}), {"node1": {"zone": "a"}, "node2": {"zone": "b"}}
    assert told(of, {"node1": up("198.51.100.11"), "node2": {}, "node3": {}}, labels=labels) == []


@pytest.mark.parametrize("reflector", [AMONG, BESIDE])
def test_a_node_whose_agent_does_not_run_is_told_elsewhere(reflector):
    assert told(plan(reflector), {}, agents=()) == []


def test_every_family_of_a_node_has_a_session_of_its_own():
    of = plan(AMONG, "ipv4", "ipv6")
    assert [one["message"].partition(" has")[0] for one in told(of, ALL_UP)] == [
        "route reflector node1 (2001:db8:2::1)",
        "route reflector node2 (2001:db8:2::2)",
    ]
