"""Jobs as AWX and automation controller run them: by ansible-runner, on an inventory that a script prints, with a
playbook of the project, credentials in extra variables, and a file system that ends with the job.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import ansible_runner
import pytest
import yaml

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.passwords import shown
from tests.playbooks import ROOT, configuration

BGP_PASSWORD = "f1nd-me-Not"
L3OUT = "uni/tn-k8s/out-k8s-prod"


class Controller:
    """AWX, as far as a job can tell."""

    def __init__(self, directory: Path, apic) -> None:  # noqa: F811
        self.directory, self.apic, self.jobs = directory, apic, 0
        self.exported = _exported(ROOT / "inventory", apic)
        self.private = (apic.password, BGP_PASSWORD)

    def run(self, playbook: str, *, check: bool = False, **variables: object) -> SimpleNamespace:
        """A job: whether it was ``successful``, its counts, and all that AWX keeps of its output and events."""
        self.jobs += 1
        directory = self.directory / str(self.jobs)
        project, inventory = directory / "project", directory / "inventory"
        project.mkdir(parents=True)
        inventory.mkdir()
        (project / f"{playbook}.yml").write_text(
            yaml.safe_dump([{"name": playbook, "import_playbook": f"kubefabric.bgp.{playbook}"}])
        )
        script = inventory / "hosts"
        script.write_text(f"#!/usr/bin/env python3\nprint({json.dumps(self.exported)!r})\n")
        script.chmod(0o700)
        job = ansible_runner.run(
            private_data_dir=str(directory),
            playbook=f"{playbook}.yml",
            inventory=str(inventory),
            extravars={"awx_job_id": self.jobs, "vault_bgp_password": BGP_PASSWORD, **variables},
            envvars=self._environment(),
            cmdline="--check --diff" if check else "--diff",
            quiet=True,
        )
        files = [file for name in ("stdout", "stderr", "*.json") for file in (directory / "artifacts").rglob(name)]
        kept = "".join(file.read_text() for file in files)
        stats = [event["event_data"] for event in job.events if event["event"] == "playbook_on_stats"]
        return SimpleNamespace(
            successful=job.status == "successful",
            changed=sum((job.stats or {})["changed"].values()),
            kept=kept,
            artifacts=stats[-1].get("artifact_data", {}) if stats else {},
        )

    def _environment(self) -> dict[str, str]:
        return {
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "APIC_PASSWORD": self.apic.password,
            "SSL_CERT_FILE": self.apic.ca,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "no_proxy": "*",
        }


def _exported(source: Path, apic) -> dict:  # noqa: F811
    """An inventory as AWX prints it after it has imported a directory, with the lab's controller in it."""
    command = [str(Path(sys.executable).parent / "ansible-inventory"), "-i", str(source), "--list", "--export"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found["all"]["vars"]["kubefabric_apic"] = {"hosts": [apic.host], "port": apic.port}
    found["all"]["vars"]["aci_l3out_wait_for_faults"] = 0
    found["_meta"]["hostvars"]["k8s-prod"]["kubefabric_cluster"]["bgp"]["password"] = "{{ vault_bgp_password }}"
    return found


@pytest.fixture
def controller(needs_catalog, apic, tmp_path) -> Iterator[Controller]:  # noqa: ARG001, F811
    yield Controller(tmp_path, apic)


def test_a_check_job_shows_the_change_a_job_makes_it_and_the_next_one_finds_none(controller):
    checked = controller.run("fabric", check=True)
    assert (checked.successful, checked.changed > 0) == (True, True)
    assert f'+    "{L3OUT}": {{' in checked.kept
    assert L3OUT not in configuration(controller.apic)

    made = controller.run("fabric")
    assert (made.successful, made.changed > 0) == (True, True)
    assert L3OUT in configuration(controller.apic)

    again = controller.run("fabric")
    assert (again.successful, again.changed) == (True, 0)
    for job in (checked, made, again):
        assert not [secret for secret in controller.private if shown(secret, job.kept)]


def test_a_job_that_would_allocate_is_refused_because_it_would_be_lost(controller):
    del controller.exported["all"]["vars"]["kubefabric_allocations"]
    job = controller.run("plan")
    assert not job.successful
    assert "This run would allocate addresses, and kubefabric_allocate is fail, its default in jobs of AWX" in job.kept
    assert "commit the allocations file" in job.kept


def test_a_job_of_a_committed_plan_allocates_nothing_and_is_unchanged_when_its_files_are(controller):
    job = controller.run("plan")
    assert job.successful
    written = controller.directory / "1" / "project" / "build" / "k8s-prod"
    assert {"plan.yml", "apic.json", "kubernetes.yml"} <= {file.name for file in written.iterdir()}
    assert not (controller.directory / "1" / "inventory" / "group_vars").exists()
    again = controller.run("plan", kubefabric_output_dir=str(written.parent))
    assert (again.successful, job.changed > 0, again.changed) == (True, True, 0)


def test_a_workflow_hands_the_snapshot_of_a_job_on_to_the_rollback_after_it(controller):
    before = configuration(controller.apic)
    made = controller.run("fabric", kubefabric_snapshot=True)
    assert L3OUT in configuration(controller.apic)
    assert list(made.artifacts["kubefabric_rollback_snapshot"]) == ["dc1"]
    # AWX puts a job's artifacts into the extra variables of the jobs that follow it.
    assert controller.run("rollback", kubefabric_rollback_confirm="dc1", **made.artifacts).successful
    assert configuration(controller.apic) == before
    assert not controller.run("rollback", kubefabric_rollback_confirm="dc1").successful


def test_a_job_whose_inventory_lacks_a_node_is_refused_until_the_node_is_named(controller):
    controller.exported["k8s_prod_nodes"]["hosts"].remove("node3")  # as AWX leaves out a disabled host
    refused = controller.run("fabric")
    assert not refused.successful
    assert "cluster k8s-prod had node3, and the inventory does not have it there" in refused.kept
    assert L3OUT not in configuration(controller.apic)
    assert controller.run("fabric", kubefabric_remove="node3").successful
    assert L3OUT in configuration(controller.apic)


def test_a_job_on_a_smart_inventory_says_that_it_has_no_groups(controller):
    hosts = sorted(controller.exported["_meta"]["hostvars"])
    controller.exported = {"all": {"hosts": hosts}, "_meta": controller.exported["_meta"]}
    job = controller.run("site")
    assert not job.successful
    assert "It has hosts and no groups, like a smart inventory of AWX" in job.kept
