"""Clusters that a run must not leave out: those on the same leaves in the same VRF, where paths grow longer."""

from __future__ import annotations

import copy

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.companions import l3outs, left_behind
from tests.plans import golden

PLANS = golden("nested")
NOT_CONCERNED: dict = {}


def plans(*names: str, **l3out: object) -> dict:
    """The golden plans of nested clusters, and others like the parent's."""
    found = copy.deepcopy(PLANS)
    for name in names:
        found[name] = copy.deepcopy(PLANS["k8s-prod"])
        found[name]["l3out"].update({"name": name, "tenant": f"t-{name}", **l3out})
    return found


def test_clusters_on_the_same_leaves_are_named_in_order_and_one_of_them_stands_for_a_leaf():
    everybody = left_behind(plans("k8s-10", "k8s-9"), ["k8s-prod", "red", "unknown"])
    assert list(everybody) == ["k8s-prod"]
    found = everybody["k8s-prod"]
    assert found["clusters"] == ["k8s-9", "k8s-10"]
    (tenant,) = found["content"]
    assert tenant["fvTenant"]["attributes"] == {"name": "t-k8s-9"}
    (policy,) = tenant["fvTenant"]["children"]
    assert policy["bgpCtxPol"]["attributes"].items() >= {"name": "k8s-9", "maxAsLimit": "3", "holdIntvl": "6"}.items()


def test_every_leaf_has_a_cluster_that_stands_for_it():
    others = plans("a", "b")
    others["a"]["leaves"], others["b"]["leaves"] = {"101": {}}, {"102": {}}
    found = left_behind(others, ["k8s-prod"])["k8s-prod"]
    assert [one["fvTenant"]["attributes"]["name"] for one in found["content"]] == ["t-a", "t-b"]


@pytest.mark.parametrize("difference", [{"vrf": "test"}, {"vrf_tenant": "common"}])
def test_another_vrf_is_no_concern(difference):
    assert left_behind(plans("a", **difference), ["k8s-prod"]) == NOT_CONCERNED


def test_other_leaves_are_no_concern():
    others = plans("a")
    others["a"]["leaves"] = {"105": {}}
    assert left_behind(others, ["k8s-prod"]) == NOT_CONCERNED


def test_clusters_in_the_run_and_nested_ones_are_no_concern():
    assert left_behind(plans("a"), ["k8s-prod", "a"]) == NOT_CONCERNED
    assert left_behind(plans("a"), ["red"]) == NOT_CONCERNED


def test_without_nested_clusters_there_is_no_concern():
    others = plans("a")
    others["k8s-prod"]["l3out"]["bgp"]["max_as"] = 1
    assert left_behind(others, ["k8s-prod"]) == NOT_CONCERNED


def test_each_cluster_that_has_an_l3out_has_its_name():
    assert l3outs(plans("k8s-9")) == {"k8s-prod": "uni/tn-k8s/out-k8s-prod", "k8s-9": "uni/tn-t-k8s-9/out-k8s-9"}
