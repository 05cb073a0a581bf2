"""Addresses that cannot stand beside each other in a VRF: each test makes one mistake in a tree that has none."""

from __future__ import annotations

import pytest

from lab.fabric import mo, resolve
from lab.fabric.model import Fabric
from tests.catalog_check import catalog
from tests.fabric_trees import Floating
from tests.unit.lab.fabric.test_failures import two_l3outs

PLACE = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-prod]/node-{}/dyatt-[uni/phys-k8s]/nwissues"
WHY = " due to IP Address Already in Use, debug message: ip-address-already-in-use: {};"


def build(tree: dict) -> Fabric:
    return resolve.build(mo.parse(tree))


def failed(fabric: Fabric) -> dict[str, str]:
    return {fault.object: fault.description for fault in fabric.faults}


def test_two_leaves_with_one_address_leave_it_to_the_first():
    fabric = build(Floating(leaves={101: "192.168.2.201/24", 102: "192.168.2.201/24"}).tree())
    (text,) = failed(fabric).values()
    assert list(failed(fabric)) == [PLACE.format(102)]
    assert text.endswith(WHY.format("192.168.2.201 is the address of node 101, too"))
    assert [vrf.interfaces[0].addresses for vrf in fabric.vrfs] == [("192.168.2.201/24",), ()]


def test_a_secondary_that_is_a_leafs_own_address_is_on_no_leaf():
    fabric = build(Floating(secondary="192.168.2.202/24").tree())
    assert list(failed(fabric)) == [PLACE.format(101), PLACE.format(102)]
    assert failed(fabric)[PLACE.format(101)].endswith(
        WHY.format("secondary address 192.168.2.202 is the address of node 102, too")
    )
    assert [(vrf.interfaces[0].addresses, vrf.interfaces[0].shared) for vrf in fabric.vrfs] == [
        (("192.168.2.201/24",), ()),
        (("192.168.2.202/24",), ()),
    ]


@pytest.mark.parametrize(
    ("floating", "whose"),
    [("192.168.2.201/24", "address of node 101"), ("192.168.2.254/24", "secondary address")],
)
def test_a_floating_address_that_an_anchor_has(floating, whose):
    fabric = build(Floating(floating=floating).tree())
    text = f"floating address {floating.partition('/')[0]} is the {whose}, too"
    assert [description.endswith(WHY.format(text)) for description in failed(fabric).values()] == [True, True]
    assert [vrf.interfaces[0].addresses for vrf in fabric.vrfs] == [("192.168.2.201/24",), ("192.168.2.202/24",)]


@pytest.mark.parametrize(
    ("second", "codes"),
    [("192.168.2.0/24", {"F1425", "F1344"}), ("192.168.2.128/25", {"F1425", "F1344"})],
    ids=["the same", "a part of it"],
)
def test_one_subnet_on_two_vlans_of_a_leaf_and_vrf(second, codes):
    first, length = second.partition("/")[0].rpartition(".")[0], second.partition("/")[2]
    tree = two_l3outs(Floating().tree())
    for leaf in (101, 102):
        _replace(tree, f"192.168.3.{leaf + 100}/24", f"{first}.{leaf + 40}/{length}")
    _replace(tree, "192.168.3.254/24", f"{first}.250/{length}")
    _replace(tree, "192.168.3.253/24", f"{first}.251/{length}")
    fabric = build(tree)
    addresses = [f"{first}.141/{length}", f"{first}.250/{length}"]
    assert {(fault.code, fault.object) for fault in fabric.faults if fault.leaf == 101} == {
        (code, f"sys/ipv4/inst/dom-k8s:prod/if-[vlan320]/addr-[{address}]") for code in codes for address in addresses
    }
    down = next(fault for fault in fabric.faults if fault.code == "F1425")
    recorded = "IPv4 address({}) is operationally down, reason:Subnet overlap on node 101 fabric hostname leaf-101"
    assert down.description == recorded.format(addresses[0])
    assert [(svi.name, svi.addresses, svi.shared) for svi in fabric.vrfs[0].interfaces] == [
        ("vlan310", ("192.168.2.201/24",), ("192.168.2.254/24",)),
        ("vlan320", (), ()),
    ]


def test_the_faults_of_both_families_are_the_models():
    model = catalog()
    for family, codes in (("ipv4", {"F1425", "F1344"}), ("ipv6", {"F1615", "F1603"})):
        assert codes <= set(model[f"{family}Addr"].faults.values())


def _replace(tree: dict, old: str, new: str) -> None:
    for body in tree.values():
        for name, value in body["attributes"].items():
            body["attributes"][name] = new if value == old else value
        for child in body["children"]:
            _replace(child, old, new)
