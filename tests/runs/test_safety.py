"""The playbooks' ways back, against the lab's controller: snapshot and rollback."""

from __future__ import annotations

import re

import pytest

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site, configuration

L3OUT = "uni/tn-k8s/out-k8s-prod"


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def snapshot_of(said: str) -> str:
    """The name that a run says it took."""
    return re.search(r"Snapshot (run-\S+) of dc1 is taken", said)[1]


def test_a_snapshot_is_taken_before_and_one_command_goes_back(site):
    before = configuration(site.controller)
    said = site.succeed("fabric", kubefabric_snapshot=True)
    assert "-e kubefabric_rollback_confirm=dc1 (passwords are not in it" in said
    assert L3OUT in configuration(site.controller)
    name = snapshot_of(said)

    unnamed = site.fail("rollback", kubefabric_rollback_confirm="dc1")
    assert "Name the snapshot to go back to: -e kubefabric_rollback_snapshot=<name>." in unnamed
    assert f"there are {name}; the newest need not be that of your change. Nothing was changed." in unnamed

    refused = site.fail("rollback", kubefabric_rollback_snapshot=name)
    assert "say -e kubefabric_rollback_confirm=dc1. Nothing was changed." in refused
    assert "in uni/infra/attentp-k8s-hosts, " in refused[refused.index("admin: ") :]
    assert L3OUT in configuration(site.controller)

    said = site.succeed("rollback", kubefabric_rollback_confirm="dc1", kubefabric_rollback_snapshot={"dc1": name})
    assert f"dc1 is back at {name}" in said
    assert configuration(site.controller) == before
    assert site.controller.password not in said


def test_what_others_did_since_is_not_undone_unless_it_is_named(site):
    name = snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))
    site.controller.post("uni", {"fvTenant": {"attributes": {"name": "shop"}}})
    told = {"kubefabric_rollback_confirm": "dc1", "kubefabric_rollback_snapshot": name}
    refused = site.fail("rollback", **told)
    assert f"Since {name} not only this collection changed dc1: uni/tn-shop by admin. Going back undoes that" in refused
    assert "-e kubefabric_rollback_others=uni/tn-shop. Nothing was changed." in refused
    assert "uni/tn-shop" in configuration(site.controller)
    site.succeed("rollback", **told, kubefabric_rollback_others="uni/tn-shop")
    assert "uni/tn-shop" not in configuration(site.controller)


def test_a_snapshot_of_before_a_later_change_is_refused_unless_told(site):
    first = snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))
    site.controller.post("uni/tn-k8s", {"fvAp": {"attributes": {"name": "shop"}}})
    second = snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))
    refused = site.fail("rollback", kubefabric_rollback_confirm="dc1", kubefabric_rollback_snapshot=first)
    assert (
        f"{first} is older than the change that began with {second}: going back to it undoes more than that." in refused
    )
    assert "-e kubefabric_rollback_older=true" in refused
    assert L3OUT in configuration(site.controller)
    told = {
        "kubefabric_rollback_confirm": "dc1",
        "kubefabric_rollback_snapshot": first,
        "kubefabric_rollback_older": True,
    }
    assert "uni/tn-k8s/ap-shop by admin" in site.fail("rollback", **told)
    site.succeed("rollback", **told, kubefabric_rollback_others="admin")
    assert L3OUT not in configuration(site.controller)


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


def test_a_leafs_router_id_changes_for_all_clusters_of_a_run_and_for_none_alone(site):
    site.add_cluster("k8s-two")
    site.succeed("fabric")
    fabric = site.read("group_vars/all/fabric.yml")
    leaves = fabric["kubefabric_fabric"]["racks"]["rack1"]["leaves"]
    leaf = min(leaves)
    old, leaves[leaf]["router_id"] = leaves[leaf]["router_id"], "1.1.7.7"
    site.write("group_vars/all/fabric.yml", fabric)
    said = site.fail("fabric", "--limit", "k8s-two")
    assert f"leaf {leaf} has router ID {old} there and 1.1.7.7 here" in said
    assert "made by this collection for another L3Out" in said
    # Both run at once. The one that came first tells verify of the other, whose sessions on the leaf end as well.
    assert re.search(r"k8s-prod -> k8s-two|k8s-two -> k8s-prod", site.succeed("fabric"))
    found = site.controller.get("/api/class/l3extRsNodeL3OutAtt.json")
    nodes = [node["l3extRsNodeL3OutAtt"]["attributes"] for node in found]
    assert {node["rtrId"] for node in nodes if node["tDn"].endswith(f"/node-{leaf}")} == {"1.1.7.7"}
    assert "changed=0" in site.succeed("fabric")


def test_a_misspelt_aaep_is_a_warning_in_every_run(site):
    cluster = site.read("host_vars/k8s-prod.yml")
    cluster["kubefabric_cluster"]["l3out"]["aaep"] = "k8s-hsots"
    site.write("host_vars/k8s-prod.yml", cluster)
    for _again in range(2):
        done = site.run("fabric")
        assert done.returncode == 0
        assert "AAEP k8s-hsots" in " ".join((done.stdout + done.stderr).split())


def test_without_being_asked_no_snapshot_is_taken(site):
    site.succeed("fabric")
    assert site.controller.get("/api/class/configSnapshot.json") == []
