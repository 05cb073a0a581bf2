"""Changes from the results of modules in check mode."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.changes import collect

NODE = {"action": "change", "api_version": "v1", "kind": "Node", "name": "node1", "namespace": None, "changed": []}
SECRET = {**NODE, "action": "create", "kind": "Secret", "name": "bgp", "namespace": "calico-system"}


def named(changes: list) -> list[tuple[str, str, str]]:
    return [(one["world"], one["action"], one["name"]) for one in changes]


def test_managed_objects_come_with_their_attributes():
    diff = {"before": {"uni/a": {"x": "1"}, "uni/c": {"y": "2"}}, "after": {"uni/a": {"x": "3"}, "uni/b": {"z": "4"}}}
    result = {"created": ["uni/b"], "modified": ["uni/a"], "deleted": ["uni/c"], "diff": diff}
    found = collect.of_fabric("k8s-prod", result)
    assert named(found) == [
        ("fabric", "create", "uni/b"),
        ("fabric", "change", "uni/a"),
        ("fabric", "delete", "uni/c"),
    ]
    assert [one["before"] for one in found] == [{}, {"x": "1"}, {"y": "2"}]
    assert [one["after"] for one in found] == [{"z": "4"}, {"x": "3"}, {}]


def test_resources_are_named_by_kind_and_namespace():
    diff = [{"before": "a: 1\n", "after": "a: 2\n"}, {"before": "", "after": "b: 1\n"}]
    found = collect.of_cluster("k8s-prod", {"changes": [NODE, SECRET], "diff": diff})
    assert named(found) == [("cluster", "change", "Node node1"), ("cluster", "create", "Secret calico-system/bgp")]
    assert [one["after"] for one in found] == ["a: 2\n", "b: 1\n"]


def test_a_result_without_differences_still_counts_every_change():
    assert len(collect.of_cluster("k8s-prod", {"changes": [NODE, SECRET]})) == 2


def test_files_of_a_host_are_created_changed_and_deleted():
    diff = [
        {"before_header": "/etc/frr/frr.conf", "before": "a", "after": "b"},
        {"before_header": "/etc/frr/daemons", "before": "", "after": "b"},
        {"before_header": "/etc/old", "before": "a", "after": ""},
    ]
    found = collect.of_host("fw1", {"changed": True, "installed": True, "diff": diff})
    assert named(found) == [
        ("host", "change", "/etc/frr/frr.conf"),
        ("host", "create", "/etc/frr/daemons"),
        ("host", "delete", "/etc/old"),
        ("host", "install", "packages of the speaker"),
    ]


def test_a_change_of_a_host_that_is_in_no_file_is_not_lost():
    found = collect.of_host("fw1", {"changed": True, "diff": []})
    assert named(found) == [("host", "change", "services and addresses")]
    assert collect.of_host("fw1", {"changed": False, "diff": []}) == []


def test_a_module_of_others_counts_by_its_name():
    assert named(collect.of_task("cluster", "k8s-prod", "Helm release cilium", {"changed": True})) == [
        ("cluster", "change", "Helm release cilium")
    ]
    assert collect.of_task("cluster", "k8s-prod", "Helm release cilium", {}) == []
