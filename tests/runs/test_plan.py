"""The plan and render actions as ansible-playbook runs them, on an inventory of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.passwords import shown
from tests.programs import ansible, ansible_playbook

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "inventory"
FILES = {"plan.yml", "apic.json", "kubernetes.yml", "README.md"}
PASSWORD = "f1nd-me-not"


class Site:
    """An inventory that a test may change, and the playbook run on it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.inventory = directory / "inventory"
        self.build = directory / "build"
        self.hosts = yaml.safe_load((EXAMPLE / "hosts.yml").read_text())
        self.fabric = yaml.safe_load((EXAMPLE / "group_vars" / "all" / "fabric.yml").read_text())["kubefabric_fabric"]
        text = (EXAMPLE / "host_vars" / "k8s-prod.yml").read_text()
        self.clusters = {"k8s-prod": yaml.safe_load(text)["kubefabric_cluster"]}
        self.clusters["k8s-prod"]["bgp"]["password"] = "{{ lookup('ansible.builtin.env', 'TEST_PASSWORD') }}"

    @property
    def allocations(self) -> Path:
        return self.inventory / "group_vars" / "all" / "kubefabric_allocations.yml"

    def add_cluster(self, name: str, fabric: dict[str, Any] | None = None) -> None:
        """One more cluster with one node in rack1."""
        self.hosts["clusters"]["hosts"][name] = self.hosts["clusters"]["hosts"]["k8s-prod"]
        self.hosts[f"{name}_nodes"] = {"hosts": {f"{name}-node1": {"rack": "rack1"}}}
        number = len(self.clusters)
        self.clusters[name] = {
            **self.clusters["k8s-prod"],
            "networks": {
                "node": [f"172.16.{number}.0/24"],
                "pod": [f"10.{100 + number}.0.0/16"],
                "service": [f"172.20.{number}.0/24"],
            },
            "l3out": {"tenant": "k8s", "vrf": "prod", "vlan": 310 + number},
        }
        if fabric:
            self._write(f"host_vars/{name}/fabric.yml", {"kubefabric_fabric": fabric})

    def _write(self, name: str, content: dict[str, Any]) -> None:
        path = self.inventory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content))

    def run(self, *arguments: str, **variables: Any) -> dict[str, Any]:
        """Run the playbook; returns ``tasks`` (the result per host of each task by name), ``stats`` and ``output``."""
        self._write("hosts.yml", self.hosts)
        self._write("group_vars/all/fabric.yml", {"kubefabric_fabric": self.fabric})
        for name, cluster in self.clusters.items():
            self._write(f"host_vars/{name}/cluster.yml", {"kubefabric_cluster": cluster})
        extra = {"kubefabric_output_dir": str(self.build), **variables}
        extra = {name: value for name, value in extra.items() if value is not None}
        command = ["kubefabric.bgp.plan", "-i", self.inventory, "-e", json.dumps(extra), *arguments]
        environment = {"ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json", "TEST_PASSWORD": PASSWORD}
        done = ansible_playbook(*command, cwd=self.directory, **environment)
        start = done.stdout.find("{\n")
        assert start >= 0, done.stdout + done.stderr
        report = json.loads(done.stdout[start:])
        tasks = {task["task"]["name"]: task["hosts"] for play in report["plays"] for task in play["tasks"]}
        return {"tasks": tasks, "stats": report["stats"], "output": done.stdout + done.stderr, "code": done.returncode}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def _tree(directory: Path) -> dict[str, str]:
    return {str(path.relative_to(directory)): path.read_text() for path in directory.rglob("*") if path.is_file()}


def _plan_result(run: dict[str, Any], host: str = "k8s-prod") -> dict[str, Any]:
    return run["tasks"]["Plan every cluster of the inventory"][host]


def test_the_first_run_writes_files_and_allocations_and_the_second_changes_nothing(site: Site) -> None:
    first = site.run()
    assert first["stats"]["k8s-prod"]["changed"] == 2, first["output"]
    assert {path.name for path in (site.build / "k8s-prod").iterdir()} == FILES
    allocations = yaml.safe_load(site.allocations.read_text())["kubefabric_allocations"]
    assert allocations["k8s-prod"]["nodes"]["node6"] == {"ipv4": "192.168.2.6"}
    before = _tree(site.directory)
    second = site.run()
    assert second["stats"]["k8s-prod"]["changed"] == 0
    assert _tree(site.directory) == before


def test_the_example_inventory_plans_to_the_golden_plan(site: Site) -> None:
    site.run()
    golden = yaml.safe_load((ROOT / "tests" / "golden" / "plan" / "floating-ipv4" / "plan.yml").read_text())
    assert yaml.safe_load((site.build / "k8s-prod" / "plan.yml").read_text()) == golden["plans"]["k8s-prod"]


def test_check_mode_says_what_would_change_and_writes_nothing(site: Site) -> None:
    run = site.run("--check", "--diff")
    assert run["stats"]["k8s-prod"]["changed"] == 2
    assert "node6:" in _plan_result(run)["diff"]["after"]
    assert not site.allocations.exists()
    assert not site.build.exists()


def test_an_intent_with_ten_mistakes_yields_ten_findings_and_writes_nothing(site: Site) -> None:
    cluster = site.clusters["k8s-prod"]
    site.fabric["asn"] = 65535
    site.fabric["racks"]["rack2"]["leaves"][104]["router_id"] = "1.1.1.103"
    cluster["cni"] = "kuberouter"
    cluster["networks"]["pod"] = ["10.1.2.0/16"]
    cluster["networks"]["external_service"] = ["192.168.2.128/25"]
    cluster["l3out"]["vlna"] = cluster["l3out"].pop("vlan")
    cluster["l3out"]["mtu"] = 90000
    cluster["bgp"]["hold"] = 2
    cluster["bgp"]["max_prefixes"] = 0
    site.hosts["k8s_prod_nodes"]["hosts"]["node1"]["rack"] = "rack9"
    run = site.run()
    result = _plan_result(run)
    assert result["msg"] == "The intent has 10 mistakes; nothing was written."
    assert len(result["findings"]) == 10
    assert " 10. host node1: rack: the fabric has no rack rack9; did you mean rack2?\n" in run["output"]
    assert run["code"] != 0
    assert not site.allocations.exists()
    assert not site.build.exists()


def test_a_run_that_may_not_allocate_says_what_it_would(site: Site) -> None:
    run = site.run(kubefabric_allocate="fail")
    assert _plan_result(run)["msg"] == (
        "This run would allocate addresses, and kubefabric_allocate is fail, its default in jobs of AWX (k8s-prod: "
        "192.168.2.254 for the secondary address, 192.168.2.253 for the floating address, 192.168.2.1 for node1, "
        "192.168.2.2 for node2, 192.168.2.3 for node3, 192.168.2.4 for node4, 192.168.2.5 for node5, "
        "192.168.2.6 for node6). "
        "Run kubefabric.bgp.plan where the inventory can be committed, and commit the allocations file."
    )
    assert not site.allocations.exists()


def test_a_run_that_may_not_allocate_passes_where_all_is_allocated(site: Site) -> None:
    site.run()
    assert site.run(kubefabric_allocate="fail")["stats"]["k8s-prod"]["failures"] == 0


def test_a_limit_does_not_narrow_what_is_planned(site: Site) -> None:
    site.add_cluster("second")
    run = site.run("--limit", "second")
    assert set(_plan_result(run, "second")["plans"]) == {"k8s-prod", "second"}
    assert [path.name for path in site.build.iterdir()] == ["second"]


def test_clusters_of_two_fabrics_are_planned_each_by_its_own(site: Site) -> None:
    site.add_cluster("second", {**site.fabric, "name": "dc2", "asn": 65010})
    plans = _plan_result(site.run())["plans"]
    assert {name: plan["fabric"]["asn"] for name, plan in plans.items()} == {"k8s-prod": 65002, "second": 65010}
    assert set(yaml.safe_load(site.allocations.read_text())["kubefabric_allocations"]) == {"k8s-prod", "second"}


def test_each_cluster_has_its_own_directory_and_secrets_though_one_task_writes_all(site: Site) -> None:
    site.add_cluster("second")
    site._write("host_vars/second/own.yml", {"kubefabric_output_dir": str(site.directory / "other")})
    site._write("host_vars/k8s-prod/own.yml", {"kubefabric_render_secrets": True})
    site.run(kubefabric_output_dir=None)  # an extra variable would be that of both
    assert site.allocations.exists()
    assert {path.stat().st_mode & 0o777 for path in (site.directory / "other" / "second").iterdir()} == {0o644}
    files = list((site.directory / "build" / "k8s-prod").iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert PASSWORD in (site.directory / "build" / "k8s-prod" / "apic.json").read_text()


def test_a_clusters_own_plan_is_rendered_beside_those_that_were_made(site: Site) -> None:
    golden = yaml.safe_load((ROOT / "tests" / "golden" / "plan" / "floating-ipv4" / "plan.yml").read_text())
    own = golden["plans"]["k8s-prod"]
    own["l3out"]["description"] = "by hand"
    site.add_cluster("second")
    site._write("host_vars/k8s-prod/plan.yml", {"kubefabric_plan": own})
    run = site.run()
    assert run["code"] == 0, run["output"]
    written = yaml.safe_load((site.build / "k8s-prod" / "plan.yml").read_text())
    assert written["l3out"]["description"] == "by hand"
    assert sorted(path.name for path in site.build.iterdir()) == ["k8s-prod", "second"]
    assert "Files changed of k8s-prod, second." in run["output"]
    limited = site.run("--limit", "k8s-prod")
    assert _plan_result(limited)["skipped"] is True
    del own["asn"]
    site._write("host_vars/k8s-prod/plan.yml", {"kubefabric_plan": own})
    refused = site.run()["tasks"]["Write the plans' files"]["k8s-prod"]["msg"]
    assert "1. k8s-prod: kubefabric_plan.asn: is missing; add it, for example asn: 65003" in refused


def test_the_allocations_file_may_lie_elsewhere(site: Site) -> None:
    elsewhere = site.directory / "kept.yml"
    site.run(kubefabric_allocations_file=str(elsewhere))
    assert elsewhere.exists()
    assert not site.allocations.exists()
    assert site.run(kubefabric_allocations_file=str(elsewhere))["stats"]["k8s-prod"]["changed"] == 0


def test_an_allocations_file_with_conflict_marks_is_an_error_that_names_it(site: Site) -> None:
    site.run()
    site.allocations.write_text(site.allocations.read_text() + "<<<<<<< HEAD\n")
    elsewhere = site.directory / "kept.yml"
    site.allocations.rename(elsewhere)
    message = _plan_result(site.run(kubefabric_allocations_file=str(elsewhere)))["msg"]
    assert f"{elsewhere} is not what kubefabric.bgp wrote; restore it from version control" in message


def test_no_secret_is_printed_or_written_unless_asked_for(site: Site) -> None:
    run = site.run("-vvv")
    assert run["code"] == 0
    assert not shown(PASSWORD, run["output"], *_tree(site.directory).values())


def test_secrets_are_rendered_for_their_owner_alone_when_asked_for(site: Site) -> None:
    site.run()
    run = site.run("--diff", "-vvv", kubefabric_render_secrets=True)
    files = {path.name: path for path in (site.build / "k8s-prod").iterdir()}
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    assert PASSWORD in files["apic.json"].read_text()
    assert shown(PASSWORD, files["kubernetes.yml"].read_text())
    assert not shown(PASSWORD, run["output"])
    assert site.run(kubefabric_render_secrets=True)["stats"]["k8s-prod"]["changed"] == 0


def test_a_vaulted_password_is_read_like_any_other(site: Site) -> None:
    (site.directory / "vault").write_text("open sesame")
    vault = Path(sys.executable).with_name("ansible-vault")
    encrypted = subprocess.run(
        [vault, "encrypt_string", "--vault-password-file", site.directory / "vault", PASSWORD],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    del site.clusters["k8s-prod"]["bgp"]["password"]
    site.clusters["k8s-prod"]["bgp"]["password"] = "{{ vaulted }}"
    (site.inventory / "group_vars" / "all").mkdir(parents=True)
    (site.inventory / "group_vars" / "all" / "vault.yml").write_text(f"vaulted: {encrypted}")
    run = site.run("--vault-password-file", str(site.directory / "vault"), kubefabric_render_secrets=True)
    assert run["code"] == 0, run["output"]
    assert PASSWORD in (site.build / "k8s-prod" / "apic.json").read_text()


def test_an_undefined_variable_is_named_with_its_host(site: Site) -> None:
    site.clusters["k8s-prod"]["asn"] = "{{ not_defined_anywhere }}"
    run = site.run()
    assert "kubefabric_cluster of host k8s-prod cannot be read: " in _plan_result(run)["msg"]
    assert "not_defined_anywhere" in _plan_result(run)["msg"]
    assert not site.allocations.exists()


def test_an_inventory_without_clusters_is_told_so() -> None:
    run = ansible("ansible", "localhost", "-m", "kubefabric.bgp.plan", "-i", "localhost,")
    assert "the inventory has no group clusters with one host per Kubernetes cluster" in run.stdout + run.stderr
