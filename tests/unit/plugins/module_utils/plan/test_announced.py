"""What a cluster does not announce is in no route map, no external EPG and no overlap."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import add_cluster, white_paper

UDN = {"topology": "Layer3", "subnets": ["10.200.0.0/16"], "namespaces": ["blue"]}
# CNI, its options, and the kinds that its nodes announce beside their own network
CASES: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "kube-router": ("kube_router", {}, {"pod", "external_service"}),
    "kube-router, cluster addresses": (
        "kube_router",
        {"advertise_cluster_ip": True},
        {"pod", "service", "external_service"},
    ),
    "kube-router, those of one Service": (
        "kube_router",
        {"services": {"shop/web": {"advertise_cluster_ip": True}}},
        {"pod", "service", "external_service"},
    ),
    "kube-router, no pods": ("kube_router", {"advertise_pod_cidr": False}, {"external_service"}),
    "kube-router, no external addresses": (
        "kube_router",
        {"advertise_external_ip": False, "advertise_loadbalancer_ip": False},
        {"pod"},
    ),
    "kube-router, one kind of external addresses": (
        "kube_router",
        {"advertise_external_ip": False},
        {"pod", "external_service"},
    ),
    "kube-router, external addresses of one Service": (
        "kube_router",
        {
            "advertise_external_ip": False,
            "advertise_loadbalancer_ip": False,
            "services": {"shop/web": {"advertise_loadbalancer_ip": True}},
        },
        {"pod", "external_service"},
    ),
    "Cilium": ("cilium", {}, {"pod", "external_service"}),
    "Cilium, cluster addresses and no pods": (
        "cilium",
        {"advertise_cluster_ip": True, "advertise_pod_cidr": False},
        {"service", "external_service"},
    ),
    "Cilium, no external addresses": (
        "cilium",
        {"advertise_external_ip": False, "advertise_loadbalancer_ip": False},
        {"pod"},
    ),
    "Calico": ("calico", {}, {"pod", "service", "external_service"}),
    "Calico, no cluster addresses": ("calico", {"advertise_cluster_ips": False}, {"pod", "external_service"}),
    "Calico, no external addresses": (
        "calico",
        {"advertise_external_ips": False, "advertise_loadbalancer_ips": False},
        {"pod", "service"},
    ),
    "Calico, a pool kept from BGP": (
        "calico",
        {"pools": [{"cidr": "10.1.0.0/16", "disable_bgp_export": True}]},
        {"service", "external_service"},
    ),
    "Calico, one of two pools kept from BGP": (
        "calico",
        {"pools": [{"cidr": "10.1.0.0/17", "disable_bgp_export": True}, {"cidr": "10.1.128.0/17"}]},
        {"pod", "service", "external_service"},
    ),
    "OVN-Kubernetes": ("ovn_kubernetes", {}, {"pod", "external_service"}),
    "OVN-Kubernetes, no default network": (
        "ovn_kubernetes",
        {"advertise_default_network": False},
        {"external_service"},
    ),
}


def intent(cni: str, options: dict[str, Any]) -> dict[str, Any]:
    made = white_paper()
    made["clusters"]["prod"]["cluster"] |= {"cni": cni, cni: options}
    return made


@pytest.mark.parametrize("name", CASES)
def test_the_l3out_has_the_networks_that_the_nodes_announce(name: str) -> None:
    cni, options, kinds = CASES[name]
    l3out = build(intent(cni, options)).plans["prod"]["l3out"]
    assert {network["kind"] for network in l3out["networks"]} == {"node"} | kinds


def test_an_external_epg_has_the_networks_that_the_nodes_announce() -> None:
    made = intent("cilium", {})
    made["fabric"]["contracts"] = [{"name": "web", "tenant": "common", "existing": True}]
    made["clusters"]["prod"]["cluster"]["l3out"]["contracts"] = {"provide": ["web"]}
    (epg,) = build(made).plans["prod"]["l3out"]["reachability"]["external_epgs"]
    assert [subnet["prefix"] for subnet in epg["subnets"]] == ["192.168.2.0/24", "10.1.0.0/16", "192.168.3.0/24"]


def test_networks_of_user_defined_networks_are_announced_without_the_default_one() -> None:
    made = intent("ovn_kubernetes", {"advertise_default_network": False, "networks": {"tlv": UDN}})
    made["clusters"]["prod"]["cluster"]["networks"]["pod"] = ["10.1.0.0/16", "10.200.0.0/16"]
    l3out = build(made).plans["prod"]["l3out"]
    assert [item["prefix"] for item in l3out["networks"] if item["kind"] == "pod"] == ["10.200.0.0/16"]


def two(
    options: dict[str, Any], others: dict[str, Any], cni: str = "kube_router", **networks: list[str]
) -> dict[str, Any]:
    """Two clusters of a VRF, of which the second one has these networks."""
    made = intent(cni, options)
    other = add_cluster(made, 1)
    other |= {"cni": cni, cni: others}
    other["networks"] |= networks
    return made


def test_two_clusters_of_a_vrf_have_the_same_service_network_that_neither_announces() -> None:
    result = build(two({}, {}, service=["10.96.0.0/16"]))
    assert result.plans["test1"]["networks"]["service"] == result.plans["prod"]["networks"]["service"]
    assert not result.warnings


def test_two_clusters_of_a_vrf_have_the_same_pod_network_that_neither_announces() -> None:
    masked = {"advertise_pod_cidr": False}
    assert not build(two(masked, masked, pod=["10.1.0.0/16"])).warnings


def test_what_both_announce_overlaps() -> None:
    heard = {"advertise_cluster_ip": True}
    with pytest.raises(IntentError) as raised:
        build(two(heard, heard, service=["10.96.128.0/17"]))
    assert [str(finding) for finding in raised.value.findings] == [
        "host_vars/test1: kubefabric_cluster.networks.service[0]: 10.96.128.0/17 overlaps with 10.96.0.0/16, "
        "networks.service[0] of cluster prod; clusters in VRF k8s/prod need networks of their own"
    ]


def test_what_one_of_two_announces_is_a_warning_at_the_other() -> None:
    assert [
        str(finding) for finding in build(two({"advertise_cluster_ip": True}, {}, service=["10.96.0.0/16"])).warnings
    ] == [
        "host_vars/test1: kubefabric_cluster.networks.service[0]: 10.96.0.0/16 overlaps with 10.96.0.0/16, "
        "networks.service[0] of cluster prod, which is announced: nodes and pods of test1 do not reach it; use another "
        "network if they should"
    ]


def test_a_cluster_s_own_networks_never_overlap() -> None:
    made = white_paper()
    made["clusters"]["prod"]["cluster"]["networks"]["service"] = ["10.1.128.0/17"]
    with pytest.raises(IntentError, match=r"networks.service\[0\]: 10.1.128.0/17 overlaps with 10.1.0.0/16"):
        build(made)


def test_a_rule_may_accept_what_another_cluster_does_not_announce() -> None:
    made = two({}, {})
    rule = {"name": "more", "direction": "import", "match": {"prefixes": ["172.20.1.0/25"]}}
    made["clusters"]["prod"]["cluster"]["l3out"]["route_maps"] = [rule]
    assert build(made).plans
    made["clusters"]["test1"]["cluster"]["kube_router"]["advertise_cluster_ip"] = True
    with pytest.raises(IntentError, match="would let this cluster's nodes announce it"):
        build(made)


@pytest.mark.parametrize("install", ["operator", "manifest"])
def test_pods_of_a_pool_that_is_kept_from_bgp_may_be_masqueraded(install: str) -> None:
    pool = {"cidr": "10.1.0.0/16", "disable_bgp_export": True, "nat_outgoing": True, "encapsulation": "VXLAN"}
    options = {"install": install, "pools": [pool]}
    result = build(two(options, options, "calico", pod=["10.1.0.0/16"], service=["10.98.0.0/16"]))
    assert not [finding for finding in result.warnings if "networks.pod" in finding.path]
    made = resources(result.plans["prod"], {"bgp_password": "s3cret"})
    if install == "operator":
        (spec,) = [one["spec"]["calicoNetwork"]["ipPools"][0] for one in made if one["kind"] == "Installation"]
        assert (spec["encapsulation"], spec["natOutgoing"], spec["disableBGPExport"]) == ("VXLAN", "Enabled", True)
    else:
        (spec,) = [one["spec"] for one in made if one["kind"] == "IPPool"]
        assert (spec["vxlanMode"], spec["ipipMode"], spec["natOutgoing"]) == ("Always", "Never", True)
