"""The playbooks' ways back, against the lab's controller: snapshot and rollback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture

ROOT = Path(__file__).resolve().parents[3]
L3OUT = "uni/tn-k8s/out-k8s-prod"


class Site:
    """The example inventory with the lab's controller in it."""

    def __init__(self, directory: Path, controller) -> None:
        self.directory, self.controller = directory, controller
        shutil.copytree(ROOT / "inventory", directory / "inventory")
        where = {"hosts": ["127.0.0.77", controller.host], "port": controller.port, "password": controller.password}
        (directory / "lab.yml").write_text(yaml.safe_dump({"kubefabric_apic": where, "aci_l3out_wait_for_faults": 0}))

    def run(self, name: str, *arguments: str, **variables: object) -> subprocess.CompletedProcess:
        """The finished run of one of the collection's playbooks."""
        extra = yaml.safe_dump(variables, default_flow_style=True, width=1000).strip()
        command = [Path(sys.executable).parent / "ansible-playbook", f"kubefabric.bgp.{name}", "-i", "inventory"]
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "SSL_CERT_FILE": self.controller.ca,
            "ANSIBLE_NOCOLOR": "1",
            "no_proxy": "*",
        }
        return subprocess.run(
            [*map(str, command), "-e", "@lab.yml", "-e", extra, *arguments],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def succeed(self, name: str, *arguments: str, **variables: object) -> str:
        done = self.run(name, *arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join(done.stdout.split())

    def fail(self, name: str, *arguments: str, **variables: object) -> str:
        done = self.run(name, *arguments, **variables)
        assert done.returncode != 0, done.stdout
        return " ".join(done.stdout.split())


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def configuration(controller) -> set[str]:
    """Distinguished names of everything that is configured, but for the snapshots' own policies."""
    found: set[str] = set()
    waiting = [controller.tree()]
    while waiting:
        for body in waiting.pop().values():
            found.add(body["attributes"]["dn"])
            waiting += body.get("children", [])
    return {dn for dn in found if "/fabric/config" not in dn}


def test_a_snapshot_is_taken_before_and_one_command_goes_back(site):
    before = configuration(site.controller)
    said = site.succeed("fabric", kubefabric_snapshot=True)
    assert "-e kubefabric_rollback_confirm=dc1 (passwords are not in it" in said
    assert L3OUT in configuration(site.controller)

    refused = site.fail("rollback")
    assert "say -e kubefabric_rollback_confirm=dc1. Nothing was changed." in refused
    assert L3OUT in configuration(site.controller)

    said = site.succeed("rollback", kubefabric_rollback_confirm="dc1")
    assert "dc1 is back at run-" in said
    assert configuration(site.controller) == before
    assert site.controller.password not in said


def test_a_snapshot_that_is_not_there_is_refused_with_those_that_are(site):
    site.controller.post(
        "uni/fabric",
        {"configExportP": {"attributes": {"name": "kubefabric-dc1", "snapshot": "yes", "adminSt": "triggered"}}},
    )
    said = site.fail("rollback", kubefabric_rollback_confirm="dc1", kubefabric_rollback_snapshot="run-none")
    assert "There is no snapshot run-none of export policy kubefabric-dc1; there are: run-2" in said


def test_another_fabric_than_the_intent_means_is_left_alone(site):
    as_number = {"bgpAsP": {"attributes": {"asn": "65009"}}}
    site.controller.post("uni/fabric/bgpInstP-default", as_number)
    said = site.fail("fabric")
    assert "The fabric's BGP AS is 65009" in said
    assert L3OUT not in configuration(site.controller)


def test_route_reflectors_are_written_where_the_intent_says_so(site):
    bgp = {"manage": True, "route_reflectors": {203: {"pod": 2}, 204: None}}
    fabric = yaml.safe_load((site.directory / "inventory/group_vars/all/fabric.yml").read_text())
    fabric["kubefabric_fabric"]["bgp"] = bgp
    (site.directory / "inventory/group_vars/all/fabric.yml").write_text(yaml.safe_dump(fabric))
    site.succeed("fabric")
    found = site.controller.get("/api/class/bgpRRNodePEp.json")
    nodes = {node["bgpRRNodePEp"]["attributes"]["id"]: node["bgpRRNodePEp"]["attributes"]["podId"] for node in found}
    assert nodes == {"201": "1", "202": "1", "203": "2", "204": "1"}
    assert "changed=0" in site.succeed("fabric")


def test_without_being_asked_no_snapshot_is_taken(site):
    site.succeed("fabric")
    assert site.controller.get("/api/class/configSnapshot.json") == []


def test_a_teardown_asks_shows_and_takes_away_exactly_what_was_made(site):
    before = configuration(site.controller)
    site.succeed("fabric")
    made = configuration(site.controller)

    refused = site.fail("teardown", kubefabric_teardown_cluster=False)
    assert "say -e kubefabric_teardown_confirm=k8s-prod. Nothing was removed." in refused
    assert configuration(site.controller) == made

    shown = site.succeed("teardown", "--check", "--diff", kubefabric_teardown_cluster=False)
    assert L3OUT in shown
    assert configuration(site.controller) == made

    site.succeed("teardown", kubefabric_teardown_cluster=False, kubefabric_teardown_confirm="other, k8s-prod")
    assert configuration(site.controller) == before
    assert "changed=0" in site.succeed(
        "teardown", kubefabric_teardown_cluster=False, kubefabric_teardown_confirm=["k8s-prod"]
    )


def test_a_teardown_leaves_what_others_hung_into_the_l3out_and_says_so(site):
    site.succeed("fabric")
    theirs = {"fvRsProv": {"attributes": {"tnVzBrCPName": "web"}}}
    site.controller.post(f"{L3OUT}/instP-default", theirs)
    said = site.fail("teardown", kubefabric_teardown_cluster=False, kubefabric_teardown_confirm="k8s-prod")
    assert f"{L3OUT} cannot go: {L3OUT}/instP-default/rsprov-web below it is not ours" in said
    assert L3OUT in configuration(site.controller)
