"""The plan of inventories that lack hosts, have several sources, or secrets that a run cannot read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.inventories import write, write_inventory
from tests.programs import ROOT, ansible_playbook

INTENT = yaml.safe_load((ROOT / "tests" / "golden" / "plan" / "both-designs" / "intent.yml").read_text())
FILE = Path("group_vars/all/kubefabric_allocations.yml")


class Sources:
    """Two inventories, ``a`` with the cluster k8s-float and ``b`` with k8s-path, as one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        write_inventory(directory / "a", INTENT, ["k8s-float"])
        write_inventory(directory / "b", INTENT, ["k8s-path"])

    def plan(self, *options: str, **variables: Any) -> tuple[int, str]:
        """Status and output of the playbook ``plan``."""
        arguments = ["-i", "a", "-i", "b", "-e", json.dumps(variables), *options]
        done = ansible_playbook("kubefabric.bgp.plan", *arguments, cwd=self.directory)
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def planned(self, *options: str, **variables: Any) -> str:
        status, output = self.plan(*options, **variables)
        assert status == 0, output
        return output

    def kept(self) -> dict[str, Any]:
        return yaml.safe_load((self.directory / "a" / FILE).read_text())["kubefabric_allocations"]

    def change(self, name: str, edit) -> None:
        """Change one of the files."""
        content = yaml.safe_load((self.directory / name).read_text())
        edit(content)
        write(self.directory / name, content)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path)


def test_the_allocations_of_two_sources_are_one_file_whatever_the_limit(sources: Sources) -> None:
    sources.planned("--limit", "k8s-path")
    before = sources.kept()
    assert set(before) == {"k8s-float", "k8s-path"}
    sources.planned("--limit", "k8s-float", kubefabric_allocate="fail")
    assert sources.kept() == before
    assert not (sources.directory / "b" / FILE).exists()
    (sources.directory / "b" / FILE).write_text((sources.directory / "a" / FILE).read_text())
    status, output = sources.plan()
    assert status != 0
    assert (
        f"there are 2 allocations files: {sources.directory / 'a' / FILE} and {sources.directory / 'b' / FILE}"
        in output
    )


GONE = ["path2", "leaf-103", "leaf-104"]  # the only node of its rack, whose leaves go with it


def test_a_node_that_the_inventory_lacks_stops_the_run_until_it_is_named(sources: Sources) -> None:
    sources.planned()
    sources.change("b/hosts.yml", lambda hosts: hosts["k8s_path_nodes"]["hosts"].pop("path2"))
    before = sources.kept()
    status, output = sources.plan("--limit", "k8s-float")
    assert status != 0
    assert (
        "cluster k8s-path had path2, and the inventory does not have it there: paths, peers and filters would" in output
    )
    assert "cluster k8s-path had leaves 103, 104, and no rack of its nodes has them now" in output
    assert sources.kept() == before

    write(sources.directory / "b" / "host_vars" / "k8s-path" / "remove.yml", {"kubefabric_remove": GONE})
    (sources.directory / "b" / "host_vars" / "k8s-path.yml").rename(
        sources.directory / "b" / "host_vars" / "k8s-path" / "cluster.yml"
    )
    assert "path2 of cluster k8s-path is removed" in sources.planned("--limit", "k8s-float")
    assert "path2" not in sources.kept()["k8s-path"]["nodes"]


def test_variables_of_the_whole_run_may_be_expressions(sources: Sources) -> None:
    sources.planned(kubefabric_allocations_file=str(sources.directory / "kept.yml"))
    for source in ("a", "b"):
        variables = {
            "where_all_are_kept": "{{ inventory_dir }}/../kept.yml",
            "kubefabric_allocations_file": "{{ where_all_are_kept | realpath }}",
            "those_that_go": GONE,
            "kubefabric_remove": "{{ those_that_go }}",
        }
        write(sources.directory / source / "group_vars" / "all" / "run.yml", variables)
    sources.change("b/hosts.yml", lambda hosts: hosts["k8s_path_nodes"]["hosts"].pop("path2"))
    assert "path2 of cluster k8s-path is removed" in sources.planned("--limit", "k8s-float")
    assert not (sources.directory / "a" / FILE).exists()


def test_a_limit_needs_no_secret_of_other_clusters(sources: Sources) -> None:
    sources.planned()
    before = sources.kept()
    secret = "{{ lookup('ansible.builtin.file', '/nonexistent/secret') }}"
    edit = {"password": secret, "password_key": secret}
    fabric = {**INTENT["fabric"], "apic": {"username": "path", "password": secret}}

    def hide(found: dict) -> None:
        found["kubefabric_cluster"]["bgp"].update(edit)
        found["kubefabric_fabric"] = fabric

    sources.change("b/host_vars/k8s-path.yml", hide)
    sources.planned("--limit", "k8s-float", kubefabric_allocate="fail")
    assert sources.kept() == before
    status, output = sources.plan("--limit", "k8s-path")
    assert status != 0
    for name in ("kubefabric_cluster", "kubefabric_fabric"):
        assert f"{name} of host k8s-path cannot be read" in output
