"""MP-BGP route reflectors are spines of the fabric: what else is named reflects nothing."""

from __future__ import annotations

import json

import pytest

from lab.apic import seed
from lab.apic.catalog import Catalog
from lab.apic.controller import Controller
from lab.apic.document import parse
from lab.fabric import mo, report, resolve
from lab.topology import Leaf
from tests.catalog_check import catalog
from tests.fabric_trees import Floating

NODE = "uni/fabric/bgpInstP-default/rr/node-{}"
LEAVES = [Leaf(101, 1, "rack1"), Leaf(102, 1, "rack1")]


def build(*named: int, spines: tuple[int, ...] | None = (201, 202)):
    return resolve.build(mo.parse(Floating(reflectors=named).tree()), spines)


@pytest.mark.parametrize("node", [101, 999], ids=["a leaf", "no node at all"])
def test_what_is_no_spine_reflects_nothing(node):
    fabric = build(node)
    assert (fabric.exchange, fabric.misplaced) == (False, (NODE.format(node),))
    assert all(vrf.fabric_peers == () for vrf in fabric.vrfs)
    (fault,) = fabric.faults
    assert (fault.code, report.fault_dn(fault, {})) == ("F1893", f"{NODE.format(node)}/badselection/fault-F1893")
    assert fault.description == f"Invalid route reflector: node {node} is not a spine"
    assert "F1893" in catalog()["bgpInvalidRREp"].faults.values()


def test_one_spine_is_enough():
    fabric = build(201, 999)
    assert (fabric.exchange, fabric.misplaced) == (True, (NODE.format(999),))


def test_where_the_spines_are_not_known_a_leaf_is_none():
    assert build(101, spines=None).misplaced == (NODE.format(101),)
    assert build(999, spines=None).exchange


def test_the_controller_shows_the_fault_below_the_selection():
    controller = Controller(Catalog())
    seed.base(controller.store, "secret")
    controller.post(seed.fabric(65002, [999]), "uni")
    fabric = resolve.build(mo.parse(controller.store.export(controller.store.by_dn["uni"]).to_json()), (201,))
    made = report.objects(fabric, LEAVES, {201: 1}, {}, ())
    for owner, found in (("operational", made), ("faults", report.faults(fabric.faults, {}, {}))):
        controller.replace_operational(owner, [parse(json.dumps(item).encode(), "json") for item in found])
    assert f"{NODE.format(999)}/badselection/fault-F1893" in controller.store.by_dn


def test_only_the_spines_that_are_there_are_nodes_of_the_fabric():
    found = report.objects(build(999), LEAVES, {201: 1, 202: 1}, {}, ())
    nodes = [body["attributes"]["id"] for item in found for cls, body in item.items() if cls == "fabricNode"]
    assert nodes == ["101", "102", "201", "202"]
    (invalid,) = [body["attributes"] for item in found for cls, body in item.items() if cls == "bgpInvalidRREp"]
    assert invalid == {
        "dn": f"{NODE.format(999)}/badselection",
        "id": "999",
        "isInvalid": "yes",
        "rrNodePEpDn": NODE.format(999),
    }
