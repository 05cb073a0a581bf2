"""F0467: where a leaf raises it and in which words. What was recorded on racks is compared word for word."""

from __future__ import annotations

import copy
import json
import zlib

import pytest

from lab.fabric import failures, mo, resolve
from lab.fabric.model import Fabric, Fault
from tests import fabric_trees
from tests.catalog_check import catalog
from tests.fabric_trees import Floating

OUTSIDE = "resPolCont/rtdOutCont/rtdOutDef-[{}]"


def build(tree: dict) -> Fabric:
    return resolve.build(mo.parse(tree))


def two_l3outs(tree: dict, **changes: object) -> dict:
    """The tree with a second L3Out of the tenant, on the same leaves: VLAN 320, subnet 192.168.3.0/24."""
    text = json.dumps(tenant(Floating(**changes).tree()))  # type: ignore[arg-type]
    text = text.replace("192.168.2.", "192.168.3.").replace("vlan-310", "vlan-320")
    other = copy.deepcopy(next(child for child in json.loads(text)["children"] if "l3extOut" in child))
    other["l3extOut"]["attributes"]["name"] = "second"
    tenant(tree)["children"].append(other)
    return tree


def tenant(tree: dict) -> dict:
    return next(child["fvTenant"] for child in tree["polUni"]["children"] if "fvTenant" in child)


def shown(faults: tuple[Fault, ...]) -> list[tuple[str, int | None, str]]:
    return [(fault.object, fault.leaf, fault.description) for fault in faults]


def test_every_cause_is_one_of_the_models_and_in_its_words():
    model = catalog()
    constants = model.properties("fvNwIssues")["configQual"].constants
    assert set(failures.QUALITIES) <= set(constants)
    (packed,) = model._db.execute(
        "SELECT e.content FROM class_prop p JOIN prop_sig s ON s.id = p.sig_id JOIN enum e ON e.id = s.enum_id"
        " WHERE p.class_id = ? AND s.wire_name = 'configQual'",
        (model["fvNwIssues"].id,),
    ).fetchone()
    words = {item["localName"]: item["label"] for item in json.loads(zlib.decompress(packed))}
    plain = {cause: text.replace("; ", ", ") for cause, text in failures.QUALITIES.items()}
    assert plain == {cause: words[cause].strip().replace("; ", ", ") for cause in failures.QUALITIES}


def test_an_interface_fails_below_the_leafs_view_of_its_l3out():
    fabric = build(fabric_trees.standard(aaep="other"))
    what = (
        "Configuration failed for uni/tn-k8s/out-prod node {} node1 due to Invalid Path Configuration, debug message: "
    )
    why = "invalid-path: vlan-311 :There is no domain, associated with both EPG and Port, that has required VLAN;"
    place = OUTSIDE.format("uni/tn-k8s/out-prod") + "/node-{}/stpathatt-[node1]/nwissues"
    assert shown(fabric.faults) == [(place.format(leaf), leaf, what.format(leaf) + why) for leaf in (101, 102)]
    assert fabric.faults[0].changes == (
        f"configQual:invalid-path, configSt:failed-to-apply, debugMessage:{why}, temporaryError:no"
    )


def test_two_causes_at_one_interface_are_one_fault_that_names_both():
    (first, _second) = build(Floating(vlan=500, attached=("uni/phys-other",), pool=(1, 2)).tree()).faults
    assert " due to Invalid VLAN Configuration, debug message: invalid-vlan: vlan-500 :" in first.description
    tree = fabric_trees.standard(aaep="other")
    pool = next(found for found in _walk(tree) if "fvnsEncapBlk" in found)
    pool["fvnsEncapBlk"]["attributes"].update({"from": "vlan-1", "to": "vlan-2"})
    fault = build(tree).faults[0]
    assert " due to Invalid Path Configuration,Invalid VLAN Configuration, debug message: " in fault.description
    assert fault.description.count(";") == 2
    assert "configQual:invalid-path,invalid-vlan, " in fault.changes


def test_a_prefix_in_two_external_epgs_of_a_vrf_stays_with_the_first():
    subnets = (("10.9.0.0/16", "import-security", ""), ("0.0.0.0/0", "import-security", ""))
    tree = two_l3outs(Floating(subnets=subnets).tree(), subnets=subnets)
    fabric = build(tree)
    number = 2097152 + zlib.crc32(b"uni/tn-k8s/ctx-prod") % 2**18
    group = "uni/tn-k8s/out-second/instP-default"
    text = (
        f"Configuration failed for {group} due to Prefix Entry Already Used in Another EPG, debug message: "
        f"prefix-entry-already-in-use: Prefix entry sys/ctx-[vxlan-{number}]/pfx-[10.9.0.0/16] is in use;"
    )
    assert shown(fabric.faults) == [(f"uni/epp/rtd-[{group}]/nwissues", leaf, text) for leaf in (101, 102)]
    assert {epg.dn: epg.prefixes for epg in fabric.vrfs[0].epgs} == {
        "uni/tn-k8s/out-prod/instP-default": ("0.0.0.0/0", "10.9.0.0/16"),
        group: ("0.0.0.0/0",),
    }


@pytest.mark.parametrize(
    "subnets",
    [(("10.9.0.0/16", "export-rtctrl", ""),), (("10.9.0.0/17", "import-security", ""),)],
    ids=["not for the classification of traffic", "a part of the other"],
)
def test_prefixes_that_may_stand_beside_each_other(subnets):
    first = (("10.9.0.0/16", "import-security", ""),)
    assert build(two_l3outs(Floating(subnets=first).tree(), subnets=subnets)).faults == ()


def test_a_prefix_of_an_l3out_that_is_on_no_leaf_belongs_to_no_leaf():
    subnets = (("10.9.0.0/16", "import-security", ""),)
    tree = two_l3outs(Floating(subnets=subnets).tree(), subnets=subnets)
    for found in _walk(tree):
        if found.get("l3extOut", {}).get("attributes", {}).get("name") == "second":
            children = found["l3extOut"]["children"]
            found["l3extOut"]["children"] = [child for child in children if "l3extLNodeP" not in child]
    assert build(tree).faults == ()


def test_the_scope_of_the_vrf_names_it_where_the_controller_deals_one():
    subnets = (("10.9.0.0/16", "import-security", ""),)
    tree = two_l3outs(Floating(subnets=subnets).tree(), subnets=subnets)
    next(found for found in _walk(tree) if "fvCtx" in found)["fvCtx"]["attributes"]["scope"] = "2457600"
    assert "sys/ctx-[vxlan-2457600]/pfx-[10.9.0.0/16]" in build(tree).faults[0].description


@pytest.mark.parametrize(
    "policy",
    [
        fabric_trees.mo("bgpCtxPol", name="slow", kaIntvl=10, holdIntvl=30, maxAsLimit=1),
        fabric_trees.mo("bgpCtxPol", name="slow", kaIntvl=1, holdIntvl=3, maxAsLimit=2),
    ],
    ids=["timers", "max-AS limit"],
)
def test_two_l3outs_with_different_timers_on_a_leaf_of_a_vrf(policy):
    tree = two_l3outs(Floating(policies=(policy,)).tree())
    relations = [found["bgpRsBgpNodeCtxPol"] for found in _walk(tree) if "bgpRsBgpNodeCtxPol" in found]
    relations[-1]["attributes"]["tnBgpCtxPolName"] = "slow"
    fabric = build(tree)
    second = "uni/tn-k8s/out-second"
    assert [(fault.code, fault.object, fault.leaf) for fault in fabric.faults] == [
        ("F0467", f"{OUTSIDE.format(second)}/nwissues", leaf) for leaf in (101, 102)
    ]
    fault = fabric.faults[0]
    assert fault.description.startswith(f"Configuration failed for {second} due to A specific leaf node can hold only ")
    assert fault.changes == (
        "configQual:bgpProt-policy-already-existing, configSt:failed-to-apply, temporaryError:no"  # recorded
    )
    assert fabric.vrfs[0].timers.keepalive == 1


def test_two_l3outs_with_equal_timers_are_fine():
    assert build(two_l3outs(Floating().tree())).faults == ()


def test_a_bgp_peer_cannot_have_the_router_id_of_its_leaf():
    fabric = build(Floating(leaves={101: "1.1.1.1/24"}, secondary="1.1.1.3/24", floating="1.1.1.4/24",
                            neighbors={101: ("1.1.1.101", "1.1.1.102")}).tree())  # fmt: skip
    assert [peer.host for peer in fabric.vrfs[0].peers] == ["1.1.1.102"]
    (fault,) = fabric.faults
    assert "BGP Peer Address Cannot Be Same as Router ID" in fault.description


def _walk(tree: dict):
    yield tree
    for body in tree.values():
        for child in body["children"]:
            yield from _walk(child)
