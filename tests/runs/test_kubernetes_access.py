"""How roles reach a cluster: the intent's file and context, or the ones given to the run."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.plans import plan
from tests.programs import ROOT, ansible_playbook
from tests.roles import Role

ROLES = ROOT / "roles"


def two_contexts(api, directory: Path) -> Path:
    """The API server's file, with a current context in which no server answers."""
    content = json.loads(api.kubeconfig.read_text())
    content["clusters"].append({"name": "gone", "cluster": {"server": "https://127.0.0.1:1"}})
    content["contexts"].append({"name": "gone", "context": {"cluster": "gone", "user": "admin"}})
    content["current-context"] = "gone"
    path = directory / "two"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("intended", "given"), [("test", {}), ("gone", {"kubefabric_context": "test"})], ids=["the intent's", "the run's"]
)
def test_a_cluster_is_reached_by_its_context_of_a_file_with_several(kubernetes, tmp_path, intended, given):
    access = {"kubeconfig": str(two_contexts(kubernetes, tmp_path)), "context": intended}
    cluster = {**access, "bgp": {"password": "s3cret"}}
    node = f"node-{uuid.uuid4().hex[:8]}"
    kubernetes.kubectl_run("create", "-f-", stdin=f"apiVersion: v1\nkind: Node\nmetadata: {{name: {node}}}\n")
    small = {**plan(), "nodes": {node: plan()["nodes"]["node1"]}}
    done = Role("kube_router", tmp_path, kubernetes).play(small, "--check", kubefabric_cluster=cluster, **given)
    assert done.returncode == 0, done.stdout


def tasks(content: object) -> Iterator[dict]:
    """Everything in a file of tasks that is given a kubeconfig."""
    if isinstance(content, list):
        for item in content:
            yield from tasks(item)
    elif isinstance(content, dict):
        if "kubeconfig" in content:
            yield content
        for item in content.values():
            yield from tasks(item)


def test_whatever_is_given_a_kubeconfig_is_given_the_context():
    found = [task for file in ROLES.glob("*/tasks/*.yml") for task in tasks(yaml.safe_load(file.read_text()))]
    assert len(found) > 10
    assert [task for task in found if task.get("context") != task["kubeconfig"].replace("kubeconfig", "context")] == []


def test_verification_asks_a_cluster_and_its_parents_by_their_contexts(tmp_path):
    parent = {"kubefabric_cluster": {"kubeconfig": "both", "context": "parent"}}
    child = {
        "kubefabric_cluster": {"kubeconfig": "both", "context": "child"},
        "kubefabric_plan": {"nested_in": {"path": ["parent", "plain"]}},
    }
    hosts = {"parent": parent, "plain": {"kubefabric_cluster": {"kubeconfig": "own"}}, "child": child}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    found = tmp_path / "found.json"
    content = "{{ [verify_kubernetes, verify_parents_kubernetes | from_yaml] | to_json }}"
    play = {
        "hosts": "child",
        "gather_facts": False,
        "connection": "local",
        "vars_files": [str(ROLES / "verify" / "vars" / "main.yml")],
        "tasks": [{"ansible.builtin.copy": {"content": content, "dest": str(found), "mode": "0600"}}],
    }
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    done = ansible_playbook(
        "play.yml", "-i", "hosts.yml", "-e", f"ansible_python_interpreter={sys.executable}", cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    own, parents = json.loads(found.read_text())
    assert own == {"kubeconfig": "both", "context": "child"}
    assert parents == [{"kubeconfig": "both", "context": "parent"}, {"kubeconfig": "own"}]
