"""What the leaves make of the controller's tree."""

from __future__ import annotations

import copy

import pytest

from lab.fabric import mo, resolve
from lab.fabric.model import Bfd, Fabric, FamilyPolicy, LocalAs, PrefixLimit, PrefixRule, RouteMapEntry, Timers
from tests import fabric_trees
from tests.fabric_trees import Floating

L3OUT = "uni/tn-k8s/out-prod"


def build(tree: dict) -> Fabric:
    return resolve.build(mo.parse(tree))


def test_every_anchor_leaf_gets_the_vrf_with_its_own_and_the_shared_address():
    fabric = build(Floating().tree())
    assert [(vrf.leaf, vrf.key, vrf.router_id) for vrf in fabric.vrfs] == [
        (101, "k8s:prod", "1.1.1.101"),
        (102, "k8s:prod", "1.1.1.102"),
    ]
    (svi,) = fabric.vrfs[0].interfaces
    assert (svi.name, svi.addresses, svi.shared, svi.mtu) == (
        "vlan310",
        ("192.168.2.201/24",),
        ("192.168.2.254/24",),
        9000,
    )


def test_the_bridge_domain_of_a_floating_svi_is_one_on_all_leaves():
    assert {vrf.interfaces[0].domain for vrf in build(Floating().tree()).vrfs} == {f"{L3OUT}/vlan-310"}


def test_both_families_share_one_svi():
    dual = Floating(leaves6={101: "fd00:2::fffd/64", 102: "fd00:2::fffc/64"})
    vrf = build(dual.tree()).vrfs[0]
    assert [svi.addresses for svi in vrf.interfaces] == [("192.168.2.201/24", "fd00:2::fffd/64")]
    assert [peer.family for peer in vrf.peers] == ["ipv4", "ipv6"]


def test_a_standard_svi_gives_each_leaf_the_member_of_its_side():
    fabric = build(fabric_trees.standard())
    assert [vrf.interfaces[0].addresses for vrf in fabric.vrfs] == [("192.168.4.4/29",), ("192.168.4.5/29",)]
    (peer,) = fabric.vrfs[0].peers
    assert (peer.dynamic, peer.host) == (False, "192.168.4.1")


def test_a_standard_svi_is_on_its_vpc_alone():
    path = "topology/pod-1/protpaths-101-102/pathep-[node1]"
    fabric = build(fabric_trees.standard())
    assert [vrf.interfaces[0].paths for vrf in fabric.vrfs] == [(path,), (path,)]
    assert fabric.vpcs == (path,)
    assert build(Floating().tree()).vrfs[0].interfaces[0].paths == ()


@pytest.mark.parametrize(
    ("missing", "problem"),
    [
        ({"leaves": (101,)}, "invalid-path: Interface does not exist;"),
        ({"pair": False}, "invalid-path: Interface does not exist;"),
        ({"aaep": "other"}, "invalid-path: vlan-311 :There is no domain"),
    ],
    ids=["ports on one leaf only", "leaves are no vPC domain", "ports in another AAEP"],
)
def test_a_standard_svi_without_its_vpc_is_a_fault_and_is_not_deployed(missing, problem):
    fabric = build(fabric_trees.standard(**missing))
    assert all(vrf.interfaces == () and vrf.peers == () for vrf in fabric.vrfs)
    assert [(fault.code, fault.leaf) for fault in fabric.faults] == [("F0467", 101), ("F0467", 102)]
    assert problem in fabric.faults[0].description


def test_one_vlan_of_two_l3outs_on_a_leaf_is_a_fault_whatever_their_vrfs():
    tree = Floating().tree()
    tenant = next(child for child in tree["polUni"]["children"] if "fvTenant" in child)
    other = copy.deepcopy(tenant)
    other["fvTenant"]["attributes"]["name"] = "lab"
    tree["polUni"]["children"].append(other)
    fabric = build(tree)
    assert [(vrf.leaf, vrf.key, len(vrf.interfaces)) for vrf in fabric.vrfs] == [
        (101, "k8s:prod", 1),
        (101, "lab:prod", 0),
        (102, "k8s:prod", 1),
        (102, "lab:prod", 0),
    ]
    assert {(fault.code, fault.description) for fault in fabric.faults} == {
        (
            "F4215",
            "Configuration is invalid due to access-encap-node-overlap: "
            f"vlan-310 is used by uni/tn-k8s/out-prod on node {leaf}, too",
        )
        for leaf in (101, 102)
    }
    assert {issue for _dn, issue in fabric.issues} == {"access-encap-node-overlap"}


def test_an_inherited_mtu_is_the_fabrics():
    assert build(Floating(mtu="inherit").tree()).vrfs[0].interfaces[0].mtu == 9000


def test_a_mac_that_no_interface_can_have_gives_way_to_acis_default():
    tree = Floating().tree()
    svi = next(found for found in _walk(tree) if "l3extVirtualLIfP" in found)
    svi["l3extVirtualLIfP"]["attributes"]["mac"] = "FF:19:F8:BD:22:00"
    assert build(tree).vrfs[0].interfaces[0].mac == "00:22:bd:f8:19:ff"


# -- BGP ----------------------------------------------------------------------------------------------


def test_timers_come_from_the_node_profiles_policy():
    assert build(Floating().tree()).vrfs[0].timers == Timers(1, 3, 300, True, 1)


def test_timers_are_the_default_policys_where_nothing_is_named():
    tree = Floating().tree()
    for found in _walk(tree):
        for name in ("bgpRsBgpNodeCtxPol",):
            if name in found:
                found[name]["attributes"]["tnBgpCtxPolName"] = ""
    assert build(tree).vrfs[0].timers == Timers(60, 180, 300, True, 0)


@pytest.mark.parametrize(("ecmp", "paths"), [(64, 64), (None, 16)])
def test_ecmp_is_sixteen_unless_the_vrfs_policy_says_otherwise(ecmp, paths):
    families = build(Floating(ecmp=ecmp).tree()).vrfs[0].families
    assert families == (FamilyPolicy("ipv4", paths, paths), FamilyPolicy("ipv6", paths, paths))


def test_without_an_as_number_bgp_does_not_run():
    fabric = build(Floating(asn=None).tree())
    assert (fabric.asn, fabric.exchange, fabric.vrfs[0].asn) == (None, False, None)


@pytest.mark.parametrize(
    "changes", [{"reflectors": ()}, {"pod_policy": False}], ids=["no reflector", "policy not applied to the pod"]
)
def test_without_an_applied_reflector_policy_leaves_exchange_nothing(changes):
    fabric = build(Floating(**changes).tree())
    assert (fabric.asn, fabric.exchange) == (65002, False)
    assert all(vrf.fabric_peers == () for vrf in fabric.vrfs)


def test_with_reflectors_every_leaf_of_the_vrf_hears_every_other():
    fabric = build(Floating().tree())
    assert [(vrf.leaf, vrf.fabric_peers) for vrf in fabric.vrfs] == [(101, (102,)), (102, (101,))]


def test_a_peers_controls_limit_and_local_as_are_taken_over():
    local = fabric_trees.mo("bgpLocalAsnP", localAsn=65010, asnPropagate="replace-as")
    peer = build(Floating(ctrl="as-override,send-com", peer_children=(local,)).tree()).vrfs[0].peers[0]
    assert (peer.as_override, peer.disable_peer_as_check, peer.send_community) == (True, False, "standard")
    assert peer.limit == PrefixLimit(500, 75, "reject", None)
    assert peer.local_as == LocalAs(65010, "replace-as")


# -- route maps ---------------------------------------------------------------------------------------


def route_map(tree: dict, direction: str):
    (found,) = [found for found in build(tree).vrfs[0].route_maps if found.name == f"k8s.prod.{direction}"]
    return found.entries


def test_without_import_enforcement_everything_is_accepted():
    assert route_map(Floating(enforce="export").tree(), "import") == (RouteMapEntry("permit"),)


def test_with_import_enforcement_and_no_route_map_nothing_is_accepted():
    assert route_map(Floating(default_import=False).tree(), "import") == ()


def test_with_import_enforcement_the_default_import_profile_decides():
    rules = (
        PrefixRule("10.1.0.0/16", None, 32),
        PrefixRule("192.168.2.0/24"),
        PrefixRule("fd00:10::/48", None, 128),
    )
    assert route_map(Floating().tree(), "import") == (RouteMapEntry("permit", rules),)


def test_a_combinable_profile_also_lets_the_subnets_of_its_scope_through():
    subnets = (("10.9.0.0/16", "export-rtctrl,import-security", ""), ("0.0.0.0/0", "export-rtctrl", "export-rtctrl"))
    tree = Floating(profile_type="combinable", subnets=subnets, default_export=False).tree()
    rules = (PrefixRule("0.0.0.0/0", None, 32), PrefixRule("10.9.0.0/16"))
    assert route_map(tree, "export") == (RouteMapEntry("permit", rules),)


def test_a_global_profile_stands_alone():
    subnets = (("10.9.0.0/16", "export-rtctrl", ""),)
    assert len(route_map(Floating(subnets=subnets).tree(), "export")) == 1


def test_an_aggregate_counts_with_the_default_route_alone():
    subnets = (("10.9.0.0/16", "import-rtctrl", "import-rtctrl"), ("::/0", "import-rtctrl", "import-rtctrl"))
    tree = Floating(profile_type="combinable", subnets=subnets, default_import=False).tree()
    rules = (PrefixRule("10.9.0.0/16"), PrefixRule("::/0", None, 128))
    assert route_map(tree, "import") == (RouteMapEntry("permit", rules),)


def test_match_and_set_rules_of_tenant_common_serve_no_other_tenant():
    rule, (subject, actions) = fabric_trees.tagging(
        0, ("10.8.0.0/16",), (), fabric_trees.mo("rtctrlSetPref", localPref=200)
    )
    known = RouteMapEntry("permit", (PrefixRule("10.1.0.0/16", None, 32), PrefixRule("192.168.2.0/24")))
    tree = Floating(import_rules=(rule,), prefixes=(("10.1.0.0/16", True), ("192.168.2.0/24", False))).tree()
    tree["polUni"]["children"].append(fabric_trees.mo("fvTenant", subject, actions, name="common"))
    assert route_map(tree, "import") == (RouteMapEntry("permit", ()), known)


def test_rules_are_tried_by_their_order_and_one_with_communities_asks_for_both():
    prefer, policies = fabric_trees.tagging(
        0, ("10.1.0.0/16",), ("65003:200",), fabric_trees.mo("rtctrlSetPref", localPref=200)
    )
    deny, more = fabric_trees.tagging(1, (), ("65003:666",))
    entries = route_map(Floating(import_rules=(deny, prefer), policies=policies + more).tree(), "import")
    assert entries[:2] == (
        RouteMapEntry("permit", (PrefixRule("10.1.0.0/16", None, 32),), ("local-preference 200",), (("65003:200",),)),
        RouteMapEntry("deny", None, (), (("65003:666",),)),
    )
    assert [entry.action for entry in entries] == ["permit", "deny", "permit"]


@pytest.mark.parametrize(
    ("sets", "clause"),
    [
        ([("rtctrlSetComm", "65002:1", "replace"), ("rtctrlSetAddComm", "65002:2", "append")], "65002:1 65002:2"),
        ([("rtctrlSetComm", "65002:1", "append")], "65002:1 additive"),
        ([("rtctrlSetAddComm", "65002:2", "append")], "65002:2 additive"),
        ([("rtctrlSetComm", "", "none")], "none"),
    ],
)
def test_communities_are_set_in_one_clause(sets, clause):
    actions = [
        fabric_trees.mo(cls, community=f"regular:as2-nn2:{text}" if text else "", setCriteria=criteria)
        for cls, text, criteria in sets
    ]
    rule, policies = fabric_trees.tagging(0, ("10.1.0.0/16",), (), *actions)
    assert route_map(Floating(import_rules=(rule,), policies=policies).tree(), "import")[0].sets == (
        f"community {clause}",
    )


def test_next_hop_propagation_marks_what_the_rule_permits():
    vrf = build(Floating(propagate=True).tree()).vrfs[0]
    assert (vrf.unchanged, vrf.all_paths) == (True, True)
    assert not build(Floating().tree()).vrfs[0].unchanged


def test_bfd_intervals_come_from_the_interface_profiles_policy():
    peer = build(Floating(peer_ctrl="bfd", bfd=(300, 250, 5)).tree()).vrfs[0].peers[0]
    assert peer.bfd == Bfd(transmit=300, receive=250, multiplier=5)


# -- what is not deployed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "kind", "problem"),
    [
        ({"vlan": 500}, "Invalid VLAN Configuration", "invalid-vlan: vlan-500 :STP Segment Id not present for Encap."),
        ({"l3_domain": None}, "Invalid VLAN Configuration", "invalid-vlan: vlan-310 :STP Segment Id not present"),
        ({"attached": ("uni/l3dom-k8s",)}, "Invalid Path Configuration", "invalid-path: vlan-310 :There is no domain"),
    ],
    ids=["VLAN outside the pool", "no L3 domain", "no AAEP with the physical domain"],
)
def test_an_svi_without_matching_access_policies_is_a_fault_and_is_not_deployed(changes, kind, problem):
    fabric = build(Floating(**changes).tree())
    assert all(vrf.interfaces == () and vrf.peers == () for vrf in fabric.vrfs)
    fault = fabric.faults[0]
    assert (fault.code, fault.leaf, fault.cause) == ("F0467", 101, "configuration-failed")
    assert kind in fault.description
    assert problem in fault.description


def test_an_unknown_vrf_is_a_fault_and_nothing_is_deployed():
    fabric = build(Floating(vrf="nope").tree())
    assert fabric.vrfs == ()
    assert [(fault.code, fault.object, fault.description) for fault in fabric.faults] == [
        ("F1020", f"{L3OUT}/rsectx", "Failed to form relation to MO ctx-nope of class fvCtx in context")
    ]


def _walk(tree: dict):
    yield tree
    for body in tree.values():
        for child in body["children"]:
            yield from _walk(child)


def test_a_floating_svi_comes_only_on_leaves_with_a_port_under_its_aaep():
    fabric = build(Floating(ports=(101,)).tree())
    assert {vrf.leaf: bool(vrf.interfaces) for vrf in fabric.vrfs} == {101: True, 102: False}
    assert [(fault.code, fault.leaf) for fault in fabric.faults] == [("F0467", 102)]
    assert "invalid-path: vlan-310 :There is no domain" in fabric.faults[0].description


@pytest.mark.parametrize(
    ("path", "leaves"),
    [("paths-102/pathep-[eth1/9]", [102]), ("protpaths-101-102/pathep-[esx]", [101, 102])],
    ids=["port", "vPC"],
)
def test_a_vlan_that_an_epg_has_on_a_leaf_is_a_fault_there(path, leaves):
    binding = fabric_trees.mo("fvRsPathAtt", tDn=f"topology/pod-1/{path}", encap="vlan-310")
    epg = fabric_trees.mo("fvAEPg", binding, name="web")
    tenant = fabric_trees.mo("fvTenant", fabric_trees.mo("fvAp", epg, name="shop"), name="legacy")
    fabric = build(Floating(extra=(tenant,)).tree())
    assert [fault.leaf for fault in fabric.faults] == leaves
    assert (
        "due to Encap Already Used in Another EPG, debug message: "
        "encap-already-in-use: Encap (vlan-310) is already in use by legacy:shop:web;" in fabric.faults[0].description
    )
    assert [vrf.leaf for vrf in fabric.vrfs if not vrf.interfaces] == leaves
