"""Who reaches a cluster, through aci_l3out against the lab's APIC: make, repeat, drop, share, remove."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.modules import aci_l3out
from tests.aci_modules import connection, controller, methods, objects  # noqa: F401 - fixture
from tests.apic import Apic, apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.fabric_trees import mo
from tests.run_module import ModuleFailed, run_module

GOLDEN = Path(__file__).resolve().parents[3] / "golden" / "aci"
L3OUT = "uni/tn-k8s/out-k8s-prod"
INTERNET = "uni/tn-k8s/out-internet"
EXPORT = f"{INTERNET}/prof-default-export"


@pytest.fixture
def fabric(controller):  # noqa: F811
    """What others have: contracts, a service graph, an EPG here and one there, two more L3Outs."""
    external = mo("l3extInstP", name="all")
    shop = mo("fvAp", mo("fvAEPg", name="frontend"), name="shop")
    tenants = [
        mo("fvTenant", mo("vnsAbsGraph", name="firewall"), mo("l3extOut", external, name="internet"), shop, name="k8s"),
        mo("fvTenant", mo("vzBrCP", name="dns", scope="global"), name="common"),
        mo("fvTenant", mo("vzBrCP", name="monitoring", scope="global"), name="ops"),
        mo("fvTenant", mo("fvAp", mo("fvAEPg", name="erp"), name="erp"), name="legacy"),
        mo("fvTenant", mo("l3extOut", mo("l3extInstP", name="partners"), name="partners"), name="dmz"),
    ]
    controller.post("uni", mo("polUni", *tenants))
    return controller


def intent() -> dict:
    return yaml.safe_load((GOLDEN / "reachability" / "l3out.yml").read_text())


def run(fabric: Apic, check: bool = False, **options) -> dict:
    fabric.reset()
    return run_module(
        aci_l3out, {**connection(fabric), "wait_for_faults": 0, **intent(), **options}, check=check, diff=True
    )


def reach(**changes) -> dict:
    return {**copy.deepcopy(intent()["reachability"]), **changes}


def second(reachability: dict | None) -> dict:
    """Another cluster of the same tenant and VRF."""
    networks = [{"kind": "pod", "prefix": "10.2.0.0/16", "aggregate": True}]
    access = {"aaep": "k8s-hosts", "vlan_pool": "b", "physical_domain": "b", "l3_domain": "b"}
    access["vlans"] = [{"from": 399, "to": 399}]
    svis = [{**svi, "vlan": 399} for svi in intent()["svis"]]
    mine = {"name": "k8s-b", "cluster": "k8s-b", "networks": networks, "access": access, "svis": svis}
    return {**mine, "reachability": reachability}


def attributes(fabric: Apic, dn: str) -> dict:
    (found,) = fabric.get(f"/api/mo/{dn}.json")
    return next(iter(found.values()))["attributes"]


def test_the_whole_cycle_leaves_nothing_behind(fabric):
    before = objects(fabric)
    checked = run(fabric, check=True)
    assert objects(fabric) == before

    made = run(fabric)
    assert made["created"] == checked["created"]
    assert {
        f"{L3OUT}/instP-web/rsprov-web",
        "uni/tn-legacy/cif-k8s-billing/rsif",
        f"{INTERNET}/instP-all/rscons-web",
    } <= (objects(fabric))
    assert (methods(fabric)["login"], methods(fabric)["post"]) == (1, 1)
    # tenants k8s, legacy and dmz, the access policies, what lies below uni; then one look at the faults
    assert methods(fabric)["get"] == 5 + 1

    again = run(fabric)
    assert not again["changed"]
    assert again["diff"] == {"before": {}, "after": {}}
    assert methods(fabric) == {"login": 1, "get": 5, "post": 0}

    run(fabric, state="absent")
    assert objects(fabric) == before
    assert not run(fabric, state="absent")["changed"]


def test_an_endpoint_security_group_gets_contracts_and_loses_what_it_got(fabric):
    group = "uni/tn-k8s/ap-shop/esg-web"
    fabric.post("uni", mo("polUni", mo("fvTenant", mo("fvAp", mo("fvESg", name="web"), name="shop"), name="k8s")))
    wanted = {"tenant": "k8s", "application": "shop", "name": "web", "consume": ["billing"]}
    with_group = reach(esgs=[wanted])
    assert f"{group}/rscons-billing" in run(fabric, reachability=with_group)["created"]
    assert not run(fabric, reachability=with_group)["changed"]
    assert f"{group}/rscons-billing" in run(fabric)["deleted"]
    assert group in objects(fabric)


def test_an_endpoint_security_group_that_is_not_there_is_an_error(fabric):
    wanted = {"tenant": "k8s", "application": "shop", "name": "web", "consume": ["billing"]}
    with pytest.raises(ModuleFailed) as error:
        run(fabric, reachability=reach(esgs=[wanted]))
    assert str(error.value) == (
        "Nothing was written: endpoint security group web (uni/tn-k8s/ap-shop/esg-web) does not exist, "
        "and is not made here."
    )


def test_every_relation_is_resolved(fabric):
    run(fabric)
    faults = [item["faultInst"]["attributes"] for item in fabric.get("/api/class/faultInst.json")]
    broken = [item["dn"] for item in faults if "/tn-" in item["dn"] and "leaf" not in item["dn"]]
    assert [dn for dn in broken if "/rs" in dn and ("Prov" in dn or "prov" in dn or "cons" in dn or "subj" in dn)] == []


def test_what_the_intent_drops_goes_wherever_it_lies_and_nothing_else(fabric):
    before = objects(fabric)
    run(fabric, reachability=None)
    bare = objects(fabric)
    run(fabric)
    dropped = run(fabric, reachability=None)
    assert {"uni/tn-k8s/brc-web", "uni/tn-dmz/out-partners/prof-default-export", EXPORT} <= set(dropped["deleted"])
    assert objects(fabric) == bare
    assert not run(fabric, reachability=None)["changed"]
    run(fabric, state="absent")
    assert objects(fabric) == before


def test_dropping_one_contract_leaves_the_others(fabric):
    run(fabric)
    contracts = [one for one in reach()["contracts"] if one["name"] != "billing"]
    epgs = [epg for epg in reach()["external_epgs"] if epg["name"] != "billing"]
    interfaces = [one for one in reach()["interfaces"] if one["contract"] != "billing"]
    less = run(fabric, reachability=reach(contracts=contracts, external_epgs=epgs, interfaces=interfaces, epgs=[]))
    assert sorted(less["deleted"]) == [
        "uni/tn-k8s/ap-shop/epg-frontend/rscons-billing",
        "uni/tn-k8s/brc-billing",
        f"{L3OUT}/instP-billing",
        "uni/tn-legacy/ap-erp/epg-erp/rsconsIf-k8s-billing",
        "uni/tn-legacy/cif-k8s-billing",
    ]
    assert (less["created"], less["modified"]) == ([], [])


def test_a_filter_entry_and_a_graph_that_are_dropped_go_too(fabric):
    run(fabric)
    contracts = reach()["contracts"]
    web = next(one for one in contracts if one["name"] == "web")
    del web["subjects"][0]["graph"]
    web["subjects"][0]["filters"][0]["entries"].pop(0)
    less = run(fabric, reachability=reach(contracts=contracts))
    assert sorted(less["deleted"]) == ["uni/tn-k8s/brc-web/subj-web/rsSubjGraphAtt", "uni/tn-k8s/flt-web/e-http"]


def test_a_contract_of_two_clusters_goes_with_the_second(fabric):
    shared = {"contracts": [one for one in reach()["contracts"] if one["name"] == "registry"]}
    subnets = [{"prefix": "10.2.0.0/16", "scope": ["import-security"], "aggregate": []}]
    other = second({**shared, "external_epgs": [{"name": "default", "subnets": subnets, "consume": ["registry"]}]})
    run(fabric)
    first = objects(fabric)
    run(fabric, **other)
    assert not run(fabric)["changed"]
    run(fabric, **other, state="absent")
    assert objects(fabric) == first
    run(fabric, **other)
    run(fabric, state="absent")
    assert {"uni/tn-k8s/brc-registry/subj-https/rssubjFiltAtt-https", "uni/tn-k8s/flt-https/e-https"} <= objects(fabric)
    assert not run(fabric, **other)["changed"]
    run(fabric, **other, state="absent")
    assert not [dn for dn in objects(fabric) if "brc-registry" in dn or "flt-https" in dn]


def test_a_route_map_of_others_keeps_its_rules_and_gets_ours(fabric):
    rule = mo("rtctrlCtxP", name="theirs", order="1", action="deny")
    fabric.post(INTERNET, mo("rtctrlProfile", rule, name="default-export", type="global", descr="by hand"))
    before, theirs = objects(fabric), attributes(fabric, EXPORT)
    run(fabric)
    assert f"{EXPORT}/ctx-kubefabric-k8s-prod" in objects(fabric)
    assert {**attributes(fabric, EXPORT), "modTs": ""} == {**theirs, "modTs": ""}
    run(fabric, state="absent")
    assert objects(fabric) == before


def test_a_relation_that_an_epg_had_already_stays_its_own(fabric):
    epg = "uni/tn-k8s/ap-shop/epg-frontend"
    fabric.post(epg, mo("fvRsCons", tnVzBrCPName="billing"))
    before = objects(fabric)
    run(fabric)
    assert not run(fabric)["changed"]
    run(fabric, state="absent")
    assert objects(fabric) == before


@pytest.mark.parametrize(
    ("given", "dn", "message"),
    [
        (
            mo("vzBrCP", name="web"),
            "",
            "Nothing was written: uni/tn-k8s/brc-web is there already, not made by this collection."
            " With `adopt: true` this collection takes over these objects; look at them first.",
        ),
        (
            None,
            "uni/tn-ops/brc-monitoring",
            "Nothing was written: contract monitoring (uni/tn-ops/brc-monitoring) does not exist, "
            "and is not made here.",
        ),
        (
            None,
            "uni/tn-dmz/out-partners/instP-partners",
            "Nothing was written: external EPG partners (uni/tn-dmz/out-partners/instP-partners) does not exist, "
            "and is not made here.",
        ),
        (
            None,
            "uni/tn-k8s/ap-shop/epg-frontend",
            "Nothing was written: EPG frontend (uni/tn-k8s/ap-shop/epg-frontend) does not exist, and is not made here.",
        ),
    ],
)
def test_what_others_have_in_our_way_or_do_not_have_is_said_before_anything_is_written(fabric, given, dn, message):
    if given:
        fabric.post("uni/tn-k8s", given)
    if dn:
        fabric.delete(dn)
    with pytest.raises(ModuleFailed) as error:
        run(fabric)
    assert str(error.value) == message
    assert methods(fabric)["post"] == 0


def test_contracts_alone_can_be_brought_and_taken_by_another_team(fabric):
    run(fabric, reachability=None)
    bare = objects(fabric)
    run(fabric)
    whole = objects(fabric)
    run(fabric, scope="contracts", state="absent")
    assert objects(fabric) == bare
    assert not run(fabric, scope="contracts", state="absent")["changed"]
    run(fabric, scope="contracts")
    assert objects(fabric) == whole
    assert (methods(fabric)["login"], methods(fabric)["post"]) == (1, 1)
    assert not run(fabric)["changed"]
    less = [epg for epg in reach()["external_epgs"] if epg["name"] != "billing"]
    assert f"{L3OUT}/instP-billing" in run(fabric, scope="contracts", reachability=reach(external_epgs=less))["deleted"]


def test_contracts_alone_need_the_l3out(fabric):
    with pytest.raises(ModuleFailed) as error:
        run(fabric, scope="contracts", reachability=None)
    assert str(error.value) == (
        "Nothing was written: L3Out k8s-prod (uni/tn-k8s/out-k8s-prod) does not exist, and is not made here."
    )


def test_what_the_same_owner_holds_for_another_purpose_is_left_alone(fabric):
    tag = mo("tagAnnotation", key="kubefabric-k8s-prod", value="orchestrator:kubefabric")
    fabric.post("uni/tn-k8s", mo("vzBrCP", tag, name="elsewhere", annotation="orchestrator:kubefabric"))
    run(fabric)
    assert "uni/tn-k8s/brc-elsewhere" in objects(fabric)
