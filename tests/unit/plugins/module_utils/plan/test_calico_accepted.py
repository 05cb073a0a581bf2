"""What Calico takes, and the planner must not refuse: filters that mark routes, pools of Services, AS numbers."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.filter_chain import Routes, withheld
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.resources import resources
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import white_paper
from .test_checks_calico import _calico
from .test_mistakes import _findings

SECRETS = {"bgp_password": "s3cret"}
# Calico, "Configure BGP for KubeVirt live migration", step 1
_EXPORT = {
    "action": "Accept",
    "peer_type": "eBGP",
    "priority": 512,
    "operations": [{"add_community": "65000:100"}],
}
_IMPORT = {"action": "Accept", "community": "65000:100", "operations": [{"set_priority": 512}]}
LIVE_MIGRATION = {
    "default_action": "Accept",
    "export_v4": [_EXPORT],
    "import_v4": [_IMPORT],
    "export_v6": [_EXPORT],
    "import_v6": [_IMPORT],
}


def _dual(**options: Any) -> dict[str, Any]:
    intent = _calico(**options)
    networks = intent["clusters"]["prod"]["cluster"]["networks"]
    for kind, network in (("node", "fd00:2::/64"), ("pod", "fd00:1::/56"), ("service", "fd00:96::/112")):
        networks[kind] = [*networks[kind], network]
    return intent


def _rendered(intent: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    plan = build(intent).plans["prod"]
    return {item["metadata"]["name"]: item["spec"] for item in resources(plan, SECRETS) if item["kind"] == kind}


def test_the_documented_filter_for_live_migration_passes_and_no_rule_is_put_before_calico_s_own() -> None:
    intent = _dual(filters={"live": LIVE_MIGRATION}, leaf_peers={"filters": ["live"]})
    assert _findings(intent) == []
    assert build(intent).warnings == []
    live = _rendered(intent, "BGPFilter")["live"]
    assert [rule["action"] for rules in live.values() for rule in rules] == ["Accept"] * 4
    assert _rendered(intent, "BGPPeer")["leaf-101-ipv4"]["filters"] == ["live", "kubefabric-leaves"]


def test_the_same_filter_marks_routes_of_further_peers_too() -> None:
    peer = {"name": "tor", "peer_ip": "192.0.2.1", "asn": 64999, "filters": ["live"]}
    assert _findings(_dual(filters={"live": LIVE_MIGRATION}, peers=[peer])) == []


def test_without_default_action_the_same_filter_would_keep_every_prefix_back() -> None:
    given = {key: rules for key, rules in LIVE_MIGRATION.items() if key != "default_action"}
    (export,) = _findings(_calico(filters={"live": given}, leaf_peers={"filters": ["live"]}))
    assert export.startswith(
        "host_vars/prod: kubefabric_cluster.calico.filters.live.export_v4: would keep 10.1.0.0/16 (networks.pod), "
        "10.96.0.0/16 (networks.service), 192.168.3.0/24 (networks.external_service) from the leaves"
    )


def test_the_default_action_is_one_per_direction() -> None:
    given = {**LIVE_MIGRATION, "default_action": "Reject", "default_export_action": "Accept"}
    intent = _calico(filters={"live": given}, leaf_peers={"filters": ["live"]})
    assert _findings(intent) == []
    live = _rendered(intent, "BGPFilter")["live"]
    assert live["importV4"][-1] == {"action": "Reject"}
    assert [rule["action"] for rule in live["exportV4"]] == ["Accept"]


def test_nodes_that_take_nothing_from_the_leaves_are_a_warning() -> None:
    nothing = {"default_action": "Accept", "import_v4": [{"action": "Reject"}]}
    intent = _calico(filters={"nothing": nothing}, leaf_peers={"filters": ["nothing"]})
    assert _findings(intent) == []
    assert [str(warning) for warning in build(intent).warnings] == [
        "host_vars/prod: kubefabric_cluster.calico.filters.nothing.import_v4[0]: nodes take nothing of 10.1.0.0/16 "
        "from the leaves, and reach it by their default gateway alone; set default_import_action to Accept, or accept "
        "these networks, unless that is meant"
    ]


@pytest.mark.parametrize(
    ("rules", "kept_back"),
    [
        ([{"action": "Reject", "source": "RemotePeers"}], None),
        ([{"action": "Reject", "peer_type": "iBGP"}], None),
        ([{"action": "Reject", "community": "1:2"}], None),
        ([{"action": "Reject", "as_path_prefix": [1]}], None),
        ([{"action": "Reject", "priority": 512}], None),
        ([{"action": "Reject", "interface": "eth*"}], None),
        ([{"action": "Reject", "cidr": "10.2.0.0/16", "match_operator": "In"}], None),
        ([{"action": "Reject", "cidr": "10.1.0.0/16", "match_operator": "Equal"}], None),
        ([{"action": "Reject", "cidr": "10.1.0.0/16", "match_operator": "In", "prefix_length": {"min": 27}}], None),
        ([{"action": "Reject", "cidr": "10.1.0.0/16", "match_operator": "NotIn"}], None),
        ([{"action": "Accept", "cidr": "10.1.0.0/16", "match_operator": "In"}, {"action": "Reject"}], None),
        ([{"action": "Reject", "interface": "*"}], (0, ["10.1.0.0/16"])),
        ([{"action": "Reject", "priority": 1024}], (0, ["10.1.0.0/16"])),
        ([{"action": "Reject", "cidr": "10.1.0.0/26", "match_operator": "Equal"}], (0, ["10.1.0.0/26"])),
        ([{"action": "Reject", "cidr": "10.1.0.0/16", "match_operator": "NotEqual"}], (0, ["10.1.0.0/16"])),
        ([{"action": "Reject", "cidr": "10.1.0.0/17", "match_operator": "NotIn"}], (0, ["10.1.128.0/17"])),
        (
            [
                {"action": "Accept", "cidr": "10.1.0.0/16", "match_operator": "In", "prefix_length": {"max": 24}},
                {"action": "Reject", "cidr": "10.0.0.0/8", "match_operator": "In", "prefix_length": {"max": 26}},
            ],
            (1, ["10.1.0.0/16"]),
        ),
    ],
)
def test_a_chain_keeps_back_what_it_certainly_rejects(rules: list[dict], kept_back: tuple | None) -> None:
    found = withheld(rules, Routes(ip_network("10.1.0.0/16"), 26, 26))
    assert (found and (found[0], [str(network) for network in found[1]])) == kept_back


POOL = {"name": "lb", "cidr": "192.168.3.0/25", "allowed_uses": ["LoadBalancer"]}


def test_a_pool_for_load_balancers_stands_beside_the_pods_and_takes_no_name_of_theirs() -> None:
    unnamed = {**POOL, "name": None, "cidr": "192.168.3.128/25"}
    intent = _calico(version="3.30.0", pools=[POOL, unnamed, {"cidr": "10.1.0.0/16"}])
    assert _findings(intent) == []
    pools = _rendered(intent, "Installation")["default"]["calicoNetwork"]["ipPools"]
    assert [(pool["name"], pool.get("allowedUses")) for pool in pools] == [
        ("lb", ["LoadBalancer"]),
        ("loadbalancer-ipv4-ippool-2", ["LoadBalancer"]),
        ("default-ipv4-ippool", None),
    ]
    assert {pool["nodeSelector"] for pool in pools} == {"all()"}


def test_a_pool_for_load_balancers_is_written_for_manifests_too() -> None:
    intent = _calico(install="manifest", pools=[{"cidr": "10.1.0.0/16"}, POOL])
    assert _rendered(intent, "IPPool")["lb"] == {
        "cidr": "192.168.3.0/25",
        "blockSize": 26,
        "ipipMode": "Never",
        "vxlanMode": "Never",
        "natOutgoing": False,
        "nodeSelector": "all()",
        "allowedUses": ["LoadBalancer"],
    }


@pytest.mark.parametrize(("version", "taken"), [("3.34.0", True), ("3.33.4", False), (None, False)])
def test_large_as_numbers_are_taken_from_the_release_on_that_takes_them(version: str | None, taken: bool) -> None:
    intent = white_paper()
    intent["fabric"]["asn"] = 4200000001
    peer = {"name": "a", "peer_ip": "192.0.2.1", "asn": 4200000003}
    intent["clusters"]["prod"]["cluster"].update(
        asn=4200000002, cni="calico", calico={"version": version, "peers": [peer]}
    )
    assert (_findings(intent) == []) is taken


def test_a_node_s_own_as_number_is_an_annotation_and_takes_all_32_bits() -> None:
    assert _findings(_calico(nodes={"node1": {"asn": 4200000001}})) == []


def test_peers_of_one_address_on_nodes_of_their_own_are_several() -> None:
    peers = [
        {"name": "a", "peer_ip": "192.0.2.1", "asn": 64999, "node": "node1"},
        {"name": "b", "peer_ip": "192.0.2.1", "asn": 64999, "node_selector": 'rack_id == "rack2"'},
        {"name": "c", "peer_ip": "192.0.2.1:1790", "asn": 64999},
        {"name": "other-rack", "peer_ip": "192.168.2.250", "asn": 64999, "node": "node1"},
    ]
    assert _findings(_calico(peers=peers)) == []


def test_a_port_with_a_leading_zero_is_written_without() -> None:
    peer = {"name": "a", "peer_ip": "192.0.2.1:0179", "asn": 64999}
    assert build(_calico(peers=[peer])).plans["prod"]["calico"]["peers"][0]["peer_ip"] == "192.0.2.1:179"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("keepalive_time", "1.5s"),
        ("keepalive_time", "500ms"),
        ("keepalive_time", "1s500ms"),
        ("max_restart_time", "4095.4s"),
        ("max_restart_time", "1m0.5s"),
        ("max_restart_time", "600000000us"),
    ],
)
def test_times_are_rounded_to_seconds_as_confd_rounds_them(key: str, text: str) -> None:
    assert _findings(_calico(leaf_peers={key: text})) == []
