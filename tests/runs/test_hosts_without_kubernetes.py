"""Firewalls that speak BGP and are no Kubernetes nodes, by the playbooks: an L3Out, their speakers, and no cluster."""

from __future__ import annotations

import sys

import pytest
import yaml

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.plans import GOLDEN
from tests.playbooks import Site, configuration

CLUSTER = yaml.safe_load((GOLDEN / "hosts" / "intent.yml").read_text())["clusters"]["firewalls"]
OURS = ["--limit", "firewalls,fw1"]


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    """The example inventory with two firewalls: fw1 is an image and ours to configure, fw2 an appliance."""
    made = Site(tmp_path, apic)
    images = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    ours = {**images, "node_peering_root": str(tmp_path / "fw1"), "node_peering_originate": ["198.51.100.0/25"]}
    hosts = made.read("hosts.yml")
    hosts["clusters"]["hosts"]["firewalls"] = dict(hosts["clusters"]["hosts"]["k8s-prod"])
    hosts["firewalls_nodes"] = {"hosts": {**CLUSTER["nodes"], "fw1": {**CLUSTER["nodes"]["fw1"], **ours}}}
    hosts["peering_hosts"] = {"hosts": {"fw1": None}}
    made.write("hosts.yml", hosts)
    made.write("host_vars/firewalls.yml", {"kubefabric_cluster": CLUSTER["cluster"]})
    return made


def test_firewalls_get_their_l3out_and_speakers_and_no_cluster_is_asked(site):
    before = configuration(site.controller)
    missing = "The hosts of firewalls speak BGP themselves (cni: none), and fw1 is not in this run. Say --limit"
    assert missing in site.fail("site", "--limit", "firewalls")
    assert configuration(site.controller) == before

    site.succeed("plan")
    files = sorted(path.name for path in (site.directory / "build" / "firewalls").iterdir())
    assert files == ["README.md", "apic.json", "plan.yml"]

    said = site.fail("site", *OURS, verify_wait=0)  # there are no leaves, and that is all that is missing
    assert "cluster firewalls: 0 of 8 sessions Established" in said
    assert "leaf 101 does not answer" in said
    made = configuration(site.controller)
    assert "uni/tn-k8s/out-firewalls/instP-default/extsubnet-[198.51.100.0/24]" in made
    written = (site.directory / "fw1/etc/frr/frr.conf").read_text()
    assert "neighbor 192.168.9.252 remote-as 65002" in written
    assert "network 198.51.100.0/25" in written
    assert "changed=0" in site.succeed("clusters", *OURS)

    site.succeed("teardown", *OURS, kubefabric_teardown_confirm="firewalls")
    assert configuration(site.controller) == before
    assert not (site.directory / "fw1/etc/frr/frr.conf").exists()
