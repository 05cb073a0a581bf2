"""Runs that would do nothing fail, and say why, whichever playbook it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.inventories import LOCAL
from tests.programs import ansible_playbook

HOSTS = {
    "clusters": {"hosts": {"k8s-prod": LOCAL}},
    "k8s_prod_nodes": {"hosts": {"node1": {"rack": "rack1"}}},
}
CLUSTER = "The inventory has no group clusters (one host per Kubernetes cluster)"


def _run(directory: Path, hosts: dict | None, playbook: str, *options: str) -> tuple[int, str]:
    """Status and output of a playbook on an inventory of these groups; with None without an inventory."""
    given = []
    if hosts is not None:
        (directory / "hosts.json").write_text(json.dumps(hosts))
        given = ["-i", "hosts.json"]
    done = ansible_playbook(playbook, *given, *options, cwd=directory)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("hosts", "options", "said"),
    [
        pytest.param(None, [], f"{CLUSTER}. It has no hosts at all", id="no inventory"),
        pytest.param(
            {"all": {"hosts": {"k8s-prod": None, "node1": None}}},
            [],
            f"{CLUSTER}. It has hosts and no groups, like a smart inventory of AWX.",
            id="smart inventory",
        ),
        pytest.param({"cluster": HOSTS["clusters"]}, [], f"{CLUSTER}; did you mean cluster?", id="misspelt"),
        pytest.param({**HOSTS, "clusters": {}}, [], "The group clusters (one host per", id="empty"),
        pytest.param(HOSTS, ["--limit", "node1"], "node1 is a node of k8s-prod: say --limit k8s-prod", id="node"),
        pytest.param(HOSTS, ["--tags", "nope"], "--tags nope leaves no task to run", id="tags"),
        pytest.param(HOSTS, ["--skip-tags", "untagged"], "--skip-tags untagged leaves no task to run", id="skip-tags"),
    ],
)
def test_a_run_that_would_do_nothing_fails(hosts: dict | None, options: list[str], said: str, tmp_path: Path) -> None:
    status, output = _run(tmp_path, hosts, "kubefabric.bgp.site", *options)
    assert status != 0
    assert said in output
    assert "Nothing was done." in output
    assert "PLAY [Plan]" not in output


@pytest.mark.parametrize(
    ("playbook", "limit", "said"),
    [
        ("nodes", "k8s-prod", "The inventory has no group peering_hosts"),
        ("vrfs", "k8s-prod", "--limit k8s-prod leaves no host of the group k8s_prod_nodes in this run"),
    ],
)
def test_a_playbook_for_hosts_fails_without_hosts(playbook: str, limit: str, said: str, tmp_path: Path) -> None:
    status, output = _run(tmp_path, HOSTS, f"kubefabric.bgp.{playbook}", "--limit", limit)
    assert (status != 0, said in output) == (True, True), output


def test_tags_of_an_importing_playbook_and_of_its_own_plays_count(tmp_path: Path) -> None:
    own = {"hosts": "clusters", "gather_facts": False, "tags": "mine", "tasks": [{"ansible.builtin.debug": {}}]}
    imported = {"import_playbook": "kubefabric.bgp.verify", "tags": "proof"}
    (tmp_path / "site.yml").write_text(yaml.safe_dump([own, imported]))
    status, output = _run(tmp_path, HOSTS, "site.yml", "--tags", "mine")
    assert (status, "Verify sessions" in output) == (0, False), output
    status, output = _run(tmp_path, HOSTS, "site.yml", "--tags", "prof")
    assert status != 0
    assert "--tags prof leaves no task to run. The tags of this run are mine, proof." in output
