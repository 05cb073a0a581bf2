"""The module against a real API server: several kinds in one run, and errors that say where and why."""

from __future__ import annotations

import json
import uuid

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import cluster_info
from tests.run_module import ModuleFailed, run_module


def read(api, *objects: dict) -> list:
    return run_module(cluster_info, {"kubeconfig": str(api.kubeconfig), "objects": list(objects)})["objects"]


def names(entry: dict) -> list:
    return [item["metadata"]["name"] for item in entry["resources"]]


def test_several_kinds_come_in_the_order_in_which_they_were_asked_for(kubernetes):
    namespaces, services = read(kubernetes, {"kind": "Namespace"}, {"kind": "Service", "namespace": "default"})
    assert {"default", "kube-system"} <= set(names(namespaces))
    assert names(services) == ["kubernetes"]
    assert (services["resources"][0]["apiVersion"], services["resources"][0]["kind"]) == ("v1", "Service")
    assert "managedFields" not in services["resources"][0]["metadata"]


def test_labels_and_fields_select(kubernetes):
    tag = uuid.uuid4().hex[:8]
    for name in ("a", "b"):
        text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}-{tag}, labels: {{tag: x{tag}, is: {name}}}}}"
        kubernetes.kubectl_run("create", "-f-", "--namespace=kube-system", stdin=text)
    ask = {"kind": "ConfigMap", "namespace": "kube-system"}
    both, one, field = read(
        kubernetes,
        {**ask, "label_selectors": [f"tag=x{tag}"]},
        {**ask, "label_selectors": [f"tag=x{tag}", "is=b"]},
        {**ask, "field_selectors": [f"metadata.name=a-{tag}"]},
    )
    assert (names(both), names(one), names(field)) == ([f"a-{tag}", f"b-{tag}"], [f"b-{tag}"], [f"a-{tag}"])


def test_a_kind_that_is_not_served_has_no_objects(kubernetes):
    found = read(
        kubernetes, {"api_version": "example.net/v1", "kind": "Nothing"}, {"kind": "Nothing"}, {"kind": "Namespace"}
    )
    assert [entry["served"] for entry in found] == [False, False, True]
    assert found[0] == {
        "api_version": "example.net/v1",
        "kind": "Nothing",
        "served": False,
        "forbidden": False,
        "resources": [],
    }


def test_secrets_are_hidden(kubernetes):
    name = f"secret-{uuid.uuid4().hex[:8]}"
    kubernetes.kubectl_run("create", "secret", "generic", name, "--namespace=default", "--from-literal=key=hush")
    (found,) = read(
        kubernetes, {"kind": "Secret", "field_selectors": [f"metadata.name={name}"], "namespace": "default"}
    )
    assert found["resources"][0]["data"] == {"key": "(secret)"}


def test_a_kind_that_the_user_may_not_list_is_an_error_unless_it_is_optional(kubernetes):
    options = {"kubeconfig": str(kubernetes.kubeconfig), "impersonate_user": "nobody"}
    (found,) = run_module(cluster_info, {**options, "objects": [{"kind": "Node", "optional": True}]})["objects"]
    assert (found["served"], found["forbidden"], found["resources"]) == (True, True, [])
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_info, {**options, "objects": [{"kind": "Node"}]})
    assert 'User "nobody" cannot list resource "nodes"' in str(error.value)


def test_fields_are_left_out_where_asked_for(kubernetes):
    full, short = read(
        kubernetes,
        {"kind": "Service", "namespace": "default"},
        {"kind": "Service", "namespace": "default", "hidden_fields": ["spec", "metadata.uid"]},
    )
    (before,), (after,) = full["resources"], short["resources"]
    assert set(before) - set(after) == {"spec"}
    assert set(before["metadata"]) - set(after["metadata"]) == {"uid"}


def test_an_api_that_does_not_answer_is_named_with_the_cause(kubernetes, tmp_path):
    config = json.loads(kubernetes.kubeconfig.read_text())
    config["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_info, {"kubeconfig": str(tmp_path / "kubeconfig"), "objects": [{"kind": "Node"}]})
    assert str(error.value) == "the Kubernetes API at https://127.0.0.1:1 cannot be used: Connection refused"


def test_a_token_that_is_refused_is_told_with_the_url(kubernetes, tmp_path):
    config = json.loads(kubernetes.kubeconfig.read_text())
    config["users"][0]["user"]["token"] = "expired"
    config["clusters"][0]["cluster"]["server"] = kubernetes.url.replace("127.0.0.1", "localhost")
    (tmp_path / "kubeconfig").write_text(json.dumps(config))
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_info, {"kubeconfig": str(tmp_path / "kubeconfig"), "objects": [{"kind": "Node"}]})
    url = kubernetes.url.replace("127.0.0.1", "localhost")
    assert str(error.value) == f"the Kubernetes API at {url} cannot be used: Unauthorized"


def test_a_kubeconfig_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ModuleFailed) as error:
        run_module(cluster_info, {"kubeconfig": str(tmp_path / "missing"), "objects": [{"kind": "Node"}]})
    assert str(error.value).startswith("the Kubernetes API cannot be used: ")
    assert "Invalid kube-config file" in str(error.value)
