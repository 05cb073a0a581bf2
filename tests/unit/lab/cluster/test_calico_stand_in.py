"""The stand-in for Calico's agents: from our own resources to a configuration that BIRD takes."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lab.cluster.calico import agent, bird, filters, model, peerings, reader, routes
from tests.plans import plan as make_plan
from tests.resources import applied

SECRETS = {"bgp_password": "s3cret"}


def plan(**options: object) -> dict:
    result = {**make_plan("ipv4", "ipv6"), "cni": "calico", "calico": options}
    result["bgp"] = {**result["bgp"], "keepalive": 2, "hold": 6}
    return result


def cluster(of: dict, **more: list) -> model.Resources:
    """What the API server would have after our resources were applied to nodes that are there."""
    return model.Resources(applied(of, SECRETS, **more))


def speaker(of: dict, name: str = "node1", password: str | None = "s3cret", **more: list) -> model.Speaker:
    return reader.speaker(cluster(of, **more), name, lambda _secret, _key: password)


def test_a_node_peers_with_the_leaves_of_its_own_rack_in_both_families():
    peers = speaker(plan()).peers
    assert [(peer.address, peer.asn, peer.local_asn, peer.local_address) for peer in peers] == [
        ("192.168.2.201", 65002, 65003, "192.168.2.1"),
        ("192.168.2.202", 65002, 65003, "192.168.2.1"),
        ("2001:db8:2::ff01", 65002, 65003, "2001:db8:2::1"),
        ("2001:db8:2::ff02", 65002, 65003, "2001:db8:2::1"),
    ]
    assert {peer.password for peer in peers} == {"s3cret"}


def test_without_the_right_to_read_the_password_sessions_have_none_and_the_log_says_so():
    made = speaker(plan(), password=None)
    assert [peer.password for peer in made.peers] == [None] * 4
    said = "BGPPeer leaf-101-ipv4: calico-node cannot read rr-password of Secret bgp-secrets"
    assert made.problems[0] == f"{said}: its sessions have no password"


def test_without_a_bgp_configuration_the_nodes_are_a_mesh_in_calico_s_own_as():
    given = cluster(plan())
    bare = model.Resources({"nodes": given["nodes"]})
    made = reader.speaker(bare, "node2", lambda _secret, _key: None)
    assert made.asn == 64512
    assert [peer.address for peer in made.peers if "." in peer.address] == [
        f"192.168.2.{number}" for number in (1, 3, 4, 5, 6)
    ]
    assert [peer.passive for peer in made.peers][:2] == [False, True]


def test_a_node_in_an_as_of_its_own_shows_the_leaves_the_cluster_s():
    made = speaker(plan(nodes={"node1": {"asn": 65010}}))
    assert made.asn == 65010
    assert {peer.local_asn for peer in made.peers} == {65003}


def test_nodes_that_a_peer_selector_takes_peer_back():
    of = plan(peers=[{"name": "rr", "node_selector": 'rack_id == "rack2"', "peer_selector": 'rack_id == "rack1"'}])
    back = [peer.address for peer in speaker(of).peers if peer.asn == 65003]
    assert back[:3] == ["192.168.2.4", "192.168.2.5", "192.168.2.6"]


SERVICE = {
    "metadata": {"namespace": "shop", "name": "web"},
    "spec": {
        "type": "ClusterIP",
        "clusterIP": "10.96.0.9",
        "externalIPs": ["192.168.3.11"],
        "externalTrafficPolicy": "Local",
    },
}
ENDPOINTS = {
    "metadata": {"namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
    "addressType": "IPv4",
    "endpoints": [{"nodeName": "node1", "conditions": {"ready": True}}],
}
WHOLE = ["10.96.0.0/16", "192.168.3.0/24", "2001:db8:3::/64", "2001:db8:96::/112"]


@pytest.mark.parametrize(("name", "more"), [("node1", ["10.96.0.9/32", "192.168.3.11/32"]), ("node2", [])])
def test_a_service_with_a_local_traffic_policy_is_announced_by_its_nodes_alone(name, more):
    made = speaker(plan(), name, services=[SERVICE], endpointslices=[ENDPOINTS])
    assert made.services == sorted([*WHOLE, *more])


def test_a_node_that_is_excluded_from_load_balancers_announces_no_service():
    of = plan()
    given = cluster(of, services=[SERVICE], endpointslices=[ENDPOINTS])
    given["nodes"][0]["metadata"]["labels"][routes.EXCLUDED] = "true"
    made = reader.speaker(given, "node1", lambda _secret, _key: None)
    assert (made.services, made.blocks) == ([], ["10.1.0.0/26", "2001:db8:10:1::/122"])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"action": "Reject"}, "reject;"),
        (
            {"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "NotIn"},
            "if (net !~ 10.0.0.0/8) then { accept; }",
        ),
        (
            {"action": "Accept", "cidr": "10.0.0.0/8", "matchOperator": "In", "prefixLength": {"max": 26}},
            "if (net ~ [ 10.0.0.0/8{8,26} ]) then { accept; }",
        ),
        (
            {"action": "Reject", "source": "RemotePeers", "interface": "*.calico", "peerType": "eBGP"},
            'if (source = RTS_BGP) && (defined(ifname) && (ifname ~ "*.calico")) && !same_as then { reject; }',
        ),
        (
            {"action": "Accept", "operations": [{"prependASPath": {"prefix": [1, 2]}}, {"setPriority": {"value": 7}}]},
            "bgp_path.prepend(2); bgp_path.prepend(1); bgp_local_pref = 2147483640; accept;",
        ),
    ],
)
def test_a_rule_of_a_filter_is_a_condition_and_what_comes_of_it(given, text):
    assert filters.rule(given) == text


EVERYTHING = {
    "listen_port": 1790,
    "communities": [{"name": "backup", "value": "65003:100"}],
    "prefix_advertisements": [{"cidr": "10.1.0.0/16", "communities": ["backup", "65003:1:2"]}],
    "leaf_peers": {"filters": ["tagged"], "ttl_security": 1, "next_hop_mode": "Self", "keepalive_time": "2s"},
    "filters": {
        "tagged": {
            "default_action": "Accept",
            "export_v4": [
                {
                    "action": "Accept",
                    "cidr": "10.1.0.0/16",
                    "match_operator": "In",
                    "prefix_length": {"min": 24, "max": 27},
                    "interface": "*.calico",
                    "operations": [{"add_community": "65003:300"}, {"prepend_as_path": [65003]}, {"set_priority": 9}],
                },
                {"action": "Reject", "community": "65003:1:2", "peer_type": "iBGP"},
            ],
            "import_v6": [{"action": "Reject", "as_path_prefix": [65002, 65010], "priority": 512}],
        }
    },
    "nodes": {"node1": {"route_reflector_cluster_id": "244.0.0.1"}},
    "peers": [{"name": "rr", "node_selector": "all()", "peer_selector": 'rack_id == "rack1"'}],
}


@pytest.mark.parametrize("options", [{}, {"install": "manifest"}, EVERYTHING], ids=["plain", "manifest", "everything"])
def test_bird_takes_what_comes_of_our_resources(options, tmp_path, capfd):
    if not shutil.which("bird"):
        pytest.skip("not here: bird (Debian's bird2)")
    path = tmp_path / "bird.conf"
    path.write_text(bird.configuration(speaker(plan(**options), services=[SERVICE], endpointslices=[ENDPOINTS])))
    done = subprocess.run(["bird", "-p", "-c", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert agent.check(path), capfd.readouterr()


def test_a_node_s_status_counts_its_sessions():
    shown = """
    Name       Proto      Table      State  Since         Info
    device1    Device     ---        up     14:00:01.000
    Node_192_168_2_201 BGP        ---        up     14:00:05.000  Established
    Mesh_2001_db8_2__ff01_port_1790 BGP  ---     start  14:00:05.000  Active        Socket: Connection refused
    Local_Workload_10_1_0_5 BGP   ---        up     14:00:05.000  Established
    """
    found = agent.sessions(shown)
    assert found["peersV4"] == [{"peerIP": "192.168.2.201", "state": "Established", "type": "NodePeer", "since": ""}]
    assert found["peersV6"] == [{"peerIP": "2001:db8:2::ff01", "state": "Active", "type": "NodeMesh", "since": ""}]
    assert (found["numberEstablishedV4"], found["numberNotEstablishedV6"]) == (1, 1)


@pytest.mark.parametrize(("text", "value"), [(None, None), ("120s", 120), ("2m0s", 120), ("1h", 3600), ("500ms", 1)])
def test_a_duration_is_read_as_kubernetes_writes_it(text, value):
    assert peerings.seconds(text) == value


def workload(name: str, color: str, address: str = "10.1.0.5", **spec: object) -> dict:
    return {
        "metadata": {"namespace": "vms", "name": name, "labels": {"color": color}},
        "spec": {"nodeName": "node1", **spec},
        "status": {"podIPs": [{"ip": address}]},
    }


def with_red(selector: str = "color == 'red'", **more: object) -> dict:
    """A plan with one nested cluster."""
    red = {"asn": 65010, "networks": ["10.123.0.0/16"], "ranges": ["10.1.0.0/16"], "selector": selector, **more}
    inner = {
        "speaker": "cni",
        "addresses": {"ipv4": "169.254.0.179"},
        "networks": red["networks"],
        "clusters": {"red": red},
    }
    return {**plan(), "nested": inner}


def local_peers(of: dict, *pods: dict, name: str = "node1") -> list:
    spaces = [{"metadata": {"name": "vms", "labels": {"team": "b"}}}]
    return [peer for peer in speaker(of, name, pods=list(pods), namespaces=spaces).peers if peer.asn == 65010]


def test_a_workload_that_is_selected_is_waited_for_with_the_peer_s_filters_from_any_address():
    (peer,) = local_peers(with_red(), workload("vm1", "red"), workload("vm2", "blue", "10.1.0.6"))
    assert (peer.address, peer.local_address, peer.local_asn, peer.passive) == ("10.1.0.5", "", 65003, True)
    assert peer.filters == ("no-export", "accept-nested-ip-pools-red")


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("pcns.projectcalico.org/name == 'vms'", True),
        ("pcns.team == 'b' && color == 'red'", True),
        ("pcns.team == 'c'", False),
        ("team == 'b'", False),
        ("color ==", False),
    ],
)
def test_a_namespace_s_labels_count_after_pcns(selector, taken):
    assert bool(local_peers(with_red(selector), workload("vm1", "red"))) is taken


def test_workloads_of_other_nodes_in_the_host_s_network_and_on_nodes_not_selected_are_no_peers():
    assert local_peers(with_red(), workload("vm1", "red"), name="node2") == []
    assert local_peers(with_red(), workload("vm1", "red", hostNetwork=True)) == []
    assert local_peers(with_red(node_selector='rack_id == "rack9"'), workload("vm1", "red")) == []


def test_the_addresses_to_peer_at_are_those_of_the_bgp_configuration():
    assert reader.peering_addresses(cluster(with_red())) == ["169.254.0.179/32"]
    assert reader.peering_addresses(cluster(plan())) == []


def test_route_reflectors_have_every_node_for_a_client_and_each_other_not():
    of = plan(route_reflectors={"nodes": ["node1", "node4"], "cluster_id": "244.0.0.1"})
    inner = {peer.address: peer for peer in speaker(of, "node1").peers if peer.internal and "." in peer.address}
    assert {address: peer.reflector_client for address, peer in inner.items()} == {
        f"192.168.2.{number}": number != 4 for number in (2, 3, 4, 5, 6)
    }
    assert {peer.address for peer in speaker(of, "node2").peers if peer.internal and "." in peer.address} == {
        "192.168.2.1",
        "192.168.2.4",
    }


def test_nodes_have_a_session_per_family_with_a_host_that_reflects_where_its_selector_names_them():
    hosts = {
        "rr1": {"addresses": ["192.168.2.11", "fd00:2::11"]},
        "rr2": {"addresses": ["192.168.2.12"], "node_selector": 'rack_id == "rack2"'},
    }
    of = plan(route_reflectors={"hosts": hosts, "cluster_id": "244.0.0.1"})
    inner = [peer for peer in speaker(of, "node1").peers if peer.internal]
    assert [(peer.address, peer.reflector_client) for peer in inner] == [("192.168.2.11", False), ("fd00:2::11", False)]
    assert {peer.address for peer in speaker(of, "node4").peers if peer.internal} == {
        "192.168.2.11",
        "192.168.2.12",
        "fd00:2::11",
    }
