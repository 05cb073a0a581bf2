"""aci_l3out where the VRF holds something already: others' L3Outs, others' policies, another cluster's leaves."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from tests.aci_modules import connection, controller, methods, objects  # noqa: F401 - fixture
from tests.apic import Apic, apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.run_module import ModuleFailed, run_module

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "aci"
OUT, VRF = "uni/tn-k8s/out-k8s-prod", "uni/tn-k8s/ctx-prod"
TERRAFORM = "orchestrator:terraform"
APART = {"floating": "10.9.9.2/24", "peer": "10.9.9.3", "prefix": "0.0.0.0/0"}
BOTH = (True, False)  # check mode or not


def run(controller: Apic, check=False, **options) -> dict:  # noqa: F811
    controller.reset()
    given = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())
    given["bgp"] = {**given["bgp"], **options.pop("bgp", {})}
    return run_module(aci_l3out, {**connection(controller), **given, "wait_for_faults": 0, **options}, check=check)


def refused(controller: Apic, check=False, **options) -> str:  # noqa: F811
    before = objects(controller)
    with pytest.raises(ModuleFailed) as error:
        run(controller, check, **options)
    assert objects(controller) == before
    assert methods(controller)["post"] == 0
    return str(error.value)


def mo(cls, *children, **attributes):
    return {cls: {"attributes": attributes, **({"children": list(children)} if children else {})}}


def others_l3out(name="k8s-prod", vrf="prod", leaf=101, vlan=310, address="192.168.2.11/24", **more):
    """What Terraform or a person makes: other names, the same leaf, VLAN, peer and prefixes."""
    peer = mo("bgpPeerP", mo("bgpAsP", asn="65003"), addr=more.get("peer", "192.168.2.0/24"))
    domain = mo("l3extRsDynPathAtt", tDn="uni/phys-k8s-prod", floatingAddr=more.get("floating", "192.168.2.12/24"))
    svi = mo(
        "l3extVirtualLIfP",
        peer,
        domain,
        nodeDn=f"topology/pod-1/node-{leaf}",
        encap=f"vlan-{vlan}",
        addr=address,
        ifInstT="ext-svi",
    )
    node = mo(
        "l3extRsNodeL3OutAtt",
        tDn=f"topology/pod-1/node-{leaf}",
        rtrId=more.get("router_id", f"1.1.1.{leaf}"),
        rtrIdLoopBack="no",
        annotation=TERRAFORM,
    )
    profile = mo("l3extLNodeP", node, mo("l3extLIfP", svi, name="int_profile"), name="node_profile")
    subnet = mo("l3extSubnet", ip=more.get("prefix", "10.1.0.0/16"), scope="import-security")
    rule = mo("rtctrlCtxP", name="all", order="0")
    return mo(
        "l3extOut",
        mo("l3extRsEctx", tnFvCtxName=vrf),
        profile,
        mo("l3extInstP", subnet, name="k8s-ext"),
        mo("rtctrlProfile", rule, name="default-import"),
        name=name,
        enforceRtctrl="export,import",
        annotation=TERRAFORM,
    )


@pytest.mark.parametrize("check", BOTH)
def test_an_l3out_made_under_other_names_is_not_adopted_beside_itself(controller, check):  # noqa: F811
    controller.post("uni/tn-k8s", others_l3out())
    said = refused(controller, check, adopt=True)
    theirs, ours = f"{OUT}/lnodep-node_profile", f"{OUT}/lnodep-k8s-prod"
    leaf, svi = "rsnodeL3OutAtt-[topology/pod-1/node-101]", "vlifp-[topology/pod-1/node-101]-[vlan-310]"
    pairs = [
        (f"{ours}/{leaf}", f"{theirs}/{leaf}", "leaf 101 is in that node profile of the same L3Out"),
        (
            f"{ours}/lifp-floating-ipv4/{svi}",
            f"{theirs}/lifp-int_profile/{svi}",
            "it is vlan-310 on leaf 101, too",
        ),
        (
            f"{ours}/lifp-floating-ipv4/{svi}/peerP-[192.168.2.0/24]",
            f"{theirs}/lifp-int_profile/{svi}/peerP-[192.168.2.0/24]",
            "it is a BGP peer of 192.168.2.0/24 on leaf 101, too",
        ),
        (
            f"{OUT}/instP-default/extsubnet-[10.1.0.0/16]",
            f"{OUT}/instP-k8s-ext/extsubnet-[10.1.0.0/16]",
            "it classifies 10.1.0.0/16, too; a prefix is in one external EPG of a VRF",
        ),
        (
            f"{OUT}/prof-default-import/ctx-k8s-prod",
            f"{OUT}/prof-default-import/ctx-all",
            "it has order 0 of the same route map, too",
        ),
    ]
    assert said.startswith("Nothing was written: ")
    for mine, other, text in pairs:
        assert f"{mine} would conflict with {other}, " in said
        assert text in said
    assert "remove them with the tool that made them" in said


def test_without_adopt_all_of_it_is_told_at_once(controller):  # noqa: F811
    controller.post("uni/tn-k8s", others_l3out())
    said = refused(controller)
    assert f"{OUT} is there already, made by {TERRAFORM}" in said
    assert f"{OUT}/instP-default/extsubnet-[10.1.0.0/16] would conflict with " in said
    assert "adopt: true" not in said


@pytest.mark.parametrize("check", BOTH)
def test_an_l3out_of_others_elsewhere_in_the_vrf_is_met_before_anything_is_written(controller, check):  # noqa: F811
    controller.post("uni/tn-k8s", others_l3out("calico"))
    said = refused(controller, check)
    assert (
        f"{OUT}/lnodep-k8s-prod/lifp-floating-ipv4/vlifp-[topology/pod-1/node-101]-[vlan-310] would conflict with "
        in said
    )
    assert (
        "uni/tn-k8s/out-calico/lnodep-node_profile/lifp-int_profile/vlifp-[topology/pod-1/node-101]-[vlan-310]" in said
    )
    assert methods(controller)["get"] <= 3 + 1


def test_an_l3out_that_shares_nothing_but_the_vrf_is_no_matter_and_costs_nothing_once_all_is_there(controller):  # noqa: F811
    controller.post("uni/tn-k8s", others_l3out("internet", vlan=999, address="10.9.9.1/24", **APART))
    controller.post("uni/tn-k8s", mo("fvCtx", name="other"))
    controller.post("uni/tn-k8s", others_l3out("another-vrf", "other", router_id="9.9.9.9"))
    assert run(controller)["changed"]
    assert methods(controller)["get"] <= 3 + 1 + 1  # one for the others, one look at the faults
    assert not run(controller)["changed"]
    assert methods(controller)["get"] <= 3


@pytest.mark.parametrize(
    ("meets", "text"),
    [
        (
            {"vlan": 999, "address": "192.168.2.11/24", "peer": "10.9.9.3", "prefix": "0.0.0.0/0"},
            "192.168.2.0/24 on leaf",
        ),
        ({"vlan": 999, "address": "192.168.2.201/24", "leaf": 105, "prefix": "0.0.0.0/0"}, "the address 192.168.2.201"),
        (
            {"vlan": 999, "address": "10.9.9.1/24", "peer": "192.168.2.7", "prefix": "0.0.0.0/0"},
            "a BGP peer of 192.168",
        ),
        ({"vlan": 999, "address": "10.9.9.1/24", "peer": "10.9.9.3"}, "it classifies 10.1.0.0/16, too"),
        (
            {"vlan": 999, "address": "10.9.9.1/24", "peer": "10.9.9.3", "prefix": "0.0.0.0/0", "router_id": "7.7.7.7"},
            "leaf 101 has router ID 7.7.7.7 there and 1.1.1.101 here",
        ),
        (
            {
                "leaf": 105,
                "address": "10.9.9.1/24",
                "peer": "10.9.9.3",
                "prefix": "0.0.0.0/0",
                "router_id": "1.1.1.102",
            },
            "leaf 105 has router ID 1.1.1.102 there, which leaf 102 has here; a router ID is one leaf's in a VRF",
        ),
    ],
)
def test_each_kind_of_meaning_is_compared_by_itself(controller, meets, text):  # noqa: F811
    floating = meets["address"].replace(".11/", ".12/").replace(".201/", ".13/").replace(".1/", ".2/")
    controller.post("uni/tn-k8s", others_l3out("elsewhere", **{"floating": floating, **meets}))
    assert text in refused(controller, check=True)


@pytest.mark.parametrize("check", BOTH)
@pytest.mark.parametrize("path", ["paths-101/pathep-[eth1/7]", "protpaths-101-102/pathep-[hosts]"])
def test_an_epg_that_has_the_vlan_on_the_leaf_is_named(controller, check, path):  # noqa: F811
    port = mo("fvRsPathAtt", tDn=f"topology/pod-1/{path}", encap="vlan-310")
    controller.post("uni", mo("fvTenant", mo("fvAp", mo("fvAEPg", port, name="db"), name="shop"), name="shop"))
    result = run(controller, check)
    assert (
        f"uni/tn-shop/ap-shop/epg-db/rspathAtt-[topology/pod-1/{path}] outside of the VRF, not made by this collection:"
        " vlan-310 is on leaf 101 there, too. A leaf has a VLAN once (F0467, encap-already-in-use)"
    ) in str(result["warnings"])
    assert result["requests"]["get"] <= 3


def test_a_vlan_on_another_leaf_and_another_vlan_are_no_matter(controller):  # noqa: F811
    ports = [("paths-105", "vlan-310"), ("paths-101", "vlan-311")]
    made = [mo("fvRsPathAtt", tDn=f"topology/pod-1/{at}/pathep-[eth1/7]", encap=encap) for at, encap in ports]
    controller.post("uni", mo("fvTenant", mo("fvAp", mo("fvAEPg", *made, name="db"), name="shop"), name="shop"))
    assert "outside of the VRF" not in str(run(controller).get("warnings"))


def test_an_l3out_of_another_vrf_that_has_the_vlan_on_the_leaf_is_named(controller):  # noqa: F811
    controller.post("uni/tn-k8s", mo("fvCtx", name="other"))
    controller.post("uni/tn-k8s", others_l3out("another-vrf", "other", router_id="9.9.9.9"))
    assert "uni/tn-k8s/out-another-vrf/lnodep-node_profile/lifp-int_profile/vlifp-" in str(run(controller)["warnings"])


# -- the VRF's address-family policy --------------------------------------------------------------------


def others_policy(controller, width, tenant="k8s", ibgp=None):  # noqa: F811
    policy = mo("bgpCtxAfPol", name="corp", maxEcmp=str(width), maxEcmpIbgp=str(ibgp or width))
    controller.post(f"uni/tn-{tenant}", policy)
    controller.post(VRF, mo("fvRsCtxToBgpCtxAfPol", tnBgpCtxAfPolName="corp", af="ipv4-ucast"))


@pytest.mark.parametrize(("width", "tenant"), [(64, "k8s"), (60, "k8s"), (64, "common")])
def test_a_policy_of_others_that_allows_as_much_is_used_as_it_is(controller, width, tenant):  # noqa: F811
    others_policy(controller, width, tenant)
    made = run(controller, bgp={"ecmp": 60})
    assert made["changed"]
    assert not [dn for dn in made["created"] if "bgpCtxAfP" in dn or "rsctxToBgpCtxAfPol" in dn]
    assert not run(controller, bgp={"ecmp": 60})["changed"]


@pytest.mark.parametrize("check", BOTH)
def test_one_that_allows_less_is_refused_with_its_values(controller, check):  # noqa: F811
    others_policy(controller, 64, ibgp=16)
    assert (
        f"VRF {VRF} has uni/tn-k8s/bgpCtxAfP-corp for ipv4-ucast, which is not made by this collection and has "
        "maxEcmp 64 and maxEcmpIbgp 16, where the intent wants 64 (bgp.ecmp): raise them there, lower bgp.ecmp, or "
        "leave the VRF's policies as they are with bgp.ecmp: unmanaged"
    ) in refused(controller, check)


def test_a_policy_with_the_name_of_ours_is_judged_by_its_values_too(controller):  # noqa: F811
    name = "kubefabric-prod-ipv4"
    controller.post("uni/tn-k8s", mo("bgpCtxAfPol", name=name, maxEcmp="64", maxEcmpIbgp="64"))
    assert run(controller, bgp={"ecmp": 32})["changed"]
    assert not run(controller, bgp={"ecmp": 32})["changed"]
    controller.post("uni/tn-k8s", mo("bgpCtxAfPol", name=name, maxEcmp="8"))
    said = refused(controller, bgp={"ecmp": 32})
    assert f"has uni/tn-k8s/bgpCtxAfP-{name} for ipv4-ucast, which is not made by this collection" in said
    assert "has maxEcmp 8 and maxEcmpIbgp 64" in said


def test_without_a_number_the_vrfs_policies_are_left_alone(controller):  # noqa: F811
    others_policy(controller, 8)
    made = run(controller, bgp={"ecmp": None})
    assert made["changed"]
    assert not [dn for dn in made["created"] if "CtxAfP" in dn]
    (found,) = controller.get("/api/mo/uni/tn-k8s/bgpCtxAfP-corp.json")
    assert found["bgpCtxAfPol"]["attributes"]["maxEcmp"] == "8"


# -- router IDs -----------------------------------------------------------------------------------------


def second():
    """Another cluster of ours on the same leaves and VRF."""
    return {
        "name": "k8s-two",
        "cluster": "k8s-two",
        "access": {"aaep": "k8s-hosts", "vlans": [{"from": 311, "to": 311}]},
        "svis": [
            {
                "family": "ipv4",
                "vlan": 311,
                "floating_address": "192.168.4.253/24",
                "secondary_address": "192.168.4.254/24",
                "anchors": [{"leaf": 101, "address": "192.168.4.201/24"}],
                "peers": [{"address": "192.168.4.0/24", "asn": 65004}],
            }
        ],
        "leaves": [{"id": 101, "router_id": "1.1.1.101"}],
        "networks": [{"kind": "node", "prefix": "192.168.4.0/24"}],
    }


def router_ids(controller):  # noqa: F811
    found = controller.get("/api/class/l3extRsNodeL3OutAtt.json")
    nodes = [item["l3extRsNodeL3OutAtt"]["attributes"] for item in found]
    return {node["dn"].split("/")[2]: node["rtrId"] for node in nodes if node["tDn"].endswith("node-101")}


def test_a_leafs_router_id_changes_for_the_clusters_of_a_run_in_one_document(controller):  # noqa: F811
    two = second()
    run(controller)
    run(controller, **two)
    leaves = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())["leaves"]
    new = [{**leaf, "router_id": "1.1.1.201"} if leaf["id"] == 101 else leaf for leaf in leaves]
    for check in BOTH:
        said = refused(controller, check, leaves=new)
        assert "leaf 101 has router ID 1.1.1.101 there and 1.1.1.201 here; a leaf has one for each VRF" in said
        assert "uni/tn-k8s/out-k8s-two/lnodep-k8s-two/rsnodeL3OutAtt-[topology/pod-1/node-101]" in said
    together = ["uni/tn-k8s/out-k8s-prod", "uni/tn-k8s/out-k8s-two"]
    changed = run(controller, leaves=new, companions=together)
    assert methods(controller)["post"] == 1
    assert sorted(changed["modified"]) == [
        f"{OUT}/lnodep-k8s-prod/rsnodeL3OutAtt-[topology/pod-1/node-101]",
        "uni/tn-k8s/out-k8s-two/lnodep-k8s-two/rsnodeL3OutAtt-[topology/pod-1/node-101]",
    ]
    assert router_ids(controller) == {"out-k8s-prod": "1.1.1.201", "out-k8s-two": "1.1.1.201"}
    two["leaves"] = [{"id": 101, "router_id": "1.1.1.201"}]
    assert not run(controller, **two, companions=together)["changed"]


def test_clusters_of_several_tenants_share_a_leaf_of_a_vrf_in_common(controller):  # noqa: F811
    controller.post("uni", mo("fvTenant", mo("fvCtx", name="shared"), name="common"))
    for tenant, own in (("b", []), ("c", [mo("fvCtx", name="shared")])):
        controller.post("uni", mo("fvTenant", *own, name=tenant))
    vrf = {"vrf": "shared", "vrf_tenant": "common"}
    run(controller, **vrf)
    run(controller, **{**second(), **vrf, "tenant": "b"})
    controller.post("uni/tn-b", others_l3out("apart", "shared", vlan=999, address="10.9.9.1/24", **APART))
    # The same leaf, VLAN and addresses in a VRF of that name which is another tenant's own.
    controller.post("uni/tn-c", others_l3out("other", "shared", router_id="9.9.9.9"))
    leaves = yaml.safe_load((GOLDEN / "floating-ipv4" / "l3out.yml").read_text())["leaves"]
    new = [{**leaf, "router_id": "1.1.1.201"} if leaf["id"] == 101 else leaf for leaf in leaves]
    said = refused(controller, **vrf, leaves=new, companions=[OUT, "uni/tn-b/out-k8s-two"])
    assert "uni/tn-b/out-apart/lnodep-node_profile/rsnodeL3OutAtt-[topology/pod-1/node-101], made by" in said
    assert "out-other" not in said
    controller.delete("uni/tn-b/out-apart")
    run(controller, **vrf, leaves=new, companions=[OUT, "uni/tn-b/out-k8s-two"])
    assert router_ids(controller) == {"out-k8s-prod": "1.1.1.201", "out-k8s-two": "1.1.1.201", "out-other": "9.9.9.9"}


def test_a_router_id_of_another_leaf_is_refused_in_an_l3out_of_ours_too(controller):  # noqa: F811
    run(controller)
    two = second()
    two["leaves"] = [{"id": 103, "router_id": "1.1.1.101"}]
    two["svis"][0]["anchors"] = [{"leaf": 103, "address": "192.168.4.201/24"}]
    said = refused(controller, **two)
    assert f"{OUT}/lnodep-k8s-prod/rsnodeL3OutAtt-[topology/pod-1/node-101], made by this collection" in said
    assert "leaf 101 has router ID 1.1.1.101 there, which leaf 103 has here" in said
    two["leaves"] = [{"id": 103, "router_id": "1.1.1.103"}]
    assert run(controller, **two)["changed"]


# -- relations that lead nowhere ------------------------------------------------------------------------


def contract(**subject):
    subjects = [{"name": "web", "filters": [{"name": "icmp", "existing": True}], "reverse_ports": True, **subject}]
    made = {"name": "web", "tenant": "k8s", "existing": False, "scope": "vrf", "subjects": subjects}
    return {"contracts": [made], "external_epgs": [], "interfaces": [], "epgs": [], "transit": []}


def test_a_service_graph_that_does_not_exist_is_refused_in_every_run(controller):  # noqa: F811
    controller.post("uni/tn-common", mo("vzFilter", name="icmp"))
    relation = "uni/tn-k8s/brc-web/subj-web/rsSubjGraphAtt"
    for check in (True, False, False):
        assert refused(controller, check, reachability=contract(graph="fw2")) == (
            f"Nothing was written: {relation} leads nowhere (APIC's F1128): there is neither "
            "uni/tn-k8s/AbsGraph-fw2 nor uni/tn-common/AbsGraph-fw2, and it is not made here."
        )
    controller.post("uni/tn-common", mo("vnsAbsGraph", name="fw2"))
    assert run(controller, reachability=contract(graph="fw2"))["changed"]
    controller.delete("uni/tn-common/AbsGraph-fw2")
    assert f"{relation} leads nowhere" in refused(controller, reachability=contract(graph="fw2"))
    assert run(controller, reachability=contract(graph="fw2"), state="absent")["changed"]


def test_a_filter_of_others_that_is_not_there_is_refused(controller):  # noqa: F811
    said = refused(controller, reachability=contract(filters=[{"name": "none", "existing": True}]))
    assert "rssubjFiltAtt-none leads nowhere (APIC's F1127): there is neither uni/tn-k8s/flt-none nor " in said


def https():
    entry = {"name": "https", "ethertype": "ip", "protocol": "tcp", "ports": "443", "stateful": False}
    return {"name": "https", "existing": False, "entries": [entry]}


def test_a_filter_that_another_contract_of_the_same_run_makes_is_there(controller):  # noqa: F811
    """A filter is written out once, and named wherever it is used again."""
    web, again = contract(filters=[https()]), {"name": "https", "existing": True}
    (admin,) = contract(filters=[again])["contracts"]
    two = {**web, "contracts": [{**admin, "name": "admin"}, *web["contracts"]]}
    made = run(controller, reachability=two)
    assert {"uni/tn-k8s/flt-https", "uni/tn-k8s/brc-admin/subj-web/rssubjFiltAtt-https"} <= set(made["created"])
    assert not run(controller, reachability=two)["changed"]
    assert run(controller, reachability=two, state="absent")["changed"]
    assert not [dn for dn in objects(controller) if "uni/tn-k8s/flt-" in dn or "uni/tn-k8s/brc-" in dn]


def test_a_filter_that_the_run_itself_removes_is_not_there(controller):  # noqa: F811
    run(controller, reachability=contract(filters=[https()]))
    said = refused(controller, reachability=contract(filters=[{"name": "https", "existing": True}]))
    assert said == (
        "Nothing was written: uni/tn-k8s/brc-web/subj-web/rssubjFiltAtt-https leads nowhere (APIC's F1127): this run"
        " removes uni/tn-k8s/flt-https, which an earlier run made and no other cluster holds."
    )
