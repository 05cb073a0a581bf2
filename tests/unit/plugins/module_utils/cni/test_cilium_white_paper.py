"""Each YAML of the white paper's section on Cilium: our output for the same intent says the same, or why it does not.

The section: "Cilium routing and BGP configuration". WHITE_PAPER is its example as an intent.
"""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import files, resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests import documents

FABRIC = {
    "name": "fab2",
    "asn": 65002,
    "version": "6.0(9c)",
    "racks": {"rack-1": {"id": "1", "leaves": {203: {"router_id": "1.1.1.203"}, 204: {"router_id": "1.1.1.204"}}}},
}
CLUSTER = {
    "asn": 65003,
    "cni": "cilium",
    "networks": {
        "node": ["192.168.18.0/24"],
        "pod": ["192.168.19.0/24"],
        "service": ["192.168.20.0/24"],
        "external_service": ["192.168.21.0/24"],
    },
    "l3out": {
        "tenant": "rpi-k8s",
        "vrf": "vrf",
        "vlan": 310,
        "leaves": {203: {"addresses": ["192.168.18.203"]}, 204: {"addresses": ["192.168.18.204"]}},
    },
    "cilium": {"pod_mask_ipv4": 27, "operator_replicas": 1, "api_server": "192.168.18.252:8443"},
}
NODES = {f"pi-k8s-{number}": {"rack": "rack-1"} for number in (1, 2, 3)}


def white_paper(**options: object) -> dict:
    """The plan of the white paper's cluster, with further options of Cilium."""
    cluster = {**CLUSTER, "cilium": {**CLUSTER["cilium"], **options}}
    intent = {"fabric": FABRIC, "clusters": {"rpi": {"cluster": cluster, "nodes": NODES}}}
    return build(intent).plans["rpi"]


def found(of: dict, kind: str) -> list:
    return [item for item in resources(of, {"bgp_password": None}) if item["kind"] == kind]


# -- values.yaml ---------------------------------------------------------------------------------------

SAME = object()
# The white paper's keys, and what we write: the same, {our key: value} where the chart's option has another name or
# type today, or the reason why there is nothing of it.
VALUES = {
    "bgpControlPlane.enabled": SAME,
    "bgp.enabled": "MetalLB's speaker, which excludes the control plane; Cilium 1.17 has it no longer",
    "bgp.announce.loadbalancerIP": "as bgp.enabled; CiliumBGPAdvertisement says it",
    "bgp.announce.podCIDR": "as bgp.enabled; CiliumBGPAdvertisement says it",
    "ipam.mode": SAME,
    "ipam.operator.clusterPoolIPv4PodCIDRList": SAME,
    "ipam.operator.clusterPoolIPv4MaskSize": SAME,
    "ipv4.enabled": SAME,
    "ipv6.enabled": SAME,
    "loadBalancer.algorithm": SAME,
    "operator.replicas": SAME,
    "tunnel": {"routingMode": "native"},
    "enable-endpoint-routes": {"endpointRoutes.enabled": True},
    "enableIPv6Masquerade": SAME,
    "enableIPv4Masquerade": SAME,
    "kubeProxyReplacement": {"kubeProxyReplacement": True},
    "k8sServiceHost": SAME,
    "k8sServicePort": SAME,
    "hubble.enabled": SAME,
    "hubble.relay.enabled": SAME,
    "hubble.ui.enabled": SAME,
    "hubble.ui.service.type": "opens the interface to the fabric without a login; helm_values may ask for it",
    "hubble.tls.enabled": "off is for labs only, as the white paper says itself; helm_values may ask for it",
}
EXPECTED = {
    "bgpControlPlane.enabled": True,
    "ipam.mode": "cluster-pool",
    "ipam.operator.clusterPoolIPv4PodCIDRList": ["192.168.19.0/24"],
    "ipam.operator.clusterPoolIPv4MaskSize": 27,
    "ipv4.enabled": True,
    "ipv6.enabled": False,
    "loadBalancer.algorithm": "maglev",
    "operator.replicas": 1,
    "enableIPv6Masquerade": False,
    "enableIPv4Masquerade": False,
    "k8sServiceHost": "192.168.18.252",
    "k8sServicePort": 8443,
    "hubble.enabled": True,
    "hubble.relay.enabled": True,
    "hubble.ui.enabled": True,
}
# What we write and the white paper does not.
MORE = {
    "bgpControlPlane.secretsNamespace.create": False,
    "bgpControlPlane.secretsNamespace.name": "kube-system",
    "autoDirectNodeRoutes": False,
    "ipv4NativeRoutingCIDR": "192.168.19.0/24",
}


def test_our_values_are_the_white_papers_in_todays_names():
    expected = {**EXPECTED, **MORE}
    for meaning in VALUES.values():
        expected.update(meaning if isinstance(meaning, dict) else {})
    assert documents.leaves(files(white_paper())["cilium-values.yml"]) == expected


THEIRS = documents.facts(documents.WHITE_PAPER)["cilium"]


def test_no_value_of_the_white_paper_is_forgotten():
    theirs = THEIRS["values"]
    assert set(theirs) == set(VALUES)
    assert {key: value for key, value in theirs.items() if VALUES[key] is SAME} == EXPECTED


# -- the pool and the policy ---------------------------------------------------------------------------


def test_our_pool_holds_the_white_papers_addresses_as_blocks():
    (ours,) = found(white_paper(), "CiliumLoadBalancerIPPool")
    assert ours["apiVersion"] == "cilium.io/v2"
    assert ours["spec"] == {"blocks": THEIRS["pool"]["cidrs"]}  # 1.16 knows no cidrs


def test_our_policy_is_the_white_papers_with_timers_and_graceful_restart():
    theirs = THEIRS["policy"]
    (ours,) = found(white_paper(version="1.14.9", api="peering_policy"), "CiliumBGPPeeringPolicy")
    assert ours["spec"]["nodeSelector"] == theirs["nodeSelector"]
    (router,), (wanted,) = ours["spec"]["virtualRouters"], theirs["virtualRouters"]
    assert {key: router[key] for key in ("localASN", "exportPodCIDR")} == {
        key: wanted[key] for key in ("localASN", "exportPodCIDR")
    }
    peers = [{key: peer[key] for key in ("peerAddress", "peerASN")} for peer in router["neighbors"]]
    assert peers == wanted["neighbors"]
    # Ours selects every Service, too, but for those that say no by a label.
    assert wanted["serviceSelector"]["matchExpressions"][0]["operator"] == "DoesNotExist"
    assert router["serviceSelector"]["matchExpressions"][0]["operator"] == "NotIn"


def test_the_v2_resources_say_what_the_white_papers_policy_says():
    theirs, of = THEIRS["policy"], white_paper()
    (config,) = found(of, "CiliumBGPClusterConfig")
    (instance,), (wanted,) = config["spec"]["bgpInstances"], theirs["virtualRouters"]
    assert config["spec"]["nodeSelector"] == theirs["nodeSelector"]
    assert instance["localASN"] == wanted["localASN"]
    assert [(f"{peer['peerAddress']}/32", peer["peerASN"]) for peer in instance["peers"]] == [
        (neighbor["peerAddress"], neighbor["peerASN"]) for neighbor in wanted["neighbors"]
    ]
    (advertisement,) = found(of, "CiliumBGPAdvertisement")
    kinds = {entry["advertisementType"]: entry for entry in advertisement["spec"]["advertisements"]}
    assert set(kinds) == {"PodCIDR", "Service"} and wanted["exportPodCIDR"]
    assert "LoadBalancerIP" in kinds["Service"]["service"]["addresses"]


def test_the_nodes_carry_the_white_papers_label():
    assert {node["metadata"]["name"]: node["metadata"]["labels"] for node in found(white_paper(), "Node")} == {
        name: {"rack_id": "1"} for name in NODES
    }
