"""What the example inventory meets on a described fabric that is not as it presumes: refusals and faults."""

from __future__ import annotations

import copy
import io
import json

import pytest
import yaml
from rich.console import Console

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.plugin_utils.documents import documents
from lab import rehearsal
from lab.apic import seed
from lab.apic.catalog import Catalog
from lab.apic.controller import Controller
from lab.apic.document import parse
from lab.apic.errors import ApicError
from lab.context import Lab
from lab.fabric import mo, resolve
from lab.fabric_description import load, objects
from lab.fabric_description.model import Description
from lab.topology import from_documents
from tests.lab import example
from tests.programs import ROOT

DC1 = yaml.safe_load((ROOT / "fabrics" / "dc1.yml").read_text())
WEB = {"name": "web", "subjects": [{"name": "any", "graph": "firewall", "filters": [{"name": "https"}]}]}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    try:
        return Catalog()
    except FileNotFoundError as error:
        pytest.skip(str(error))


def planned(defined: tuple = (), **l3out: object) -> list[dict]:
    """The example inventory's plans, with changes of its L3Out."""
    fabric, cluster = example.fabric(), example.cluster()
    fabric.pop("apic")
    cluster.pop("kubeconfig")
    cluster["bgp"]["password"] = "secret"
    cluster["contracts"] = list(defined)
    cluster["l3out"] |= l3out
    intent = {"fabric": fabric, "clusters": {"k8s-prod": {"cluster": cluster, "nodes": example.nodes()}}}
    return list(build(intent).plans.values())


def changed(**keys: object) -> dict:
    """The example's fabric with changes of its topmost keys."""
    return {**copy.deepcopy(DC1), **keys}


def shop(**tenant: object) -> dict:
    """The example's tenants, and one more."""
    return {**copy.deepcopy(DC1["tenants"]), "shop": tenant}


def rehearse(catalog: Catalog, document: dict, plans: list[dict]) -> tuple[resolve.Fabric, list[str]]:
    """What the leaves make of the plans on a fabric; and the controller's own faults, as ``DN code``."""
    found = rehearsal.fabric(from_documents(plans), plans, load.parse(document, "here"), "here")
    topology = rehearsal.cabled(from_documents(plans), found)
    controller = Controller(catalog)
    seed.base(controller.store, "secret")
    controller.boot()
    written = [documents(plan, "secret")["apic.json"] for plan in plans]
    for one in (*objects.documents(found.description), *map(json.loads, written)):
        controller.post(parse(json.dumps(one).encode(), "json"), "uni")
    raised = [dn.replace("/fault-", " ") for dn in controller.store.by_class.get("faultInst", {})]
    tree = controller.store.export(controller.store.by_dn["uni"]).to_json()
    return resolve.build(mo.parse(tree), topology.spines), sorted(raised)


def faults(fabric: resolve.Fabric) -> list[tuple[int | None, str]]:
    return [(fault.leaf, fault.description) for fault in fabric.faults]


def test_on_the_examples_fabric_nothing_is_wrong(catalog):
    fabric, raised = rehearse(catalog, DC1, planned())
    assert (faults(fabric), raised, fabric.exchange) == ([], [], True)


def test_a_leaf_without_a_port_under_the_aaep_has_no_svi(catalog):
    ports = [one for one in DC1["ports"] if 104 not in one["leaves"]]
    ports.append({"leaves": [103], "ports": ["1/1-3"], "policy_group": "k8s-hosts"})
    fabric, _ = rehearse(catalog, changed(ports=ports), planned())
    ((leaf, text),) = faults(fabric)
    assert leaf == 104
    assert "invalid-path: vlan-310 :There is no domain, associated with both EPG and Port" in text


def test_the_vlan_of_an_epg_on_a_leaf_is_taken_there(catalog):
    binding = {"leaves": [102], "port": "1/20", "vlan": 310}
    tenants = shop(applications={"shop": {"front": {"bindings": [binding]}}})
    ((leaf, text),) = faults(rehearse(catalog, changed(tenants=tenants), planned())[0])
    assert leaf == 102
    assert "encap-already-in-use: Encap (vlan-310) is already in use by shop:shop:front" in text


def test_the_vlan_of_another_l3out_on_a_leaf_is_taken_there(catalog):
    other = {
        "vrf": "own",
        "l3_domain": "k8s",
        "leaves": {103: {"router_id": "1.1.3.103"}},
        "interfaces": [{"vlan": 310, "port": "1/1", "addresses": {103: "198.51.100.1/30"}}],
    }
    tenants = {"a-shop": {"vrfs": {"own": {}}, "l3outs": {"wan": other}}, **DC1["tenants"]}
    document = changed(
        tenants=tenants,
        vlan_pools={**DC1["vlan_pools"], "k8s": {"vlans": 310}},
        l3_domains={**DC1["l3_domains"], "k8s": {"vlan_pool": "k8s"}},
        aaeps={**DC1["aaeps"], "k8s-hosts": {"l3_domains": ["k8s"]}},
    )
    fabric, _ = rehearse(catalog, document, planned())
    assert {fault.code for fault in fabric.faults} == {"F4215"}
    assert all("node-103" in fault.object for fault in fabric.faults)


def test_another_router_id_of_a_leaf_in_the_vrf_is_refused(catalog):
    tenants = copy.deepcopy(DC1["tenants"])
    tenants["k8s"]["l3outs"] = {"wan": {"vrf": "prod", "leaves": {101: {"router_id": "9.9.9.9"}}}}
    with pytest.raises(ApicError, match=r"Different RouterId exists for node in uni/tn-k8s/out-wan/"):
        rehearse(catalog, changed(tenants=tenants), planned())


def test_a_prefix_that_another_l3out_has_in_the_vrf_is_a_fault(catalog):
    tenants = copy.deepcopy(DC1["tenants"])
    tenants["k8s"]["l3outs"] = {
        "another": {
            "vrf": "prod",
            "leaves": {101: {"router_id": "1.1.1.101"}},
            "external_epgs": {"all": {"subnets": {"10.1.0.0/16": ["import-security"]}}},
        }
    }
    found = faults(rehearse(catalog, changed(tenants=tenants), planned())[0])
    assert found
    assert all("prefix-entry-already-in-use" in text for _, text in found)


def test_without_reflectors_in_use_routes_stay_on_their_leaf(catalog):
    for bgp in ({"asn": 65002}, {**DC1["bgp"], "applied": False}):
        assert rehearse(catalog, changed(bgp=bgp), planned())[0].exchange is False


def test_a_filter_and_a_service_graph_that_are_not_there_are_faults(catalog):
    plans = planned((WEB,), contracts={"provide": ["web"]})
    subject = "uni/tn-k8s/brc-web/subj-any"
    assert rehearse(catalog, DC1, plans)[1] == [
        f"{subject}/rsSubjGraphAtt F1128",
        f"{subject}/rssubjFiltAtt-https F1127",
    ]
    tenants = copy.deepcopy(DC1["tenants"])
    tenants["k8s"] |= {"filters": ["https"], "service_graphs": ["firewall"]}
    assert rehearse(catalog, changed(tenants=tenants), plans)[1] == []


def test_a_leaf_that_is_not_there_has_no_cables(catalog):
    del catalog
    plans = planned()
    document = changed(leaves={101: {}, 102: {}, 103: {}}, vpc_pairs={}, ports=DC1["ports"][:1])
    found = rehearsal.fabric(from_documents(plans), plans, load.parse(document, "here"), "here")
    assert [leaf.id for leaf in rehearsal.cabled(from_documents(plans), found).rack_leaves("rack2")] == [103]
    assert ("leaf", "104", "pod 1", "kubefabric_fabric.racks", "") in found.lacking


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (rehearsal.Fabric(Description(), granted=(("VRF", "pord", "tenant k8s", "l3out.vrf"),)), "Taken for granted"),
        (rehearsal.Fabric(Description(), "dc1.yml", lacking=(("VRF", "pord", "", "", "prod"),)), "Not in dc1.yml"),
        (rehearsal.Fabric(Description(), "dc1.yml"), "Everything that the inventory presumes of the fabric is in dc1"),
    ],
    ids=["made up", "something is lacking", "nothing is lacking"],
)
def test_the_end_says_what_was_presumed(found, told, tmp_path, monkeypatch):
    monkeypatch.setattr(Lab, "directory", tmp_path)
    console = Console(width=100, record=True, file=io.StringIO())
    rehearsal.note(Lab("unit"), found)
    rehearsal.show(Lab("unit"), console)
    assert told in console.export_text()
    rehearsal.forget(Lab("unit"))
    rehearsal.show(Lab("unit"), console)
    assert console.export_text() == ""
