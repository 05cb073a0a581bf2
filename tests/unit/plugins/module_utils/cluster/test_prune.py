"""What a run deletes of what left the plan: what this cluster made, and nothing of others."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import bring
from tests.fake_cluster import FakeCluster
from tests.unit.plugins.module_utils.cluster.steps import THEIRS, config_map, node, steps, told

ENTRY = {"api_version": "v1", "kind": "ConfigMap"}
ELSEWHERE = {**ENTRY, "namespace": "kube-system", "elsewhere": True}


def test_prune_deletes_what_left_the_plan_and_nothing_of_others() -> None:
    cluster = FakeCluster().add(config_map(), config_map("old"), config_map("other", THEIRS), config_map("hand", None))
    found = steps(cluster, [config_map()], prune=[ENTRY])
    assert told(found)[1:] == [("delete", "ConfigMap", "old")]


def test_prune_leaves_what_a_controller_made_of_ours() -> None:
    derived = config_map("derived")
    derived["metadata"]["ownerReferences"] = [{"kind": "ExternalSecret", "controller": True}]
    assert steps(FakeCluster().add(derived), [], prune=[ENTRY]) == []
    derived["metadata"]["ownerReferences"] = [{"kind": "ExternalSecret"}]
    assert told(steps(FakeCluster().add(derived), [], prune=[ENTRY])) == [("delete", "ConfigMap", "derived")]


def test_prune_deletes_an_object_once_though_two_entries_find_it() -> None:
    cluster = FakeCluster().add(config_map("old"))
    assert told(steps(cluster, [], prune=[ENTRY, ENTRY])) == [("delete", "ConfigMap", "old")]


def test_prune_skips_a_kind_that_the_cluster_does_not_serve() -> None:
    cluster = FakeCluster(unserved={"FRRConfiguration"}).add(config_map("old"))
    unserved = {"api_version": "frrk8s.metallb.io/v1beta1", "kind": "FRRConfiguration"}
    assert told(steps(cluster, [], prune=[unserved, ENTRY])) == [("delete", "ConfigMap", "old")]


def test_prune_stays_in_its_namespace_unless_told_otherwise() -> None:
    cluster = FakeCluster().add(config_map("old"))
    cluster.add(config_map("old", namespace="default"), manager="kubefabric")
    here = steps(cluster, [], prune=[{**ENTRY, "namespace": "kube-system"}])
    assert [step.body["metadata"]["namespace"] for step in here] == ["kube-system"]


def test_prune_elsewhere_deletes_what_we_applied_and_no_copies() -> None:
    applied, copied = config_map("applied", namespace="default"), config_map("copied", namespace="default")
    cluster = FakeCluster().add(config_map("old"), copied).add(applied, manager="kubefabric")
    assert told(steps(cluster, [], prune=[ELSEWHERE])) == [
        ("delete", "ConfigMap", "old"),
        ("delete", "ConfigMap", "applied"),
    ]


def test_prune_elsewhere_without_a_namespace_deletes_whatever_carries_our_labels() -> None:
    cluster = FakeCluster().add(config_map("old"), config_map("old", namespace="default"))
    found = steps(cluster, [], prune=[{**ENTRY, "elsewhere": True}])
    assert [step.body["metadata"]["namespace"] for step in found] == ["kube-system", "default"]


def test_prune_elsewhere_stays_where_the_user_has_rights() -> None:
    applied = config_map("applied", namespace="default")
    cluster = FakeCluster(forbidden={None}).add(config_map("old")).add(applied, manager="kubefabric")
    assert told(steps(cluster, [], prune=[ELSEWHERE])) == [("delete", "ConfigMap", "old")]


def test_prune_of_amended_objects_takes_our_fields_and_deletes_nothing() -> None:
    cluster = FakeCluster().add(node("n1"), node("n2"), node("n3"))
    bring.carry_out(cluster, steps(cluster, [node("n1", rack_id="rack1"), node("n2", rack_id="rack1")]))
    entry = {"api_version": "v1", "kind": "Node", "amended": True}
    found = steps(cluster, [node("n1", rack_id="rack1")], prune=[entry])
    assert told(found) == [("none", "Node", "n1"), ("withdraw", "Node", "n2"), ("none", "Node", "n3")]


def test_prune_knows_an_object_by_its_group_and_not_by_its_version() -> None:
    live = {**config_map("peer"), "apiVersion": "example.net/v1beta1"}
    wanted = {**config_map("peer"), "apiVersion": "example.net/v1"}
    entry = {**ENTRY, "api_version": "example.net/v1beta1"}
    cluster = FakeCluster().add(live)
    assert [step.action for step in steps(cluster, [wanted], prune=[entry])] == ["change"]
    other_group = {**wanted, "apiVersion": "example.org/v1"}
    assert [step.action for step in steps(FakeCluster().add(live), [other_group], prune=[entry])][-1] == "delete"


def test_prune_tells_objects_of_one_name_apart_by_kind_and_namespace() -> None:
    secret = {**config_map("x"), "kind": "Secret"}
    cluster = FakeCluster().add(config_map("x"), config_map("x", namespace="default"), secret)
    found = steps(cluster, [config_map("x")], prune=[ENTRY, {"api_version": "v1", "kind": "Secret"}])
    assert [(step.action, step.body["kind"], step.body["metadata"]["namespace"]) for step in found[1:]] == [
        ("delete", "ConfigMap", "default"),
        ("delete", "Secret", "kube-system"),
    ]


def test_without_prune_nothing_is_pruned() -> None:
    """Null, as a playbook may give it, is the same as an empty list."""
    assert steps(FakeCluster().add(config_map("old")), [], prune=None) == []
