"""The preview of a run, and runs that apply what was approved, against the lab's controller."""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.plans import GOLDEN
from tests.playbooks import Site, configuration

FABRIC = {"kubefabric_worlds": ["fabric"]}


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def change_set(site: Site) -> dict:
    return json.loads((site.directory / "build/changes.json").read_text())


def test_a_preview_writes_nothing_and_its_digest_lets_the_same_change_through(site):
    before = configuration(site.controller)
    allocations = site.directory / "inventory/group_vars/all/kubefabric_allocations.yml"
    allocations.unlink()
    said = site.succeed("preview", **FABRIC)
    found = change_set(site)
    assert (configuration(site.controller), allocations.exists()) == (before, False)
    assert f"Change set {found['digest']}" in said
    assert {"world": "fabric", "place": "k8s-prod", "action": "create"}.items() <= found["changes"][0].items()
    assert "uni/tn-k8s/out-k8s-prod" in (site.directory / "build/changes.md").read_text()

    site.succeed("fabric", kubefabric_approved=found["digest"][:12])
    assert "uni/tn-k8s/out-k8s-prod" in configuration(site.controller)
    assert allocations.exists()
    assert "0 changes" in site.succeed("preview", kubefabric_changes_fail=True, **FABRIC)


def remove(site: Site, dn: str) -> None:
    site.controller.post(dn, {"l3extSubnet": {"attributes": {"status": "deleted"}}})


def test_a_fabric_that_moved_since_the_approval_is_not_written(site):
    site.succeed("fabric")
    subnets = sorted(dn for dn in configuration(site.controller) if "/out-k8s-prod/" in dn and "/extsubnet-" in dn)
    remove(site, subnets[0])
    site.succeed("preview", **FABRIC)
    found = change_set(site)
    assert [(one["action"], one["name"]) for one in found["changes"]] == [("create", subnets[0])]

    remove(site, subnets[1])
    before = configuration(site.controller)
    refused = site.fail("fabric", kubefabric_approved=found["digest"])
    assert f"k8s-prod: create {subnets[1]} is new. Nothing was written." in refused
    assert configuration(site.controller) == before


def test_an_approval_without_a_cluster_to_compare_is_refused(site):
    hosts = site.read("hosts.yml")
    hosts["reflector_hosts"] = {"hosts": {"rr1": {"ansible_connection": "local"}}}
    site.write("hosts.yml", hosts)
    refused = site.fail("nodes", "--limit", "rr1", kubefabric_approved="3f1d2c77a0b4")
    assert "kubefabric_approved is set, and no cluster is in this run" in refused


def test_changes_fail_where_the_run_asks_for_it(site):
    refused = site.fail("preview", kubefabric_changes_fail=True, **FABRIC)
    assert "There are changes (kubefabric_changes_fail): " in refused


@pytest.fixture
def worlds(site, kubernetes) -> Site:
    """The example inventory on an API server, and a firewall that is an image."""
    intent = yaml.safe_load((GOLDEN / "hosts" / "intent.yml").read_text())["clusters"]["firewalls"]
    image = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    image |= {"node_peering_root": str(site.directory / "fw1"), "node_peering_originate": ["198.51.100.0/25"]}
    hosts = site.read("hosts.yml")
    nodes = [name for group in hosts if group.endswith("_nodes") for name in hosts[group]["hosts"]]
    hosts["clusters"]["hosts"]["firewalls"] = dict(hosts["clusters"]["hosts"]["k8s-prod"])
    hosts["firewalls_nodes"] = {"hosts": {**intent["nodes"], "fw1": {**intent["nodes"]["fw1"], **image}}}
    hosts["peering_hosts"] = {"hosts": {"fw1": None}}
    site.write("hosts.yml", hosts)
    site.write("host_vars/firewalls.yml", {"kubefabric_cluster": intent["cluster"]})
    site.api = kubernetes
    objects = [{"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in nodes]
    kubernetes.kubectl_run("apply", "-f-", stdin=yaml.safe_dump_all(objects))
    return site


def test_all_three_worlds_are_in_one_change_set_and_a_change_in_any_of_them_ends_the_approval(worlds):
    where = {"kubefabric_kubeconfig": str(worlds.api.kubeconfig)}
    worlds.succeed("preview", **where)
    found = change_set(worlds)
    assert {(one["world"], one["place"]) for one in found["changes"]} == {
        ("fabric", "firewalls"),
        ("fabric", "k8s-prod"),
        ("cluster", "k8s-prod"),
        ("host", "fw1"),
    }
    assert not (worlds.directory / "fw1").exists()
    assert "kubefabric" not in str(worlds.api.get("node", "node1")["metadata"].get("annotations"))

    before = configuration(worlds.controller)
    worlds.api.kubectl_run("label", "node", "node1", "rack_id=rack1")
    refused = worlds.fail("site", kubefabric_approved=found["digest"], **where)
    assert "k8s-prod: change Node node1 is not as approved" in refused

    worlds.succeed("preview", **where)
    found = change_set(worlds)
    configuration_file = worlds.directory / "fw1/etc/frr/daemons"
    configuration_file.parent.mkdir(parents=True)
    configuration_file.write_text("bgpd=yes\n")
    refused = worlds.fail("site", kubefabric_approved=found["digest"], **where)
    assert "fw1: " in refused and "Nothing was written." in refused
    assert configuration(worlds.controller) == before
