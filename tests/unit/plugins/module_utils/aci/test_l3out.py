"""An L3Out's description becomes exactly the objects that the design names, and APIC would take every one of them."""

from __future__ import annotations

import copy
import json
import os
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci import l3out, tree
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.mo import BuildError
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


@pytest.mark.parametrize("name", CASES)
def test_apic_knows_every_class_property_and_value(name):
    assert problems(built(name)) == []


@pytest.mark.parametrize("name", CASES)
def test_nothing_hangs_on_the_vrf_but_the_ecmp_policies(name):
    below = [dn.split("/ctx-")[1].partition("/")[2] for dn in built(name) if "/ctx-" in dn and "/out-" not in dn]
    assert [rn for rn in below if rn and not rn.startswith("rsctxToBgpCtxAfPol-")] == []


def test_the_document_creates_nothing_that_is_somebody_elses():
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
