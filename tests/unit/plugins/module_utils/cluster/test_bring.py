"""What a run does to a cluster's objects: whose they are decides what is written, amended and deleted."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import bring
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.adoption import ADOPTED_ANNOTATION
from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster.conflicts import Conflict
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.errors import ClusterError
from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership
from tests.fake_cluster import Absent, FakeCluster
from tests.unit.plugins.module_utils.cluster.steps import (
    OURS,
    THEIRS,
    config_map,
    kept,
    namespace,
    node,
    refusal,
    steps,
    told,
)

# -- what others made under our names --------------------------------------------------------------------


def override(label: bool, **instances: str) -> dict:
    """A CiliumBGPNodeConfigOverride named after a node, of ours or of a person."""
    labels = ownership.labels(OURS) if label else {"team": "edge"}
    metadata = {"name": "n1", "labels": labels}
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumBGPNodeConfigOverride",
        "metadata": metadata,
        "spec": instances,
    }


def cluster_wide(cluster: FakeCluster) -> FakeCluster:
    """The same, with this kind among those that have no namespace."""
    inner = cluster.kind
    cluster.kind = lambda version, kind: SimpleNamespace(**{**vars(inner(version, kind)), "namespaced": False})  # type: ignore[method-assign]
    return cluster


def test_an_object_of_others_that_has_our_name_is_refused_and_all_of_them_are_named() -> None:
    cluster = cluster_wide(FakeCluster().add(override(False, theirs="1"), manager="kubectl-create"))
    cluster.add(config_map(owner=None))
    assert refusal(cluster, [override(True, ours="2"), {**config_map(), "kind": "ConfigMap"}]) == (
        "CiliumBGPNodeConfigOverride n1 is there already and is not ours (made by kubectl-create); ConfigMap "
        "kube-system/settings is there already and is not ours. With adopt: true this collection takes over "
        "these objects, "
        "and restores them when it no longer needs them; look at them first. Nothing was written."
    )


@pytest.mark.parametrize("way", ["absent", "prune"])
def test_what_was_adopted_is_given_back_and_not_deleted(way) -> None:
    theirs, ours = override(False, theirs="1", both="theirs"), override(True, ours="2", both="ours")
    cluster = cluster_wide(FakeCluster().add(theirs, manager="kubectl-create"))
    key = ("CiliumBGPNodeConfigOverride", None, "n1")
    bring.carry_out(cluster, steps(cluster, [ours], adopt=True))
    assert cluster.objects[key]["spec"] == {"theirs": "1", "both": "ours", "ours": "2"}
    assert told(steps(cluster, [ours])) == [("none", "CiliumBGPNodeConfigOverride", "n1")]
    entry = {"api_version": "cilium.io/v2", "kind": "CiliumBGPNodeConfigOverride"}
    found = steps(cluster, [ours], state="absent") if way == "absent" else steps(cluster, [], prune=[entry])
    assert told(found) == [("return", "CiliumBGPNodeConfigOverride", "n1")]
    bring.carry_out(cluster, found)
    left = copy.deepcopy(cluster.objects[key])
    managers = {one["manager"] for one in left["metadata"].pop("managedFields")}
    left["metadata"].pop("annotations", None)
    assert left == theirs
    assert "kubefabric" not in managers
    again = steps(cluster, [ours], state="absent") if way == "absent" else steps(cluster, [], prune=[entry])
    assert [action for action, _kind, _name in told(again)] == (["none"] if way == "absent" else [])
    cluster.writes.clear()
    assert "is there already and is not ours" in refusal(cluster, [ours])


def test_an_object_whose_label_was_removed_is_still_ours() -> None:
    cluster = FakeCluster().add(
        {**config_map(), "metadata": {**config_map()["metadata"], "labels": {}}}, manager="kubefabric"
    )
    assert told(steps(cluster, [config_map()])) == [("change", "ConfigMap", "settings")]


def test_an_object_that_is_too_large_to_be_kept_is_not_adopted() -> None:
    cluster = FakeCluster().add(config_map(owner=None, more="x" * 300_000))
    assert "ConfigMap settings is too large to be saved" in refusal(cluster, [config_map()], adopt=True)


def test_what_says_nonsense_of_what_it_was_is_deleted_as_ours() -> None:
    item = config_map()
    item["metadata"]["annotations"] = {ADOPTED_ANNOTATION: '{"kind": "Secret", "metadata": {"name": "settings"}}'}
    cluster = FakeCluster().add(item)
    assert told(steps(cluster, [config_map()], state="absent")) == [("delete", "ConfigMap", "settings")]


# -- absent --------------------------------------------------------------------------------------------


def test_absent_deletes_what_this_cluster_made() -> None:
    cluster = FakeCluster().add(config_map())
    found = steps(cluster, [config_map()], "absent")
    assert told(found) == [("delete", "ConfigMap", "settings")]
    bring.carry_out(cluster, found)
    assert cluster.writes == [("delete", "ConfigMap", "kube-system", "settings")]
    assert told(steps(cluster, [config_map()], "absent")) == [("none", "ConfigMap", "settings")]


def test_absent_of_one_cluster_refuses_the_object_of_another() -> None:
    cluster = FakeCluster().add(config_map(owner=THEIRS))
    assert refusal(cluster, [config_map(owner=OURS)], "absent") == (
        "ConfigMap kube-system/settings is not ours: it does not have the labels "
        "app.kubernetes.io/managed-by=kubefabric.bgp,bgp.kubefabric.io/cluster=a. Remove it by hand if you do "
        "not need it."
    )


def test_absent_refuses_an_object_made_by_hand() -> None:
    cluster = FakeCluster().add(config_map(owner=None))
    assert "is not ours" in refusal(cluster, [config_map()], "absent")
    assert "is not ours" in refusal(cluster, [config_map()], "absent", owner=None)


def test_absent_without_a_cluster_deletes_what_any_cluster_made() -> None:
    cluster = FakeCluster().add(config_map(owner=THEIRS))
    assert told(steps(cluster, [config_map()], "absent", owner=None)) == [("delete", "ConfigMap", "settings")]


def test_absent_keeps_what_everything_else_stands_on() -> None:
    cluster = FakeCluster().add(kept(namespace("kubefabric")))
    found = steps(cluster, [kept(namespace("kubefabric"))], "absent")
    bring.carry_out(cluster, found)
    assert told(found) == [("none", "Namespace", "kubefabric")]
    assert cluster.writes == []


def test_absent_takes_only_our_fields_from_an_object_of_others() -> None:
    cluster = FakeCluster().add(node(zone="z"))
    bring.carry_out(cluster, steps(cluster, [node(rack_id="rack1")]))
    found = steps(cluster, [node(rack_id="rack1")], "absent")
    assert told(found) == [("withdraw", "Node", "n1")]
    assert found[0].body == {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}
    bring.carry_out(cluster, found)
    assert cluster.objects["Node", None, "n1"]["metadata"]["labels"] == {"zone": "z"}
    assert told(steps(cluster, [node(rack_id="rack1")], "absent")) == [("none", "Node", "n1")]


def test_absent_takes_our_fields_from_an_object_in_a_namespace() -> None:
    theirs = config_map(owner=None)
    cluster = FakeCluster().add(theirs)
    bring.carry_out(cluster, steps(cluster, [config_map(owner=None, ours="x")]))
    bring.carry_out(cluster, steps(cluster, [config_map(owner=None, ours="x")], "absent"))
    assert cluster.writes[-1] == ("apply", "ConfigMap", "kube-system", "settings", False)
    assert "ours" not in cluster.objects["ConfigMap", "kube-system", "settings"].get("data", {})


def test_absent_leaves_what_we_set_where_machines_run_by_it() -> None:
    metadata = {"name": "kubevirt", "namespace": "default"}
    virt = {"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", "metadata": metadata, "spec": {"x": 1}}
    cluster = FakeCluster().add(virt, manager="kubefabric")
    assert told(steps(cluster, [virt], "absent")) == [("none", "KubeVirt", "kubevirt")]


# -- present -------------------------------------------------------------------------------------------


def test_present_creates_then_changes_then_does_nothing() -> None:
    cluster = FakeCluster()
    for wanted, action in ((config_map(), "create"), (config_map(text="two"), "change")):
        found = steps(cluster, [wanted])
        assert told(found) == [(action, "ConfigMap", "settings")]
        bring.carry_out(cluster, found)
    assert cluster.objects["ConfigMap", "kube-system", "settings"]["data"] == {"text": "two"}
    cluster.writes.clear()
    found = steps(cluster, [config_map(text="two")])
    bring.carry_out(cluster, found)
    assert (told(found), cluster.writes) == ([("none", "ConfigMap", "settings")], [])


def test_present_owns_what_was_right_already() -> None:
    cluster = FakeCluster().add(config_map())
    found = steps(cluster, [config_map()])
    assert told(found) == [("own", "ConfigMap", "settings")]
    bring.carry_out(cluster, found)
    assert told(steps(cluster, [config_map()])) == [("none", "ConfigMap", "settings")]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            node("n9", rack_id="rack1"),
            "Node n9 does not exist in the cluster, and it is not ours to create. "
            "Is the node's name in the inventory the name by which it joined?",
        ),
        (
            config_map(owner=None),
            "ConfigMap kube-system/settings does not exist in the cluster, and it is not ours to create.",
        ),
    ],
)
def test_present_does_not_create_what_it_only_amends(wanted: dict, message: str) -> None:
    assert refusal(FakeCluster(), [wanted]) == message


def test_present_creates_what_everything_else_stands_on_though_it_has_no_owner() -> None:
    assert told(steps(FakeCluster(), [kept(namespace("kubefabric", None))])) == [("create", "Namespace", "kubefabric")]


def test_what_lives_in_a_namespace_of_this_run_is_created_after_it() -> None:
    cluster = FakeCluster()
    found = steps(cluster, [namespace("new"), config_map(namespace="new")])
    assert told(found) == [("create", "Namespace", "new"), ("create", "ConfigMap", "settings")]
    assert [(step.before, step.force) for step in found] == [(None, False), (None, False)]
    bring.carry_out(cluster, found)
    assert ("ConfigMap", "new", "settings") in cluster.objects


def test_a_second_run_with_a_namespace_of_its_own_changes_nothing() -> None:
    cluster, wanted = FakeCluster(), [namespace("new"), config_map(namespace="new")]
    bring.carry_out(cluster, steps(cluster, wanted))
    assert [step.action for step in steps(cluster, wanted)] == ["none", "none"]


def test_a_new_object_is_no_new_namespace_though_it_has_the_name_of_one() -> None:
    cluster = FakeCluster(namespaces={"kube-system", "x"}).add(config_map(namespace="x"), manager="kubefabric")
    found = steps(cluster, [config_map("x"), config_map(namespace="x")])
    assert [step.action for step in found] == ["create", "none"]


def test_a_namespace_that_is_not_created_is_named() -> None:
    message = "ConfigMap absent/settings: the namespace absent does not exist"
    assert refusal(FakeCluster(), [config_map(namespace="absent")]) == message
    there = FakeCluster().add(namespace("absent"))
    assert refusal(there, [namespace("absent"), config_map(namespace="absent")]) == message


def test_an_object_that_cannot_become_what_is_wanted_is_refused_with_the_reason() -> None:
    wanted = namespace("blue")
    wanted["metadata"]["labels"]["k8s.ovn.org/primary-user-defined-network"] = ""
    message = refusal(FakeCluster().add(namespace("blue")), [wanted])
    assert message.startswith("Namespace blue: it exists without the label k8s.ovn.org/primary-user-defined-network")
    assert message.endswith("Nothing was written.")


def test_a_namespaced_object_without_its_namespace_is_refused() -> None:
    wanted = config_map()
    del wanted["metadata"]["namespace"]
    assert refusal(FakeCluster(), [wanted]) == "resources: ConfigMap settings has no metadata.namespace"


@pytest.mark.parametrize("metadata", [None, {}, {"name": ""}])
def test_an_object_without_a_name_is_refused(metadata: dict | None) -> None:
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    assert refusal(FakeCluster(), [wanted]) == "resources: a ConfigMap has no metadata.name"


def test_kinds_that_the_cluster_does_not_serve_are_one_error() -> None:
    cluster = FakeCluster(unserved={"ConfigMap", "Node"})
    assert refusal(cluster, [node(rack_id="r"), config_map()]) == (
        "the cluster does not serve Node (v1), ConfigMap (v1); install what brings it first. Nothing was written."
    )


@pytest.mark.parametrize(
    ("wanted", "answer", "name"),
    [
        (config_map(), "404 page not found", "ConfigMap (v1)"),
        (node(rack_id="r"), 'namespaces "x" not found', "Node (v1)"),
    ],
)
def test_a_kind_that_the_cluster_served_at_an_earlier_run_only_is_named(wanted: dict, answer: str, name: str) -> None:
    cluster = FakeCluster(refusal=Absent(answer)).add(node())
    assert refusal(cluster, [wanted]).startswith(f"the cluster does not serve {name}; ")


def test_a_refusal_of_the_api_server_comes_with_its_remedy_where_one_is_known() -> None:
    complaint = "associative list without keys has an element that's a map type"
    wanted = {**config_map(), "kind": "BGPFilter", "apiVersion": "projectcalico.org/v3"}
    assert "bring Calico to 3.32.1" in refusal(FakeCluster(refusal=ClusterError(complaint)), [wanted])
    assert refusal(FakeCluster(refusal=ClusterError("no")), [wanted]) == "no"


# -- fields of others ----------------------------------------------------------------------------------


def test_fields_that_people_set_are_taken_back_and_those_of_a_controller_are_not() -> None:
    people, controller = Conflict("kubectl-edit", "data.text"), Conflict("operator", "data.text")
    cluster = FakeCluster(taken=[people]).add(config_map(text="by hand"))
    (step,) = found = steps(cluster, [config_map()])
    assert (step.action, step.force) == ("change", True)
    bring.carry_out(cluster, found)
    assert cluster.writes == [("apply", "ConfigMap", "kube-system", "settings", True)]
    cluster = FakeCluster(taken=[people, controller]).add(config_map(text="theirs"))
    assert refusal(cluster, [config_map()]) == (
        "ConfigMap kube-system/settings: operator holds data.text. Two managers would overwrite each other: "
        "stop the other "
        "one from setting it, or take it with force_conflicts: true. Nothing was written."
    )
    assert steps(cluster, [config_map()], force_conflicts=True)[0].force is True
    assert steps(FakeCluster(), [config_map()])[0].force is False


def test_fields_that_another_manager_took_in_the_meantime_stop_the_run() -> None:
    cluster = FakeCluster().add(config_map(text="two"))
    found = steps(cluster, [config_map()])
    cluster.taken = [Conflict("operator", "data.text")]
    with pytest.raises(ClusterError, match=r"operator holds data\.text"):
        bring.carry_out(cluster, found)
    assert cluster.writes == []


# -- selectors of nodes --------------------------------------------------------------------------------


def peer(selector: str) -> dict:
    metadata = {"name": "leaf", "namespace": "default", "labels": ownership.labels(OURS)}
    spec = {"nodeSelector": selector}
    return {"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": metadata, "spec": spec}


def test_a_selector_is_held_against_labels_that_nodes_have_and_will_have() -> None:
    cluster = FakeCluster().add(node("n1", rack_id="old", zone="z"))
    wanted = node("n1", rack_id="rack1")
    assert told(steps(cluster, [wanted, peer("rack_id == 'rack1'")]))[-1] == ("create", "BGPPeer", "leaf")
    assert told(steps(cluster, [wanted, peer("zone == 'z'")]))[-1] == ("create", "BGPPeer", "leaf")
    by_name = peer("kubernetes.io/hostname == 'n1'")
    assert told(steps(cluster, [wanted, by_name]))[-1] == ("create", "BGPPeer", "leaf")
    assert refusal(cluster, [wanted, peer("rack_id == 'old'")]) == (
        "BGPPeer default/leaf: nodeSelector rack_id == 'old' selects none of the cluster's nodes: rack_id is rack1 on "
        "them. Nothing was written."
    )


def test_a_selector_may_take_a_node_that_the_plan_does_not_have() -> None:
    bare = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "bare"}}
    cluster = FakeCluster().add(bare, node("n1"), node("n2", zone="z"))
    assert told(steps(cluster, [node("n1", rack_id="rack1"), peer("zone == 'z'")]))[-1][0] == "create"


def test_of_a_node_that_did_not_join_its_absence_is_said_and_not_that_of_its_labels() -> None:
    wanted = [node("n9", rack_id="rack9"), peer("rack_id == 'rack9'"), peer("kubernetes.io/hostname == 'n9'")]
    assert refusal(FakeCluster().add(node("n1")), wanted).startswith("Node n9 does not exist in the cluster")


def test_labels_of_other_objects_are_not_those_of_nodes() -> None:
    cluster, labelled = FakeCluster().add(node("n1", rack_id="rack1")), config_map("rack")
    labelled["metadata"]["labels"]["zone"] = "z"
    assert "selects none of the cluster's nodes" in refusal(cluster, [labelled, peer("zone == 'z'")])


# -- what people read ----------------------------------------------------------------------------------


def test_a_step_is_described_by_its_object_and_the_places_that_changed() -> None:
    cluster = FakeCluster().add(config_map(), node("n1"))
    change, amended = steps(cluster, [config_map(text="two"), node("n1", rack_id="rack1")])
    assert bring.describe(change) == {
        "action": "change",
        "api_version": "v1",
        "kind": "ConfigMap",
        "name": "settings",
        "namespace": "kube-system",
        "changed": ["data.text"],
    }
    assert bring.describe(amended)["namespace"] is None
    (created,) = steps(FakeCluster(), [config_map()])
    assert bring.describe(created)["changed"] == []
    (deleted,) = steps(FakeCluster().add(config_map()), [config_map()], "absent")
    assert bring.describe(deleted)["changed"] == []
