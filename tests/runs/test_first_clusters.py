"""Which cluster of a fabric runs fabric-wide tasks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.programs import ansible_playbook

TASKS = Path(__file__).resolve().parents[2] / "playbooks" / "tasks" / "first_clusters.yml"
FABRICS = {"k8s-a": "dc1", "k8s-b": "dc2", "k8s-c": "dc1", "k8s-d": "dc2"}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param("all", {"dc1": "k8s-a", "dc2": "k8s-b"}, id="of all clusters"),
        pytest.param("all:!k8s-a", {"dc1": "k8s-c", "dc2": "k8s-b"}, id="of those in this run"),
    ],
)
def test_the_first_cluster_of_each_fabric_in_this_run_stands_for_it(limit: str, expected: dict, tmp_path: Path) -> None:
    hosts = {name: {"kubefabric_fabric": {"name": fabric}} for name, fabric in FABRICS.items()}
    (tmp_path / "hosts.json").write_text(json.dumps({"clusters": {"hosts": hosts}}))
    said = {"ansible.builtin.debug": {"msg": "FOUND {{ kubefabric_first_clusters | to_json }}"}}
    tasks = [{"ansible.builtin.import_tasks": str(TASKS)}, {**said, "when": "inventory_hostname == 'k8s-d'"}]
    play = {"hosts": "clusters", "gather_facts": False, "connection": "local", "tasks": tasks}
    (tmp_path / "play.json").write_text(json.dumps([play]))
    run = ansible_playbook("play.json", "-i", "hosts.json", "--limit", limit, cwd=tmp_path)
    found = next(line.partition("FOUND ")[2] for line in run.stdout.splitlines() if "FOUND " in line)
    assert json.loads(json.loads(f'"{found.rstrip(chr(34))}"')) == expected
