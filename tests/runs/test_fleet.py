"""Many clusters are compared in one process, and only those that differ get tasks of their own."""

from __future__ import annotations

import pytest

from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.playbooks import Site, configuration

MANY = {"aci_l3out_compare_from": 2}
APPLY = "TASK [kubefabric.bgp.aci_l3out : Apply the L3Out and its access policies]"


@pytest.fixture
def site(needs_catalog, apic, tmp_path):  # noqa: ARG001, F811
    made = Site(tmp_path, apic)
    for name in ("k8s-x", "k8s-y"):
        made.add_cluster(name)
    return made


def applied(said: str) -> str:
    """What the run says of the task that writes."""
    return said.partition(APPLY)[2].partition("PLAY RECAP")[0]


def test_only_clusters_that_differ_are_worked_on(site):
    assert "changed=1" in site.succeed("fabric", **MANY)
    before = configuration(site.controller)

    said = applied(site.succeed("fabric", **MANY))
    assert "ok: [k8s-prod]" in said  # the first of the fabric
    assert not any(name in said for name in ("k8s-x", "k8s-y"))

    cluster = site.read("host_vars/k8s-y.yml")
    cluster["kubefabric_cluster"]["l3out"]["description"] = "for the shop"
    site.write("host_vars/k8s-y.yml", cluster)
    said = applied(site.succeed("fabric", **MANY))
    assert "changed: [k8s-y]" in said
    assert "k8s-x" not in said
    assert configuration(site.controller) == before


def test_what_a_cluster_is_warned_of_and_why_it_fails_is_still_said(site):
    site.succeed("fabric", **MANY)
    subnet = min(dn for dn in configuration(site.controller) if "/out-k8s-x/" in dn and "/extsubnet-" in dn)
    site.controller.post(subnet, {"l3extSubnet": {"attributes": {"status": "deleted"}}})
    parent, _, name = subnet.rpartition("/extsubnet-")
    made = {"l3extSubnet": {"attributes": {"ip": name.strip("[]"), "descr": "of another tool"}}}
    site.controller.post(parent, made)
    refused = site.fail("fabric", **MANY)
    assert "fatal: [k8s-x]" in refused
    assert "fatal: [k8s-y]" not in refused
