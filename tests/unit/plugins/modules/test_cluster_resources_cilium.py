"""Cilium's resources in the life of a cluster, against a real API server with Cilium's own definitions."""

from __future__ import annotations

import uuid

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_resources
from tests import crds
from tests.crds import ROOT
from tests.drifted import drifted
from tests.plans import plan, rotating
from tests.run_module import ModuleFailed, run_module

PRUNE = [
    entry
    for entry in yaml.safe_load((ROOT / "roles" / "cilium" / "vars" / "main.yml").read_text())["cilium_prune"]
    if entry["kind"] not in ("Secret", "ExternalSecret", "Node")
]


class Cluster:
    """A plan with names of its own in the shared API server, and its Nodes."""

    def __init__(self, api) -> None:
        self.api, tag = api, uuid.uuid4().hex[:8]
        self.plan = {**plan("ipv4", "ipv6"), "cni": "cilium", "cluster": f"c-{tag}"}
        self.plan["nodes"] = {f"{name}-{tag}": node for name, node in self.plan["nodes"].items()}
        for node in self.plan["nodes"].values():
            node["rack_id"] = f"{node['rack_id']}-{tag}"
        self.rack1 = f"kubefabric-rack1-{tag}"
        nodes = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in self.plan["nodes"]]
        api.kubectl_run("create", "-f-", stdin=yaml.safe_dump_all(nodes))

    def run(self, check: bool = False, options: dict | None = None, **changes: object) -> dict:
        arguments = {"plan": {**self.plan, **changes}, "bgp_password": "123Cisco123", "prune": PRUNE, **(options or {})}
        return run_module(cluster_resources, {"kubeconfig": str(self.api.kubeconfig), **arguments}, check=check)

    def names(self, kind: str) -> list:
        found = self.api.get(kind, f"--selector=bgp.kubefabric.io/cluster={self.plan['cluster']}")
        return sorted(item["metadata"]["name"] for item in found["items"])


@pytest.fixture(scope="module")
def api(kubernetes):
    crds.apply(kubernetes, "cilium")
    return kubernetes


@pytest.fixture
def cluster(api):
    made = Cluster(api)
    yield made
    kinds = [f"{entry['kind']}.{entry['api_version'].partition('/')[2]}.cilium.io" for entry in PRUNE[:5]]
    selector = f"--selector=bgp.kubefabric.io/cluster={made.plan['cluster']}"
    api.kubectl_run("delete", ",".join(kinds), selector)


def test_what_was_applied_is_as_planned(cluster):
    cluster.run()
    assert drifted(cluster.api, cluster.plan) == []


def did(result: dict) -> list:
    return [(change["kind"], change["action"], change["changed"]) for change in result["changes"]]


def test_a_run_changes_and_the_next_one_writes_nothing(cluster):
    assert cluster.run()["changed"]
    assert cluster.run()["changes"] == []


def test_a_field_changed_by_hand_is_shown_and_restored(cluster):
    cluster.run()
    patch = '{"spec":{"timers":{"holdTimeSeconds":90,"keepAliveTimeSeconds":30}}}'
    cluster.api.kubectl_run("patch", "ciliumbgppeerconfig", "kubefabric-ipv4", "--type=merge", f"--patch={patch}")
    drift = cluster.run(check=True)
    timers = ["spec.timers.holdTimeSeconds", "spec.timers.keepAliveTimeSeconds"]
    assert did(drift) == [("CiliumBGPPeerConfig", "change", timers)]
    assert cluster.run(options={"accept_loss": True})["changed"] and not cluster.run()["changed"]


def test_a_rack_that_leaves_the_plan_takes_its_resources_along_and_no_others(cluster):
    cluster.run()
    foreign = {"apiVersion": "cilium.io/v2", "kind": "CiliumBGPAdvertisement", "metadata": {"name": "theirs"}}
    document = yaml.safe_dump({**foreign, "spec": {"advertisements": [{"advertisementType": "PodCIDR"}]}})
    cluster.api.kubectl_run("apply", "-f-", stdin=document)
    kept = {name: node for name, node in cluster.plan["nodes"].items() if node["rack"] == "rack1"}
    deleted = [change["kind"] for change in cluster.run(nodes=kept)["changes"] if change["action"] == "delete"]
    assert sorted(deleted) == ["CiliumBGPClusterConfig", *["CiliumBGPNodeConfigOverride"] * 3]
    assert cluster.names("ciliumbgpclusterconfig") == [cluster.rack1]
    assert cluster.api.get("ciliumbgpadvertisement", "theirs")["spec"]["advertisements"]
    cluster.api.kubectl_run("delete", "ciliumbgpadvertisement", "theirs")


def test_an_object_that_both_versions_of_the_api_serve_is_pruned_once_and_kept_if_planned(cluster):
    cluster.run()
    assert cluster.run(cilium={"load_balancer_pools": []})["changes"] == [
        {
            "action": "delete",
            "api_version": "cilium.io/v2",
            "kind": "CiliumLoadBalancerIPPool",
            "name": "kubefabric",
            "namespace": None,
            "changed": [],
        }
    ]


def test_a_cluster_that_serves_no_old_policy_says_so_before_anything_is_written(cluster):
    with pytest.raises(Exception, match=r"does not serve CiliumBGPPeeringPolicy \(cilium\.io/v2alpha1\)"):
        cluster.run(cilium={"version": "1.18.0", "api": "peering_policy"})
    assert not cluster.names("ciliumloadbalancerippool")


def test_an_override_that_a_person_made_is_adopted_when_told_and_given_back(cluster):
    kind, node = "CiliumBGPNodeConfigOverride", min(cluster.plan["nodes"])
    instances = [{"name": "theirs", "localASN": 64999, "localPort": 1790}]
    theirs = {
        "apiVersion": "cilium.io/v2",
        "kind": kind,
        "metadata": {"name": node, "labels": {"team": "edge"}},
        "spec": {"bgpInstances": instances},
    }

    def there() -> tuple:
        found = cluster.api.get("ciliumbgpnodeconfigoverride", node)
        managers = {entry["manager"] for entry in found["metadata"]["managedFields"]}
        return found["metadata"]["labels"], found["spec"]["bgpInstances"], "kubefabric" in managers

    def actions(result: dict) -> list:
        return [change["action"] for change in result["changes"] if (change["kind"], change["name"]) == (kind, node)]

    cluster.api.kubectl_run("create", "-f-", stdin=yaml.safe_dump(theirs))
    with pytest.raises(ModuleFailed) as failure:
        cluster.run()
    assert f"{kind} {node} is there already and is not ours (made by kubectl-create)" in str(failure.value)
    assert not cluster.names("ciliumbgpclusterconfig")
    assert actions(cluster.run(options={"adopt": True})) == ["change"]
    assert not cluster.run()["changed"]
    _labels, both, managed = there()
    assert managed and instances[0] in both and len(both) == 2
    assert actions(cluster.run(options={"state": "absent"})) == ["return"]
    assert there() == ({"team": "edge"}, instances, False)
    assert not cluster.run(options={"state": "absent"})["changed"]
    cluster.api.kubectl_run("delete", "ciliumbgpnodeconfigoverride", node)


def test_a_rotation_resets_the_sessions_of_its_leaves_alone(cluster):
    old, new = {"bgp_password": "123Cisco123"}, {"bgp_password": "456Cisco456"}
    both = {**old, "bgp_next_password": new["bgp_password"]}
    addresses = {peer["address"]: peer["leaf"] for node in cluster.plan["nodes"].values() for peer in node["peers"]}

    def step(options: dict, **changes: object) -> set:
        found = cluster.run(options=options, **changes)
        assert cluster.run(options=options, **changes)["changes"] == []
        return {addresses[entry["leaf_address"]] for entry in found["resets"]}

    cluster.run(options=old)
    assert step(both, **rotating(cluster.plan, 101, 103)) == {101, 103}
    assert step(both, **rotating(cluster.plan, 101, 102, 103, 104)) == {102, 104}
    assert step({**both, **new}, **rotating(cluster.plan)) == set()
    secrets = {"api_version": "v1", "kind": "Secret", "namespace": "kube-system"}
    last = cluster.run(options={**new, "prune": [*PRUNE, secrets]})
    assert ("Secret", "delete", []) in did(last)
    assert last["resets"] == []
    assert cluster.run(options=new)["changes"] == []
