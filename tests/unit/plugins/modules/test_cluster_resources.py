"""The module against a real API server: each test is one thing that happens to a cluster in its life."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.objects import ownership
from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from lab.cluster.definitions import established
from lab.context import wait_for
from tests.run_module import ModuleFailed, run_module

PEERS = "kube-router.io/peers"


class Cluster:
    """One Node and one ConfigMap of their own in the shared API server."""

    def __init__(self, api) -> None:
        self.api = api
        self.tag = uuid.uuid4().hex[:8]
        self.node = f"node-{self.tag}"
        self.api.kubectl_run("create", "-f-", stdin=f"apiVersion: v1\nkind: Node\nmetadata: {{name: {self.node}}}\n")

    def resources(self, *, rack: str = "rack1", password: str = "c2VjcmV0", text: str = "one") -> list:
        peers = f'- remoteip: "192.0.2.1"\n  remoteasn: 65002\n  password: "{password}"\n'
        labels = ownership.labels(self.tag)
        return [
            {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": self.node, "labels": {"rack_id": rack}, "annotations": {PEERS: peers}},
            },
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"settings-{self.tag}", "namespace": "kube-system", "labels": labels},
                "data": {"text": text},
            },
        ]

    def run(self, resources: list, *, check: bool = False, **options) -> dict:
        arguments = {"kubeconfig": str(self.api.kubeconfig), "cluster": self.tag, "resources": resources, **options}
        return run_module(cluster_resources, arguments, check=check)

    def versions(self) -> list:
        """The resource versions: they change with every write."""
        items = [self.api.get("node", self.node), self.config_map()]
        return [item and item["metadata"]["resourceVersion"] for item in items]

    def config_map(self) -> dict | None:
        found = self.api.get("configmap", "--namespace=kube-system", f"--selector={ownership.selector(self.tag)}")
        return found["items"][0] if found["items"] else None

    def node_metadata(self) -> dict:
        return self.api.get("node", self.node)["metadata"]


@pytest.fixture
def cluster(kubernetes):
    return Cluster(kubernetes)


def actions(result: dict) -> list:
    return [(change["kind"], change["action"], change["changed"]) for change in result["changes"]]


def test_check_mode_says_what_a_run_would_do_and_does_nothing(cluster):
    before = cluster.versions()
    result = cluster.run(cluster.resources(), check=True)
    assert result["changed"]
    assert [(kind, action) for kind, action, _ in actions(result)] == [("Node", "change"), ("ConfigMap", "create")]
    assert cluster.versions() == before


def test_a_run_changes_and_the_next_one_writes_nothing(cluster):
    assert cluster.run(cluster.resources())["changed"]
    after = cluster.versions()
    assert cluster.node_metadata()["labels"]["rack_id"] == "rack1"
    assert cluster.config_map()["data"] == {"text": "one"}
    assert cluster.run(cluster.resources())["changes"] == []
    assert not cluster.run(cluster.resources(), check=True)["changed"]
    assert cluster.versions() == after


def test_what_kubectl_changed_by_hand_is_shown_exactly_and_restored(cluster):
    cluster.run(cluster.resources())
    cluster.api.kubectl_run("label", "node", cluster.node, "rack_id=rack9", "--overwrite")
    drift = cluster.run(cluster.resources(), check=True)
    assert actions(drift) == [("Node", "change", ["metadata.labels.rack_id"])]
    assert "rack_id: rack9" in drift["diff"][0]["before"] and "rack_id: rack1" in drift["diff"][0]["after"]
    assert cluster.run(cluster.resources())["changed"]
    assert cluster.node_metadata()["labels"]["rack_id"] == "rack1"
    assert not cluster.run(cluster.resources())["changed"]


def test_fields_of_another_controller_are_an_error_that_names_it_and_nothing_is_written(cluster):
    cluster.api.kubectl_run(
        "apply",
        "--server-side",
        "--field-manager=other-operator",
        "-f-",
        stdin=json.dumps(
            {**cluster.resources()[0], "metadata": {"name": cluster.node, "labels": {"rack_id": "rack9"}}}
        ),
    )
    before = cluster.versions()
    with pytest.raises(ModuleFailed) as failure:
        cluster.run(cluster.resources())
    assert str(failure.value) == (
        f"Node {cluster.node}: other-operator holds metadata.labels.rack_id. Two managers would overwrite each "
        f"other: stop "
        "the other one from setting it, or take it with force_conflicts: true. Nothing was written."
    )
    assert cluster.versions() == before
    assert cluster.run(cluster.resources(), force_conflicts=True)["changed"]
    assert cluster.node_metadata()["labels"]["rack_id"] == "rack1"


def test_content_that_is_right_already_becomes_ours_once(cluster):
    cluster.api.kubectl_run("create", "-f-", stdin=json.dumps(cluster.resources()[1]))
    result = cluster.run(cluster.resources()[1:])
    assert actions(result) == [("ConfigMap", "own", [])]
    assert not cluster.run(cluster.resources()[1:])["changed"]


def test_passwords_appear_nowhere_in_the_result_even_when_one_changes(cluster):
    cluster.run(cluster.resources(password="b2xkLXBhc3N3b3Jk"))
    result = cluster.run(cluster.resources(password="bmV3LXBhc3N3b3Jk"))
    text = json.dumps(result)
    for secret in ("b2xkLXBhc3N3b3Jk", "bmV3LXBhc3N3b3Jk", "old-password", "new-password"):
        assert secret not in text
    assert "(secret)" in result["diff"][0]["before"] and "(secret, changed)" in result["diff"][0]["after"]


def test_passwords_reach_no_log_of_the_system_either(cluster, monkeypatch):
    logged = []
    monkeypatch.setattr(
        cluster_resources.Module, "log", lambda _self, msg, log_args: logged.append(f"{msg} {log_args}")
    )
    metadata = {"name": "s", "namespace": "default", "labels": ownership.labels(cluster.tag)}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"a": "Geheim.123"}}
    cluster.run([secret, *cluster.resources(password="R2VoZWltLjQ1Ng==")], check=True)
    assert "R2VoZWltLjQ1Ng==" not in str(logged)
    assert "Geheim.123" not in str(logged)
    assert cluster.node in str(logged)


def test_absent_deletes_what_is_ours_and_takes_back_only_our_fields_of_a_node(cluster):
    cluster.run(cluster.resources())
    cluster.api.kubectl_run("label", "node", cluster.node, "zone=a")
    assert cluster.run(cluster.resources(), state="absent", check=True)["changed"]
    assert cluster.config_map()
    result = cluster.run(cluster.resources(), state="absent")
    assert [(kind, action) for kind, action, _ in actions(result)] == [("Node", "withdraw"), ("ConfigMap", "delete")]
    assert cluster.config_map() is None
    metadata = cluster.node_metadata()
    assert metadata["labels"] == {"zone": "a"} and PEERS not in metadata.get("annotations", {})
    assert not cluster.run(cluster.resources(), state="absent")["changed"]


def test_absent_refuses_an_object_that_is_not_ours(cluster):
    theirs = cluster.resources()[1]
    cluster.run([theirs])
    cluster.api.kubectl_run(
        "label", "configmap", "-nkube-system", theirs["metadata"]["name"], f"{ownership.MANAGED_BY_LABEL}-"
    )
    with pytest.raises(ModuleFailed) as failure:
        cluster.run([theirs], state="absent")
    assert str(failure.value) == (
        f"ConfigMap kube-system/settings-{cluster.tag} is not ours: it does not have the labels "
        f"app.kubernetes.io/managed-by=kubefabric.bgp,bgp.kubefabric.io/cluster={cluster.tag}. "
        "Remove it by hand if you do not need it."
    )


def test_prune_removes_what_left_the_plan_and_leaves_other_clusters_alone(cluster, kubernetes):
    other = Cluster(kubernetes)
    other.run(other.resources()[1:])
    cluster.run(cluster.resources())
    prune = [{"api_version": "v1", "kind": "ConfigMap"}]
    result = cluster.run(cluster.resources()[:1], prune=prune)
    assert [(kind, action) for kind, action, _ in actions(result)] == [("ConfigMap", "delete")]
    assert cluster.config_map() is None and other.config_map()


ELSEWHERE = [{"api_version": "v1", "kind": "ConfigMap", "namespace": "default", "elsewhere": True}]


def moved(cluster) -> list:
    """The cluster's ConfigMap in another namespace than that of the run before."""
    cluster.run(cluster.resources()[1:])
    settings = cluster.resources()[1]
    settings["metadata"]["namespace"] = "default"
    return [settings]


def test_prune_with_elsewhere_removes_what_moved_to_another_namespace_from_the_old_one(cluster):
    resources = moved(cluster)
    result = cluster.run(resources, prune=ELSEWHERE)
    found = [(change["action"], change["namespace"]) for change in result["changes"]]
    assert found == [("create", "default"), ("delete", "kube-system")]
    assert cluster.config_map() is None
    assert not cluster.run(resources, prune=ELSEWHERE)["changed"]


def test_prune_with_elsewhere_leaves_copies_alone_that_others_made_with_our_labels(cluster):
    """As tools do that bring a Secret to other namespaces."""
    settings = moved(cluster)[0]
    copied = {**settings, "metadata": {**settings["metadata"], "namespace": "kube-public"}}
    cluster.api.kubectl_run("create", "--field-manager=copier", "-f-", stdin=json.dumps(copied))
    result = cluster.run([settings], prune=ELSEWHERE)
    assert [(change["action"], change["namespace"]) for change in result["changes"]] == [
        ("create", "default"),
        ("delete", "kube-system"),
    ]


def test_prune_with_elsewhere_stays_in_the_namespace_where_the_user_has_no_rights_beside_it(cluster):
    resources = moved(cluster)
    user = f"restricted-{cluster.tag}"
    cluster.api.kubectl_run("create", "role", user, "-ndefault", "--verb=*", "--resource=configmaps")
    cluster.api.kubectl_run("create", "rolebinding", user, "-ndefault", f"--role={user}", f"--user={user}")
    stale = {**resources[0], "metadata": {**resources[0]["metadata"], "name": f"stale-{cluster.tag}"}}
    cluster.run([stale])
    result = cluster.run(resources, prune=ELSEWHERE, impersonate_user=user)
    found = [(change["action"], change["name"]) for change in result["changes"]]
    assert found == [("create", f"settings-{cluster.tag}"), ("delete", f"stale-{cluster.tag}")]
    assert cluster.config_map()


def test_prune_leaves_what_a_controller_made_of_an_object_of_ours_with_its_labels(cluster):
    """As External Secrets makes the Secret of an ExternalSecret."""
    cluster.run(cluster.resources())
    ours = cluster.config_map()["metadata"]
    made_of = {"apiVersion": "v1", "kind": "ConfigMap", "name": ours["name"], "uid": ours["uid"], "controller": True}
    names = {key: ours[key] for key in ("namespace", "labels")}
    metadata = {**names, "name": f"derived-{cluster.tag}", "ownerReferences": [made_of]}
    derived = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    cluster.api.kubectl_run("create", "-f-", stdin=json.dumps(derived))
    assert cluster.run(cluster.resources(), prune=[{"api_version": "v1", "kind": "ConfigMap"}])["changes"] == []


def test_prune_takes_our_fields_from_a_node_that_left_the_plan(cluster):
    cluster.run(cluster.resources())
    result = cluster.run(cluster.resources()[1:], prune=[{"api_version": "v1", "kind": "Node", "amended": True}])
    assert ("Node", "withdraw") in [(kind, action) for kind, action, _ in actions(result)]
    assert PEERS not in cluster.node_metadata().get("annotations", {})


def test_a_node_that_did_not_join_is_an_error_before_anything_is_written(cluster):
    resources = cluster.resources()
    resources[0]["metadata"]["name"] = "unknown"
    with pytest.raises(ModuleFailed) as failure:
        cluster.run(resources)
    assert str(failure.value) == (
        "Node unknown does not exist in the cluster, and it is not ours to create. "
        "Is the node's name in the inventory the name by which it joined?"
    )
    assert cluster.config_map() is None


def test_a_kind_that_the_cluster_does_not_serve_is_one_error_before_anything_is_written(cluster):
    resources = [
        *cluster.resources(),
        {"apiVersion": "example.net/v1", "kind": "Absent", "metadata": {"name": "x"}},
    ]
    with pytest.raises(ModuleFailed) as failure:
        cluster.run(resources)
    assert str(failure.value) == (
        "the cluster does not serve Absent (example.net/v1); install what brings it first. Nothing was written."
    )
    assert cluster.config_map() is None


def test_the_restart_mark_comes_with_the_change_stays_until_removed_and_needs_an_agent(cluster):
    restart = {"triggers": [PEERS], "names": [cluster.node]}
    mark = ownership.RESTART_ANNOTATION

    cluster.run(cluster.resources(), restart={**restart, "names": []})
    assert mark not in cluster.node_metadata()["annotations"]

    cluster.run(cluster.resources(password="b3RoZXI="), restart=restart)
    assert cluster.node_metadata()["annotations"][mark] == "pending"

    assert not cluster.run(cluster.resources(password="b3RoZXI="), restart=restart)["changed"]
    assert cluster.node_metadata()["annotations"][mark] == "pending"

    cluster.api.kubectl_run("annotate", "node", cluster.node, f"{mark}-")
    assert not cluster.run(cluster.resources(password="b3RoZXI="), restart=restart)["changed"]
    assert mark not in cluster.node_metadata()["annotations"]


@pytest.mark.parametrize("way", ["absent", "prune"])
def test_what_others_made_is_adopted_when_told_and_given_back(cluster, way):
    name, (_node, ours) = f"settings-{cluster.tag}", cluster.resources(text="ours")
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"team": "edge"}}}
    theirs["data"] = {"text": "theirs", "more": "of theirs"}
    cluster.api.kubectl_run("create", "--namespace=kube-system", "-f-", stdin=json.dumps(theirs))
    with pytest.raises(ModuleFailed) as failure:
        cluster.run([ours])
    assert f"ConfigMap kube-system/{name} is there already and is not ours (made by kubectl-create)" in str(
        failure.value
    )
    assert cluster.run([ours], adopt=True)["changes"][0]["action"] == "change"
    assert cluster.run([ours])["changes"] == []
    assert cluster.config_map()["data"] == {"text": "ours", "more": "of theirs"}
    prune = [{"api_version": "v1", "kind": "ConfigMap", "namespace": "kube-system"}]
    options = {"state": "absent"} if way == "absent" else {"prune": prune}
    result = cluster.run([ours] if way == "absent" else [], **options)
    assert [change["action"] for change in result["changes"]] == ["return"]
    left = cluster.api.get("configmap", name, "--namespace=kube-system")
    assert left["data"] == theirs["data"]
    assert left["metadata"]["labels"] == {"team": "edge"}
    assert "bgp.kubefabric.io/adopted" not in left["metadata"].get("annotations", {})
    assert "kubefabric" not in {entry["manager"] for entry in left["metadata"]["managedFields"]}
    assert cluster.run([ours] if way == "absent" else [], **options)["changes"] == []
    cluster.api.kubectl_run("delete", "configmap", name, "--namespace=kube-system")


def test_an_api_that_does_not_answer_is_named(cluster, tmp_path):
    kubeconfig = json.loads(cluster.api.kubeconfig.read_text())
    kubeconfig["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:9"
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(kubeconfig))
    with pytest.raises(ModuleFailed) as failure:
        run_module(cluster_resources, {"kubeconfig": str(path), "resources": cluster.resources()})
    assert str(failure.value) == "the Kubernetes API at https://127.0.0.1:9 cannot be used: Connection refused"


def a_kind(list_type: str) -> dict:
    """The definition of a kind with a list of networks."""
    networks = {"type": "array", "x-kubernetes-list-type": list_type, "items": {"type": "object", "properties": {
        "cidr": {"type": "string"}}, "x-kubernetes-map-type": "atomic"}}  # fmt: skip
    spec = {"type": "object", "properties": {"networks": networks}}
    version = {"name": "v3", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
        "type": "object", "properties": {"spec": spec}}}}  # fmt: skip
    plural = f"settings{list_type}s"
    names = {"kind": f"Setting{list_type}", "plural": plural, "singular": plural[:-1]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.projectcalico.org"},
        "spec": {"group": "projectcalico.org", "names": names, "scope": "Cluster", "versions": [version]},
    }


@contextmanager
def served(cluster, definition: dict) -> Iterator[dict]:
    """Let the API server serve a kind for a while; an object of it."""
    api, name = cluster.api, definition["metadata"]["name"]
    api.kubectl_run("apply", "-f-", stdin=json.dumps(definition))
    wait_for(lambda: established([str(api.kubectl), f"--kubeconfig={api.kubeconfig}"]), "the definition", timeout=30)
    api.kubectl_run("get", name)
    yield {
        "apiVersion": "projectcalico.org/v3",
        "kind": definition["spec"]["names"]["kind"],
        "metadata": {"name": "default", "labels": ownership.labels(cluster.tag)},
        "spec": {"networks": [{"cidr": "192.0.2.0/24"}]},
    }
    api.kubectl_run("delete", "crd", name)


def test_a_definition_that_no_server_side_apply_takes_is_an_error_with_calico_s_release_in_it(cluster):
    """As Calico 3.32.0 has them: a list of objects that its definition calls a set."""
    with served(cluster, a_kind("set")) as setting, pytest.raises(ModuleFailed) as failure:
        cluster.run([setting])
    assert str(failure.value).splitlines()[-1] == (
        "Calico 3.32.0 defines Settingset in a way that no server-side apply takes (calico issue 12790): "
        "bring Calico to 3.32.1 or later. Nothing was written."
    )


def test_a_kind_that_the_cluster_served_at_an_earlier_run_only_is_named(cluster):
    with served(cluster, a_kind("atomic")) as setting:
        cluster.run([setting])
    with pytest.raises(ModuleFailed) as failure:
        cluster.run([setting])
    assert str(failure.value) == (
        "the cluster does not serve Settingatomic (projectcalico.org/v3); install what brings it first. "
        "Nothing was written."
    )


def test_a_namespace_that_is_not_there_is_named(cluster):
    settings = cluster.resources()[1]
    settings["metadata"]["namespace"] = "nowhere"
    with pytest.raises(ModuleFailed) as failure:
        cluster.run([settings])
    assert str(failure.value) == f"ConfigMap nowhere/settings-{cluster.tag}: the namespace nowhere does not exist"
