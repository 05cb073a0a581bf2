"""What a plan presumes, beside what a description has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from lab import rehearsal
from lab.fabric_description import load
from lab.fabric_description.model import Description
from lab.topology import from_documents, from_state
from tests.lab import example

EXAMPLE = Path(__file__).resolve().parents[4] / "fabrics" / "dc1.yml"


def rehearsed(there: Description | None, **l3out: object) -> rehearsal.Fabric:
    """The example inventory with changes of its L3Out (``asn``: of its fabric) on a fabric."""
    fabric, cluster = example.fabric(), example.cluster()
    fabric["asn"] = l3out.pop("asn", fabric["asn"])
    fabric["bgp"] = l3out.pop("bgp", {})
    fabric.pop("apic")
    cluster.pop("kubeconfig")
    cluster["bgp"]["password"] = "secret"
    cluster["l3out"] |= l3out
    intent = {"fabric": fabric, "clusters": {"k8s-prod": {"cluster": cluster, "nodes": example.nodes()}}}
    plans = list(build(intent).plans.values())
    return rehearsal.fabric(from_documents(plans), plans, there, "fabrics/dc1.yml" if there else "")


@pytest.fixture
def described() -> Description:
    return load.read(EXAMPLE)


def test_the_example_inventory_presumes_nothing_that_its_fabric_has_not(described):
    found = rehearsed(described)
    assert (found.granted, found.lacking) == ((), ())


def test_without_a_description_every_object_is_taken_for_granted():
    granted = rehearsed(None).granted
    assert [row[:2] for row in granted] == [
        ("AS number", "65002"),
        *(("leaf", str(leaf)) for leaf in (101, 102, 103, 104)),
        ("spine", "201"),
        ("spine", "202"),
        ("route reflector", "201"),
        ("route reflector", "202"),
        ("AAEP", "k8s-hosts"),
        *[("AAEP of ports", "k8s-hosts")] * 4,
        ("tenant", "k8s"),
        ("VRF", "prod"),
    ]
    assert ("VRF", "prod", "tenant k8s", "l3out.vrf") in granted


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ({"asn": 65199}, ("AS number", "65199", "the fabric's BGP", "kubefabric_fabric.asn")),
        ({"vrf": "pord"}, ("VRF", "pord", "tenant k8s", "l3out.vrf")),
        ({"tenant": "k8x"}, ("tenant", "k8x", "", "l3out.tenant")),
        ({"aaep": "k8s-hsots"}, ("AAEP of ports", "k8s-hsots", "leaf 101", "l3out.aaep")),
    ],
)
def test_a_misspelt_name_is_taken_for_granted_or_found(change, row, described):
    assert row in rehearsed(None, **change).granted
    lacking = {found[:4]: found[4] for found in rehearsed(described, **change).lacking}
    nearest = {"65199": "65002", "pord": "prod", "k8x": "k8s", "k8s-hsots": "k8s-hosts"}
    assert lacking[row] == nearest[row[1]]


def test_a_fabric_without_reflectors_lacks_them_whatever_their_numbers():
    document = {"format": 1, "bgp": {"asn": 65002, "route_reflectors": [203]}, "leaves": {101: {}}, "spines": {203: {}}}
    kinds = [row[0] for row in rehearsed(load.parse(document, "here")).lacking]
    assert "route reflector" not in kinds
    document["bgp"] = {"asn": 65002}
    rows = rehearsed(load.parse(document, "here")).lacking
    assert ("route reflector", "at least one", "route reflectors", "kubefabric_fabric.bgp", "") in rows


def test_a_spine_that_the_intent_names_and_the_fabric_has_not_is_lacking(described):
    named = {"manage": True, "route_reflectors": {201: {}, 207: {}}}
    assert [row[:2] for row in rehearsed(described, bgp=named).lacking] == [("spine", "207")]


def test_leaves_and_their_pods_are_the_fabrics_and_cables_the_inventorys():
    document = {"format": 1, "leaves": {101: {"pod": 2}, 109: {}}, "spines": {201: {"pod": 2}}}
    there = load.parse(document, "here")
    plan = {"fabric": {"name": "dc1", "asn": 1, "version": "6.0(9c)"}}
    topology = from_documents([{**plan, **_plan()}])
    found = rehearsal.cabled(topology, rehearsal.Fabric(there, "dc1.yml"))
    assert {leaf.id: (leaf.pod, leaf.rack) for leaf in found.leaves.values()} == {101: (2, "rack1"), 109: (1, "")}
    assert [leaf.id for leaf in found.rack_leaves("rack1")] == [101]
    assert found.spines == {201: 2}
    assert from_state(json.loads(json.dumps(found.to_state()))) == found
    assert rehearsal.cabled(topology, rehearsal.Fabric(there)) == topology


def _plan() -> dict:
    leaves = {str(leaf): {"id": leaf, "pod": 1, "rack": "rack1"} for leaf in (101, 102)}
    l3out = {"tenant": "k8s", "vrf": "prod", "vrf_tenant": "k8s"}
    return {"cluster": "prod", "networks": {}, "cni": "none", "l3out": l3out, "leaves": leaves, "nodes": {}}
