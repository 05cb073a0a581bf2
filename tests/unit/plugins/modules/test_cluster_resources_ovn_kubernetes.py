"""User-defined networks and KubeVirt's settings in the life of a cluster, against a real API server."""

from __future__ import annotations

import json
import uuid

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from tests import crds
from tests.crds import ROOT
from tests.drifted import drifted
from tests.plans import plan
from tests.run_module import ModuleFailed, run_module

PRIMARY = "k8s.ovn.org/primary-user-defined-network"
ROLE = yaml.safe_load((ROOT / "roles" / "ovn_kubernetes" / "vars" / "main.yml").read_text())
PRUNE = [entry for entry in ROLE["ovn_kubernetes_prune"] if "namespace" not in entry and entry["kind"] != "Node"]


class Cluster:
    """A plan with names of its own in the shared API server, its Nodes, and a KubeVirt with settings of a user's."""

    def __init__(self, api) -> None:
        self.api, self.tag = api, uuid.uuid4().hex[:6]
        self.plan = {**plan("ipv4"), "cni": "ovn_kubernetes", "cluster": f"c-{self.tag}"}
        self.plan["nodes"] = {f"node1-{self.tag}": self.plan["nodes"]["node1"]}
        self.space, self.network = f"blue-{self.tag}", f"tlv-{self.tag}"
        self.plan["ovn_kubernetes"] = {
            "frr_namespace": f"frr-{self.tag}",
            "networks": {self.network: {"subnets": ["10.1.0.0/17"], "namespaces": [self.space]}},
            "kubevirt": {"version": "1.4.2", "namespace": f"frr-{self.tag}"},
            "virtual_machines": {"myvm": {"namespace": self.space, "memory": "512M", "image": "fedora"}},
        }
        settings = {
            "developerConfiguration": {"featureGates": ["Sidecar"]},
            "network": {"binding": {"passt": {"sidecarImage": "passt"}}},
        }
        kubevirt = {
            "metadata": {"name": "kubevirt", "namespace": f"frr-{self.tag}"},
            "spec": {"configuration": settings},
        }
        for kind, name in (("Node", f"node1-{self.tag}"), ("Namespace", f"frr-{self.tag}")):
            self.make({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}})
        self.make({"apiVersion": "kubevirt.io/v1", "kind": "KubeVirt", **kubevirt})

    def make(self, resource: dict) -> None:
        self.api.kubectl_run("create", "-f-", stdin=yaml.safe_dump(resource))

    def run(self, *, check: bool = False, **options: object) -> list:
        arguments = {"plan": self.plan, "bgp_password": "s3cret", "prune": PRUNE, **options}
        done = run_module(cluster_resources, {"kubeconfig": str(self.api.kubeconfig), **arguments}, check=check)
        return done["changes"]

    def settings(self) -> dict:
        return self.api.get("kubevirt", "kubevirt", f"--namespace=frr-{self.tag}")["spec"]["configuration"]


@pytest.fixture(scope="module")
def api(kubernetes):
    for project in ("ovn-kubernetes", "frr-k8s", "kubevirt"):
        crds.apply(kubernetes, project)
    return kubernetes


@pytest.fixture
def cluster(api):
    # nmstate is not there, and no network of the plan needs it
    return Cluster(api)


def test_a_network_its_namespace_and_a_machine_in_it_come_in_one_run_and_the_next_one_writes_nothing(cluster):
    made = {(change["kind"], change["name"]) for change in cluster.run() if change["action"] == "create"}
    assert {
        ("Namespace", cluster.space),
        ("ClusterUserDefinedNetwork", cluster.network),
        ("VirtualMachine", "myvm"),
    } < made
    assert cluster.api.get("namespace", cluster.space)["metadata"]["labels"][PRIMARY] == ""
    assert cluster.run() == []


def test_a_namespace_that_is_there_without_the_label_is_an_error_that_explains_itself_before_any_write(cluster):
    cluster.make({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.space}})
    with pytest.raises(ModuleFailed) as error:
        cluster.run()
    assert error.value.result["msg"] == (
        f"Namespace {cluster.space}: it exists without the label {PRIMARY}, and OVN-Kubernetes takes that label at a "
        "namespace's creation only. Give the network another namespace, or delete this one, with everything in it, and "
        "run again. Nothing was written."
    )
    assert not cluster.api.get("cudn", f"--selector=bgp.kubefabric.io/cluster=c-{cluster.tag}")["items"]


def test_a_namespace_that_a_user_made_with_the_label_is_used_as_it_is(cluster):
    labels = {PRIMARY: "", "team": "blue"}
    cluster.make({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": cluster.space, "labels": labels}})
    cluster.run()
    found = cluster.api.get("namespace", cluster.space)["metadata"]["labels"]
    assert (found["team"], found["bgp.kubefabric.io/network"]) == ("blue", cluster.network)


def test_kubevirt_keeps_the_gates_and_bindings_that_it_has_and_ours_when_the_rest_goes(cluster):
    cluster.run()
    gates = ["Sidecar", "NetworkBindingPlugins", "DynamicPodInterfaceNaming"]
    assert cluster.settings()["developerConfiguration"]["featureGates"] == gates
    assert set(cluster.settings()["network"]["binding"]) == {"passt", "l2bridge"}
    cluster.run(state="absent")
    assert cluster.settings()["developerConfiguration"]["featureGates"] == gates
    assert set(cluster.settings()["network"]["binding"]) == {"passt", "l2bridge"}


def test_a_gate_that_a_user_adds_later_stays(cluster):
    cluster.run()
    gates = [*cluster.settings()["developerConfiguration"]["featureGates"], "HotplugNICs"]
    patch = yaml.safe_dump({"spec": {"configuration": {"developerConfiguration": {"featureGates": gates}}}})
    cluster.api.kubectl_run("patch", "kubevirt", "kubevirt", f"-nfrr-{cluster.tag}", "--type=merge", f"--patch={patch}")
    cluster.run()
    assert cluster.settings()["developerConfiguration"]["featureGates"] == gates


def test_namespaces_and_machines_stay_when_their_network_goes(cluster):
    cluster.run()
    gone = {change["kind"] for change in cluster.run(state="absent") if change["action"] == "delete"}
    assert gone == {"ClusterUserDefinedNetwork", "FRRConfiguration", "RouteAdvertisements", "Secret"}
    assert cluster.api.get("virtualmachine", "myvm", f"--namespace={cluster.space}")["spec"]["runStrategy"] == "Always"


def test_a_network_that_leaves_the_plan_goes_and_one_that_a_user_made_stays(cluster):
    cluster.run()
    network = {"topology": "Layer2", "layer2": {"role": "Primary", "subnets": ["10.3.0.0/16"]}}
    spec = {"namespaceSelector": {"matchLabels": {"some": "body"}}, "network": network}
    other = {"apiVersion": "k8s.ovn.org/v1", "kind": "ClusterUserDefinedNetwork", "spec": spec}
    cluster.make({**other, "metadata": {"name": f"own-{cluster.tag}"}})
    cluster.plan["ovn_kubernetes"] = {"frr_namespace": f"frr-{cluster.tag}"}
    gone = {(change["kind"], change["name"]) for change in cluster.run() if change["action"] == "delete"}
    assert gone == {("ClusterUserDefinedNetwork", cluster.network), ("RouteAdvertisements", "kubefabric-networks")}


def test_fields_changed_by_hand_are_shown_and_restored(cluster):
    cluster.run()
    session = {"address": "192.0.2.9", "asn": 64999}
    patches = {
        f"frrconfiguration/kubefabric-rack1 -nfrr-{cluster.tag}": {
            "bgp": {"routers": [{"asn": 1, "neighbors": [session]}]}
        },
        "routeadvertisements/kubefabric-default": {"advertisements": ["EgressIP"]},
    }
    for which, spec in patches.items():
        cluster.api.kubectl_run("patch", *which.split(), "--type=merge", f"--patch={json.dumps({'spec': spec})}")
    shown = cluster.run(check=True)
    assert [(change["kind"], change["action"], change["changed"]) for change in shown] == [
        ("FRRConfiguration", "change", ["spec.bgp.routers[0].asn", "spec.bgp.routers[0].neighbors"]),
        ("RouteAdvertisements", "change", ["spec.advertisements[0]"]),
    ]
    assert cluster.run() == shown
    assert cluster.run() == []


def test_what_was_applied_is_as_planned(cluster):
    cluster.run()
    assert drifted(cluster.api, cluster.plan) == []


def test_a_network_of_our_name_that_a_person_made_is_adopted_when_told_and_given_back(cluster):
    layer2 = {"role": "Primary", "subnets": ["10.1.0.0/17"], "ipam": {"lifecycle": "Persistent"}}
    theirs = {
        "namespaceSelector": {"matchLabels": {"team": "blue"}},
        "network": {"topology": "Layer2", "layer2": layer2},
    }
    metadata = {"name": cluster.network, "labels": {"team": "blue"}}
    cluster.make(
        {"apiVersion": "k8s.ovn.org/v1", "kind": "ClusterUserDefinedNetwork", "metadata": metadata, "spec": theirs}
    )

    def there() -> tuple:
        found = cluster.api.get("cudn", cluster.network)
        managers = {entry["manager"] for entry in found["metadata"]["managedFields"]}
        return found["metadata"]["labels"], found["spec"], "kubefabric" in managers

    def done(changes: list) -> list:
        return [change["action"] for change in changes if change["kind"] == "ClusterUserDefinedNetwork"]

    before = there()
    with pytest.raises(ModuleFailed) as failure:
        cluster.run()
    assert (
        f"ClusterUserDefinedNetwork {cluster.network} is there already and is not ours (made by kubectl-create)"
        in str(failure.value)
    )
    assert done(cluster.run(adopt=True)) == ["change"]
    assert cluster.run() == []
    _labels, spec, managed = there()
    assert managed and spec["network"] == theirs["network"] and spec["namespaceSelector"] != theirs["namespaceSelector"]
    assert done(cluster.run(state="absent")) == ["return"]
    assert there() == before
    assert cluster.run(state="absent") == []
