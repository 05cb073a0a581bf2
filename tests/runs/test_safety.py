"""The playbooks' ways back, against the lab's controller: snapshot and rollback."""

from __future__ import annotations

import pytest

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site, configuration

L3OUT = "uni/tn-k8s/out-k8s-prod"


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def test_a_snapshot_is_taken_before_and_one_command_goes_back(site):
    before = configuration(site.controller)
    said = site.succeed("fabric", kubefabric_snapshot=True)
    assert "-e kubefabric_rollback_confirm=dc1 (passwords are not in it" in said
    assert L3OUT in configuration(site.controller)

    refused = site.fail("rollback")
    assert "say -e kubefabric_rollback_confirm=dc1. Nothing was changed." in refused
    assert "changes, in uni/infra/attentp-k8s-hosts, " in refused[refused.index("admin: ") :]
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
    fabric = site.read("group_vars/all/fabric.yml")
    fabric["kubefabric_fabric"]["bgp"] = bgp
    site.write("group_vars/all/fabric.yml", fabric)
    site.succeed("fabric")
    found = site.controller.get("/api/class/bgpRRNodePEp.json")
    nodes = {node["bgpRRNodePEp"]["attributes"]["id"]: node["bgpRRNodePEp"]["attributes"]["podId"] for node in found}
    assert nodes == {"201": "1", "202": "1", "203": "2", "204": "1"}
    assert "changed=0" in site.succeed("fabric")


def test_without_being_asked_no_snapshot_is_taken(site):
    site.succeed("fabric")
    assert site.controller.get("/api/class/configSnapshot.json") == []
