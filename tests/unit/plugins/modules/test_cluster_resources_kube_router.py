"""kube-router's resources in the life of a cluster, against a real API server."""

from __future__ import annotations

import json
import uuid

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from ansible_collections.kubernetes.core.plugins.modules import k8s
from tests.crds import ROOT
from tests.drifted import drifted
from tests.plans import plan, rotating
from tests.run_module import ModuleFailed, run_module

ROLE = yaml.safe_load((ROOT / "roles" / "kube_router" / "vars" / "main.yml").read_text())
PEERS = "kube-router.io/peers"
KEPT = (PEERS, "kube-router.io/peer.passwords")
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
ADVERTISE = "kube-router.io/service.advertise.externalip"


class Cluster:
    """A plan with nodes and a namespace of its own in the shared API server; one Service that the plan speaks of."""

    def __init__(self, api) -> None:
        self.api, tag = api, uuid.uuid4().hex[:8]
        self.plan = {**plan("ipv4", "ipv6"), "cluster": f"c-{tag}"}
        self.plan["nodes"] = {f"{name}-{tag}": node for name, node in self.plan["nodes"].items()}
        self.first, self.last = min(self.plan["nodes"]), max(self.plan["nodes"])
        self.space = f"routing-{tag}"
        self.plan["kube_router"] = {
            "namespace": self.space,
            "services": {f"{self.space}/web": {"advertise_external_ip": False}},
        }
        made = [("Namespace", {"name": self.space}), *(("Node", {"name": name}) for name in self.plan["nodes"])]
        items = [{"apiVersion": "v1", "kind": kind, "metadata": metadata} for kind, metadata in made]
        items += [self._service("web"), self._service("theirs")]
        api.kubectl_run("create", "-f-", stdin=yaml.safe_dump_all(items))

    def _service(self, name: str) -> dict:
        """A Service whose owner has annotated it."""
        metadata = {"name": name, "namespace": self.space, "annotations": {"kube-router.io/service.local": "true"}}
        return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}]}}

    def run(self, *, check: bool = False, **options) -> dict:
        prune = [{**entry, **self._space(entry)} for entry in ROLE["kube_router_prune"]]
        arguments = {"plan": self.plan, "bgp_password": "s3cret", "prune": prune, **options}
        return run_module(cluster_resources, {"kubeconfig": str(self.api.kubeconfig), **arguments}, check=check)

    def _space(self, entry: dict) -> dict:
        """What the role's variables make of an entry's namespace."""
        return {"namespace": self.plan["kube_router"]["namespace"]} if "namespace" in entry else {}

    def daemonset(self) -> dict:
        return self.api.get("daemonset", "kube-router", f"--namespace={self.space}")

    def annotations(self, kind: str, name: str, *options: str) -> dict:
        return self.api.get(kind, name, *options)["metadata"].get("annotations", {})

    def service(self, name: str) -> dict:
        return self.annotations("service", name, f"--namespace={self.space}")


@pytest.fixture
def cluster(kubernetes):
    made = Cluster(kubernetes)
    made.run()
    yield made
    made.run(state="absent")


def did(result: dict) -> list:
    return [(change["kind"], change["action"], change["changed"]) for change in result["changes"]]


def test_a_second_run_changes_nothing(cluster):
    assert cluster.run()["changes"] == []


def test_an_argument_changed_by_hand_is_shown_and_restored(cluster):
    arguments = cluster.daemonset()["spec"]["template"]["spec"]["containers"][0]["args"]
    changed = [argument.replace("--enable-pod-egress=false", "--enable-pod-egress=true") for argument in arguments]
    patch = [{"op": "replace", "path": "/spec/template/spec/containers/0/args", "value": changed}]
    cluster.api.kubectl_run(
        "patch", "daemonset", "kube-router", f"-n{cluster.space}", "--type=json", f"--patch={json.dumps(patch)}"
    )
    shown = cluster.run(check=True)
    place = arguments.index("--enable-pod-egress=false")
    assert did(shown) == [("DaemonSet", "change", [f"spec.template.spec.containers[0].args[{place}]"])]
    (diff,) = shown["diff"]
    assert "--enable-pod-egress=true" in diff["before"] and "--enable-pod-egress=false" in diff["after"]
    assert cluster.run()["changed"] and not cluster.run()["changed"]
    assert cluster.daemonset()["spec"]["template"]["spec"]["containers"][0]["args"] == arguments


def test_peers_changed_by_hand_are_shown_without_their_password_and_restored(cluster):
    before = cluster.annotations("node", cluster.first)[PEERS]
    cluster.api.kubectl_run("annotate", "node", cluster.first, f"{PEERS}=[]", "--overwrite")
    shown = cluster.run(check=True)
    assert did(shown) == [("Node", "change", [f'metadata.annotations["{PEERS}"]'])]
    assert "192.168.2.201" in shown["diff"][0]["after"] and "czNjcmV0" not in json.dumps(shown)
    cluster.run()
    assert cluster.annotations("node", cluster.first)[PEERS] == before


def test_taking_the_mark_of_a_restart_returns_nothing_secret_of_the_node(cluster):
    node = cluster.first
    for key in (*KEPT, LAST_APPLIED):
        cluster.api.kubectl_run("annotate", "--overwrite", "node", node, f"{key}=geheim")
    cluster.api.kubectl_run("annotate", "node", node, "bgp.kubefabric.io/restart=pending", "other=stays")
    tasks = yaml.safe_load((ROOT / "roles" / "kube_router" / "tasks" / "restart.yml").read_text())[0]["block"]
    task = next(task["kubernetes.core.k8s"] for task in tasks if task["name"].startswith("Remove the restart mark"))
    given = {**task, "kubeconfig": str(cluster.api.kubeconfig), "name": node}
    del given["context"]
    result = run_module(k8s, {**given, "hidden_fields": ROLE["kube_router_hidden_fields"]})
    assert result["changed"]
    assert "geheim" not in str(result)
    assert result["result"]["metadata"]["annotations"]["other"] == "stays"
    assert {*KEPT, LAST_APPLIED, "other"} <= set(cluster.annotations("node", node))
    assert "bgp.kubefabric.io/restart" not in cluster.annotations("node", node)


def test_what_a_user_added_stays_and_what_left_the_plan_goes(cluster):
    cluster.api.kubectl_run("annotate", "node", cluster.last, "kube-router.io/path-prepend.as=65003")
    settings = {"name": "foreign", "namespace": cluster.space}
    cluster.api.kubectl_run(
        "create", "-f-", stdin=yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": settings})
    )
    del cluster.plan["nodes"][cluster.last], cluster.plan["kube_router"]["services"]
    assert [(kind, action) for kind, action, _ in did(cluster.run())] == [("Node", "withdraw"), ("Service", "withdraw")]
    assert cluster.annotations("node", cluster.last) == {"kube-router.io/path-prepend.as": "65003"}
    assert cluster.service("web") == cluster.service("theirs") == {"kube-router.io/service.local": "true"}
    assert cluster.api.get("configmap", "foreign", f"--namespace={cluster.space}")


def gone(result: dict) -> list:
    return sorted((change["kind"], change["namespace"]) for change in result["changes"] if change["action"] == "delete")


def test_the_agents_of_another_namespace_than_the_plans_go(cluster):
    cluster.plan["kube_router"] = {"namespace": "kube-system"}
    assert gone(cluster.run()) == [("DaemonSet", cluster.space), ("ServiceAccount", cluster.space)]
    assert cluster.api.get("daemonset", "kube-router", "--namespace=kube-system")


def test_a_bridge_configuration_that_the_plan_has_no_longer_goes(cluster):
    cluster.plan["kube_router"]["cni"] = False
    assert gone(cluster.run()) == [("ConfigMap", cluster.space)]
    assert cluster.run()["changes"] == []


def test_what_was_applied_is_as_planned_and_what_a_user_changed_is_not(cluster):
    cluster.run()
    assert drifted(cluster.api, cluster.plan) == []
    cluster.api.kubectl_run("annotate", "--overwrite", "node", cluster.first, f"{PEERS}=- remoteip: 192.0.2.1")
    assert drifted(cluster.api, cluster.plan) == [(f"Node {cluster.first}", [f"annotations.{PEERS}"])]


def test_another_password_for_all_nodes_is_refused_until_the_loss_is_accepted(cluster):
    first = cluster.annotations("node", cluster.first)
    with pytest.raises(ModuleFailed, match="Nothing was written: this resets all BGP sessions of node"):
        cluster.run(bgp_password="another")
    assert cluster.annotations("node", cluster.first) == first
    assert cluster.run(bgp_password="another", check=True)["changed"]
    assert cluster.run(bgp_password="another", accept_loss=True)["changed"]


def test_another_leaf_needs_no_consent(cluster):
    cluster.plan["nodes"][cluster.first]["peers"].pop()
    assert cluster.run()["changed"]


def test_a_rotation_resets_no_node_s_last_session_and_a_second_run_changes_nothing(cluster):
    both = {"bgp_password": "s3cret", "bgp_next_password": "n3xt"}
    for leaves in ((101, 103), (101, 102, 103, 104)):
        cluster.run(**both, plan={**cluster.plan, **rotating(cluster.plan, *leaves)})
        assert not cluster.run(**both, plan={**cluster.plan, **rotating(cluster.plan, *leaves)})["changed"]
    assert not cluster.run(bgp_password="n3xt")["changed"]
