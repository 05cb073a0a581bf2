"""Which sessions a node has by Calico's stand-in, and with which options: confd's rules (v3.32), one a test."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from lab.cluster.calico import bird, filters, model, reader

NO_MESH = {"nodeToNodeMeshEnabled": False}


def node(number: int, *, asn: str = "", cluster_id: str = "", v6: bool = False, **labels: str) -> dict:
    notes = {"projectcalico.org/IPv4Address": f"10.0.0.{number}/24"}
    notes |= {"projectcalico.org/IPv6Address": f"fd00::{number}/64"} if v6 else {}
    notes |= {"projectcalico.org/ASNumber": asn} if asn else {}
    notes |= {"projectcalico.org/RouteReflectorClusterID": cluster_id} if cluster_id else {}
    return {"metadata": {"name": f"n{number}", "annotations": notes, "labels": labels}}


def named(name: str, spec: dict | None) -> dict:
    return {"metadata": {"name": name}, **({} if spec is None else {"spec": spec})}


def speaker(
    *peers: dict, nodes: list[dict] | None = None, default: dict | None = None, of: str = "n1", **more: list
) -> model.Speaker:
    """The speaker of a node with BGPPeers called a, b, … and a BGPConfiguration."""
    items = {
        "nodes": nodes or [node(1), node(2), node(3)],
        "bgppeers": [named(chr(ord("a") + number), spec) for number, spec in enumerate(peers)],
        "bgpconfigurations": [named("default", NO_MESH if default is None else default)],
        **more,
    }
    return reader.speaker(model.Resources(items), of, lambda _secret, key: None if key == "absent" else f"pw-{key}")


def one(*peers: dict, **more: object) -> model.Peer:
    (peer,) = speaker(*peers, **more).peers  # type: ignore[arg-type]
    return peer


def sessions(made: model.Speaker) -> list[tuple]:
    return [(peer.kind, peer.address, peer.port, peer.asn) for peer in made.peers]


# -- which of two -----------------------------------------------------------------------------------------


def test_a_global_peer_wins_over_one_of_the_node_with_the_same_address():
    wide, own = {"peerIP": "192.0.2.1", "asNumber": 65001}, {"peerIP": "192.0.2.1", "asNumber": 65002}
    for order in ((wide, {**own, "node": "n1"}), ({**own, "nodeSelector": "all()"}, wide)):
        assert sessions(speaker(*order)) == [("Global", "192.0.2.1", None, 65001)]


def test_two_ports_of_an_address_are_two_peers():
    given = [{"peerIP": text, "asNumber": 65001} for text in ("192.0.2.1", "192.0.2.1:1790", "[fd00::9]:50")]
    made = speaker(*given, nodes=[node(1, v6=True)])
    assert [(peer.address, peer.port) for peer in made.peers] == [
        ("192.0.2.1", None),
        ("192.0.2.1", 1790),
        ("fd00::9", 50),
    ]


def test_what_is_written_wins_over_what_is_the_other_end_of_another_peer():
    forward = {"nodeSelector": "has(rr)", "peerSelector": "!has(rr)", "ttlSecurity": 2}
    own = {"node": "n1", "peerIP": "10.0.0.2", "asNumber": 64512}
    made = speaker(forward, own, nodes=[node(1), node(2, rr="")])
    assert [(peer.address, peer.ttl_hops) for peer in made.peers] == [("10.0.0.2", 0)]


def test_the_other_end_of_a_peer_is_configured_unless_it_is_manual():
    spec = {"node": "n2", "peerSelector": "has(x)"}
    nodes = [node(1, x=""), node(2)]
    assert sessions(speaker(spec, nodes=nodes)) == [("Node", "10.0.0.2", None, 64512)]
    assert speaker({**spec, "reversePeering": "Manual"}, nodes=nodes).peers == []


def test_a_peer_ip_that_is_a_node_s_makes_that_node_peer_back_in_the_same_ip_version():
    nodes = [node(number, v6=True) for number in (1, 2, 3)]
    made = speaker({"peerIP": "fd00::1"}, nodes=nodes)
    assert sessions(made) == [("Node", "fd00::2", None, 64512), ("Node", "fd00::3", None, 64512)]
    assert speaker({"peerIP": "fd00::1", "asNumber": 65009}, nodes=nodes).peers == []


def test_a_peer_without_an_as_number_is_written_and_bird_refuses_the_file(tmp_path):
    made = speaker({"peerIP": "192.0.2.1"})
    assert sessions(made) == [("Global", "192.0.2.1", None, 0)]
    if shutil.which("bird"):
        path = tmp_path / "bird.conf"
        path.write_text(bird.configuration(made))
        done = subprocess.run(["bird", "-p", "-c", str(path)], capture_output=True, text=True, check=False)
        assert "Remote AS number" in done.stderr


@pytest.mark.parametrize("address", ["", "10.0.0", "[fd00::9]", "10.0.0.9:x", "10.0.0.9:70000", "10.0.0.1"])
def test_an_address_that_is_none_or_the_node_s_own_is_no_peer(address):
    assert speaker({"peerIP": address, "asNumber": 65001}).peers == []


# -- the mesh ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("default", [{}, None])
def test_a_bgp_configuration_without_a_spec_leaves_the_mesh_on(default):
    items = {"nodes": [node(1), node(2)], "bgpconfigurations": [named("default", default)]}
    made = reader.speaker(model.Resources(items), "n1", lambda _secret, _key: None)
    assert sessions(made) == [("Mesh", "10.0.0.2", None, 64512)]


def test_the_mesh_has_its_password_and_restart_time():
    default = {
        "nodeMeshPassword": {"secretKeyRef": {"name": "mesh", "key": "k"}},
        "nodeMeshMaxRestartTime": "2m30s",
    }
    peers = speaker(default=default).peers
    assert {(peer.password, peer.restart_time) for peer in peers} == {("pw-k", 150)}


def test_reflectors_are_not_in_the_mesh():
    nodes = [node(1), node(2), node(3, cluster_id="1.1.1.1")]
    assert sessions(speaker(nodes=nodes, default={})) == [("Mesh", "10.0.0.2", None, 64512)]
    assert speaker(nodes=nodes, default={}, of="n3").peers == []


def test_the_addresses_order_as_texts_says_who_waits_in_the_mesh():
    nodes = [node(9), node(10), node(80)]
    made = {peer.address: peer.passive for peer in speaker(nodes=nodes, default={}, of="n9").peers}
    assert made == {"10.0.0.10": False, "10.0.0.80": False}
    assert {peer.passive for peer in speaker(nodes=nodes, default={}, of="n10").peers} == {True}


def test_a_mesh_peer_without_an_as_is_taken_for_one_of_the_node_s_own():
    nodes = [node(1, asn="65010"), node(2), node(3, asn="1.10")]
    made = speaker(nodes=nodes, default={"asNumber": 65000})
    assert [(peer.asn, peer.local_asn) for peer in made.peers] == [(65010, 65010), (65546, 65010)]


# -- options ----------------------------------------------------------------------------------------------

OPTIONS = {
    "localASNumber": 65050,
    "numAllowedLocalASNumbers": 2,
    "ttlSecurity": 3,
    "keepaliveTime": "7s",
    "maxRestartTime": "90s",
    "sourceAddress": "None",
    "nextHopMode": "Self",
    "filters": ["f", "missing"],
    "password": {"secretKeyRef": {"name": "s", "key": "k"}},
}
FILTERS = [named("f", {"exportV4": [{"action": "Reject"}]})]


def test_a_peer_by_address_has_every_option():
    peer = one({"peerIP": "192.0.2.1", "asNumber": 65001, **OPTIONS}, bgpfilters=FILTERS)
    assert (peer.local_asn, peer.allowed_local_asns, peer.ttl_hops) == (65050, 2, 3)
    assert (peer.keepalive, peer.restart_time, peer.local_address, peer.next_hop) == (7, 90, "", "self")
    assert (peer.filters, peer.password) == (("f",), "pw-k")


def test_a_peer_by_selector_keeps_the_node_s_as_and_allows_no_as_of_its_own():
    peer = one({"node": "n1", "peerSelector": "has(x)", **OPTIONS}, nodes=[node(1), node(2, x="")], bgpfilters=FILTERS)
    assert (peer.local_asn, peer.allowed_local_asns) == (64512, 0)
    assert (peer.ttl_hops, peer.keepalive, peer.restart_time, peer.local_address) == (3, 7, 90, "")
    assert (peer.next_hop, peer.filters, peer.password) == ("self", ("f",), "pw-k")


def test_a_password_that_cannot_be_read_leaves_the_peer_without_one():
    spec = {"peerIP": "192.0.2.1", "asNumber": 65001, "password": {"secretKeyRef": {"name": "s", "key": "absent"}}}
    made = speaker(spec)
    assert [peer.password for peer in made.peers] == [None]
    assert made.problems == ["BGPPeer a: calico-node cannot read absent of Secret s: its sessions have no password"]
    assert speaker({**spec, "node": "n2"}).problems == []


@pytest.mark.parametrize(
    ("options", "external", "internal"),
    [
        ({}, "", ""),
        ({"keepOriginalNextHop": True}, "keep", ""),
        ({"keepOriginalNextHop": True, "nextHopMode": "Auto"}, "", ""),
        ({"keepOriginalNextHop": True, "nextHopMode": "Self"}, "self", "self"),
        ({"nextHopMode": "Keep"}, "keep", "keep"),
    ],
)
def test_the_next_hop_is_kept_by_the_mode_or_in_ebgp_by_the_older_option(options, external, internal):
    assert one({"peerIP": "192.0.2.1", "asNumber": 65001, **options}).next_hop == external
    assert one({"peerIP": "192.0.2.1", "asNumber": 64512, **options}).next_hop == internal


def test_a_global_peer_that_is_a_node_waits_where_its_address_is_higher_and_others_never_do():
    nodes = [node(1), node(2)]
    spec = {"peerIP": "10.0.0.2", "asNumber": 64512}
    assert one(spec, nodes=nodes).passive
    assert not one({**spec, "node": "n1"}, nodes=nodes).passive
    assert not one({"peerSelector": "all()"}, nodes=nodes).passive
    assert not one({"peerIP": "10.0.0.9", "asNumber": 64512}, nodes=nodes).passive


# -- route reflectors -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "client"),
    [
        ({"peerIP": "192.0.2.1", "asNumber": 64512}, "1.1.1.1"),
        ({"peerIP": "192.0.2.1", "asNumber": 65001}, ""),
        ({"peerIP": "192.0.2.1", "asNumber": 65001, "localASNumber": 65001}, "1.1.1.1"),
        ({"node": "n1", "peerSelector": "has(same)"}, ""),
        ({"node": "n1", "peerSelector": "has(other)"}, "1.1.1.1"),
        ({"node": "n1", "peerSelector": "has(none)"}, "1.1.1.1"),
    ],
)
def test_ibgp_peers_of_a_reflector_are_its_clients_but_those_of_its_cluster_id(spec, client):
    nodes = [
        node(1, cluster_id="1.1.1.1"),
        node(2, cluster_id="1.1.1.1", same=""),
        node(3, cluster_id="2.2.2.2", other=""),
        node(4, none=""),
    ]
    assert one(spec, nodes=nodes).cluster_id == client


def test_a_reflector_passes_on_the_services_networks():
    default = {**NO_MESH, "serviceLoadBalancerIPs": [{"cidr": "203.0.113.0/24"}, {}]}
    assert speaker(nodes=[node(1, cluster_id="1.1.1.1")], default=default).reflected == ["203.0.113.0/24"]
    assert speaker(nodes=[node(1)], default=default).reflected == []


# -- ports, gateways, interfaces --------------------------------------------------------------------------


def test_nodes_listen_at_their_own_port_or_all_nodes_and_are_met_there():
    default, own = {"listenPort": 1790}, named("node.n2", {"listenPort": 1791})
    configurations = [named("default", default), own]
    made = speaker(bgpconfigurations=configurations)
    assert (made.listen_port, [(peer.address, peer.port) for peer in made.peers]) == (
        1790,
        [("10.0.0.2", 1791), ("10.0.0.3", 1790)],
    )
    assert speaker(bgpconfigurations=configurations, of="n2").listen_port == 1791


def test_a_peer_ip_without_a_port_that_is_a_node_s_is_met_at_that_node_s_port():
    assert one({"peerIP": "10.0.0.2", "asNumber": 64512}, default={**NO_MESH, "listenPort": 1790}).port == 1790
    assert one({"peerIP": "192.0.2.1", "asNumber": 64512}, default={**NO_MESH, "listenPort": 1790}).port is None


def test_a_peer_that_is_reached_by_a_gateway_gets_a_route_of_its_own():
    spec = {"peerIP": "192.0.2.1", "asNumber": 65001, "reachableBy": "10.0.0.254"}
    made = speaker(spec)
    assert "  route 192.0.2.1/32 via 10.0.0.254;\n" in bird.configuration(made)
    for wrong in ("fd00::1", "x"):
        assert speaker({**spec, "reachableBy": wrong}).peers == []


def test_bird_binds_to_the_node_s_address_and_ignores_interfaces_as_the_configuration_says():
    spec = {"peerIP": "192.0.2.1", "asNumber": 65001}
    text = bird.configuration(speaker(spec, default={**NO_MESH, "bindMode": "NodeIP", "ignoredInterfaces": ["eth9"]}))
    assert "  strict bind on;\n" in text
    assert 'interface -"eth9", -"cali*", -"kube-ipvs*", "*";' in text
    assert "strict bind" not in bird.configuration(speaker(spec, default={**NO_MESH, "bindMode": "None"}))


def test_a_node_without_ipv4_has_a_router_id_of_its_name():
    bare = {"metadata": {"name": "n1", "annotations": {"projectcalico.org/IPv6Address": "fd00::1/64"}}}
    made = speaker({"peerIP": "192.0.2.1", "asNumber": 1}, {"peerIP": "fd00::9", "asNumber": 1}, nodes=[bare])
    assert [peer.address for peer in made.peers] == ["fd00::9"]
    assert made.router_id == "103.107.139.184"


# -- communities and filters ------------------------------------------------------------------------------


def test_a_node_s_own_prefix_advertisements_take_the_place_of_all_nodes():
    default = {
        **NO_MESH,
        "communities": [{"name": "one", "value": "1:1"}],
        "prefixAdvertisements": [
            {"cidr": "10.1.0.0/16", "communities": ["one", "9:9", "unknown"]},
            {"cidr": "10.2.0.0/16"},
            {},
        ],
    }
    own = {"prefixAdvertisements": [{"cidr": "10.3.0.0/16", "communities": ["3:3:3"]}]}
    both = [named("default", default), named("node.n1", own)]
    assert speaker(bgpconfigurations=both).communities == [("10.3.0.0/16", ["3:3:3"])]
    assert speaker(bgpconfigurations=both, of="n2").communities == [("10.1.0.0/16", ["1:1", "9:9"])]


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ({"min": 8}, "[ 10.1.0.0/16{16,32} ]"),
        ({"min": 20, "max": 24}, "[ 10.1.0.0/16{20,24} ]"),
        ({}, "[ 10.1.0.0/16{16,32} ]"),
        (None, "10.1.0.0/16"),
    ],
)
def test_prefix_lengths_stay_within_the_network(lengths, text):
    given = {"action": "Reject", "cidr": "10.1.0.0/16", "matchOperator": "In"}
    given |= {} if lengths is None else {"prefixLength": lengths}
    assert filters.rule(given) == f"if (net ~ {text}) then {{ reject; }}"


def test_filters_with_long_and_similar_names_are_functions_of_their_own(tmp_path):
    names = ["a-b", "a.b", "x" * 60 + "1", "x" * 60 + "2"]
    given = [named(name, {"importV4": [{"action": "Reject"}], "exportV4": [{"action": "Accept"}]}) for name in names]
    made = speaker({"peerIP": "192.0.2.1", "asNumber": 65001, "filters": names}, bgpfilters=given)
    functions = {filters.function_name(name, direction, 4) for name in names for direction in ("import", "export")}
    assert len(functions) == 8
    assert max(map(len, functions)) == 64 + len("''")
    assert "'bgp_a-b_importFilterV4'" in functions
    text = bird.configuration(made)
    assert all(f"function {name}(bool" in text and f"{name}(false);" in text for name in functions)
    if shutil.which("bird"):
        path = tmp_path / "bird.conf"
        path.write_text(text)
        assert subprocess.run(["bird", "-p", "-c", str(path)], check=False).returncode == 0


# -- pools and blocks -------------------------------------------------------------------------------------


def affinity(cidr: str, state: str, **more: object) -> dict:
    return named(cidr, {"node": "n1", "cidr": cidr, "state": state, **more})


def test_blocks_are_aggregated_where_they_are_confirmed_and_routed_where_they_are_not_pending():
    given = [
        affinity("10.1.0.0/26", "confirmed"),
        affinity("10.1.0.64/26", "pendingDeletion"),
        affinity("10.1.0.128/26", "pending"),
        affinity("10.1.1.1/32", ""),
        affinity("10.1.2.0/26", "confirmed", deleted="true"),
        affinity("10.1.3.0/26", "confirmed", node="n2"),
    ]
    made = speaker(blockaffinities=given)
    assert made.blocks == ["10.1.0.0/26", "10.1.0.64/26"]
    text = bird.configuration(made)
    assert "if net = 10.1.1.1/32 then accept;" in text
    assert "net = 10.1.0.64/26" not in text


@pytest.mark.parametrize(
    ("release", "programmed"),
    [("v3.32.1", [True, True, False]), ("v3.33.0", [False, True, False])],
)
def test_bird_writes_routes_of_tunnels_into_the_kernel_up_to_v3_32(release, programmed):
    pools = [
        named("a", {"cidr": "10.1.0.0/16", "ipipMode": "Always"}),
        named("b", {"cidr": "10.2.0.0/16"}),
        named("c", {"cidr": "10.3.0.0/16", "vxlanMode": "CrossSubnet"}),
    ]
    container = {"image": f"quay.io/calico/node:{release}"}
    agent = {
        "metadata": {"name": "calico-node-x", "labels": {"k8s-app": "calico-node"}},
        "spec": {"nodeName": "n1", "containers": [container]},
    }
    made = speaker(ippools=pools, pods=[agent])
    assert [pool.programmed for pool in made.ip_pools] == programmed
