"""Which agents restart."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.rollout import agents_to_restart
from tests.plans import plan

DAEMONSET = {"metadata": {"uid": "d1"}}
REVISIONS = [
    {"metadata": {"ownerReferences": [{"uid": "d1"}], "labels": {"controller-revision-hash": "new"}}, "revision": 2},
    {"metadata": {"ownerReferences": [{"uid": "d1"}], "labels": {"controller-revision-hash": "old"}}, "revision": 1},
    {"metadata": {"ownerReferences": [{"uid": "d9"}], "labels": {"controller-revision-hash": "alien"}}, "revision": 7},
]


def node(name: str, marked: bool = False) -> dict:
    annotations = {"bgp.kubefabric.io/restart": "pending"} if marked else {}
    return {"metadata": {"name": name, "annotations": annotations}}


def pod(name: str, revision: str = "new", **metadata: object) -> dict:
    labels = {"controller-revision-hash": revision}
    return {
        "metadata": {"name": f"pod-{name}", "uid": name, "namespace": "kube-system", "labels": labels, **metadata},
        "spec": {"nodeName": name},
    }


def to_restart(nodes: list, pods: list, daemonset: dict | None = DAEMONSET) -> list:
    return [(item["node"], item["reason"]) for item in agents_to_restart(plan(), nodes, pods, REVISIONS, daemonset)]


def test_nothing_restarts_where_nothing_changed():
    assert to_restart([node("node1")], [pod("node1")]) == []


def test_a_marked_node_and_an_old_revision_restart_in_the_plans_order():
    nodes = [node("node1"), node("node2", marked=True), node("node3")]
    pods = [pod("node3", "old"), pod("node2"), pod("node1")]
    assert to_restart(nodes, pods) == [("node2", "its peers changed"), ("node3", "its DaemonSet changed")]


def test_a_fresh_install_restarts_nothing():
    assert to_restart([node("node1", marked=True)], []) == []
    assert to_restart([node("node1")], [pod("node1", "old")], daemonset=None) == []


def test_a_pod_that_goes_already_is_left_alone():
    assert to_restart([node("node1", marked=True)], [pod("node1", deletionTimestamp="2026-01-01T00:00:00Z")]) == []


def test_a_node_outside_of_the_plan_comes_last():
    pods = [pod("aaa", "old"), pod("node6", "old")]
    assert [name for name, _ in to_restart([node("node6"), node("aaa")], pods)] == ["node6", "aaa"]
