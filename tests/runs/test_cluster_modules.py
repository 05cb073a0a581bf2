"""The modules for a cluster's API in Ansible's own process and in one of their own: the results are the same."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path

import pytest
import yaml

from tests.programs import ansible_playbook

TASKS = {
    "write": {"kubefabric.bgp.cluster_resources": {"resources": ["{{ settings }}"], "cluster": "c1"}},
    "write again": {"kubefabric.bgp.cluster_resources": {"resources": ["{{ settings }}"], "cluster": "c1"}},
    "read": {
        "kubefabric.bgp.cluster_info": {
            "objects": [{"kind": "ConfigMap", "namespace": "default", "field_selectors": ["metadata.name={{ name }}"]}]
        }
    },
    "refuse": {"kubefabric.bgp.cluster_resources": {"resources": [], "prune": [{"api_version": "v1", "kind": "Pod"}]}},
    "refuse a plan": {"kubefabric.bgp.cluster_conflicts": {"plan": {"cluster": "c1"}}},
    "refuse an option": {"kubefabric.bgp.cluster_info": {"object": []}},
    "remove": {
        "kubefabric.bgp.cluster_resources": {"resources": ["{{ settings }}"], "cluster": "c1", "state": "absent"}
    },
}


@pytest.fixture
def results(kubernetes, tmp_path: Path):
    """What each task returns, by its name."""

    def results(**environment: str) -> dict[str, dict]:
        name = f"settings-{uuid.uuid4().hex[:8]}"
        owned = {"bgp.kubefabric.io/cluster": "c1", "app.kubernetes.io/managed-by": "kubefabric.bgp"}
        settings = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"password": "x"}}
        settings["metadata"] = {"name": name, "namespace": "default", "labels": owned}
        tasks = [{"name": title, **task, "register": "done", "ignore_errors": True} for title, task in TASKS.items()]
        connection = {"group/kubefabric.bgp.cluster": {"kubeconfig": str(kubernetes.kubeconfig)}}
        play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "module_defaults": connection}
        play["vars"] = {"ansible_python_interpreter": sys.executable, "settings": settings, "name": name}
        (tmp_path / "play.yml").write_text(yaml.safe_dump([{**play, "tasks": tasks}]))
        done = ansible_playbook(
            "play.yml", "--diff", cwd=tmp_path, ANSIBLE_STDOUT_CALLBACK="ansible.posix.json", **environment
        )
        told = json.loads(done.stdout[done.stdout.index("{\n") :].replace(name, "NAME"))
        return {task["task"]["name"]: task["hosts"]["localhost"] for task in told["plays"][0]["tasks"]}

    return results


def test_in_ansibles_own_process_the_results_are_those_of_a_process(results, tmp_path: Path) -> None:
    own, apart = results(), results(ANSIBLE_KEEP_REMOTE_FILES="1", ANSIBLE_REMOTE_TMP=str(tmp_path))
    assert own.keys() == apart.keys() == TASKS.keys()
    for found in (own, apart):
        (written,) = found["read"]["objects"][0]["resources"]
        for field in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
            written["metadata"].pop(field)
    assert own == apart
    assert [own[name].get("changed") for name in ("write", "write again", "remove")] == [True, False, True]
    assert own["refuse"]["msg"].startswith("prune needs cluster")
