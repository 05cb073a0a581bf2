"""Calico's resources against a real API server with Calico's definitions: what happens to them in a cluster's life."""

from __future__ import annotations

import json
import uuid

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from tests import crds
from tests.drifted import drifted
from tests.plans import plan
from tests.run_module import ModuleFailed, run_module

V3 = "projectcalico.org/v3"
PRUNE = [{"api_version": V3, "kind": kind} for kind in ("BGPPeer", "BGPFilter", "CalicoNodeStatus")]


class Cluster:
    """A cluster of Calico in the shared API server, with nodes of its own."""

    def __init__(self, api) -> None:
        self.api = api
        self.plan = plan("ipv4")
        self.plan.update(cluster=f"prod-{uuid.uuid4().hex[:8]}", cni="calico", calico={"install": "manifest"})
        for name in self.plan["nodes"]:
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
            api.kubectl_run("apply", "--server-side", "--field-manager=kubelet", "-f-", stdin=json.dumps(node))

    def run(self, *, check: bool = False, **options) -> dict:
        arguments = {
            "kubeconfig": str(self.api.kubeconfig),
            "plan": self.plan,
            "bgp_password": "s3cret",
            "prune": PRUNE,
        }
        return run_module(cluster_resources, {**arguments, **options}, check=check)

    def names(self, kind: str) -> list:
        return [item["metadata"]["name"] for item in self.api.get(f"{kind}.projectcalico.org")["items"]]


@pytest.fixture
def cluster(kubernetes):
    crds.apply(kubernetes, "calico")
    made = Cluster(kubernetes)
    made.run()
    yield made
    made.run(state="absent")
    for kind in ("ippools", "bgpconfigurations", "bgppeers"):
        made.api.kubectl_run("delete", f"{kind}.projectcalico.org", "--all")


def test_a_second_run_changes_nothing(cluster):
    assert cluster.run()["changes"] == []


def test_what_was_applied_is_as_planned_and_what_a_user_changed_is_not(cluster):
    assert drifted(cluster.api, cluster.plan) == []
    patch = '{"spec": {"filters": []}}'
    cluster.api.kubectl_run("patch", "bgppeers.projectcalico.org", "leaf-101-ipv4", "--type=merge", f"--patch={patch}")
    assert drifted(cluster.api, cluster.plan) == [("BGPPeer leaf-101-ipv4", ["spec.filters"])]


def test_a_field_that_was_changed_is_shown_and_restored(cluster):
    patch = '{"spec": {"asNumber": 64512, "nodeToNodeMeshEnabled": true}}'
    cluster.api.kubectl_run(
        "patch", "bgpconfigurations.projectcalico.org", "default", "--type=merge", f"--patch={patch}"
    )
    (shown,) = cluster.run(check=True)["changes"]
    assert (shown["kind"], shown["changed"]) == ("BGPConfiguration", ["spec.asNumber", "spec.nodeToNodeMeshEnabled"])
    assert cluster.run(accept_loss=True)["changed"]
    spec = cluster.api.get("bgpconfigurations.projectcalico.org", "default")["spec"]
    assert (spec["asNumber"], spec["nodeToNodeMeshEnabled"]) == (65003, False)


def test_a_peer_that_a_user_added_is_left_alone_and_ours_go_with_their_leaf(cluster):
    peer = {"apiVersion": V3, "kind": "BGPPeer", "metadata": {"name": "theirs"}, "spec": {"peerIP": "192.0.2.9"}}
    cluster.api.kubectl_run("apply", "-f-", stdin=json.dumps(peer))
    for name in ("node4", "node5", "node6"):
        del cluster.plan["nodes"][name]
    gone = [change["name"] for change in cluster.run()["changes"] if change["action"] == "delete"]
    assert sorted(gone) == ["leaf-103-ipv4", "leaf-104-ipv4", "node4", "node5", "node6"]
    assert cluster.names("bgppeers") == ["leaf-101-ipv4", "leaf-102-ipv4", "theirs"]


def test_what_pods_stand_on_stays_when_the_rest_goes(cluster):
    gone = {change["kind"] for change in cluster.run(state="absent")["changes"] if change["action"] == "delete"}
    assert gone == {"Secret", "Role", "RoleBinding", "BGPFilter", "BGPPeer", "CalicoNodeStatus"}
    assert cluster.names("ippools") == ["default-ipv4-ippool"]
    assert cluster.names("bgpconfigurations") == ["default"]
    assert "rack_id" not in cluster.api.get("node", "node1")["metadata"].get("labels", {})


def test_nat_left_on_in_the_installed_pool_is_switched_off(cluster):
    cluster.api.kubectl_run("patch", "ippools.projectcalico.org", "default-ipv4-ippool", "--type=merge",
                            '--patch={"spec": {"natOutgoing": true, "ipipMode": "Always"}}')  # fmt: skip
    (change,) = cluster.run()["changes"]
    assert (change["kind"], change["changed"]) == ("IPPool", ["spec.ipipMode", "spec.natOutgoing"])


def test_a_field_that_a_controller_holds_is_an_error_that_names_it(cluster):
    held = {"apiVersion": V3, "kind": "BGPConfiguration", "metadata": {"name": "default"}, "spec": {"asNumber": 64512}}
    cluster.api.kubectl_run("apply", "--server-side", "--force-conflicts", "--field-manager=argocd", "-f-",
                            stdin=json.dumps(held))  # fmt: skip
    with pytest.raises(ModuleFailed, match=r"BGPConfiguration default: .*argocd.*spec\.asNumber.*Nothing was written"):
        cluster.run()


def test_a_selector_of_labels_that_no_node_has_is_an_error_before_anything_is_written(cluster):
    peer = {"name": "fw", "peer_ip": "192.0.2.9", "asn": 64999, "node_selector": 'behind == "fw"'}
    cluster.plan["calico"] = {**(cluster.plan.get("calico") or {}), "peers": [peer]}
    with pytest.raises(ModuleFailed) as failure:
        cluster.run()
    assert str(failure.value).startswith(
        'BGPPeer fw: nodeSelector behind == "fw" selects none of the cluster\'s nodes: none has the label behind; '
    )
    assert str(failure.value).endswith(". Nothing was written.")
    assert "fw" not in cluster.names("bgppeers")
    cluster.api.kubectl_run("label", "node", "node1", "behind=fw")
    assert [change["name"] for change in cluster.run()["changes"]] == ["fw"]
    cluster.api.kubectl_run("label", "node", "node1", "behind-")
