"""From an intent to plans, by golden cases: tests/golden/plan/<case>/intent.yml makes plan.yml beside it."""

from __future__ import annotations

import copy
import os
import random
from pathlib import Path

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import add_cluster, standard, white_paper

GOLDEN = Path(__file__).parents[4] / "golden" / "plan"
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/intent.yml"))


@pytest.mark.parametrize("case", CASES)
def test_an_intent_makes_its_golden_plan(case: str) -> None:
    intent = yaml.safe_load((GOLDEN / case / "intent.yml").read_text())
    result = build(intent)
    made = {"plans": result.plans, "allocations": result.allocations}
    target = GOLDEN / case / "plan.yml"
    if os.environ.get("UPDATE_GOLDEN"):
        target.write_text(yaml.safe_dump(made, sort_keys=False))
    assert made == yaml.safe_load(target.read_text())
    assert yaml.safe_dump(made, sort_keys=False) == target.read_text(), "plan.yml is rendered in another order"
    assert result.warnings == []


def test_a_plan_names_the_spines_that_the_intent_makes_route_reflectors():
    intent = white_paper()
    assert "route_reflectors" not in build(intent).plans["prod"]["fabric"]
    intent["fabric"]["bgp"] = {"route_reflectors": {212: {}, 211: {}}}
    assert build(intent).plans["prod"]["fabric"]["route_reflectors"] == [211, 212]


@pytest.mark.parametrize("case", CASES)
def test_a_second_run_with_the_kept_allocations_makes_the_same_plan_and_allocates_nothing(case: str) -> None:
    intent = yaml.safe_load((GOLDEN / case / "intent.yml").read_text())
    first = build(intent)
    second = build({**intent, "allocations": first.allocations})
    assert (second.plans, second.allocations, second.new) == (first.plans, first.allocations, {})


@pytest.mark.parametrize("case", CASES)
def test_an_intent_is_not_changed_by_planning_it(case: str) -> None:
    intent = yaml.safe_load((GOLDEN / case / "intent.yml").read_text())
    before = copy.deepcopy(intent)
    build(intent)
    assert intent == before


def test_a_plan_never_holds_the_password() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"] = {"password": "f1nd-me", "password_key": "f1nd-the-key-as-well"}
    result = build(intent)
    assert result.plans["prod"]["bgp"]["password"] is True
    assert "f1nd" not in repr(result)


def test_numbers_that_jinja_made_text_of_are_numbers_in_the_plan() -> None:
    intent = white_paper()
    intent["fabric"]["asn"] = "65002"
    intent["clusters"]["prod"]["cluster"]["l3out"]["vlan"] = "310"
    assert build(intent).plans == build(white_paper()).plans


def test_leaf_ids_that_json_made_text_of_are_the_same_leaves() -> None:
    intent = white_paper()
    for rack in intent["fabric"]["racks"].values():
        rack["leaves"] = {str(leaf): options for leaf, options in rack["leaves"].items()}
    assert build(intent).plans == build(white_paper()).plans


def test_a_leaf_named_beside_the_nodes_racks_becomes_an_anchor_too() -> None:
    intent = white_paper()
    del intent["clusters"]["prod"]["nodes"]["node3"]
    intent["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = {103: {}, 104: {}}
    anchors = build(intent).plans["prod"]["l3out"]["svis"][0]["anchors"]
    assert [anchor["leaf"] for anchor in anchors] == [101, 102, 103, 104]


def test_both_families_have_the_same_anchors() -> None:
    intent = white_paper()
    cluster = intent["clusters"]["prod"]["cluster"]
    cluster["networks"]["node"].append("2001:db8:2::/64")
    cluster["networks"]["pod"].append("2001:db8:1000::/52")
    cluster["l3out"]["leaves"] = {101: {"addresses": ["192.168.2.201"]}, 103: {"addresses": ["2001:db8:2::103"]}}
    first, second = build(intent).plans["prod"]["l3out"]["svis"]
    assert [anchor["leaf"] for anchor in first["anchors"]] == [anchor["leaf"] for anchor in second["anchors"]]


def test_a_router_id_given_for_a_cluster_wins_over_the_leaf_s_own() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["l3out"]["leaves"] = {101: {"router_id": "9.9.9.9"}}
    plan = build(intent).plans["prod"]
    assert plan["leaves"]["101"]["router_id"] == plan["l3out"]["leaves"][0]["router_id"] == "9.9.9.9"


@pytest.mark.parametrize(("cni", "timers"), [("calico", (2, 6)), ("cilium", (1, 3)), ("ovn_kubernetes", (1, 3))])
def test_timers_that_are_not_given_suit_the_cni(cni: str, timers: tuple[int, int]) -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["cni"] = cni
    bgp = build(intent).plans["prod"]["bgp"]
    assert (bgp["keepalive"], bgp["hold"]) == timers


def test_an_unknown_release_is_planned_with_a_warning() -> None:
    intent = white_paper()
    intent["fabric"]["version"] = "6.9(1a)"
    assert [str(warning) for warning in build(intent).warnings] == [
        "group_vars/all: kubefabric_fabric.version: the limits of release 6.9(1a) are not known; the newest known ones "
        "are used (known: 5.2, 6.0); give those of its Verified Scalability Guide in limits"
    ]


def test_bfd_beside_graceful_restart_is_planned_with_a_warning() -> None:
    intent = white_paper()
    cluster = intent["clusters"]["prod"]["cluster"]
    cluster["cni"], cluster["bgp"]["bfd"] = "ovn_kubernetes", True
    result = build(intent)
    assert result.plans["prod"]["l3out"]["bgp"]["bfd"] is True
    assert [str(warning) for warning in result.warnings] == [
        "host_vars/prod: kubefabric_cluster.bgp.bfd: BFD takes a session down that graceful restart would keep; set "
        "bgp.graceful_restart to false where failures shall be noticed at once"
    ]
    cluster["bgp"]["graceful_restart"] = False
    assert build(intent).warnings == []


# -- stability: what comes or goes renumbers no other node or leaf -----------------------------------------------------


def _addresses(plans: dict) -> dict:
    """Everything that must not change: interface, gateway and VLAN of every node, addresses of every leaf."""
    nodes = {
        (cluster, name): (node["interfaces"], node["vlan"])
        for cluster, plan in plans.items()
        for name, node in plan["nodes"].items()
    }
    leaves = {
        (cluster, leaf): entry["addresses"] for cluster, plan in plans.items() for leaf, entry in plan["leaves"].items()
    }
    return {**nodes, **leaves}


def _change(intent: dict, dice: random.Random) -> None:
    """Add or remove a node, a rack or a cluster."""
    name = dice.choice(sorted(intent["clusters"]))
    nodes = intent["clusters"][name]["nodes"]
    kind = dice.choice(["add node", "add node", "remove node", "add rack", "add cluster", "remove cluster"])
    number = dice.randrange(1, 90)
    if kind == "add node" and len(nodes) < 20:
        rack = dice.choice(list(intent["fabric"]["racks"])[:3])
        nodes[f"{name}-new{number}"] = {"rack": rack, "vpc": f"vpc-{number}"}
    elif kind == "remove node" and len(nodes) > 1:
        del nodes[dice.choice(sorted(nodes))]
    elif kind == "add rack":
        rack, leaf = f"rack{number + 2}", 200 + 2 * number
        ids = {identifier: {"router_id": f"1.1.2.{identifier - 200}"} for identifier in (leaf, leaf + 1)}
        intent["fabric"]["racks"][rack] = {"leaves": ids}
    elif kind == "add cluster":
        add_cluster(intent, number)
    elif kind == "remove cluster" and len(intent["clusters"]) > 1:
        del intent["clusters"][name]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("start", [white_paper, standard])
def test_whatever_comes_or_goes_no_other_address_changes(start, seed: int) -> None:
    dice, intent = random.Random(seed), start()
    result = build(intent)
    for _step in range(25):
        _change(intent, dice)
        following = build({**intent, "allocations": result.allocations})
        before, after = _addresses(result.plans), _addresses(following.plans)
        assert {key: after[key] for key in before if key in after} == {
            key: before[key] for key in before if key in after
        }
        result = following


def test_an_address_of_a_removed_node_can_be_given_again() -> None:
    intent = white_paper()
    first = build(intent)
    nodes = intent["clusters"]["prod"]["nodes"]
    del nodes["node2"]
    without = build({**intent, "allocations": first.allocations})
    assert "node2" not in without.allocations["prod"]["nodes"]
    intent["clusters"]["prod"]["cluster"]["networks"]["node"] = ["192.168.2.0/28"]
    kept = build({**intent, "allocations": without.allocations})  # leaves and shared addresses move
    assert kept.allocations["prod"]["freed"] == {"ipv4": ["192.168.2.2"]}
    nodes.update({f"node{number}": {"rack": "rack1"} for number in range(4, 10)})
    full = build({**intent, "allocations": kept.allocations})
    assert full.plans["prod"]["nodes"]["node9"]["addresses"] == {"ipv4": "192.168.2.2"}
    assert "freed" not in full.allocations["prod"]


@pytest.mark.parametrize(
    ("start", "new", "freed"),
    [
        (white_paper, ["192.168.2.4 for node4"], {"ipv4": ["192.168.2.2"]}),
        (standard, ["192.168.2.24/29 for node4", "VLAN 403 for node4"], {"ipv4": ["192.168.2.8/29"], "vlans": [401]}),
    ],
)
def test_a_new_node_does_not_get_what_a_removed_one_had(start, new: list[str], freed: dict) -> None:
    intent = start()
    first = build(intent)
    nodes = intent["clusters"]["prod"]["nodes"]
    del nodes["node2"]
    nodes["node4"] = {"rack": "rack1", **({"vpc": "vpc-node4"} if start is standard else {})}
    same_run = build({**intent, "allocations": first.allocations})
    assert same_run.new == {"prod": new}
    assert same_run.allocations["prod"]["freed"] == freed
    del nodes["node4"]
    later = build({**intent, "allocations": first.allocations})
    nodes["node4"] = {"rack": "rack1", **({"vpc": "vpc-node4"} if start is standard else {})}
    assert build({**intent, "allocations": later.allocations}).new == {"prod": new}


def test_an_address_that_a_given_one_replaces_is_freed_for_later() -> None:
    intent = white_paper()
    kept = build(intent).allocations
    nodes = intent["clusters"]["prod"]["nodes"]
    nodes["node1"]["addresses"] = ["192.168.2.77"]
    nodes["node4"] = {"rack": "rack1"}
    assert build({**intent, "allocations": kept}).new == {"prod": ["192.168.2.4 for node4"]}


def test_freed_networks_and_vlans_are_given_where_no_others_are_left() -> None:
    intent = standard()
    l3out = intent["clusters"]["prod"]["cluster"]["l3out"]
    l3out["vlans"] = "400-402"
    intent["clusters"]["prod"]["cluster"]["networks"]["node"] = ["192.168.4.0/28", "192.168.5.0/29"]
    kept = build(intent).allocations
    nodes = intent["clusters"]["prod"]["nodes"]
    del nodes["node1"]
    nodes["node4"] = {"rack": "rack1", "vpc": "vpc-node4"}
    result = build({**intent, "allocations": kept})
    assert result.new == {"prod": ["192.168.4.0/29 for node4", "VLAN 400 for node4"]}
    assert "freed" not in result.allocations["prod"]


def test_a_given_address_is_not_kept_as_an_allocation() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["nodes"]["node1"]["addresses"] = ["192.168.2.77"]
    result = build(intent)
    assert result.plans["prod"]["nodes"]["node1"]["addresses"] == {"ipv4": "192.168.2.77"}
    assert "node1" not in result.allocations["prod"]["nodes"]


def test_a_moved_node_network_renumbers_with_warnings() -> None:
    intent = white_paper()
    kept = build(intent).allocations
    intent["clusters"]["prod"]["cluster"]["networks"]["node"] = ["192.168.12.0/24"]
    result = build({**intent, "allocations": kept})
    assert result.plans["prod"]["nodes"]["node1"]["addresses"] == {"ipv4": "192.168.12.1"}
    assert str(result.warnings[0]) == (
        "kubefabric_allocations.prod.secondary.ipv4: 192.168.2.254 is outside of the node network 192.168.12.0/24; "
        "the secondary address gets a new address, because the node network has changed"
    )


def test_a_grown_node_network_keeps_every_address() -> None:
    intent = white_paper()
    first = build(intent)
    intent["clusters"]["prod"]["cluster"]["networks"]["node"] = ["192.168.2.0/23"]
    intent["clusters"]["prod"]["cluster"]["networks"]["external_service"] = []
    second = build({**intent, "allocations": first.allocations})
    assert second.new == {}
    assert second.plans["prod"]["nodes"]["node1"]["gateways"] == {"ipv4": "192.168.2.254"}


def test_with_a_peer_per_node_a_leaf_has_the_nodes_of_its_own_rack_and_no_dynamic_neighbours() -> None:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"]["bgp"]["neighbors"] = "per_node"
    (svi,) = build(intent).plans["prod"]["l3out"]["svis"]
    peers = {anchor["leaf"]: [peer["address"] for peer in anchor["peers"]] for anchor in svi["anchors"]}
    rack1, rack2 = ["192.168.2.1", "192.168.2.2"], ["192.168.2.3"]
    assert (svi["peers"], peers) == ([], {101: rack1, 102: rack1, 103: rack2, 104: rack2})


def test_from_6_1_the_igp_metric_may_be_ignored() -> None:
    intent = white_paper()
    intent["fabric"]["version"] = "6.1(1f)"
    intent["clusters"]["prod"]["cluster"]["bgp"]["ignore_igp_metric"] = True
    assert build(intent).plans["prod"]["l3out"]["bgp"]["ignore_igp_metric"] is True


def test_an_import_rule_by_communities_alone_is_a_warning() -> None:
    intent = white_paper()
    rule = {"name": "tagged", "direction": "import", "match": {"communities": ["65003:1"]}}
    intent["clusters"]["prod"]["cluster"]["l3out"]["route_maps"] = [rule]
    assert [str(warning) for warning in build(intent).warnings] == [
        "host_vars/prod: kubefabric_cluster.l3out.route_maps[0].match: a node gets any prefix accepted by giving it a "
        "community; give prefixes as well"
    ]


def test_next_hops_are_not_propagated_to_another_vrf_and_the_plan_says_so() -> None:
    intent = white_paper()
    cluster = intent["clusters"]["prod"]["cluster"]
    cluster["bgp"]["next_hop_propagation"] = True
    cluster["contracts"] = [{"name": "web", "subjects": [{"name": "web", "filters": [{"name": "default"}]}]}]
    cluster["l3out"]["contracts"] = {"provide": ["web"]}
    epg = {"application": "shop", "name": "frontend", "consume": ["web"], "change": True}
    cluster["l3out"]["epgs"] = [epg]
    assert build(intent).warnings == []
    cluster["l3out"]["epgs"] = [{**epg, "vrf": "shop"}]
    assert [str(warning) for warning in build(intent).warnings] == [
        "host_vars/prod: kubefabric_cluster.bgp.next_hop_propagation: APIC supports it inside of one VRF, and contract "
        "web has sides in several; see that nothing depends on that traffic, or remove it"
    ]
