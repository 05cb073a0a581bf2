"""Nested clusters by the playbooks: their networks on the fabric come and go with them, and runs leave no half."""

from __future__ import annotations

import sys

import pytest

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site, configuration

TENANT = "uni/tn-k8s"
POOL, RULE = "10.123.0.0/16", f"{TENANT}/subj-k8s-prod-nested"
RED = {
    "asn": 65010,
    "cni": "calico",
    "kubeconfig": "/nonexistent/red.kubeconfig",
    "networks": {"pod": [POOL], "service": ["10.97.0.0/16"]},
    "nested_in": {"cluster": "k8s-prod", "workloads": "color == 'red'"},
}


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    """The example inventory by Calico, with one nested cluster."""
    made = Site(tmp_path, apic)
    parent = made.read("host_vars/k8s-prod.yml")
    parent["kubefabric_cluster"].update(cni="calico", workload_peering={"addresses": ["169.254.0.179"]})
    parent["kubefabric_cluster"]["bgp"].update(keepalive=2, hold=6)
    made.write("host_vars/k8s-prod.yml", parent)
    made.write("host_vars/red.yml", {"kubefabric_cluster": RED})
    hosts = made.read("hosts.yml")
    hosts["clusters"]["hosts"]["red"] = dict(hosts["clusters"]["hosts"]["k8s-prod"])
    made.write("hosts.yml", hosts)
    return made


def nested(controller) -> set[str]:
    """What the fabric has of nested clusters."""
    return {dn for dn in configuration(controller) if dn.startswith(RULE) or POOL in dn}


def longest_path(controller) -> str:
    (found,) = controller.get(f"/api/mo/{TENANT}/bgpCtxP-k8s-prod.json")
    return found["bgpCtxPol"]["attributes"]["maxAsLimit"]


def test_a_nested_cluster_s_networks_are_its_parent_s_on_the_fabric_and_go_with_it(site):
    site.succeed("fabric")
    assert nested(site.controller) == {
        RULE,
        f"{RULE}/dest-[{POOL}]",
        f"{RULE}/dest-[10.97.0.0/16]",
        f"{TENANT}/out-k8s-prod/instP-default/extsubnet-[{POOL}]",
    }
    assert longest_path(site.controller) == "2"

    hosts = site.read("hosts.yml")
    del hosts["clusters"]["hosts"]["red"]
    site.write("hosts.yml", hosts)
    assert "the inventory had red, and does not have it now" in site.fail("fabric")
    assert nested(site.controller)
    site.succeed("fabric", kubefabric_remove="red")
    assert nested(site.controller) == set()
    assert longest_path(site.controller) == "1"


def test_without_its_parent_in_the_run_a_nested_cluster_is_refused(site):
    assert (
        "red is nested in k8s-prod, which is not in this run: its filters, peers and leaves would not know red. Say "
        "--limit red,k8s-prod, or nested_cluster_alone: true if they do already. Nothing was written."
    ) in site.fail("clusters", "--limit", "red")


def test_a_run_is_refused_without_the_clusters_whose_leaves_would_take_paths_of_two_lengths(site):
    site.add_cluster("k8s-test")
    hosts = site.read("hosts.yml")
    red = hosts["clusters"]["hosts"].pop("red")
    site.write("hosts.yml", hosts)
    site.succeed("fabric")

    hosts["clusters"]["hosts"]["red"] = red
    site.write("hosts.yml", hosts)
    before = configuration(site.controller)
    for name in ("fabric", "site"):
        assert (
            "k8s-prod shares leaves and VRF prod with k8s-test. A leaf has one AS path limit there (the plan: 2, "
            "because of nested clusters) and one set of timers. The fabric has other values, and k8s-test is "
            "not in this run. Say --limit k8s-prod,red,k8s-test. Nothing was written."
        ) in site.fail(name, "--limit", "k8s-prod,red")
    assert configuration(site.controller) == before
    assert longest_path(site.controller) == "1"
    site.succeed("fabric")
    site.succeed("fabric", "--limit", "k8s-prod,red")


# -- a parent whose hosts peer -------------------------------------------------------------------------


@pytest.fixture
def hosted(site):
    """The same by the speakers of two hosts, which here are images."""
    parent = site.read("host_vars/k8s-prod.yml")
    parent["kubefabric_cluster"].update(cni="cilium", kubeconfig="/nonexistent/k8s-prod.kubeconfig")
    parent["kubefabric_cluster"]["workload_peering"]["speaker"] = "host"
    site.write("host_vars/k8s-prod.yml", parent)
    site.write("host_vars/red.yml", {"kubefabric_cluster": {**RED, "nested_in": {"cluster": "k8s-prod"}}})
    (site.directory / "inventory/group_vars/all/kubefabric_allocations.yml").unlink()  # of six nodes
    hosts = site.read("hosts.yml")
    images = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, "ansible_become": False}
    hosts["k8s_prod_nodes"]["hosts"] = {
        name: {**images, "rack": "rack1", "node_peering_root": str(site.directory / name)}
        for name in ("node1", "node2")
    }
    hosts["peering_hosts"] = {"children": {"k8s_prod_nodes": None}}
    site.write("hosts.yml", hosts)
    return site


def test_site_brings_the_hosts_that_peer_and_asks_nothing_of_their_cluster(hosted):
    said = hosted.fail("site", "--limit", "k8s-prod,k8s_prod_nodes", verify_wait=0)
    for name in ("node1", "node2"):
        text = (hosted.directory / name / "etc/frr/frr.conf").read_text()
        assert " bgp listen range 10.1.0.0/16 peer-group red-ipv4\n" in text
    # there are no leaves: that this is what it stumbles on means that no API server was asked
    assert "cluster k8s-prod: 0 of 4 sessions Established" in said
    assert "leaf 101 does not answer" in said


def test_a_report_has_a_page_for_a_parent_whose_hosts_peer_and_for_a_nested_cluster(hosted):
    hosts = hosted.read("hosts.yml")
    hosts["red_nodes"] = {"hosts": {"red-vm1": None}}
    hosted.write("hosts.yml", hosts)
    hosted.succeed("report", report_live=False)
    pages = {kind: (hosted.directory / f"build/red/report.{kind}").read_text() for kind in ("md", "html")}
    assert "1 node in AS 65010 (calico) peer with those of k8s-prod in AS 65003" in pages["md"]
    assert "| red-vm1 | ipv4 | 169.254.0.179 |" in pages["md"]
    assert "<td>ipv4</td><td>169.254.0.179</td><td>planned</td>" in pages["html"]
    assert "<svg" not in pages["html"]

    hosted.succeed("report", "--limit", "k8s-prod")  # it has no API server, and none is asked
    page = (hosted.directory / "build/k8s-prod/report.md").read_text()
    assert "leaf 101 does not answer" in page
    assert "<svg" in (hosted.directory / "build/k8s-prod/report.html").read_text()


def test_site_refuses_a_run_without_the_hosts_that_peer(hosted):
    before = configuration(hosted.controller)
    assert (
        "The hosts of k8s-prod peer with its nested clusters (workload_peering.speaker: host), and node1, node2 are "
        "not in this run. Say --limit k8s-prod,red,k8s_prod_nodes. Nothing was written."
    ) in hosted.fail("site", "--limit", "k8s-prod,red")
    assert configuration(hosted.controller) == before


def test_site_refuses_hosts_that_should_peer_and_are_not_among_those_that_do(hosted):
    hosts, before = hosted.read("hosts.yml"), configuration(hosted.controller)
    hosts["peering_hosts"] = {"hosts": {"node1": None}}
    hosted.write("hosts.yml", hosts)
    assert (
        "The hosts of k8s-prod peer with its nested clusters (workload_peering.speaker: host), and node2 is not in the "
        "group peering_hosts, so no speaker would run there. Add k8s_prod_nodes to its children. Nothing was written."
    ) in hosted.fail("site")
    assert configuration(hosted.controller) == before


def test_a_teardown_gives_the_hosts_that_peer_back_before_the_fabric_and_refuses_to_leave_them_out(hosted):
    before = configuration(hosted.controller)
    speakers = [hosted.directory / name / "etc/frr/frr.conf" for name in ("node1", "node2")]
    hosted.succeed("fabric")
    hosted.succeed("nodes")
    asked = {"kubefabric_teardown_confirm": "k8s-prod"}
    assert (
        "node1, node2 speak BGP for k8s-prod (groups peering_hosts and reflector_hosts), and are not in this run. Say "
        "--limit k8s-prod,node1,node2, or kubefabric_teardown_hosts: false to leave their speakers as they are. "
        "Nothing was removed."
    ) in hosted.fail("teardown", "--limit", "k8s-prod", **asked)
    hosted.succeed("teardown", "--check", "--limit", "k8s-prod,k8s_prod_nodes")
    hosted.succeed("teardown", "--check", "--limit", "k8s-prod", kubefabric_teardown_hosts=False)  # which are gone
    assert [path.exists() for path in speakers] == [True, True]

    hosted.succeed("teardown", "--limit", "k8s-prod,k8s_prod_nodes", **asked)
    assert [path.exists() for path in speakers] == [False, False]
    assert configuration(hosted.controller) == before
