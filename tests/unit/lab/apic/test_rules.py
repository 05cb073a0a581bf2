"""What APIC refuses although every object by itself is valid."""

import pytest

from lab.apic import seed
from lab.apic.catalog import Catalog
from lab.apic.controller import Controller
from lab.apic.errors import ApicError

from .conftest import element


def l3out(vrf: str, router_id: str, leaf: int = 101):
    node = element("l3extRsNodeL3OutAtt", tDn=f"topology/pod-1/node-{leaf}", rtrId=router_id)
    return element("l3extRsEctx", tnFvCtxName=vrf), element("l3extLNodeP", node, name="n")


def test_a_node_has_one_router_id_per_vrf(post, refusal):
    post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *l3out("prod", "1.1.1.101"))
    assert refusal("uni/tn-k8s/out-b", "l3extOut", {"name": "b"}, *l3out("prod", "2.2.2.101")) == (
        "1: Invalid Configuration - VRF Validation failed for VRF = uni/tn-k8s/ctx-prod: Different RouterId exists "
        "for node in uni/tn-k8s/out-a/lnodep-n/rsnodeL3OutAtt-[topology/pod-1/node-101]; conflicting router ids are: "
        "1.1.1.101 and 2.2.2.101 If this was an attempt to modify, consider deletion followed by addition"
    )


@pytest.mark.parametrize(
    ("vrf", "router_id", "leaf"), [("prod", "1.1.1.101", 101), ("test", "2.2.2.1", 101), ("prod", "1.1.1.102", 102)]
)
def test_the_same_id_another_vrf_or_another_node_is_fine(post, vrf, router_id, leaf):
    post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *l3out("prod", "1.1.1.101"))
    assert post("uni/tn-k8s/out-b", "l3extOut", {"name": "b"}, *l3out(vrf, router_id, leaf))


def test_an_l3out_does_not_bring_another_id_when_it_changes_its_vrf(post, refusal):
    post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *l3out("prod", "1.1.1.101"))
    post("uni/tn-k8s/out-b", "l3extOut", {"name": "b"}, *l3out("test", "2.2.2.101"))
    moved = element("l3extRsEctx", tnFvCtxName="prod")
    assert "Different RouterId" in refusal("uni/tn-k8s/out-b", "l3extOut", {"name": "b"}, moved)


def loopback(address: str = "192.168.2.201/24", *, node: int = 101, **identity: str):
    """Children of an L3Out with a router ID on leaf 101 and an SVI on ``node``."""
    attachment = element("l3extRsNodeL3OutAtt", tDn="topology/pod-1/node-101", **{"rtrId": "192.168.2.201", **identity})
    svi = element("l3extVirtualLIfP", nodeDn=f"topology/pod-1/node-{node}", encap="vlan-310", addr=address)
    profile = element("l3extLNodeP", attachment, element("l3extLIfP", svi, name="i"), name="n")
    return element("l3extRsEctx", tnFvCtxName="prod"), profile


def test_a_router_id_that_is_a_loopback_is_in_no_subnet_of_the_leafs_interfaces(refusal):
    node = "uni/tn-k8s/out-a/lnodep-n"
    assert refusal("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *loopback()) == (
        "1: Invalid Configuration - VRF Validation failed for VRF = uni/tn-k8s/ctx-prod: loopback address "
        f"192.168.2.201 of {node}/rsnodeL3OutAtt-[topology/pod-1/node-101] overlaps with 192.168.2.201/24 of "
        f"{node}/lifp-i/vlifp-[topology/pod-1/node-101]-[vlan-310]"
    )


@pytest.mark.parametrize(
    "children",
    [loopback(rtrIdLoopBack="no"), loopback(node=102), loopback(rtrId="1.1.1.101"), loopback("192.168.3.201/24")],
    ids=["no loopback", "another leaf", "another router ID", "another subnet"],
)
def test_a_router_id_beside_the_interfaces_is_fine(post, children):
    assert post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *children)


def test_a_loopback_of_its_own_and_a_side_of_a_vpc_are_looked_at_too(post, refusal):
    post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *loopback("10.0.0.1/24", rtrIdLoopBack="no"))
    path = "topology/pod-1/protpaths-101-102/pathep-[node1]"
    member = element("l3extMember", side="B", addr="10.1.0.2/24")
    svi = element("l3extRsPathL3OutAtt", member, tDn=path, encap="vlan-311", addr="0.0.0.0")
    post("uni/tn-k8s/out-a/lnodep-n/lifp-j", "l3extLIfP", {"name": "j"}, svi)
    node = "uni/tn-k8s/out-a/lnodep-n/rsnodeL3OutAtt-[topology/pod-1/node-101]"
    assert "loopback address 10.1.0.9" in refusal(f"{node}/lbp-[10.1.0.9]", "l3extLoopBackIfP", {"addr": "10.1.0.9"})
    assert post(f"{node}/lbp-[10.2.0.9]", "l3extLoopBackIfP", {"addr": "10.2.0.9"})


def test_the_only_router_id_may_change(post):
    post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *l3out("prod", "1.1.1.101"))
    assert post("uni/tn-k8s/out-a", "l3extOut", {"name": "a"}, *l3out("prod", "3.3.3.101"))


def test_blocks_of_a_pool_do_not_overlap(post, refusal):
    pool = {"name": "p", "allocMode": "static"}
    post("uni/infra", "fvnsVlanInstP", pool, element("fvnsEncapBlk", from_="vlan-300", to="vlan-310"))
    assert refusal("uni/infra", "fvnsVlanInstP", pool, element("fvnsEncapBlk", from_="vlan-310", to="vlan-320")) == (
        "100: Validation failed: encap block uni/infra/vlanns-[p]-static/from-[vlan-310]-to-[vlan-320] overlaps with "
        "uni/infra/vlanns-[p]-static/from-[vlan-300]-to-[vlan-310]"
    )


def test_a_block_does_not_end_before_it_starts(refusal):
    block = element("fvnsEncapBlk", from_="vlan-320", to="vlan-310")
    assert "'from' must not be greater than 'to'" in refusal("uni/infra", "fvnsVlanInstP", {"name": "p"}, block)


def test_a_block_is_one_of_encapsulations(refusal):
    block = element("fvnsEncapBlk", from_="unknown", to="vlan-310")
    assert refusal("uni/infra", "fvnsVlanInstP", {"name": "p"}, block) == (
        "100: Validation failed: encap block uni/infra/vlanns-[p]-dynamic/from-[unknown]-to-[vlan-310]: "
        "'from' must be an encapsulation"
    )


def test_shipped_tenants_stay(controller):
    with pytest.raises(ApicError) as problem:
        controller.delete("uni/tn-common")
    assert str(problem.value) == "104: Cannot delete object of class:fvTenant dn[(Dn0)] Dn0=uni/tn-common, "
    assert "uni/tn-common/ctx-default" in controller.store.by_dn


# -- releases after the catalog's -----------------------------------------------------------------------


def l3out_with_igp_metric_ignored():
    anchor = element("l3extVirtualLIfP", nodeDn="topology/pod-1/node-101", encap="vlan-310", ifInstT="ext-svi")
    interfaces = element("l3extLIfP", anchor, name="i")
    best_path = element("bgpProtP", element("bgpRsBestPathCtrlPol", tnBgpBestPathCtrlPolName="best"))
    policy = element("bgpBestPathCtrlPol", name="best", ctrl="ignoreIgpMetric")
    return policy, element("l3extOut", element("l3extLNodeP", interfaces, best_path, name="n"), name="a")


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("6.0(9c)", "120: unknown property value ignoreIgpMetric, name ctrl, class bgpBestPathCtrlPol"),
        (
            "6.1(4h)",
            "1: Invalid Configuration - ignoreIgpMetric of uni/tn-k8s/bestpath-best needs a floating SVI, and "
            "uni/tn-k8s/out-a/lnodep-n/lifp-i/vlifp-[topology/pod-1/node-101]-[vlan-310] is not there yet",
        ),
    ],
)
def test_the_igp_metric_is_not_ignored_before_6_1_nor_in_one_document_with_a_floating_svi(release, expected):
    controller = of_release(release)
    with pytest.raises(ApicError) as problem:
        controller.post(element("fvTenant", *l3out_with_igp_metric_ignored(), name="k8s"), "uni")
    assert str(problem.value).startswith(expected)


def test_the_igp_metric_is_ignored_where_the_floating_svi_is_there_and_by_releases_that_do_not_look():
    policy, l3out = l3out_with_igp_metric_ignored()
    controller = of_release("6.1(4h)")
    assert controller.post(element("fvTenant", l3out, name="k8s"), "uni")
    assert controller.post(element("fvTenant", policy, name="k8s"), "uni")
    assert of_release("6.1(3b)").post(element("fvTenant", policy, l3out, name="k8s"), "uni")


def of_release(release: str) -> Controller:
    controller = Controller(Catalog(release=release))
    seed.base(controller.store, "secret")
    controller.boot()
    return controller


@pytest.mark.parametrize(
    ("release", "problem"),
    [
        ("5.2(7f)", "5.2(7f) is before 6.0(9c), the release that the catalog describes"),
        ("6.1", "6.1 is no release of APIC; write it like 6.1(4h)"),
    ],
)
def test_a_release_that_the_lab_cannot_be_is_refused(release, problem):
    with pytest.raises(ValueError) as error:
        Catalog(release=release)
    assert str(error.value) == problem
