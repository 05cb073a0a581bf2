"""External EPGs of whole kinds of networks, ESGs, the preferred group, ports' mode, peers that are down."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import designs, reachability
from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model.mo import Mo, walk
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.l3out_options import complete
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.fabric import sessions
from lab.apic.catalog import Catalog
from tests.catalog_check import needs_catalog  # noqa: F401 - fixture

from .intents import standard, white_paper

WEB = {"name": "web", "tenant": "common", "existing": True}
ESG = {"tenant": "apps", "application": "shop", "name": "frontend", "consume": ["web"], "change": True}


def l3out(intent: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The plan's L3Out of the white paper's cluster with these options of its L3Out."""
    intent = intent or white_paper()
    intent["fabric"]["contracts"] = [WEB]
    intent["clusters"]["prod"]["cluster"]["l3out"] |= options
    return build(intent).plans["prod"]["l3out"]


def epgs(made: dict[str, Any]) -> dict[str, list[str]]:
    return {one["name"]: [item["prefix"] for item in one["subnets"]] for one in made["reachability"]["external_epgs"]}


def mistakes(**options: Any) -> list[str]:
    with pytest.raises(IntentError) as raised:
        l3out(**options)
    return [str(finding).removeprefix("host_vars/prod: kubefabric_cluster.l3out.") for finding in raised.value.findings]


# -- external EPGs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [{"kinds": ["external_service"]}, {"subnets": ["192.168.3.0/24"]}])
def test_an_external_epg_holds_a_whole_kind_of_network_in_place_of_the_default_one(row: dict[str, Any]) -> None:
    made = l3out(external_epgs=[{"name": "services", "provide": ["web"], **row}])
    assert epgs(made) == {"default": ["192.168.2.0/24", "10.1.0.0/16"], "services": ["192.168.3.0/24"]}


def test_kinds_and_longer_prefixes_go_together() -> None:
    rows = [{"name": "services", "kinds": ["external_service"]}, {"name": "vip", "subnets": ["192.168.3.16/28"]}]
    assert epgs(l3out(external_epgs=rows))["vip"] == ["192.168.3.16/28"]
    (both,) = [{**rows[0], "subnets": ["10.1.4.0/24"]}]
    assert epgs(l3out(external_epgs=[both]))["services"] == ["192.168.3.0/24", "10.1.4.0/24"]


def test_longer_prefixes_of_a_leaked_kind_are_leaked_but_for_the_nodes() -> None:
    rows = [{"name": "nodes", "kinds": ["node", "pod"], "shared": True}]
    found = {one["name"]: one for one in l3out(external_epgs=rows)["reachability"]["external_epgs"]}
    assert [subnet["aggregate"] for subnet in found["nodes"]["subnets"]] == [[], ["shared-rtctrl"]]


def test_a_kind_is_in_one_external_epg_and_has_networks() -> None:
    rows = [
        {"name": "a", "kinds": ["pod"]},
        {"name": "b", "kinds": ["pod", "service"]},
        {"name": "c", "subnets": ["10.1.0.0/16"]},
        {"name": "d"},
    ]
    assert mistakes(external_epgs=rows) == [
        "external_epgs[1].kinds[0]: 10.1.0.0/16 is in external_epgs[0].kinds[0] too; a VRF takes a prefix once "
        "(l3extSubnet); keep it in one external EPG",
        "external_epgs[1].kinds[1]: the cluster's nodes announce no service network; remove it, or see networks and "
        "the options of the CNI",
        "external_epgs[2].subnets[0]: 10.1.0.0/16 is in external_epgs[0].kinds[0] too; a VRF takes a prefix once "
        "(l3extSubnet); keep it in one external EPG",
        "external_epgs[3]: holds no network; give it kinds or subnets",
    ]


def test_the_preferred_group_is_a_property_of_each_external_epg() -> None:
    made = l3out(
        contracts={"preferred_group": True}, external_epgs=[{"name": "services", "kinds": ["external_service"]}]
    )
    groups = {mo.attributes["name"]: mo.attributes.get("prefGrMemb") for mo in reachability.external_epgs(made)}
    assert groups == {"default": "include", "services": None}


def test_an_external_epg_in_the_preferred_group_alone_is_planned() -> None:
    assert "reachability" not in l3out()
    assert l3out(contracts={"preferred_group": True})["reachability"]["external_epgs"][0]["preferred_group"] is True


# -- endpoint security groups -----------------------------------------------------------------------------


def test_an_endpoint_security_group_gets_contracts_where_it_is() -> None:
    made = l3out(contracts={"provide": ["web"]}, esgs=[ESG])
    found = [(dn, mo) for tree in reachability.tenants(made) for dn, mo in walk(Mo("polUni", {}, [tree]))]
    (relation,) = [dn for dn, mo in found if mo.cls == "fvRsCons"]
    assert relation == "uni/tn-apps/ap-shop/esg-frontend/rscons-web"


def test_an_endpoint_security_group_of_another_vrf_makes_prefixes_leak() -> None:
    made = l3out(contracts={"provide": ["web"]}, esgs=[{**ESG, "vrf": "apps"}])
    (epg,) = made["reachability"]["external_epgs"]
    assert "shared-rtctrl" in epg["subnets"][0]["scope"]
    assert made["reachability"]["contracts"][0].get("scope") == "global" or made["reachability"]["esgs"]


def test_an_endpoint_security_group_belongs_to_others() -> None:
    assert mistakes(contracts={"provide": ["web"]}, esgs=[{**ESG, "change": False}, {**ESG, "consume": []}]) == [
        "esgs[0].change: ESG frontend belongs to others, and this would add to it; ask its owner, then set change: "
        "true; what was added goes with the entry",
        "esgs[1]: ESG frontend gets no contract; add provide or consume, or remove the entry",
        "esgs[1]: is there twice; merge the two entries",
    ]


# -- ports and peers --------------------------------------------------------------------------------------


def interfaces_of(made: dict[str, Any]) -> list[Mo]:
    return [
        child for profile in designs.profiles(complete(made)) for child in profile.children if child.cls != "bfdIfP"
    ]


@pytest.mark.parametrize("mode", ["regular", "native", "untagged"])
@pytest.mark.parametrize("intent", [white_paper, standard])
def test_ports_carry_the_vlan_in_the_mode_that_is_asked_for(intent: Any, mode: str) -> None:
    made = l3out(intent(), mode=mode)
    assert {mo.attributes["mode"] for mo in interfaces_of(made)} == {mode}


def peers(made: dict[str, Any]) -> list[tuple[str, str]]:
    """(address of the interface or path, administrative state) of every peer."""
    return [
        (mo.attributes.get("addr") or mo.attributes["tDn"], child.attributes.get("adminSt", "enabled"))
        for mo in interfaces_of(made)
        for child in mo.children
        if child.cls == "bgpPeerP"
    ]


def test_all_peers_can_be_taken_down() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"]["admin_state"] = "disabled"
    plan = build(intent).plans["prod"]
    assert {state for _where, state in peers(plan["l3out"])} == {"disabled"}
    assert sessions(plan, {}) == []


@pytest.mark.parametrize("neighbors", ["dynamic", "per_node"])
def test_the_peers_of_one_leaf_can_be_taken_down(neighbors: str) -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"]["neighbors"] = neighbors
    intent["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = {101: {"admin_state": "disabled"}}
    plan = build(intent).plans["prod"]
    states = peers(plan["l3out"])
    own = plan["leaves"]["101"]["addresses"]["ipv4"] + "/24"
    assert {address for address, state in states if state == "disabled"} == {own}
    assert {session.leaf for session in sessions(plan, {})} == {"102", "103", "104"}


def test_the_peer_of_one_node_can_be_taken_down() -> None:
    intent = standard()
    intent["clusters"]["prod"]["nodes"]["node2"]["bgp_admin_state"] = "disabled"
    plan = build(intent).plans["prod"]
    assert [state for _where, state in peers(plan["l3out"])] == ["enabled", "disabled", "enabled"]
    assert {session.node for session in sessions(plan, {})} == {"node1", "node3"}


def test_a_peer_that_is_not_there_by_itself_cannot_be_taken_down_by_itself() -> None:
    floating, fixed = white_paper(), standard()
    floating["clusters"]["prod"]["nodes"]["node2"]["bgp_admin_state"] = "disabled"
    fixed["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = {101: {"admin_state": "disabled"}}
    for intent, path in ((floating, "host node2: bgp_admin_state"), (fixed, "l3out.leaves.101.admin_state")):
        with pytest.raises(IntentError) as raised:
            build(intent)
        assert [finding.path.endswith(path) for finding in raised.value.findings] == [True]


@pytest.mark.parametrize(
    ("cls", "name", "values"),
    [
        ("l3extInstP", "prefGrMemb", {"include", "exclude"}),
        ("l3extVirtualLIfP", "mode", {"regular", "native", "untagged"}),
        ("l3extRsPathL3OutAtt", "mode", {"regular", "native", "untagged"}),
        ("bgpPeerP", "adminSt", {"enabled", "disabled"}),
    ],
)
def test_apic_s_model_has_these_values(needs_catalog: Any, cls: str, name: str, values: set[str]) -> None:  # noqa: ARG001, F811
    found = Catalog().properties(cls)[name]
    assert set(found.constants) == values and found.configurable


def test_apic_s_model_has_endpoint_security_groups_with_contracts(needs_catalog: Any) -> None:  # noqa: ARG001, F811
    group = Catalog()["fvESg"]
    assert group.contained_by == {"fvAp"} and {"fvRsProv", "fvRsCons", "fvRsConsIf"} <= set(group.contains)


def test_a_rule_may_match_the_default_route_alone() -> None:
    intent = white_paper()
    both, one = ({"prefixes": prefixes, "aggregate": False} for prefixes in (["0.0.0.0/0", "::/0"], ["0.0.0.0/0"]))
    deny = {"name": "no-default", "direction": "export", "action": "deny", "match": both}
    take = {"name": "default", "direction": "import", "match": one}
    intent["clusters"]["prod"]["cluster"]["l3out"]["route_maps"] = [deny, take]
    rules = build(intent).plans["prod"]["l3out"]["route_maps"]
    assert [rule["match"] for rule in rules] == [{**one, "communities": []}, {**both, "communities": []}]
    intent["clusters"]["prod"]["cluster"]["l3out"]["route_maps"] = [{**take, "match": {"prefixes": ["0.0.0.0/0"]}}]
    with pytest.raises(IntentError, match="would let a node announce addresses in the node network"):
        build(intent)
