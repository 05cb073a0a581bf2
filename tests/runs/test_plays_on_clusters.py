"""Plays on clusters, which run on the controller, whatever the inventory and the command line are like."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.inventories import write, write_inventory
from tests.programs import ROOT, ansible_playbook

CASES = ROOT / "tests" / "golden" / "plan"


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """The inventory of an intent with three clusters, of which Ansible knows nothing but the names."""
    intent = yaml.safe_load((CASES / "both-designs" / "intent.yml").read_text())
    directory = write_inventory(tmp_path / "inventory", intent, intent["clusters"])
    hosts = yaml.safe_load((directory / "hosts.yml").read_text())
    del hosts["clusters"]["vars"]
    write(directory / "hosts.yml", hosts)
    return directory


def test_a_cluster_needs_neither_an_interpreter_nor_sudo(inventory: Path, tmp_path: Path) -> None:
    unfit = {"ansible_become": True, "ansible_python_interpreter": "/nonexistent/python"}
    write(inventory / "group_vars" / "clusters.yml", unfit)
    arguments = ["-i", inventory, "--become", "-e", "report_live=false"]
    done = ansible_playbook("kubefabric.bgp.report", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.parent.name for path in tmp_path.glob("build/*/report.md")) == sorted(
        yaml.safe_load((inventory / "hosts.yml").read_text())["clusters"]["hosts"]
    )


def test_a_play_that_reads_one_cluster_s_intent_leaves_the_others_their_plans(inventory: Path, tmp_path: Path) -> None:
    role = {"name": "kubefabric.bgp.intent", "rolespec_validate": False}
    own = {"hosts": "clusters[0]", "gather_facts": False, "tasks": [{"ansible.builtin.include_role": role}]}
    write(tmp_path / "site.yml", [{**own, "connection": "local"}, {"import_playbook": "kubefabric.bgp.plan"}])
    done = ansible_playbook("site.yml", "-i", inventory, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    planned = yaml.safe_load((inventory / "hosts.yml").read_text())["clusters"]["hosts"]
    assert sorted(path.name for path in (tmp_path / "build").iterdir()) == sorted(planned)


def test_the_example_inventory_has_no_password_of_its_own(tmp_path: Path) -> None:
    for secret in ("KUBEFABRIC_BGP_PASSWORD", "APIC_PASSWORD"):
        assert f"lookup('ansible.builtin.env', '{secret}') }}}}" in "".join(
            path.read_text() for path in (ROOT / "inventory").rglob("*.yml")
        )
    done = ansible_playbook("kubefabric.bgp.plan", "-i", ROOT / "inventory", cwd=tmp_path, KUBEFABRIC_BGP_PASSWORD="")
    assert done.returncode != 0
    assert "kubefabric_cluster.bgp.password: is empty; give a password" in done.stdout
