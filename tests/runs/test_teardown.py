"""The playbook that takes a cluster's peering away: on the fabric, in the cluster, and nothing of anybody else's."""

from __future__ import annotations

import json

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.registry import NETWORKS
from tests import crds
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import ROOT, Site, configuration

L3OUT = "uni/tn-k8s/out-k8s-prod"


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    return Site(tmp_path, apic)


def test_a_teardown_asks_shows_and_takes_away_exactly_what_was_made(site):
    before = configuration(site.controller)
    site.succeed("fabric")
    made = configuration(site.controller)

    refused = site.fail("teardown", kubefabric_teardown_cluster=False)
    assert "To confirm, add -e kubefabric_teardown_confirm=k8s-prod. Nothing was removed." in refused
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


def test_what_another_cluster_shares_stays_whole(site):
    site.add_cluster("k8s-test")
    site.succeed("fabric", "--limit", "k8s-test")
    theirs = configuration(site.controller)
    site.succeed("fabric")
    assert L3OUT in configuration(site.controller)

    alone = {"kubefabric_teardown_cluster": False, "kubefabric_teardown_confirm": "k8s-prod"}
    site.succeed("teardown", "--limit", "k8s-prod", **alone)
    assert configuration(site.controller) == theirs
    assert "changed=0" in site.succeed("fabric", "--limit", "k8s-test")


# -- the cluster's half ---------------------------------------------------------------------------------


@pytest.mark.parametrize("cni", [name for name, one in NETWORKS.items() if one.kubernetes])
def test_whatever_network_the_cluster_has_its_role_is_told_that_it_goes(cni):
    plays = yaml.safe_load((ROOT / "playbooks" / "teardown.yml").read_text())
    tasks = [task for play in plays for task in play.get("tasks", [])]
    (task,) = [task for task in tasks if task["name"] == "Remove the configuration in the cluster"]
    assert task["vars"][f"{cni}_state"] == "absent"
    role = ROOT / "roles" / cni / "meta" / "argument_specs.yml"
    if role.exists():  # until then playbooks/tasks/cni.yml refuses to bring it up
        options = yaml.safe_load(role.read_text())["argument_specs"]["main"]["options"]
        assert options[f"{cni}_state"]["choices"] == ["present", "absent"]


def test_calicos_peers_go_and_what_pods_stand_on_stays(site, kubernetes):
    crds.apply(kubernetes, "calico")
    cluster = site.read("host_vars/k8s-prod.yml")
    cluster["kubefabric_cluster"].update(cni="calico", calico={"install": "manifest"})
    cluster["kubefabric_cluster"]["bgp"].update(keepalive=10, hold=30)
    site.write("host_vars/k8s-prod.yml", cluster)
    for name in site.read("hosts.yml")["k8s_prod_nodes"]["hosts"]:
        node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}
        kubernetes.kubectl_run("apply", "--server-side", "--field-manager=kubelet", "-f-", stdin=json.dumps(node))
    where = {"kubefabric_kubeconfig": str(kubernetes.kubeconfig)}

    def present(kind: str) -> list[str]:
        return [item["metadata"]["name"] for item in kubernetes.get(f"{kind}.projectcalico.org")["items"]]

    site.succeed("clusters", **where)
    assert present("bgppeers")
    site.succeed("teardown", kubefabric_teardown_confirm="k8s-prod", **where)
    assert (present("bgppeers"), present("bgpfilters")) == ([], [])
    assert present("ippools")
    for kind in ("ippools", "bgpconfigurations"):
        kubernetes.kubectl_run("delete", f"{kind}.projectcalico.org", "--all")
