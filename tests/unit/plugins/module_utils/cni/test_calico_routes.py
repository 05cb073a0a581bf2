"""What Calico announces from which node, as expected from the plan and the cluster's state."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.announcements import (
    EXCLUDED,
    advertised,
    pod_networks,
    reports,
)
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import agents, reported
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.fabric import sessions
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.sessions import _silence
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from tests.plans import plan as make_plan

WHOLE = {"10.96.0.0/16", "192.168.3.0/24"}
BLOCKS = {"node1": ["10.1.0.0/26"], "node2": ["10.1.0.64/26"]}


def plan(**options: object) -> dict:
    return {**make_plan("ipv4"), "cni": "calico", "calico": options}


def service(**spec: object) -> dict:
    given = {"type": "LoadBalancer", "clusterIP": "10.96.0.9", "externalTrafficPolicy": "Cluster", **spec}
    ingress = given.pop("ingress", [])
    return {
        "metadata": {"namespace": "default", "name": "web"},
        "spec": given,
        "status": {"loadBalancer": {"ingress": [{"ip": text} for text in ingress]}},
    }


def slice_on(*nodes: str, ready: bool = True) -> dict:
    return {
        "metadata": {"namespace": "default", "labels": {"kubernetes.io/service-name": "web"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.1.0.9"], "nodeName": node, "conditions": {"ready": ready}} for node in nodes],
    }


def agent(node: str, image: str) -> dict:
    return {"metadata": {"name": f"calico-node-{node}"}, "spec": {"nodeName": node, "containers": [{"image": image}]}}


def announced(
    of: dict, *services: dict, slices: tuple = (), labels: dict | None = None, image: str = "calico/node:v3.32.1"
) -> dict:
    nodes = [{"metadata": {"name": name, "labels": labels if name == "node1" else {}}} for name in of["nodes"]]
    agents_there = [agent(name, image) for name in of["nodes"]]
    return advertised(of, from_resources(nodes, agents_there, list(services), list(slices), BLOCKS))


def test_every_node_announces_its_blocks_and_the_services_networks_as_a_whole():
    found = announced(plan(), service(ingress=["192.168.3.7"]))
    assert found["node1"] == {"10.1.0.0/26", *WHOLE}
    assert found["node3"] == WHOLE


def test_a_service_with_a_local_traffic_policy_is_announced_by_its_nodes_alone():
    given = service(externalTrafficPolicy="Local", ingress=["192.168.3.7"], externalIPs=["192.168.3.8", "198.51.100.1"])
    found = announced(plan(), given, slices=(slice_on("node2"),))
    assert found["node2"] == {"10.1.0.64/26", *WHOLE, "10.96.0.9/32", "192.168.3.7/32", "192.168.3.8/32"}
    assert found["node3"] == WHOLE


@pytest.mark.parametrize(
    ("image", "counts"),
    [
        ("quay.io/calico/node:v3.29.7", False),
        ("quay.io/calico/node:v3.30.7", False),
        ("quay.io/calico/node:v3.31.0", True),
        ("quay.io/calico/node:v3.31.6", True),
        ("quay.io/calico/node:v3.31.7", False),
        ("quay.io/calico/node:v3.32.1", True),
        ("quay.io/calico/node:v3.32.2", False),
        ("quay.io/calico/node:v3.33.0", False),
        ("registry:5000/calico/node:release-v4.0.0", True),
        ("calico/node:v4.0.0", False),
        ("calico/node@sha256:00", True),
    ],
)
def test_an_endpoint_that_is_not_ready_counts_in_releases_that_look_at_no_conditions(image, counts):
    given = service(externalTrafficPolicy="Local", ingress=["192.168.3.7"])
    found = announced(plan(), given, slices=(slice_on("node3", ready=False),), image=image)
    assert found["node3"] - WHOLE == ({"10.96.0.9/32", "192.168.3.7/32"} if counts else set())
    assert {"10.96.0.9/32"} <= announced(plan(), given, slices=(slice_on("node3"),), image=image)["node3"]


def test_the_plan_says_the_release_where_an_image_does_not():
    given = service(externalTrafficPolicy="Local")
    slices, image = (slice_on("node3", ready=False),), "calico/node@sha256:00"
    assert announced(plan(version="3.33.0"), given, slices=slices, image=image)["node3"] == WHOLE
    assert "10.96.0.9/32" in announced(plan(version="3.31.0"), given, slices=slices, image=image)["node3"]


def test_up_to_v3_30_one_address_and_family_of_a_service_count():
    of = {**make_plan("ipv4", "ipv6"), "cni": "calico", "calico": {}}
    given = service(
        externalTrafficPolicy="Local", clusterIPs=["10.96.0.9", "2001:db8:96::9"], ipFamilies=["IPv4", "IPv6"]
    )
    found = announced(of, given, slices=(slice_on("node3"),), image="calico/node:v3.30.7")["node3"]
    assert ("10.96.0.9/32" in found, "2001:db8:96::9/128" in found) == (True, False)
    six = ({**slice_on("node3"), "addressType": "IPv6"},)
    assert "10.96.0.9/32" not in announced(of, given, slices=six, image="calico/node:v3.30.7")["node3"]


@pytest.mark.parametrize(
    ("release", "external", "assigned"),
    [("3.29.7", False, False), ("3.30.0", True, False), ("3.30.7", True, True), ("3.31.4", True, False)],
)
def test_which_single_addresses_count_is_the_release_s(release, external, assigned):
    of, image = plan(advertise_cluster_ips=False), f"calico/node:v{release}"
    of["networks"]["external_service"] = ["192.168.3.7/32"]
    slices = (slice_on(),)
    found = announced(of, service(type="ClusterIP", externalIPs=["192.168.3.7"]), slices=slices, image=image)
    assert found["node3"] == ({"192.168.3.7/32"} if external else set())
    found = announced(of, service(ingress=["192.168.3.7"]), slices=slices, image=image)
    assert found["node3"] == ({"192.168.3.7/32"} if assigned else set())
    asked = service(ingress=["192.168.3.7"], loadBalancerIP="192.168.3.7")
    assert announced(of, asked, slices=slices, image=image)["node3"] == {"192.168.3.7/32"}


def test_blocks_of_a_pool_that_is_not_exported_are_not_announced():
    of = plan(pools=[{"cidr": "10.1.0.0/26", "disable_bgp_export": True}, {"cidr": "10.1.0.64/26"}])
    found = announced(of)
    assert (found["node1"], found["node2"]) == (WHOLE, {"10.1.0.64/26", *WHOLE})


def test_all_addresses_of_a_dual_stack_service_are_announced_by_an_endpoint_of_either_family():
    of = {**make_plan("ipv4", "ipv6"), "cni": "calico", "calico": {}}
    given = service(
        externalTrafficPolicy="Local", clusterIPs=["10.96.0.9", "2001:db8:96::9"], ipFamilies=["IPv4", "IPv6"]
    )
    for kind in ("IPv4", "IPv6"):
        found = announced(of, given, slices=({**slice_on("node3"), "addressType": kind},))
        assert {"10.96.0.9/32", "2001:db8:96::9/128"} <= found["node3"]
    assert "10.96.0.9/32" not in announced(of, given, slices=({**slice_on("node3"), "addressType": "FQDN"},))["node3"]


def test_a_node_that_is_excluded_from_load_balancers_announces_its_blocks_alone():
    assert announced(plan(), labels={EXCLUDED: "true"})["node1"] == {"10.1.0.0/26"}


@pytest.mark.parametrize("policy", ["Cluster", None])
def test_without_aggregation_every_address_of_a_service_with_an_endpoint_is_announced_by_all(policy):
    of = plan(load_balancer_aggregation=False, advertise_external_ips=False)
    given = service(ingress=["192.168.3.7"], externalTrafficPolicy=policy)
    found = announced(of, given, slices=(slice_on("node1"),))
    assert found["node3"] == {"10.96.0.0/16", "10.96.0.9/32", "192.168.3.7/32"}
    for none in ((), (slice_on(),)):
        assert announced(of, given, slices=none)["node3"] == {"10.96.0.0/16"}


def test_a_network_of_one_address_is_announced_where_a_service_with_an_endpoint_slice_has_it():
    of = plan(advertise_cluster_ips=False)
    of["networks"]["external_service"] = ["192.168.3.7/32"]
    assert announced(of)["node3"] == set()
    given = service(ingress=["192.168.3.7"])
    assert announced(of, given, slices=(slice_on(),))["node3"] == {"192.168.3.7/32"}
    assert announced(of, given)["node3"] == set()
    other = service(type="NodePort", ingress=["192.168.3.7"])
    assert announced(of, other, slices=(slice_on(),))["node3"] == set()
    local = service(externalTrafficPolicy="Local", ingress=["192.168.3.7"])
    assert announced(of, local, slices=(slice_on("node1"),))["node3"] == set()


@pytest.mark.parametrize("spec", [{"clusterIP": "None"}, {"type": "ExternalName", "clusterIP": ""}])
def test_a_service_without_an_address_is_not_announced(spec):
    given = service(externalTrafficPolicy="Local", ingress=["192.168.3.7"], **spec)
    assert announced(plan(), given, slices=(slice_on("node3"),))["node3"] == WHOLE


def test_a_node_s_blocks_are_those_that_ipam_confirmed():
    def block(cidr: str, **spec: object) -> dict:
        return {"spec": {"state": "confirmed", "node": "node1", "cidr": cidr, "deleted": "false", **spec}}

    found = pod_networks(
        [
            block("10.1.0.0/26"),
            block("10.1.0.64/26", state="pending"),
            block("10.1.0.128/26", deleted="true"),
            block("10.1.9.9/32"),
            block("192.168.3.0/28", node="load-balancer", type="virtual"),
            block("2001:db8:10::/122", node="node2", deleted=False),
        ]
    )
    assert found == {"node1": ["10.1.0.0/26"], "node2": ["2001:db8:10::/122"]}


@pytest.mark.parametrize(("install", "namespace"), [("operator", "calico-system"), ("manifest", "kube-system")])
def test_calico_s_pods_are_looked_for_where_they_run(install, namespace):
    agent = agents.of(plan(install=install))
    assert (agent.selector(plan(install=install)), agent.namespace(plan(install=install))) == (
        "k8s-app=calico-node",
        namespace,
    )


def status(name: str, *addresses: str, state: str = "Established") -> dict:
    peers = [{"peerIP": text, "state": state, "type": "NodePeer", "since": ""} for text in addresses]
    return {"spec": {"node": name}, "status": {"bgp": {"peersV4": peers, "peersV6": []}}}


def test_a_node_that_knows_nothing_of_a_leaf_without_a_session_is_told():
    of = plan()
    of["nodes"] = {name: of["nodes"][name] for name in ("node1", "node2", "node3")}
    found = reports(
        [
            status("node1", "192.168.2.201"),
            status("node2", "192.168.2.201", "192.168.2.202", state="Active"),
            {"spec": {"node": "node3"}},
        ]
    )
    (problem,) = reported.problems(of, found, sessions(of, {}))
    assert (problem["kind"], problem["node"]) == ("no-peer", "node1")
    assert problem["message"] == (
        "node1 reports no peer 192.168.2.202. Likely cause: calico does not take it for one of this node's (its "
        "BGPPeers: their nodeSelector and its label)"
    )


def test_what_nodes_report_of_sessions_that_are_up_is_no_problem():
    of = plan()
    up = {"peer": "192.168.2.1", "family": "ipv4", "state": "established"}
    bgp = {leaf: {"reachable": True, "sessions": [up]} for leaf in ("101", "102")}
    of["nodes"] = {"node1": of["nodes"]["node1"]}
    assert reported.problems(of, {"node1": {}}, sessions(of, bgp)) == []


def test_a_node_that_cannot_read_the_password_keeps_the_peer_and_that_is_a_cause_of_a_session_that_is_down():
    of = plan()
    of["bgp"] = {**of["bgp"], "password": True}
    assert "its password is not the leaf's, or it cannot read it and has none" in _silence(of)
    assert "cannot read" not in _silence({**of, "cni": "kube_router"})
