"""The playbooks' ways back, against the lab's controller: snapshot and rollback."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site, configuration
from tests.programs import ROOT

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


def test_an_l3out_of_another_fabric_s_cluster_is_not_ours(site):
    """An object of that name in this fabric is another user's."""
    fabric = site.read("group_vars/all/fabric.yml")["kubefabric_fabric"] | {"name": "dc2"}
    site.add_cluster("k8s-far")
    cluster = site.read("host_vars/k8s-far.yml")
    site.write("host_vars/k8s-far.yml", {**cluster, "kubefabric_fabric": fabric})
    name = snapshot_of(site.succeed("fabric", "--limit", "k8s-prod", kubefabric_snapshot=True))
    site.controller.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": "k8s-far"}}})
    told = {"kubefabric_rollback_confirm": "dc1", "kubefabric_rollback_snapshot": name}
    refused = site.fail("rollback", "--limit", "k8s-prod", **told)
    assert f"Since {name} not only this collection changed dc1: uni/tn-k8s/out-k8s-far by admin." in refused


@pytest.mark.parametrize("variable", ["ACI_USERNAME", "ANSIBLE_NET_USERNAME"])
def test_the_user_may_come_from_the_environment(site, variable, monkeypatch):
    user = {"name": "robot", "pwd": "Robot-123", "accountStatus": "active"}
    domain = {"aaaUserRole": {"attributes": {"name": "admin", "privType": "writePriv"}}}
    domain = {"aaaUserDomain": {"attributes": {"name": "all"}, "children": [domain]}}
    site.controller.post("uni/userext", {"aaaUser": {"attributes": user, "children": [domain]}})
    where = yaml.safe_load((site.directory / "lab.yml").read_text())
    where["kubefabric_apic"]["password"] = user["pwd"]
    (site.directory / "lab.yml").write_text(yaml.safe_dump(where))
    fabric = site.read("group_vars/all/fabric.yml")
    fabric["kubefabric_fabric"]["apic"].pop("username", None)
    site.write("group_vars/all/fabric.yml", fabric)
    monkeypatch.setenv(variable, "robot")
    name = snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))
    told = {"kubefabric_rollback_confirm": "dc1", "kubefabric_rollback_snapshot": name}
    assert f"dc1 is back at {name}" in site.succeed("rollback", **told)


def test_controllers_may_be_written_as_text_or_come_from_the_environment(site, monkeypatch):
    """As the modules take them: separated by commas, or from ACI_HOST."""
    where = yaml.safe_load((site.directory / "lab.yml").read_text())
    silent, host = where["kubefabric_apic"]["hosts"]
    where["kubefabric_apic"]["hosts"] = f"{silent}, {host}"
    (site.directory / "lab.yml").write_text(yaml.safe_dump(where))
    name = snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))
    told = {"kubefabric_rollback_confirm": "dc1", "kubefabric_rollback_snapshot": name}
    assert f"dc1 is back at {name}" in site.succeed("rollback", **told)

    del where["kubefabric_apic"]["hosts"]
    (site.directory / "lab.yml").write_text(yaml.safe_dump(where))
    fabric = site.read("group_vars/all/fabric.yml")
    fabric["kubefabric_fabric"]["apic"].pop("hosts", None)
    site.write("group_vars/all/fabric.yml", fabric)
    monkeypatch.setenv("ACI_HOST", host)
    assert snapshot_of(site.succeed("fabric", kubefabric_snapshot=True))


def test_the_command_that_goes_back_is_one_for_a_shell(site):
    (site.directory / "my inventory").symlink_to(site.directory / "inventory")
    said = site.succeed("fabric", "-i", "my inventory", kubefabric_snapshot=True)
    (inventories,) = re.findall("Back to it: ansible-playbook kubefabric.bgp.rollback (.*?) -e kubefabric", said)
    words = shlex.split(inventories)
    assert words[::2] == ["-i", "-i"]
    assert [Path(word).name for word in words[1::2]] == ["inventory", "my inventory"]


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


def test_each_cluster_that_changes_a_leaf_s_router_id_tells_the_others_on_it(site):
    """Two leaves change, each at the hands of another cluster; k8sxboth is on both, and k8s.both on none of them."""
    racks = {"k8s-far": ["rack2"], "k8sxboth": ["rack1", "rack2"], "k8s.both": ["rack3"], "k8s-prod": ["rack1"]}
    for name in list(racks)[:3]:
        site.add_cluster(name)
    hosts = site.read("hosts.yml")
    for name, where in racks.items():
        nodes = {f"{name}-{rack}": {"rack": rack} for rack in where}
        hosts[f"{name.replace('-', '_')}_nodes"] = {"hosts": nodes}
    site.write("hosts.yml", hosts)
    (site.directory / "inventory" / "group_vars" / "all" / "kubefabric_allocations.yml").unlink()
    cluster = site.read("host_vars/k8s-prod.yml")
    for key in ("leaves", "floating_address", "secondary_address"):
        cluster["kubefabric_cluster"]["l3out"].pop(key, None)
    site.write("host_vars/k8s-prod.yml", cluster)
    fabric = site.read("group_vars/all/fabric.yml")
    leaves = {name: rack["leaves"] for name, rack in fabric["kubefabric_fabric"]["racks"].items()}
    fabric["kubefabric_fabric"]["racks"]["rack3"] = {"leaves": {n: {"router_id": f"1.1.1.{n}"} for n in (105, 106)}}
    site.write("group_vars/all/fabric.yml", fabric)
    site.succeed("fabric")
    for rack in ("rack1", "rack2"):
        leaves[rack][min(leaves[rack])]["router_id"] = f"1.1.7.{min(leaves[rack])}"
    site.write("group_vars/all/fabric.yml", fabric)
    show = {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }}: {{ verify_along | flatten | length }} resets"}}
    play = {"hosts": "clusters", "gather_facts": False, "tasks": [show]}
    play["vars_files"] = [str(ROOT / "roles" / "verify" / "vars" / "main.yml")]
    (site.directory / "heard.yml").write_text(yaml.safe_dump([{"import_playbook": "kubefabric.bgp.fabric"}, play]))
    done = site.run_file("heard.yml", "--forks=1")
    assert done.returncode == 0, done.stdout
    assert "k8sxboth: 2 resets" in done.stdout
    assert "k8s.both: 0 resets" in done.stdout


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
