"""An L3Out's description becomes exactly the objects that the design names, and APIC would take every one of them."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import BuildError
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent import l3out_options as options
from tests.catalog_check import problems

GOLDEN = Path(__file__).resolve().parents[4] / "golden" / "aci"
CASES = sorted(path.name for path in GOLDEN.iterdir() if (path / "l3out.yml").is_file())


def case(name: str) -> dict:
    return yaml.safe_load((GOLDEN / name / "l3out.yml").read_text())


def built(name: str) -> dict[str, dict[str, str]]:
    return tree.to_map(l3out.build(case(name), password="123Cisco123", password_key="key"))


@pytest.mark.parametrize("name", CASES)
def test_the_tree_is_the_golden_one(name):
    """``UPDATE_GOLDEN=1 pytest …`` writes the files anew; read the difference before committing it."""
    file = GOLDEN / name / "tree.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(json.dumps(built(name), indent=1) + "\n")
    assert json.loads(file.read_text()) == built(name)
    assert json.dumps(built(name), indent=1) + "\n" == file.read_text(), "apic.json is rendered in another order"


@pytest.mark.parametrize("name", CASES)
def test_apic_knows_every_class_property_and_value(name):
    assert problems(built(name)) == []


@pytest.mark.parametrize("name", CASES)
def test_nothing_hangs_on_the_vrf_but_the_ecmp_policies(name):
    inside = [dn for dn in built(name) if "/ctx-" in dn and "/out-" not in dn and "/prof-" not in dn]
    below = [dn.split("/ctx-")[1].partition("/")[2] for dn in inside]
    assert [rn for rn in below if rn and not rn.startswith("rsctxToBgpCtxAfPol-")] == []


def test_the_document_creates_nothing_of_other_owners():
    document = tree.to_document(l3out.build(case("floating-ipv4")))
    assert list(document) == ["polUni"]
    tenant = document["polUni"]["children"][0]["fvTenant"]
    vrf = next(child["fvCtx"] for child in tenant["children"] if "fvCtx" in child)
    assert tenant["attributes"] == {"name": "k8s", "status": "modified"}
    assert vrf["attributes"] == {"name": "prod", "status": "modified"}


def test_absent_objects_are_not_in_the_document():
    description = case("floating-ipv4")
    description["bgp"].update(max_prefixes=None, as_path_relax=False, ecmp=None)
    text = json.dumps(tree.to_document(l3out.build(description)))
    assert [
        cls
        for cls in ("bgpPeerPfxPol", "bgpRsPeerPfxPol", "bgpBestPathCtrlPol", "bgpCtxAfPol", "bfdIfPol")
        if f'"{cls}"' in text
    ] == []


def test_equal_passwords_on_two_peers_have_different_digests():
    digests = [
        attributes["value"]
        for dn, attributes in built("floating-ipv4").items()
        if dn.endswith("[kubefabric.password-digest]")
    ]
    assert len(digests) == len(set(digests)) == 4


def orders(description: dict, direction: str) -> dict[str, str]:
    """{rule: order} of a route map."""
    start = f"uni/tn-k8s/out-k8s-prod/prof-default-{direction}/ctx-"
    found = tree.to_map(l3out.build(description))
    return {
        dn[len(start) :]: found[dn]["order"] for dn in found if dn.startswith(start) and "/" not in dn[len(start) :]
    }


RULE = {"name": "vips", "direction": "import", "order": 0, "match": {"prefixes": ["192.168.3.0/28"]}}


def test_the_rule_for_the_networks_is_first_alone_and_last_beside_others():
    description = case("floating-ipv4")
    assert orders(description, "import") == {"k8s-prod": "0"}
    description["route_maps"] = [RULE]
    assert orders(description, "import") == {"vips": "0", "k8s-prod": "9"}
    assert orders(description, "export") == {"k8s-prod": "0"}


@pytest.mark.parametrize(
    ("changes", "ctrl"),
    [
        ({"ignore_igp_metric": True}, "asPathMultipathRelax,ignoreIgpMetric"),
        ({"ignore_igp_metric": True, "as_path_relax": False}, "ignoreIgpMetric"),
    ],
)
def test_the_igp_metric_is_ignored_by_the_best_path_policy(changes, ctrl):
    """The class catalog of 6.0(9c) does not know the flag; release 6.1 brought it."""
    description = case("floating-ipv4")
    description["bgp"].update(changes)
    found = tree.to_map(l3out.build(description))
    assert found["uni/tn-k8s/bestpath-k8s-prod"]["ctrl"] == ctrl
    assert "uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod/protp/rsBestPathCtrlPol" in found


def test_the_igp_metric_waits_for_the_floating_svi():
    """APIC 6.1(4) refuses the flag before."""
    description = case("floating-ipv4")
    description["bgp"]["ignore_igp_metric"] = True
    svi = "uni/tn-k8s/out-k8s-prod/lnodep-k8s-prod/lifp-floating-ipv4/vlifp-[topology/pod-1/node-101]-[vlan-310]"
    first = tree.to_map(l3out.build_first(description, ["uni/tn-k8s/out-k8s-prod", svi]))
    whole = tree.to_map(l3out.build(description))
    policy = "uni/tn-k8s/bestpath-k8s-prod"
    assert [dn for dn in whole if whole[dn] != first[dn]] == [policy]
    assert first[policy]["ctrl"] == "asPathMultipathRelax"
    assert l3out.build_first(description, ["uni/tn-k8s/bestpath-k8s-prod"]) is None
    assert l3out.build_first(case("floating-ipv4"), [svi]) is None


def test_addresses_are_written_as_apic_prints_them():
    upper = case("floating-dual-stack")
    for svi in upper["svis"]:
        svi["secondary_address"] = svi["secondary_address"].upper().replace("::", ":0:0:0:0:")
    assert tree.to_map(l3out.build(upper)) == tree.to_map(l3out.build(case("floating-dual-stack")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"vrf_tenant": "other"},
            "vrf_tenant is other: an L3Out in tenant k8s can use a VRF of its own tenant or of tenant common only.",
        ),
        ({"svis": []}, "L3Out k8s-prod has neither svis (floating SVI) nor paths (standard SVI)."),
        (
            {"route_maps": [RULE, {**RULE, "order": 1}]},
            "route_maps: import rules vips and vips have the same name, vips.",
        ),
        (
            {"route_maps": [RULE, {**RULE, "name": "more"}]},
            "route_maps: import rules vips and more have the same order, 0.",
        ),
        ({"route_maps": [{**RULE, "order": 9}]}, "route_maps: import rule vips has order 9; it can be 0 to 8."),
        (
            {"route_maps": [{**RULE, "name": "k8s-prod"}]},
            "route_maps: k8s-prod is the rule that permits the cluster's networks: take another name.",
        ),
        (
            {"leaves": [{"id": 101, "pod": 1, "router_id": "1.1.1.1"}, {"id": 102, "pod": 1, "router_id": "1.1.1.1"}]},
            "leaves[1].router_id: 1.1.1.1 is the router ID of leaf 101 too: give leaf 102 one of its own.",
        ),
        (
            {"leaves": [{"id": 101, "pod": 1, "router_id": "1.1.1.1"}, {"id": 101, "pod": 1, "router_id": "1.1.1.2"}]},
            "leaves: leaf 101 is there twice, with router IDs that one leaf cannot both have.",
        ),
        ({"leaves": []}, "The ipv4 SVI anchors on leaf 101, which is not among leaves."),
        (
            {"name": "a-very-long-name-for-a-cluster-in-the-second-data-centre-hall-b"},
            "The policy name a-very-long-name-for-a-cluster-in-the-second-data-centre-hall-b-node has 68 characters, "
            "APIC takes 64: shorten the name it is made from.",
        ),
    ],
)
def test_what_apic_could_not_hold_is_refused(change, message):
    description = {**copy.deepcopy(case("floating-ipv4")), **change}
    with pytest.raises(BuildError) as error:
        l3out.build(description)
    assert str(error.value) == message


def test_families_on_different_anchors_are_refused():
    description = case("floating-dual-stack")
    description["svis"][1]["anchors"].pop()
    with pytest.raises(BuildError) as error:
        l3out.build(description)
    leaves = [", ".join(str(anchor["leaf"]) for anchor in svi["anchors"]) for svi in description["svis"]]
    assert str(error.value) == (
        f"The address families anchor on different leaves (ipv4: {leaves[0]}; ipv6: {leaves[1]}): "
        "give both the same anchors."
    )


PLANS = sorted((GOLDEN.parent / "plan").glob("*/plan.yml"))


@pytest.mark.parametrize("file", PLANS, ids=lambda file: file.parent.name)
def test_a_plan_is_handed_over_with_everything_that_it_says(file):
    for plan in yaml.safe_load(file.read_text())["plans"].values():
        said = plan.get("l3out", {})
        assert set(said) - set(options.from_plan(said) if said else {}) == set()
