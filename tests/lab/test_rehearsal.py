"""An inventory with a wrong name, rehearsed on a fabric that is described, and on one that is made up from it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import own_secrets
from lab.context import Lab
from tests.apic import Apic
from tests.lab import example
from tests.programs import ROOT

LAB = Lab("trehearse")
PRODUCTION = "production-Secret"
SENT = ("-e", "aci_l3out_password_update=always")  # the peers are there from earlier tests, with another password
MISTAKES = {
    "aaep": ("host_vars/k8s-prod.yml", "aaep: k8s-hosts", "aaep: k8s-hsots"),
    "vrf": ("host_vars/k8s-prod.yml", "vrf: prod", "vrf: pord"),
    "asn": ("group_vars/all/fabric.yml", "asn: 65002", "asn: 65199"),
}

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab_ready")]


def lab(*arguments: str) -> str:
    """Run the lab's command line with the production's passwords in the environment; what it printed as one line."""
    command = [sys.executable, "-m", "lab", "--name", LAB.name, *arguments]
    environment = {**os.environ, "APIC_PASSWORD": PRODUCTION, "KUBEFABRIC_BGP_PASSWORD": PRODUCTION}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.replace("│", " ").split())


@pytest.fixture(scope="module")
def inventories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """The example inventory with one mistake each, and a lab on the example's fabric."""
    found = {}
    for name, (file, right, wrong) in MISTAKES.items():
        found[name] = tmp_path_factory.mktemp(name) / "inventory"
        shutil.copytree(example.EXAMPLE, found[name])
        text = (found[name] / file).read_text()
        assert text.count(right) == 1
        (found[name] / file).write_text(text.replace(right, wrong))
    lab("down")
    lab("up", "--fabric-only", "-i", str(found["aaep"]), "--fabric", str(ROOT / "fabrics" / "dc1.yml"))
    yield found
    lab("down")


def fabric(inventory: Path) -> tuple[int, str]:
    """Run the playbook ``fabric``: its exit status and what it printed."""
    patient = ("-e", "aci_l3out_wait_for_faults=60")  # it ends as soon as the faults stay the same
    done = example.playbook(LAB, inventory, inventory.parent / "build", "fabric", arguments=patient)
    return done.returncode, " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("asn", "The fabric's BGP AS is 65002 (uni/fabric/bgpInstP-default/as), and the intent says 65199"),
        ("vrf", "VRF pord (uni/tn-k8s/ctx-pord) does not exist, and is not made here"),
    ],
)
def test_another_as_or_vrf_than_the_fabric_has_stops_the_run(inventories, mistake, said):
    status, output = fabric(inventories[mistake])
    assert status != 0
    assert said in output


def test_an_aaep_that_no_port_is_under_is_a_fault_of_every_leaf_and_no_svi_comes(inventories):
    _, output = fabric(inventories["aaep"])
    for leaf in (101, 102, 103, 104):
        assert f"Configuration failed for uni/tn-k8s/out-k8s-prod node {leaf}" in output
    assert "invalid-path: vlan-310 :There is no domain, associated with both EPG and Port" in output
    assert LAB.read_state("fabric")["leaves"]["101"]["vrfs"]["k8s:prod"]["established"] == []


def test_the_rehearsal_ends_with_what_the_described_fabric_lacks(inventories):
    del inventories
    assert "AAEP of ports k8s-hsots leaf 101 l3out.aaep k8s-hosts" in lab("granted")


def test_without_a_description_it_ends_with_what_was_taken_for_granted(inventories):
    lab("up", "--fabric-only", "-i", str(inventories["vrf"]))
    told = lab("granted")
    assert "Taken for granted" in told
    assert "VRF pord tenant k8s l3out.vrf" in told


def test_a_rehearsal_has_secrets_of_its_own(inventories):
    """Neither is the controller's password the production's, nor does it get, or tell anybody, the sessions'."""
    state = LAB.read_state("apic")
    with pytest.raises(AssertionError, match="HTTP 403 the lab's helpers ask for its token"):
        Apic(state["url"], Path(state["ca"]).parent, "", token=False).tree()
    environment = LAB.file("environment").read_text()
    assert (PRODUCTION in environment, "export APIC_PASSWORD=" in environment) == (False, True)
    inventory = inventories["aaep"]
    path = inventory / "host_vars/k8s-prod.yml"
    path.write_text(re.sub(r"(?m)^(    password: ).*$", rf"\g<1>{PRODUCTION}", path.read_text()))
    lab("up", "--fabric-only", "-i", str(inventory), "--fabric", str(ROOT / "fabrics" / "dc1.yml"))
    second = LAB.directory / own_secrets.DIRECTORY
    done = example.playbook(LAB, inventory, inventory.parent / "build", "fabric", arguments=("-i", str(second), *SENT))
    assert done.returncode == 0, done.stdout
    tree = json.dumps(Apic(state["url"], Path(state["ca"]).parent, "").tree())
    assert PRODUCTION not in tree
    stand_in = own_secrets._stand_in("k8s-prod", "password", (LAB.directory / own_secrets.KEY).read_text())
    assert set(re.findall('"password": "([^"]*)"', tree)) == {stand_in}
