"""What an APIC accepts and then shows at the objects: each test makes one mistake in a tree that has none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.apic import values
from lab.fabric import issues, mo, resolve
from lab.fabric.model import Fabric
from tests import fabric_trees
from tests.catalog_check import catalog
from tests.fabric_trees import Floating

PROFILE = "uni/tn-k8s/out-prod/lnodep-leaves"
SVI = PROFILE + "/lifp-ipv4/vlifp-[topology/pod-1/node-{}]-[vlan-310]"
PATH = PROFILE + "/lifp-node1/rspathL3OutAtt-[topology/pod-1/protpaths-101-102/pathep-[node1]]"


def found(tree: dict, cls: str) -> Iterator[dict]:
    """The bodies of a class in a document, at any depth."""
    for name, body in tree.items():
        if name == cls:
            yield body
        for child in body.get("children", ()):
            yield from found(child, cls)


def change(tree: dict, cls: str, **attributes: str) -> Fabric:
    """What becomes of the tree with its last object of a class changed."""
    list(found(tree, cls))[-1]["attributes"].update(attributes)
    return resolve.build(mo.parse(tree))


@pytest.mark.parametrize("tree", [Floating().tree(), fabric_trees.standard()], ids=["floating", "standard"])
def test_a_tree_without_mistakes_has_no_issues(tree):
    fabric = resolve.build(mo.parse(tree))
    assert (fabric.issues, fabric.faults) == ((), ())


def test_an_anchor_on_a_leaf_that_the_node_profile_lacks():
    fabric = change(Floating().tree(), "l3extRsNodeL3OutAtt", tDn="topology/pod-1/node-109")
    assert fabric.issues == ((PROFILE, "node-vlif-misconfig"),)
    assert [vrf.leaf for vrf in fabric.vrfs if vrf.interfaces] == [101]


def test_a_path_on_a_leaf_that_the_node_profile_lacks():
    fabric = change(fabric_trees.standard(), "l3extRsNodeL3OutAtt", tDn="topology/pod-1/node-109")
    assert fabric.issues == ((PROFILE, "node-path-misconfig"),)
    assert [(fault.code, fault.object, fault.description) for fault in fabric.faults] == [
        (
            "F2069",
            PROFILE,
            "Configuration is invalid due to node-path-misconfig: "
            f"{PATH} is on node 102, which the node profile does not have",
        )
    ]


def test_anchors_in_different_subnets():
    fabric = change(Floating().tree(), "l3extVirtualLIfP", addr="192.168.9.202/24")
    assert fabric.issues == tuple((SVI.format(leaf), "subnet-mismatch") for leaf in (101, 102))
    wrong = "the anchors of vlan-310 are in 192.168.2.0/24 and 192.168.9.0/24"
    outside = "floating address 192.168.2.253/24 is not in 192.168.9.0/24"
    assert [(fault.code, fault.object, fault.description) for fault in fabric.faults] == [
        ("F3744", SVI.format(101), f"Configuration is invalid due to subnet-mismatch: {wrong}"),
        ("F3744", SVI.format(102), f"Configuration is invalid due to subnet-mismatch: {wrong}; {outside}"),
    ]


@pytest.mark.parametrize(
    ("floating", "wrong"),
    [
        ("", "192.168.2.201/24 has no floating address beside it"),
        ("0.0.0.0", "192.168.2.201/24 has no floating address beside it"),
        ("192.168.9.253/24", "floating address 192.168.9.253/24 is not in 192.168.2.0/24"),
    ],
    ids=["none", "the model's nothing", "in another subnet"],
)
def test_a_floating_address_that_is_not_in_the_anchors_subnet(floating, wrong):
    fabric = resolve.build(mo.parse(Floating(floating=floating).tree()))
    assert fabric.issues == tuple((SVI.format(leaf), "subnet-mismatch") for leaf in (101, 102))
    fault = fabric.faults[0]
    assert (fault.code, fault.object) == ("F3744", SVI.format(101))
    assert fault.description == f"Configuration is invalid due to subnet-mismatch: {wrong}"
    assert [len(vrf.interfaces) for vrf in fabric.vrfs] == [1, 1]


def test_two_interfaces_of_one_vlan_on_a_leaf_with_different_mtu():
    tree = Floating(leaves6={101: "fd00:2::101/64", 102: "fd00:2::102/64"}).tree()
    fabric = change(tree, "l3extVirtualLIfP", mtu="1500")
    ipv6 = SVI.format(102).replace("ipv4", "ipv6")
    assert fabric.issues == ((SVI.format(102), "mtu-mac-mismatch"), (ipv6, "mtu-mac-mismatch"))


def test_every_issue_and_code_is_one_of_its_classs():
    model = catalog()
    for (cls, issue), code in issues.CODES.items():
        assert values.canonical(model.properties(cls)["configIssues"], issue) == issue
        assert code in model[cls].faults.values()
