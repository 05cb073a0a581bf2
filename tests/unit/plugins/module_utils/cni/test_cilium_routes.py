"""What Cilium should announce from each node, given what the cluster's API says."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.cilium.announcements import advertised, pod_networks
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import agents, reported
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.fabric import sessions
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import plan

PODS = {"node1": ["10.1.0.0/24"], "node2": ["10.1.1.0/24"]}


OLD = {"version": "1.18.4"}  # the last release that looks at the Service's own fields
ALL = ["10.1.0.0/24", "192.168.3.10/32", "192.168.3.99/32"]


def service(name: str = "web", labels: dict | None = None, notes: dict | None = None, **spec: object) -> dict:
    balanced = {"loadBalancer": {"ingress": [{"ip": "192.168.3.10"}]}}
    return {
        "metadata": {"name": name, "namespace": "default", "labels": labels or {}, "annotations": notes or {}},
        "spec": {"type": "LoadBalancer", "clusterIPs": ["10.96.0.10"], "externalIPs": ["192.168.3.99"], **spec},
        "status": balanced,
    }


def endpoints(*nodes: str, ready: bool = True) -> dict:
    return {
        "metadata": {"namespace": "default", "labels": {"kubernetes.io/service-name": "web"}},
        "endpoints": [{"nodeName": node, "conditions": {"ready": ready}} for node in nodes],
    }


def announced(services: list, slices: list, node: str = "node1", *families: str, **options: object) -> list:
    nodes = [
        {"metadata": {"name": name, "labels": {"rack_id": f"rack{name[-1]}"}}, "spec": {"podCIDRs": ["10.244.0.0/24"]}}
        for name in PODS
    ]
    state = from_resources(nodes, [], services, slices, PODS)
    return sorted(advertised({**plan(*families), "cni": "cilium", "cilium": options}, state)[node])


def test_a_node_announces_the_pod_network_of_its_cilium_node_not_that_of_its_node():
    assert announced([], []) == ["10.1.0.0/24"]
    assert announced([], [], advertise_pod_cidr=False) == []


def test_load_balancer_and_external_addresses_are_announced_and_cluster_addresses_when_asked():
    assert announced([service()], []) == ["10.1.0.0/24", "192.168.3.10/32", "192.168.3.99/32"]
    only = announced([service()], [], advertise_external_ip=False, advertise_cluster_ip=True)
    assert only == ["10.1.0.0/24", "10.96.0.10/32", "192.168.3.10/32"]


@pytest.mark.parametrize(("node", "count"), [("node1", 3), ("node2", 1)])
def test_with_a_local_traffic_policy_only_nodes_with_a_backend_announce(node, count):
    local = service(externalTrafficPolicy="Local")
    assert len(announced([local], [endpoints("node1")], node)) == count


def test_a_backend_that_is_not_ready_does_not_count():
    assert announced([service(externalTrafficPolicy="Local")], [endpoints("node1", ready=False)]) == ["10.1.0.0/24"]


def test_a_cluster_address_follows_the_internal_traffic_policy():
    spec = {"internalTrafficPolicy": "Local", "externalIPs": []}
    options = {"advertise_cluster_ip": True, "advertise_loadbalancer_ip": False}
    assert "10.96.0.10/32" not in announced([service(**spec)], [endpoints("node1")], "node2", **options)
    assert "10.96.0.10/32" in announced([service(**spec)], [endpoints("node1")], "node1", **options)


def test_a_service_of_another_load_balancer_class_keeps_its_load_balancer_address():
    assert "192.168.3.10/32" not in announced([service(loadBalancerClass="example.net/lb")], [])
    assert "192.168.3.10/32" in announced([service(loadBalancerClass="io.cilium/bgp-control-plane")], [])


def test_a_service_can_say_no_and_a_headless_one_has_nothing_to_announce():
    assert announced([service(labels={"bgp.kubefabric.io/advertise": "false"})], []) == ["10.1.0.0/24"]
    assert announced([service(clusterIPs=["None"])], []) == ["10.1.0.0/24"]
    assert announced([service(clusterIPs=["None"])], [], **OLD) == ALL


@pytest.mark.parametrize(
    ("labels", "values", "expected"),
    [
        ({"service.kubernetes.io/service-proxy-name": "other"}, None, ALL[:1]),
        ({"service.kubernetes.io/service-proxy-name": "cilium"}, {"k8s": {"serviceProxyName": "cilium"}}, ALL),
        ({}, {"k8s": {"serviceProxyName": "cilium"}}, ALL[:1]),
        ({"service.kubernetes.io/headless": ""}, None, ALL[:1]),
    ],
)
def test_a_service_of_another_service_proxy_is_not_looked_at(labels, values, expected):
    assert announced([service(labels=labels)], [], helm_values=values) == expected
    assert announced([service(labels=labels)], [], helm_values=values, **OLD) == expected


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        ("LoadBalancer", ["192.168.3.10/32", "192.168.3.99/32"]),
        ("ClusterIP", ["10.96.0.10/32", "192.168.3.99/32"]),
        ("NodePort", ["192.168.3.99/32"]),
        ("Anything", ["10.96.0.10/32", "192.168.3.10/32", "192.168.3.99/32"]),
    ],
)
def test_a_service_that_is_exposed_as_one_type_has_the_addresses_of_that_type_and_its_external_ones(only, expected):
    annotated = service(notes={"service.cilium.io/type": only})
    options = {"advertise_cluster_ip": True, "advertise_pod_cidr": False}
    assert announced([annotated], [], **options) == expected
    assert len(announced([annotated], [], **options, **OLD)) == 3


def test_an_external_name_is_announced_where_it_has_external_addresses_and_ports():
    external = {"type": "ExternalName", "clusterIPs": []}
    assert announced([service(**external, ports=[{"port": 80}])], []) == ["10.1.0.0/24", "192.168.3.99/32"]
    assert announced([service(**external)], []) == ["10.1.0.0/24"]


@pytest.mark.parametrize(
    ("notes", "node1", "node2"),
    [
        ({"service.cilium.io/node-selector": "rack_id=rack1"}, True, False),
        ({"service.cilium.io/node-selector": "rack_id in (rack2, rack3),!spare"}, False, True),
        ({"service.cilium.io/node-selector": "rack_id in rack2"}, True, True),  # cannot be read
        ({"service.cilium.io/node": "edge"}, False, False),  # no node has the label
    ],
)
def test_a_service_may_be_on_some_nodes_alone(notes, node1, node2):
    found = [len(announced([service(notes=notes)], [], node)) > 1 for node in ("node1", "node2")]
    assert found == [node1, node2]
    assert len(announced([service(notes=notes)], [], "node2", **OLD)) == 3


def test_an_address_that_another_load_balancer_terminates_is_not_announced():
    proxied = service()
    proxied["status"]["loadBalancer"]["ingress"][0]["ipMode"] = "Proxy"
    assert announced([proxied], []) == ["10.1.0.0/24", "192.168.3.99/32"]


def test_with_a_local_traffic_policy_a_backend_counts_for_its_own_family():
    local = service(externalTrafficPolicy="Local")
    assert announced([local], [{**endpoints("node1"), "addressType": "IPv6"}]) == ["10.1.0.0/24"]
    assert announced([local], [{**endpoints("node1"), "addressType": "IPv4"}]) == ALL
    assert announced([local], [{**endpoints("node1"), "addressType": "IPv6"}], **OLD) == ALL


def test_a_selector_may_name_a_service_and_its_namespace():
    selector = {"matchLabels": {"io.kubernetes.service.name": "web", "io.kubernetes.service.namespace": "default"}}
    assert "192.168.3.10/32" in announced([service()], [], service_selector=selector)
    assert announced([service("mail")], [], service_selector=selector) == ["10.1.0.0/24"]


def test_a_release_before_1_16_announces_load_balancer_addresses_alone():
    assert announced([service()], [], version="1.15.6") == ["10.1.0.0/24", "192.168.3.10/32"]


def test_only_families_that_the_nodes_speak_are_announced():
    assert announced([service()], [], "node1", "ipv6") == []


def test_cilium_nodes_hold_the_pod_networks_of_both_families():
    node = {"metadata": {"name": "node1"}, "spec": {"ipam": {"podCIDRs": ["10.1.0.0/24", "2001:db8:10::/72"]}}}
    bare = {"metadata": {"name": "node2"}, "spec": {}}
    assert pod_networks([node, bare]) == {"node1": ["10.1.0.0/24", "2001:db8:10::/72"], "node2": []}


def config(node: str, **states: str | None) -> dict:
    peers = [
        {"name": name, "peerAddress": f"192.168.2.{name[-3:]}", **({"peeringState": state} if state else {})}
        for name, state in states.items()
    ]
    return {"metadata": {"name": node}, "status": {"bgpInstances": [{"name": "fabric", "peers": peers}]}}


def test_an_agent_that_cannot_carry_out_its_configuration_is_told_with_its_own_words():
    why = 'fabric: Neighbor: failed to fetch secret "kubefabric-bgp":\n missing password key\n'
    error = {"type": "cilium.io/BGPReconcileError", "status": "True", "message": why}
    fine = {"type": "cilium.io/BGPReconcileError", "status": "False", "message": ""}
    configs = [
        {"metadata": {"name": "node1"}, "status": {"conditions": [error]}},
        {"metadata": {"name": "node2"}, "status": {"conditions": [fine]}},
        {"metadata": {"name": "node3"}},
    ]
    of = {**plan("ipv4"), "cni": "cilium", "cilium": {}}
    (problem,) = reported.refusals(of, agents.of(of).read_verdicts(configs))
    assert (problem["kind"], problem["node"]) == ("refused", "node1")
    assert problem["message"] == (
        'cilium on node1 refuses its configuration (fabric: Neighbor: failed to fetch secret "kubefabric-bgp": missing '
        "password key) and runs with an earlier one. Likely cause: an object that selects this node is wrong, ours or "
        "another's"
    )


def test_a_node_whose_agent_has_not_taken_up_a_peer_is_told():
    of = {**plan("ipv4"), "cni": "cilium", "cilium": {}}
    of["nodes"] = {name: of["nodes"][name] for name in ("node1", "node2", "node3")}
    found = agents.of(of).read_reports(
        [
            config("node1", leaf_201="active", leaf_202=None),
            config("node2", leaf_201="active", leaf_202="open_sent"),
            {"metadata": {"name": "node3"}},
        ]
    )
    (problem,) = reported.problems(of, found, sessions(of, {}))
    assert (problem["kind"], problem["node"]) == ("no-peer", "node1")
    assert problem["message"] == (
        "node1 reports no peer 192.168.2.202. Likely cause: cilium does not take it for one of this node's (the "
        "CiliumBGPNodeConfig that Cilium's operator made for it), or cannot read its password"
    )
