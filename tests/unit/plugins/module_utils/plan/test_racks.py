"""Racks with one leaf, and racks that share their leaves, as in the white paper's example for Cilium."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.aci.model import designs, ports
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.l3out_options import complete
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.drawing import layout
from lab.fabric_description.made_up import document
from lab.topology import from_documents

from .intents import standard, white_paper

SECRETS = {"bgp_password": "s3cret"}
PAIR = {203: {"router_id": "1.1.1.203"}, 204: {"router_id": "1.1.1.204"}}


def white_papers_cilium(cni: str = "cilium") -> dict[str, Any]:
    """Three nodes in three racks at one pair of leaves ("Cilium routing and BGP configuration")."""
    intent = white_paper()
    intent["fabric"]["racks"] = {f"rack-{number}": {"id": number, "leaves": PAIR} for number in (1, 2, 3)}
    intent["clusters"]["prod"]["cluster"] |= {"cni": cni}
    intent["clusters"]["prod"]["nodes"] = {f"pi-k8s-{number}": {"rack": f"rack-{number}"} for number in (1, 2, 3)}
    return intent


def one_leaf(intent: dict[str, Any]) -> dict[str, Any]:
    """Rack 2, with node3, has leaf 103 alone."""
    del intent["fabric"]["racks"]["rack2"]["leaves"][104]
    return intent


def test_every_node_peers_with_both_leaves_that_its_rack_shares_with_others() -> None:
    plan = build(white_papers_cilium()).plans["prod"]
    peers = {name: [peer["leaf"] for peer in node["peers"]] for name, node in plan["nodes"].items()}
    assert peers == {f"pi-k8s-{number}": [203, 204] for number in (1, 2, 3)}
    assert [leaf["id"] for leaf in plan["l3out"]["leaves"]] == [203, 204]
    assert plan["leaves"]["203"]["racks"] == ["rack-1", "rack-2", "rack-3"]


def test_cilium_has_a_configuration_for_each_rack_with_the_leaves_that_they_share() -> None:
    made = [one for one in resources(build(white_papers_cilium()).plans["prod"], SECRETS) if "Config" in one["kind"]]
    configs = [one for one in made if one["kind"] == "CiliumBGPClusterConfig"]
    assert [one["spec"]["nodeSelector"]["matchLabels"] for one in configs] == [{"rack_id": str(n)} for n in (1, 2, 3)]
    addresses = {tuple(peer["peerAddress"] for peer in one["spec"]["bgpInstances"][0]["peers"]) for one in configs}
    assert len(addresses) == 1


def test_calico_s_peer_of_a_leaf_selects_the_nodes_of_every_rack_that_it_serves() -> None:
    made = resources(build(white_papers_cilium("calico")).plans["prod"], SECRETS)
    peers = {one["metadata"]["name"]: one["spec"]["nodeSelector"] for one in made if one["kind"] == "BGPPeer"}
    assert peers == dict.fromkeys(("leaf-203-ipv4", "leaf-204-ipv4"), 'rack_id in { "1", "2", "3" }')


def test_peers_for_each_node_are_on_all_leaves_of_their_racks() -> None:
    intent = white_papers_cilium()
    intent["clusters"]["prod"]["cluster"]["bgp"]["neighbors"] = "per_node"
    (svi,) = build(intent).plans["prod"]["l3out"]["svis"]
    assert [len(anchor["peers"]) for anchor in svi["anchors"]] == [3, 3]


def test_racks_that_share_a_pair_share_its_vpc_domain() -> None:
    intent = white_papers_cilium()
    for rack in intent["fabric"]["racks"].values():
        rack["vpc_domain"] = 7
    domains = build(intent).plans["prod"]["l3out"]["access"]["vpc_domains"]
    assert domains == [{"name": "rack-1", "id": 7, "pod": 1, "leaves": [203, 204]}]


def test_racks_that_share_leaves_are_drawn_as_one() -> None:
    drawn = layout(build(white_papers_cilium()).plans["prod"], [])
    assert [rack["name"] for rack in drawn["racks"]] == ["rack-1, rack-2, rack-3"]
    assert len(drawn["links"]) == 6 and len(drawn["leaves"]) == 2


def test_nodes_of_a_rack_with_one_leaf_peer_with_it() -> None:
    plan = build(one_leaf(white_paper())).plans["prod"]
    assert [peer["leaf"] for peer in plan["nodes"]["node3"]["peers"]] == [103]
    assert [anchor["leaf"] for anchor in plan["l3out"]["svis"][0]["anchors"]] == [101, 102, 103]
    assert "racks" not in plan["leaves"]["103"]


def test_a_rack_may_have_one_leaf_of_another_rack_s_pair() -> None:
    intent = white_paper()
    intent["fabric"]["racks"]["rack3"] = {"leaves": {103: {"router_id": "1.1.1.103"}}}
    intent["clusters"]["prod"]["nodes"]["node4"] = {"rack": "rack3"}
    plan = build(intent).plans["prod"]
    assert [peer["leaf"] for peer in plan["nodes"]["node4"]["peers"]] == [103]
    assert plan["leaves"]["103"]["racks"] == ["rack2", "rack3"]


def test_a_standard_svi_on_one_leaf_is_on_a_port_channel_and_has_the_leaf_s_address_itself() -> None:
    l3out = complete(build(one_leaf(standard())).plans["prod"]["l3out"])
    path = l3out["paths"][2]
    assert path["sides"] == {"a": {"leaf": 103, "address": "192.168.2.20/29"}}
    profile = next(one for one in designs.profiles(l3out) if one.attributes["name"] == "node3-ipv4")
    (attached,) = profile.children
    assert attached.attributes["tDn"] == "topology/pod-1/paths-103/pathep-[vpc-node3]"
    assert attached.attributes["addr"] == "192.168.2.20/29"
    assert [child.cls for child in attached.children] == ["l3extIp", "bgpPeerP"]


def test_ports_of_a_rack_with_one_leaf_are_a_port_channel() -> None:
    intent = one_leaf(standard())
    for number, node in enumerate(intent["clusters"]["prod"]["nodes"].values(), 1):
        node["ports"] = [f"1/{number}"]
    groups = next(one for one in ports.infra(build(intent).plans["prod"]["l3out"]) if one.cls == "infraFuncP").children
    assert [group.attributes["lagT"] for group in groups] == ["node", "node", "link"]


@pytest.mark.parametrize("svi", ["floating", "standard"])
def test_the_lab_cables_nodes_as_their_racks_share_leaves(svi: str) -> None:
    intent = one_leaf(standard() if svi == "standard" else white_paper())
    intent["fabric"]["racks"]["rack3"] = {"leaves": intent["fabric"]["racks"]["rack1"]["leaves"]}
    intent["clusters"]["prod"]["nodes"]["node4"] = {"rack": "rack3", "vpc": "vpc-node4"}
    plans = list(build(intent).plans.values())
    topology = from_documents(plans)
    cabled = {node.name: [leaf.id for leaf in topology.rack_leaves(node.rack)] for node in topology.nodes.values()}
    assert cabled == {"node1": [101, 102], "node2": [101, 102], "node3": [103], "node4": [101, 102]}
    made = document(topology, plans)
    assert list(made["vpc_pairs"]) == ["101-102"]
    if svi == "standard":
        assert made["policy_groups"]["vpc-node3"]["type"] == "port_channel"
