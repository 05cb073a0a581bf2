"""aci_bgp_info against operational objects that the lab's APIC serves."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.modules import aci_bgp_info
from tests.apic import apic  # noqa: F401 - fixture
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture
from tests.plans import golden
from tests.run_module import ModuleFailed, run_module

SYS = "topology/pod-1/node-101/sys"
PEER = f"{SYS}/bgp/inst/dom-k8s:prod/peer-[192.168.2.0/24]"


def mo(cls, dn, **attributes):
    return {cls: {"attributes": {"dn": dn, **attributes}}}


def hop(vrf, prefix, address):
    table = f"{SYS}/uribv4/dom-{vrf}/db-rt/rt-[{prefix}]"
    owner = "direct" if prefix == "192.168.2.0/24" else "bgp-65002"
    return [
        mo("uribv4Route", table, prefix=prefix),
        mo("uribv4Nexthop", f"{table}/nh-[{owner}]-[{address}/32]-[unspecified]-[{vrf}]", vrf=vrf, owner=owner),
    ]


@pytest.fixture
def controller(needs_catalog, apic, monkeypatch):  # noqa: ARG001, F811
    monkeypatch.setenv("SSL_CERT_FILE", apic.ca)
    entry = f"{PEER}/ent-[192.168.2.1]"
    leaf = [
        mo("bgpPeer", PEER, asn="65003"),
        mo("bgpPeerEntry", entry, operSt="established", localIp="192.168.2.201"),
        mo("bgpPeerAfEntry", f"{entry}/af-ipv4-ucast", acceptedPaths="2", pfxSent="9"),
        *hop("k8s:prod", "10.1.0.0/26", "192.168.2.1"),
        *hop("k8s:prod", "192.168.2.0/24", "192.168.2.201"),
        *hop("k8s:other", "10.9.0.0/26", "10.9.9.9"),
    ]
    apic.operational(leaf)
    apic.reset()
    return apic


def run(controller, **options):
    login = {"username": controller.username, "password": controller.password, "use_proxy": False}
    base = {"host": controller.host, "port": controller.port, **login, "tenant": "k8s", "vrf": "prod"}
    return run_module(aci_bgp_info, {**base, "leaves": [{"id": 101}, {"id": 199}], **options})


def test_sessions_and_bgp_routes_of_the_vrf_and_no_other(controller):
    result = run(controller, l3out="k8s-prod")
    leaf = result["bgp"]["101"]
    assert leaf["reachable"]
    assert [(item["peer"], item["state"], item["prefixes_received"]) for item in leaf["sessions"]] == [
        ("192.168.2.1", "established", 2)
    ]
    assert leaf["routes"] == [
        {
            "prefix": "10.1.0.0/26",
            "family": "ipv4",
            "protocol": "bgp",
            "next_hops": [{"address": "192.168.2.1", "vrf": "k8s:prod", "leaf": None}],
        }
    ]
    assert result["bgp"]["199"] == {"reachable": False, "sessions": [], "routes": []}
    assert result["requests"] == {"login": 1, "get": 4, "post": 0}
    assert result["fabric"] == {"asn": 65002, "route_reflectors": [201, 202], "applied": True}


def test_waiting_takes_one_login_and_says_what_did_not_come_up(controller):
    expect = [{"leaf": 101, "peer": "192.168.2.1"}, {"leaf": 101, "peer": "192.168.2.2"}]
    result = run(controller, wait=1, expect=expect)
    assert result["missing"] == [{"leaf": 101, "peer": "192.168.2.2"}]
    assert result["requests"]["login"] == 1


def test_faults_of_the_l3out_are_found_wherever_they_are(controller):
    for name in ("k8s-prod", "k8s-prod2"):
        controller.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": name}}})
    below, elsewhere = "uni/tn-k8s/out-k8s-prod/fault-F0467", "uni/tn-k8s/out-k8s-prod2/fault-F0467"
    policy = "uni/epp/rtd-[uni/tn-k8s/out-k8s-prod/instP-default]"
    leaf = f"topology/pod-1/node-101/local/svc-policyelem-id-0/{policy}/fault-F0467"
    faults = [mo("faultInst", dn, code="F0467", severity="minor", descr="x") for dn in (below, elsewhere, leaf)]
    controller.operational(faults, owner="faults")
    assert sorted(fault["dn"] for fault in run(controller, l3out="k8s-prod")["faults"]) == sorted([below, leaf])


def test_faults_of_interfaces_and_addresses_are_found_where_a_rack_has_them(controller):
    local = "topology/pod-1/node-101/local/svc-policyelem-id-0/resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-{}]"
    address = "topology/pod-1/node-101/sys/ipv4/inst/dom-{}/if-[vlan310]/addr-[10.0.0.1/24]/fault-F1425"
    ours = [
        f"{local.format('k8s-prod')}/node-101/stpathatt-[eth1/11]/nwissues/fault-F0467",
        f"{local.format('k8s-prod')}/nwissues/fault-F0467",
        address.format("k8s:prod"),
    ]
    others = [f"{local.format('k8s-prod2')}/nwissues/fault-F0467", address.format("k8s:prod2")]
    faults = [mo("faultInst", dn, code=dn[-5:], severity="minor", descr="x") for dn in (*ours, *others)]
    controller.operational(faults, owner="faults")
    assert sorted(fault["dn"] for fault in run(controller, l3out="k8s-prod")["faults"]) == sorted(ours)


def test_a_delegate_is_found_where_the_leafs_own_fault_cannot_be_seen(controller):
    place = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-{}]/node-103/stpathatt-[eth1/11]/nwissues"
    ours, others = (
        f"uni/tn-k8s/out-{name}/fd-[{place.format(name)}]-fault-F0467" for name in ("k8s-prod", "k8s-prod2")
    )
    for name in ("k8s-prod", "k8s-prod2"):
        controller.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": name}}})
    text = "Fault delegate: Configuration failed for uni/tn-k8s/out-k8s-prod node 103 eth1/11 due to …"
    faults = [mo("faultDelegate", dn, code="F0467", severity="minor", descr=text) for dn in (ours, others)]
    controller.operational(faults, owner="faults")
    (found,) = run(controller, l3out="k8s-prod")["faults"]
    assert (found["dn"], found["code"]) == (ours, "F0467")
    assert found["description"].startswith("Configuration failed for")


def test_a_leafs_fault_and_its_delegate_are_one_fault(controller):
    controller.post("uni/tn-k8s", {"l3extOut": {"attributes": {"name": "k8s-prod"}}})
    place = "resPolCont/rtdOutCont/rtdOutDef-[uni/tn-k8s/out-k8s-prod]/node-103/stpathatt-[eth1/11]/nwissues"
    own = f"topology/pod-2/node-103/local/svc-policyelem-id-0/{place}/fault-F0467"
    controller.operational([mo("faultInst", own, code="F0467", severity="minor", descr="x")], owner="faults")
    assert [fault["dn"] for fault in run(controller, l3out="k8s-prod")["faults"]] == [own]


def test_an_expectation_of_a_leaf_that_is_not_read_is_a_mistake(controller):
    with pytest.raises(ModuleFailed) as error:
        run(controller, expect=[{"leaf": 7, "peer": "10.0.0.1"}])
    assert str(error.value) == "expect names leaf 7, which is not among leaves."


def test_a_query_picks_from_the_result(controller):
    result = run(controller, query="bgp.*.sessions[] | [].peer")
    assert result["matches"] == [session["peer"] for session in result["bgp"]["101"]["sessions"]]
    assert result["matches"]


def test_a_query_that_is_no_jmespath_is_refused_before_the_controller_is_asked(controller):
    with pytest.raises(ModuleFailed, match=r"^query: bgp\.\[ is not JMESPath: "):
        run(controller, query="bgp.[")
    assert controller.requests() == {}


def test_a_plan_stands_for_the_vrf_the_l3out_and_the_leaves(controller):
    plan = golden("floating-ipv4")["k8s-prod"]
    login = {"username": controller.username, "password": controller.password, "use_proxy": False}
    result = run_module(aci_bgp_info, {"host": controller.host, "port": controller.port, **login, "plan": plan})
    assert list(result["bgp"]) == list(plan["leaves"])
    assert [item["peer"] for item in result["bgp"]["101"]["sessions"]] == ["192.168.2.1"]
