"""Which ports and VLANs the access policies let an L3Out have."""

from __future__ import annotations

import pytest

from lab.fabric import mo, resolve, single
from lab.fabric.model import Fabric
from tests import fabric_trees
from tests.fabric_trees import Floating


def build(tree: dict) -> Fabric:
    return resolve.build(mo.parse(tree))


def bodies(tree: dict, cls: str):
    for name, body in tree.items():
        if name == cls:
            yield body
        for child in body["children"]:
            yield from bodies(child, cls)


def on_a_port(path: str = "topology/pod-1/paths-101/pathep-[eth1/7]", **group: str) -> dict:
    """An SVI on a path of leaf 101, whose port 1/7 (or port channel ``pc``) a selector puts under an AAEP."""
    tree = fabric_trees.standard()
    svi = next(bodies(tree, "l3extRsPathL3OutAtt"))
    svi["attributes"].update(tDn=path, addr="192.168.4.4/29")
    svi["children"] = [child for child in svi["children"] if "l3extMember" not in child]
    cls, name = ("infraAccBndlGrp", "pc") if group.get("lagT") else ("infraAccPortGrp", "port")
    rn = "accbundle" if group.get("lagT") else "accportgrp"
    aaep = fabric_trees.mo("infraRsAttEntP", tDn=f"uni/infra/attentp-{group.pop('aaep', 'hosts')}")
    selector = fabric_trees.mo(
        "infraHPortS",
        fabric_trees.mo("infraRsAccBaseGrp", tDn=f"uni/infra/funcprof/{rn}-{name}"),
        fabric_trees.mo("infraPortBlk", name="block2", fromPort=6, toPort=8),
        name="single",
        type="range",
    )
    next(bodies(tree, "infraFuncP"))["children"].append(fabric_trees.mo(cls, aaep, name=name, **group))
    next(bodies(tree, "infraAccPortP"))["children"].append(selector)
    return tree


def test_an_svi_on_a_port_is_on_that_leaf_with_its_own_address():
    fabric = build(on_a_port())
    assert (fabric.faults, [len(vrf.interfaces) for vrf in fabric.vrfs]) == ((), [1, 0])
    assert fabric.vrfs[0].interfaces[0].addresses == ("192.168.4.4/29",)
    assert [peer.host for peer in fabric.vrfs[0].peers] == ["192.168.4.1"]


def test_an_svi_on_a_port_channel_of_one_leaf():
    assert build(on_a_port("topology/pod-1/paths-101/pathep-[pc]", lagT="link")).faults == ()


@pytest.mark.parametrize(
    ("path", "aaep", "problem"),
    [
        ("eth1/7", "other", "invalid-path: vlan-311 :There is no domain"),
        ("eth1/9", "hosts", "invalid-path: vlan-311 :There is no domain"),
        ("nothing", "hosts", "invalid-path: Interface does not exist"),
    ],
    ids=["a port under another AAEP", "a port that no selector names", "no port channel of that name"],
)
def test_a_path_that_the_domain_does_not_reach(path, aaep, problem):
    fabric = build(on_a_port(f"topology/pod-1/paths-101/pathep-[{path}]", aaep=aaep))
    (fault,) = fabric.faults
    assert fault.object.endswith(f"/node-101/stpathatt-[{path}]/nwissues")
    assert problem in fault.description


def test_a_leaf_selector_may_take_all_leaves():
    tree = on_a_port()
    for selector in bodies(tree, "infraLeafS"):
        selector["attributes"]["type"] = "ALL"
        selector["children"] = []
    assert build(tree).faults == ()


def test_ports_are_those_of_the_selectors_blocks_on_the_leaves_of_the_profile():
    infra = mo.parse(on_a_port()).first("infraInfra")
    assert {path for path in single.paths(infra) if path[1].startswith("eth1/")} >= {
        (leaf, f"eth1/{port}") for leaf in (101, 102) for port in (6, 7, 8)
    }


@pytest.mark.parametrize(
    ("pool", "block", "there"),
    [("dynamic", "inherit", False), ("dynamic", "static", True), ("static", "inherit", True)],
)
def test_a_vlan_is_taken_from_a_static_block(pool, block, there):
    tree = Floating().tree()
    next(bodies(tree, "fvnsVlanInstP"))["attributes"]["allocMode"] = pool
    next(bodies(tree, "fvnsEncapBlk"))["attributes"]["allocMode"] = block
    for relation in bodies(tree, "infraRsVlanNs"):
        relation["attributes"]["tDn"] = f"uni/infra/vlanns-[k8s]-{pool}"
    fabric = build(tree)
    assert [len(vrf.interfaces) for vrf in fabric.vrfs] == [int(there)] * 2
    assert ["invalid-vlan: vlan-310 :" in fault.description for fault in fabric.faults] == [True] * (0 if there else 2)
