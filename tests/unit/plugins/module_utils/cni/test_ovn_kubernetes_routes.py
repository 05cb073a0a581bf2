"""What nodes should announce with OVN-Kubernetes and FRR-K8s, given what the cluster's API says."""

from __future__ import annotations

import json

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.ovn_kubernetes.announcements import (
    advertised,
    others,
    refusals,
    reports,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import assess
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.reported import refusals as told
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import plan

SUBNETS = {
    "node1": {"default": ["10.1.0.0/24", "2001:db8:10::/72"], "cluster_udn_rows": ["10.1.128.0/24"]},
    "node2": {"default": "10.1.1.0/24"},
}


def ovn(*families: str, **options: object) -> dict:
    return {**plan(*families), "cni": "ovn_kubernetes", "ovn_kubernetes": options}


def node(name: str, **labels: str) -> dict:
    annotations = {"k8s.ovn.org/node-subnets": json.dumps(SUBNETS[name])}
    metadata = {"name": name, "annotations": annotations, "labels": {"kubernetes.io/hostname": name, **labels}}
    return {"metadata": metadata, "spec": {"podCIDRs": ["10.244.0.0/24"]}}


NODES = [node("node1", rack_id="rack1"), node("node2", rack_id="rack1")]


def announced(of: dict, further: dict | None = None, name: str = "node1") -> list:
    state = {**from_resources(NODES, [], [], []), "further": further or {}}
    return sorted(advertised(of, state)[name])


def metallb(*prefixes: str, mode: str = "filtered", leaf: str = "192.168.2.201", **metadata: object) -> dict:
    """An FRRConfiguration as MetalLB makes one per node."""
    allowed = {"mode": mode, **({"prefixes": list(prefixes)} if mode == "filtered" else {})}
    session = {"address": leaf, "asn": 65002, "toAdvertise": {"allowed": allowed}}
    return {
        "metadata": {"name": "metallb-node1", **metadata},
        "spec": {
            "nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "node1"}},
            "bgp": {"routers": [{"asn": 65003, "prefixes": list(prefixes), "neighbors": [session]}]},
        },
    }


def test_a_node_announces_the_subnet_that_ovn_kubernetes_gave_it_not_that_of_its_spec():
    assert announced(ovn()) == ["10.1.0.0/24"]
    assert announced(ovn("ipv4", "ipv6")) == ["10.1.0.0/24", "2001:db8:10::/72"]
    assert announced(ovn(), name="node2") == ["10.1.1.0/24"]


def test_a_default_network_that_is_not_announced_is_not_expected():
    assert announced(ovn(advertise_default_network=False)) == []


def test_external_service_networks_are_expected_from_every_node_where_they_are_announced_as_a_whole():
    assert announced(ovn(advertise_external_services=True)) == ["10.1.0.0/24", "192.168.3.0/24"]


def test_of_a_layer2_network_all_is_expected_from_every_node_and_of_a_layer3_network_the_node_s_part():
    tlv = {"subnets": ["10.1.64.0/18"], "namespaces": ["blue"]}
    rows = {"topology": "Layer3", "subnets": ["10.1.128.0/17"], "namespaces": ["rows"]}
    assert announced(ovn(networks={"tlv": tlv, "rows": rows})) == ["10.1.0.0/24", "10.1.128.0/24", "10.1.64.0/18"]
    assert announced(ovn(networks={"tlv": tlv, "rows": rows}), name="node2") == ["10.1.1.0/24", "10.1.64.0/18"]


@pytest.mark.parametrize("advertise", ["own_vrf", "none"])
def test_a_network_that_the_leaves_do_not_hear_of_is_not_expected_there(advertise):
    quiet = {"subnets": ["10.9.0.0/16"], "namespaces": ["green"], "advertise": advertise}
    assert announced(ovn(networks={"vpn": quiet})) == ["10.1.0.0/24"]


@pytest.mark.parametrize("mode", ["filtered", "all"])
def test_what_metallb_announces_over_the_same_sessions_is_expected_from_its_node_alone(mode):
    found = others(ovn(), [metallb("192.168.3.10/32", mode=mode)], NODES)
    assert (found["node1"], found["node2"]) == (["192.168.3.10/32"], [])
    assert announced(ovn(), found) == ["10.1.0.0/24", "192.168.3.10/32"]


def test_what_it_announces_to_other_peers_or_in_another_family_does_not_reach_the_leaves():
    assert others(ovn(), [metallb("192.168.3.10/32", leaf="203.0.113.1")], NODES)["node1"] == []
    assert others(ovn(), [metallb("2001:db8:3::1/128")], NODES)["node1"] == []


def test_our_own_configurations_and_those_that_ovn_kubernetes_makes_of_them_are_not_asked():
    generated = metallb("10.9.9.0/24", labels={"k8s.ovn.org/route-advertisements": "kubefabric-default"})
    ours = [item for item in resources(ovn(), {"bgp_password": "x"}) if item["kind"] == "FRRConfiguration"]
    assert others(ovn(), [generated, *ours], NODES)["node1"] == []


def test_an_annotation_that_is_no_json_counts_as_absent():
    broken = {"metadata": {"name": "node1", "annotations": {"k8s.ovn.org/node-subnets": "{"}}, "spec": {}}
    assert from_resources([broken], [], [], [])["nodes"]["node1"]["pod_cidrs"] == []


def test_session_states_are_those_of_the_default_vrf_and_a_dash_in_an_ipv6_address_is_a_colon():
    states = [
        {"status": {"node": "node1", "peer": "192.168.2.201", "vrf": "", "bgpStatus": "Established"}},
        {"status": {"node": "node1", "peer": "2001-db8-2--ff01", "bgpStatus": "Active"}},
        {"status": {"node": "node1", "peer": "192.0.2.1", "vrf": "tlv", "bgpStatus": "Active"}},
        {"metadata": {"name": "without-status"}},
    ]
    assert reports(states) == {"node1": {"192.168.2.201": "Established", "2001:db8:2::ff01": "Active"}}


def frr_state(name: str, conversion: str = "success", reload: str = "success") -> dict:
    status = {"lastConversionResult": conversion, "lastReloadResult": reload}
    return {"metadata": {"name": name}, "status": status}


def test_nodes_that_did_not_take_their_configuration_are_told_with_the_daemon_s_own_words():
    why = "failed: vrf  not found in prefixes in router"
    states = [frr_state("node1", why), frr_state("node2", why), frr_state("node3", reload="failed: exit status 1")]
    found = refusals([*states, frr_state("node4"), {"metadata": {"name": "node5"}}])
    assert found == dict.fromkeys(("node1", "node2"), "vrf not found in prefixes in router") | {
        "node3": "exit status 1"
    }
    first, second = told(ovn(), found)
    assert first["message"] == (
        "frr-k8s on node1, node2 refuses its configuration (vrf not found in prefixes in router) and runs with an "
        "earlier one. Likely cause: an object that selects these nodes is wrong, ours or another's"
    )
    assert (second["kind"], second["node"]) == ("refused", "node3")


def test_a_refusal_explains_other_problems_and_is_none_by_itself():
    of = ovn()
    down = assess(of, {"leaves": []}, {**from_resources([], [], [], []), "verdicts": {"node1": "no"}})
    assert down["problems"][0]["kind"] == "refused" and len(down["problems"]) > 1
