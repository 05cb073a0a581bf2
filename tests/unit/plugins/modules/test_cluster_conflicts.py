"""The module against a real API server with Calico's definitions."""

from __future__ import annotations

import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.common import quiet
from ansible_collections.kubefabric.bgp.plugins.modules import cluster_conflicts
from tests import crds
from tests.plans import plan
from tests.run_module import ModuleFailed, run_module

PLAN = {**plan(), "cni": "calico"}
LEAF = PLAN["nodes"]["node1"]["peers"][0]["address"]


@pytest.fixture
def peer(kubernetes):
    crds.apply(kubernetes, "calico")
    spec = {"peerIP": LEAF, "asNumber": 65002, "nodeSelector": f"rack_id == '{PLAN['nodes']['node1']['rack_id']}'"}
    body = {"apiVersion": "projectcalico.org/v3", "kind": "BGPPeer", "metadata": {"name": "201"}, "spec": spec}
    kubernetes.kubectl_run("apply", "-f-", stdin=json.dumps(body))
    yield kubernetes
    kubernetes.kubectl_run("delete", "bgppeers.projectcalico.org", "201")


def run(api, **options: object) -> dict:
    return run_module(cluster_conflicts, {"kubeconfig": str(api.kubeconfig), "plan": PLAN, **options})


def test_the_white_papers_peer_is_named_and_can_be_accepted(peer):
    with pytest.raises(ModuleFailed) as error:
        run(peer)
    assert "cluster k8s-prod: 1 object of others conflicts with what the plan is to make:\n1. BGPPeer 201 makes" in str(
        error.value
    )
    assert str(error.value).endswith("name it in kubefabric_accepted_objects. Nothing was written.")
    found = run(peer, accepted=["BGPPeer 201"])
    assert found["looked"]
    assert [said.split(" makes")[0] for said in found["accepted"]] == ["BGPPeer 201"]


def test_an_object_that_has_the_name_of_one_of_ours_is_named_before_anything_is_written(kubernetes):
    crds.apply(kubernetes, "calico")
    body = {
        "apiVersion": "projectcalico.org/v3",
        "kind": "BGPFilter",
        "metadata": {"name": "kubefabric-leaves"},
        "spec": {},
    }
    kubernetes.kubectl_run("create", "-f-", stdin=json.dumps(body))
    try:
        with pytest.raises(ModuleFailed) as error:
            run(kubernetes)
        assert "1. BGPFilter kubefabric-leaves is there already and is not ours (made by kubectl-create)." in str(
            error.value
        )
        assert "calico_adopt: true takes it over" in str(error.value)
        assert run(kubernetes, adopt=True)["looked"]
    finally:
        kubernetes.kubectl_run("delete", "bgpfilters.projectcalico.org", "kubefabric-leaves")


def test_an_api_that_does_not_answer_fails_or_warns(kubernetes, tmp_path):
    config = json.loads(kubernetes.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    options = {"kubeconfig": str(tmp_path / "kubeconfig"), "plan": PLAN}
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_conflicts, options)
    assert str(error.value) == "the Kubernetes API at https://127.0.0.1:1 cannot be used: Connection refused"
    found = run_module(cluster_conflicts, {**options, "unreachable": "warn"})
    assert not found["looked"]
    assert "Connection refused. Whether objects of others conflict with its sessions is unknown." in str(
        found["warnings"]
    )


def test_what_the_user_may_not_see_is_a_warning(peer):
    found = run(peer, impersonate_user="nobody")
    assert found["looked"]
    said = str(found["warnings"])
    assert "The user may not list BGPPeer (projectcalico.org/v3): those of others are unknown." in said
    assert "The user may not read BGPFilter kubefabric-leaves: whether others made it is unknown." in said


def changed(api, tmp_path, cluster: dict | None = None, user: dict | None = None) -> dict:
    """Options with a kubeconfig of which something is changed."""
    config = json.loads(api.kubeconfig.read_text())
    config["clusters"][0]["cluster"].update(cluster or {})
    config["users"][0]["user"].update(user or {})
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    return {"kubeconfig": str(tmp_path / "kubeconfig"), "plan": PLAN, "unreachable": "warn"}


def test_an_api_that_answers_and_refuses_is_an_error_whatever_is_said_of_silence(kubernetes, tmp_path):
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_conflicts, changed(kubernetes, tmp_path, user={"token": "expired"}))
    assert str(error.value).endswith("cannot be used: Unauthorized")
    with pytest.raises(ModuleFailed) as error:  # no known authority has signed its certificate
        run_module(cluster_conflicts, changed(kubernetes, tmp_path, {"insecure-skip-tls-verify": False}))
    assert "certificate" in str(error.value)
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_conflicts, changed(kubernetes, tmp_path, {"server": "https://127.0.0.1:99999"}))
    assert "https://127.0.0.1:99999 cannot be used" in str(error.value)


def test_an_api_behind_a_proxy_is_not_looked_for_at_its_address(kubernetes, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster_conflicts, "silence", lambda *_arguments: pytest.fail("the address was tried"))
    options = changed(kubernetes, tmp_path, {"proxy-url": "http://127.0.0.1:1"})
    found = run_module(cluster_conflicts, options)
    assert not found["looked"]
    assert "cannot be used" in str(found["warnings"])
    with pytest.raises(ModuleFailed, match="cannot be used"):
        run_module(cluster_conflicts, {**options, "unreachable": "fail"})


def test_neither_the_log_nor_the_result_has_secrets_of_the_plan():
    """What a plan holds for hosts and agents may have fields of secrets."""
    plan_of = {**PLAN, "kube_router": {"extra_args": ["--peer-router-passwords=geheim"]}}
    shown = cluster_conflicts.Module.shown({"plan": plan_of, "context": "c"})
    assert "geheim" not in str(shown)
    assert shown["context"] == "c"
    assert plan_of["kube_router"]["extra_args"] == ["--peer-router-passwords=geheim"]
    assert issubclass(cluster_conflicts.Module, quiet.Quiet)
    assert cluster_conflicts.Module.shown({}) == {}
