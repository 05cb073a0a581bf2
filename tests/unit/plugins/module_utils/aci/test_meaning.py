"""Objects of different names that mean the same."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine import meaning
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.engine.snapshot import Found, Snapshot

OURS, THEIRS = "uni/tn-k8s/out-ours", "uni/tn-k8s/out-theirs"


def svi(l3out, leaf=101, vlan=310, address="192.168.2.201/24", scope="local", below=()):
    dn = f"{l3out}/lnodep-a/lifp-a/vlifp-[topology/pod-1/node-{leaf}]-[vlan-{vlan}]"
    node = {"nodeDn": f"topology/pod-1/node-{leaf}", "encap": f"vlan-{vlan}"}
    return [
        Found(dn, "l3extVirtualLIfP", {**node, "addr": address, "encapScope": scope}),
        *(Found(f"{dn}/{rn}", cls, attributes) for rn, cls, attributes in below),
    ]


def path(l3out, ends, vlan=310, sides=("10.0.0.1/24", "10.0.0.2/24"), address=""):
    target = f"topology/pod-1/{ends}/pathep-[vpc-a]"
    dn = f"{l3out}/lnodep-a/lifp-a/rspathL3OutAtt-[{target}]"
    members = [Found(f"{dn}/mem-{side}", "l3extMember", {"side": side, "addr": at}) for side, at in zip("AB", sides)]
    return [Found(dn, "l3extRsPathL3OutAtt", {"tDn": target, "encap": f"vlan-{vlan}", "addr": address}), *members]


def peer(address):
    return (f"peerP-[{address}]", "bgpPeerP", {"addr": address})


def shared(address):
    return (f"addr-[{address}]", "l3extIp", {"addr": address})


def texts(ours, theirs):
    return [clash.text for clash in meaning.clashes(Snapshot(ours), Snapshot(theirs))]


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (svi(THEIRS, address="10.9.9.1/24"), ["it is vlan-310 on leaf 101, too"]),
        (svi(THEIRS, leaf=102, address="192.168.2.202/24"), []),
        (svi(THEIRS, leaf=102, address="192.168.2.201/24"), ["it has the address 192.168.2.201, too"]),
        (svi(THEIRS, vlan=311, address="192.168.2.9/25"), ["it has addresses of 192.168.2.0/24 on leaf 101, too"]),
        (svi(THEIRS, vlan=311, address="192.168.3.1/24"), []),
        (
            svi(THEIRS, vlan=311, address="192.168.3.1/24", below=[shared("192.168.2.254/24")]),
            ["it has addresses of 192.168.2.0/24 on leaf 101, too"],
        ),
        (svi(THEIRS, vlan=311, address="0.0.0.0"), []),
        (path(THEIRS, "protpaths-101-102"), ["it is vlan-310 on leaf 101, too"]),
        (path(THEIRS, "paths-101", address="10.0.0.9/24", sides=()), ["it is vlan-310 on leaf 101, too"]),
        (path(THEIRS, "paths-103", vlan=7), []),
        (
            path(THEIRS, "paths-101/extpaths-111", vlan=7, address="192.168.2.3/24", sides=()),
            ["it has addresses of 192.168.2.0/24 on leaf 101, too"],
        ),
    ],
)
def test_interfaces_are_compared_by_leaf_vlan_and_address(theirs, said):
    assert texts(svi(OURS), theirs) == said


def test_l3outs_that_both_say_that_the_vrf_shares_the_vlan_share_one_svi():
    assert texts(svi(OURS, scope="ctx"), svi(THEIRS, scope="ctx")) == []
    assert texts(svi(OURS, scope="ctx"), svi(THEIRS)) == ["it is vlan-310 on leaf 101, too"]


@pytest.mark.parametrize(
    ("address", "met"),
    [("192.168.2.0/24", True), ("192.168.2.7", True), ("192.168.0.0/16", False), ("10.0.0.1", False), ("::/0", False)],
)
def test_a_peer_of_theirs_that_is_a_part_of_ours_takes_its_session(address, met):
    ours = svi(OURS, below=[peer("192.168.2.0/24")])
    theirs = svi(THEIRS, vlan=999, address="10.9.9.1/24", below=[peer(address)])
    assert texts(ours, theirs) == (["it is a BGP peer of 192.168.2.0/24 on leaf 101, too"] if met else [])
    elsewhere = svi(THEIRS, leaf=102, vlan=999, address="10.9.9.1/24", below=[peer(address)])
    assert texts(ours, elsewhere) == []


def test_a_peer_of_a_node_profile_is_on_each_of_its_leaves():
    profile = f"{THEIRS}/lnodep-a"
    leaf = {"tDn": "topology/pod-1/node-101", "rtrId": "1.1.1.101"}
    theirs = [
        Found(profile, "l3extLNodeP", {"name": "a"}),
        Found(f"{profile}/rsnodeL3OutAtt-[topology/pod-1/node-101]", "l3extRsNodeL3OutAtt", leaf),
        Found(f"{profile}/peerP-[192.168.2.7]", "bgpPeerP", {"addr": "192.168.2.7"}),
    ]
    ours = svi(OURS, below=[peer("192.168.2.0/24")])
    assert texts(ours, theirs) == ["it is a BGP peer of 192.168.2.0/24 on leaf 101, too"]


@pytest.mark.parametrize(
    ("l3out", "router_id", "annotation", "said"),
    [
        (THEIRS, "1.1.1.101", "", []),
        (
            THEIRS,
            "9.9.9.9",
            "",
            ["leaf 101 has router ID 9.9.9.9 there and 1.1.1.101 here; a leaf has one for each VRF"],
        ),
        (OURS, "1.1.1.101", "orchestrator:terraform", ["leaf 101 is in that node profile of the same L3Out"]),
        (OURS, "1.1.1.101", "orchestrator:kubefabric", []),
    ],
)
def test_a_leaf_has_one_router_id_and_in_an_adopted_l3out_one_node_profile(l3out, router_id, annotation, said):
    def leaf(l3out, profile, router_id, annotation=""):
        target = "topology/pod-1/node-101"
        dn = f"{l3out}/lnodep-{profile}/rsnodeL3OutAtt-[{target}]"
        return Found(dn, "l3extRsNodeL3OutAtt", {"tDn": target, "rtrId": router_id, "annotation": annotation})

    assert texts([leaf(OURS, "ours", "1.1.1.101")], [leaf(l3out, "np", router_id, annotation)]) == said


def subnet(l3out, ip, scope="import-security"):
    return Found(f"{l3out}/instP-a/extsubnet-[{ip}]", "l3extSubnet", {"ip": ip, "scope": scope})


@pytest.mark.parametrize(
    ("prefix", "scope", "met"),
    [
        ("10.1.0.0/16", "import-security", True),
        ("10.1.0.0/16", "import-security,export-rtctrl", True),
        ("10.1.0.0/16", "export-rtctrl", False),
        ("10.1.0.0/17", "import-security", False),
        ("0.0.0.0/0", "import-security", False),
    ],
)
def test_a_prefix_classifies_into_one_external_epg(prefix, scope, met):
    ours = [subnet(OURS, ip) for ip in ("10.1.0.0/16", "0.0.0.0/0")]
    assert bool(texts(ours, [subnet(THEIRS, prefix, scope)])) == met


def test_rules_are_compared_by_their_place_in_one_route_map():
    def rule(l3out, name, **attributes):
        return Found(f"{l3out}/prof-default-import/ctx-{name}", "rtctrlCtxP", {"name": name, **attributes})

    ours = [rule(OURS, "ours", order="0")]
    assert texts(ours, [rule(OURS, "all")]) == ["it has order 0 of the same route map, too"]
    assert texts(ours, [rule(OURS, "all", order="1"), rule(THEIRS, "all", order="0")]) == []
    other_cluster = rule(OURS, "kubefabric-b", order="0", annotation="orchestrator:kubefabric")
    assert texts(ours, [other_cluster]) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("2001:db8:10::/56", "2001:DB8:10::/56"),
        ("2001:db8:10::/56", "2001:0db8:0010:0:0:0:0:0/56"),
        ("10.1.0.0/16", "10.1.0.1/16"),
    ],
)
def test_a_prefix_is_one_in_any_notation(ours, theirs):
    (said,) = texts([subnet(OURS, ours)], [subnet(THEIRS, theirs)])
    assert said == f"it classifies {ours}, too; a prefix is in one external EPG of a VRF"


def test_everything_may_be_in_each_external_epg_in_any_notation():
    assert texts([subnet(OURS, "::/0")], [subnet(THEIRS, "0::0/0")]) == []
