"""The stand-in for Cilium's operator and agents: from our own resources to what gobgpd is told."""

from __future__ import annotations

import json
import subprocess

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.cilium import advertised
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.state import from_resources
from lab.cluster.cilium import gobgp, operator, reader
from lab.tools import program
from tests.plans import NODES
from tests.plans import plan as make_plan
from tests.resources import applied

SECRETS = {"bgp_password": "s3cret"}


def plan(*families: str, **options: object) -> dict:
    return {**make_plan(*(families or ("ipv4", "ipv6"))), "cni": "cilium", "cilium": options}


def cluster(of: dict, **more: list) -> reader.Resources:
    """What the API server would have: our resources, nodes that are there, and what the operator made of both."""
    found = applied(of, SECRETS, **more)
    found["ciliumnodes"] = [operator.cilium_node(node) for node in found["nodes"]]
    configs = operator.node_configs(
        found["nodes"], found["ciliumbgpclusterconfigs"], found.get("ciliumbgpnodeconfigoverrides", []), []
    )
    found["ciliumbgpnodeconfigs"] = list(configs.values())
    return reader.Resources(found)


def speaker(of: dict, name: str = "node1", password: str | None = "s3cret", **more: list) -> reader.Speaker:
    (found,) = reader.speakers(cluster(of, **more), name, lambda _secret: password)
    return found


def test_a_node_peers_with_the_leaves_of_its_own_rack_one_family_a_session():
    assert [(peer.address, peer.asn, peer.local_address, peer.families) for peer in speaker(plan()).peers] == [
        ("192.168.2.201", 65002, "192.168.2.1", ("ipv4",)),
        ("192.168.2.202", 65002, "192.168.2.1", ("ipv4",)),
        ("2001:db8:2::ff01", 65002, "2001:db8:2::1", ("ipv6",)),
        ("2001:db8:2::ff02", 65002, "2001:db8:2::1", ("ipv6",)),
    ]


def test_timers_password_and_graceful_restart_are_those_of_the_peer_configuration():
    peer = speaker(plan()).peers[0]
    assert (peer.connect_retry, peer.hold, peer.keepalive, peer.password) == (5, 3, 1, "s3cret")
    assert peer.restart_time == 120


def test_a_secret_that_is_not_there_means_a_session_without_password():
    assert {peer.password for peer in speaker(plan(), password=None).peers} == {None}


def test_a_secret_without_its_key_means_no_session_and_is_told():
    made = speaker(plan(), password="")
    assert made.peers == []
    assert made.problems[0] == "peer leaf-101-ipv4: Secret kubefabric-bgp has no key password"


def test_a_peer_without_a_configuration_has_cilium_s_defaults_and_announces_nothing():
    given = cluster(plan("ipv4"))
    instance = given["ciliumbgpnodeconfigs"][0]["spec"]["bgpInstances"][0]
    del instance["peers"][0]["peerConfigRef"]
    (made,) = reader.speakers(given, "node1", lambda _secret: "s3cret")
    bare = made.peers[0]
    assert (bare.connect_retry, bare.hold, bare.keepalive, bare.password, bare.restart_time) == (
        120,
        90,
        30,
        None,
        None,
    )
    assert (bare.families, bare.routes) == (("ipv4", "ipv6"), {})


def test_a_peer_whose_configuration_is_missing_is_left_out_and_told():
    given = cluster(plan("ipv4"))
    made = reader.speakers(
        reader.Resources({**given.items, "ciliumbgppeerconfigs": []}), "node1", lambda _secret: "s3cret"
    )[0]
    assert made.peers == []
    assert made.problems[0] == "peer leaf-101-ipv4: there is no CiliumBGPPeerConfig kubefabric-ipv4"


def test_without_an_ipv4_address_the_router_id_of_the_override_counts_and_none_is_told():
    assert speaker(plan("ipv6")).router_id == "10.0.0.1"
    given = cluster(plan("ipv6"))
    del given["ciliumbgpnodeconfigs"][0]["spec"]["bgpInstances"][0]["routerID"]
    (made,) = reader.speakers(given, "node1", lambda _secret: None)
    assert (made.peers, made.problems) == ([], ["instance fabric: no router ID: the node has no IPv4 address"])


def test_a_node_that_nothing_selects_runs_no_speaker():
    given = cluster(plan())
    for item in given["ciliumbgpclusterconfigs"]:
        item["spec"]["nodeSelector"] = {"matchLabels": {"rack_id": "elsewhere"}}
    left = operator.node_configs(given["nodes"], given["ciliumbgpclusterconfigs"], [], given["ciliumbgpnodeconfigs"])
    assert left == {}


def test_a_node_stays_with_the_configuration_that_had_it_first_and_the_conflict_is_told():
    given = cluster(plan())
    other = {"metadata": {"name": "another"}, "spec": {"bgpInstances": []}}
    configs = [other, *given["ciliumbgpclusterconfigs"]]
    found = operator.node_configs(given["nodes"], configs, [], given["ciliumbgpnodeconfigs"])
    assert found["node1"]["metadata"]["ownerReferences"][0]["name"] == "kubefabric-rack1"
    assert operator.conflicts(given["nodes"], configs)[0] == (
        "node1 is selected by more than one CiliumBGPClusterConfig: another, kubefabric-rack1"
    )


# -- what is announced ------------------------------------------------------------------------------------


def service(name: str, **spec: object) -> dict:
    given = {"clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "type": "ClusterIP", **spec}
    ingress = [{"ip": text} for text in given.pop("ingress", [])]
    return {
        "metadata": {"namespace": "shop", "name": name, "labels": given.pop("labels", {})},
        "spec": given,
        "status": {"loadBalancer": {"ingress": ingress}},
    }


def endpoints(name: str, node: str, version: int = 4) -> dict:
    return {
        "metadata": {"namespace": "shop", "labels": {"kubernetes.io/service-name": name}},
        "addressType": f"IPv{version}",
        "endpoints": [{"nodeName": node, "conditions": {"ready": True}}],
    }


LOCAL = service("web", externalIPs=["192.168.3.11"], externalTrafficPolicy="Local")
EVERYWHERE = service("all", externalIPs=["192.168.3.10"], externalTrafficPolicy="Cluster")
BALANCED = service("lb", type="LoadBalancer", ingress=["192.168.3.0"], externalTrafficPolicy="Cluster")
SERVICES = [LOCAL, EVERYWHERE, BALANCED]


@pytest.mark.parametrize(("node", "more"), [("node1", ["192.168.3.11/32"]), ("node2", [])])
def test_a_service_with_a_local_traffic_policy_is_announced_by_its_nodes_alone(node, more):
    made = speaker(plan("ipv4"), node, services=SERVICES, endpointslices=[endpoints("web", "node1")])
    own = f"10.1.{list(NODES).index(node)}.0/26"
    assert made.paths == sorted([own, "192.168.3.0/32", "192.168.3.10/32", *more])


def test_a_backend_of_another_family_does_not_count():
    made = speaker(plan("ipv4"), services=[LOCAL], endpointslices=[endpoints("web", "node1", 6)])
    assert made.paths == ["10.1.0.0/26"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (service("no", externalIPs=["192.168.3.12"], labels={"bgp.kubefabric.io/advertise": "false"}), []),
        (service("other", type="LoadBalancer", ingress=["192.168.3.1"], loadBalancerClass="example.net/lb"), []),
        (service("headless", clusterIP="None", clusterIPs=["None"], externalIPs=["192.168.3.13"]), []),
        (service("plain", externalIPs=["192.168.3.14"]), ["192.168.3.14/32"]),
    ],
)
def test_services_are_left_out_by_label_by_class_and_without_a_cluster_address(given, wanted):
    assert speaker(plan("ipv4", advertise_pod_cidr=False), services=[given]).paths == wanted


def test_an_aggregated_service_is_announced_as_a_network_unless_its_policy_is_local():
    options = {"addresses": ["ExternalIP"], "aggregationLengthIPv4": 24}
    given = cluster(plan("ipv4"), services=[EVERYWHERE, LOCAL], endpointslices=[endpoints("web", "node1")])
    given["ciliumbgpadvertisements"][0]["spec"]["advertisements"][1]["service"] = options
    (made,) = reader.speakers(given, "node1", lambda _secret: None)
    assert made.paths == ["10.1.0.0/26", "192.168.3.0/24", "192.168.3.11/32"]


def test_every_peer_gets_the_routes_of_its_own_family():
    for peer in speaker(plan(), services=SERVICES).peers:
        assert {":" in prefix for prefix in peer.routes} == {":" in peer.address}


def test_verification_foretells_what_the_stand_in_announces():
    of, slices = plan(), [endpoints("web", "node2"), endpoints("web", "node2", 6)]
    given = cluster(of, services=SERVICES, endpointslices=slices)
    pods = {item["metadata"]["name"]: item["spec"]["ipam"]["podCIDRs"] for item in given["ciliumnodes"]}
    foretold = advertised(of, from_resources(given["nodes"], [], SERVICES, slices, pods))
    for name in of["nodes"]:
        (made,) = reader.speakers(given, name, lambda _secret: None)
        assert set(made.paths) == foretold[name]


# -- what gobgpd is told ----------------------------------------------------------------------------------


def test_gobgpd_lets_out_what_is_announced_and_takes_nothing_in():
    given = json.loads(gobgp.configuration(speaker(plan("ipv4"), services=SERVICES)))
    policy = given["global"]["apply-policy"]["config"]
    assert (policy["default-import-policy"], policy["default-export-policy"]) == ("reject-route", "reject-route")
    assert given["global"]["config"] == {"as": 65003, "router-id": "192.168.2.1", "port": -1}
    prefixes = {item["ip-prefix"] for found in given["defined-sets"]["prefix-sets"] for item in found["prefix-list"]}
    assert prefixes == {"10.1.0.0/26", "192.168.3.0/32", "192.168.3.10/32"}


@pytest.mark.parametrize("peers", [True, False])
def test_gobgpd_itself_reads_the_configuration(tmp_path, peers):
    try:
        gobgpd = program("gobgpd")
    except RuntimeError as reason:
        pytest.skip(f"not here: {reason}")
    file = tmp_path / "gobgpd.json"
    file.write_text(gobgp.configuration(speaker(plan(communities=["65003:100"]), services=SERVICES), peers))
    command = [str(gobgpd), "-d", "-t", "json", "-f", str(file), "--pprof-disable", "--metrics-path", ""]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_gobgpd_is_started_without_peers_so_that_routes_are_there_first():
    given = json.loads(gobgp.configuration(speaker(plan("ipv4")), peers=False))
    assert given["neighbors"] == []
    assert len(given["policy-definitions"][1]["statements"]) == 2


def test_other_routes_are_another_policy_and_other_passwords_are_not():
    one, other = speaker(plan("ipv4")), speaker(plan("ipv4"), services=SERVICES)
    assert gobgp.policy_name(one) != gobgp.policy_name(other)
    assert gobgp.policy_name(one) == gobgp.policy_name(speaker(plan("ipv4"), password="other"))


def test_communities_go_with_every_route():
    made = speaker(plan("ipv4", communities=["65003:100", "65003:1:2", "no-export"]))
    (statement, _other) = json.loads(gobgp.configuration(made))["policy-definitions"][1]["statements"]
    assert statement["actions"]["bgp-actions"] == {
        "set-community": {
            "options": "add",
            "set-community-method": {"communities-list": ["65003:100", "no-export"]},
        },
        "set-large-community": {"options": "add", "set-large-community-method": {"communities-list": ["65003:1:2"]}},
    }


def test_the_state_of_every_session_is_reported_and_a_peer_that_gobgpd_has_not_is_without():
    instance = cluster(plan("ipv4"))["ciliumbgpnodeconfigs"][0]["spec"]["bgpInstances"][0]
    said = [{"conf": {"neighbor_address": "192.168.2.201"}, "state": {"session_state": 6}}]
    assert gobgp.instance_status(instance, said) == {
        "name": "fabric",
        "localASN": 65003,
        "peers": [
            {
                "name": "leaf-101-ipv4",
                "peerAddress": "192.168.2.201",
                "peerASN": 65002,
                "peeringState": "established",
            },
            {"name": "leaf-102-ipv4", "peerAddress": "192.168.2.202", "peerASN": 65002},
        ],
    }
