"""Cisco's own modules against the lab's API: each creates, changes nothing the second time, reads back and deletes.

They were written against real controllers; where one of them fails here, the lab is wrong.
"""

import importlib
from dataclasses import dataclass, field

import pytest

from tests.apic import start_apic
from tests.run_module import ModuleFailed, run_module

L3OUT = {"tenant": "tst", "l3out": "o1"}
PROFILE = {**L3OUT, "node_profile": "n1"}
INTERFACE = {**PROFILE, "interface_profile": "i1"}
FLOATING = {**INTERFACE, "pod_id": 1, "node_id": 101, "encap": "vlan-310"}
SVI = {
    **INTERFACE,
    "pod_id": 1,
    "node_id": "101-102",
    "path_ep": "g1",
    "interface_type": "ext-svi",
    "mode": "regular",
    "encap": "vlan-311",
    "address": "0.0.0.0",
}
MEMBER = {key: SVI[key] for key in (*INTERFACE, "pod_id", "node_id", "path_ep")}
POOL = {"pool": "p1", "pool_allocation_mode": "static"}

STEPS = [
    ("aci_tenant", {"tenant": "tst", "description": "a tenant"}),
    ("aci_vrf", {"tenant": "tst", "vrf": "v1", "policy_control_preference": "enforced"}),
    ("aci_bd", {"tenant": "tst", "bd": "b1", "vrf": "v1"}),
    ("aci_bd_subnet", {"tenant": "tst", "bd": "b1", "gateway": "10.9.0.1", "mask": 24, "scope": ["public", "shared"]}),
    ("aci_vlan_pool", POOL),
    ("aci_vlan_pool_encap_block", {**POOL, "block_start": 300, "block_end": 399}),
    ("aci_domain", {"domain": "d1", "domain_type": "l3dom"}),
    ("aci_domain", {"domain": "d1", "domain_type": "phys"}),
    ("aci_domain_to_vlan_pool", {**POOL, "domain": "d1", "domain_type": "phys"}),
    ("aci_aep", {"aep": "a1"}),
    ("aci_aep_to_domain", {"aep": "a1", "domain": "d1", "domain_type": "phys"}),
    ("aci_l3out", {**L3OUT, "vrf": "v1", "domain": "d1", "l3protocol": ["bgp"], "route_control": ["export", "import"]}),
    ("aci_l3out_logical_node_profile", PROFILE),
    ("aci_l3out_logical_node", {**PROFILE, "pod_id": 1, "node_id": 101, "router_id": "1.1.1.101"}),
    ("aci_l3out_logical_interface_profile", INTERFACE),
    ("aci_l3out_floating_svi", {**FLOATING, "address": "192.168.2.201/24", "mtu": "9000"}),
    (
        "aci_l3out_floating_svi_path",
        {**FLOATING, "domain": "d1", "domain_type": "physical", "floating_ip": "192.168.2.253/24"},
    ),
    ("aci_l3out_floating_svi_secondary_ip", {**FLOATING, "secondary_ip": "192.168.2.254/24"}),
    (
        "aci_l3out_bgp_peer",
        {
            **PROFILE,
            "peer_ip": "192.168.2.0/24",
            "remote_asn": 65003,
            "bgp_controls": ["as-override", "dis-peer-as-check"],
            "peer_controls": ["bfd"],
        },
    ),
    (
        "aci_bgp_timers_policy",
        {"tenant": "tst", "bgp_timers_policy": "t1", "keepalive_interval": 1, "hold_interval": 3},
    ),
    ("aci_bgp_best_path_policy", {"tenant": "tst", "bgp_best_path_policy": "bp1", "best_path_control": "enable"}),
    (
        "aci_bgp_peer_prefix_policy",
        {"tenant": "tst", "peer_prefix_policy": "pp1", "maximum_number_prefix": 500, "action": "reject"},
    ),
    (
        "aci_bgp_address_family_context_policy",
        {"tenant": "tst", "address_family_context_policy": "af1", "ebgp_max_ecmp": 64, "ibgp_max_ecmp": 64},
    ),
    ("aci_l3out_bgp_protocol_profile", {**PROFILE, "bgp_timers_policy": "t1", "bgp_best_path_policy": "bp1"}),
    ("aci_match_rule", {"tenant": "tst", "match_rule": "m1"}),
    ("aci_match_route_destination", {"tenant": "tst", "match_rule": "m1", "ip": "10.1.0.0/16", "aggregate": True}),
    ("aci_route_control_profile", {**L3OUT, "route_control_profile": "default-import"}),
    (
        "aci_route_control_context",
        {
            **L3OUT,
            "route_control_profile": "default-import",
            "route_control_context": "c1",
            "match_rule": "m1",
            "order": 0,
            "action": "permit",
        },
    ),
    ("aci_l3out_extepg", {**L3OUT, "extepg": "e1"}),
    (
        "aci_l3out_extsubnet",
        {**L3OUT, "extepg": "e1", "network": "10.1.0.0/16", "scope": ["import-security", "import-rtctrl"]},
    ),
    ("aci_contract", {"tenant": "tst", "contract": "c1", "scope": "global"}),
    ("aci_l3out_extepg_to_contract", {**L3OUT, "extepg": "e1", "contract": "c1", "contract_type": "provider"}),
    ("aci_bgp_rr_node", {"pod_id": 1, "node_id": 201}),
    ("aci_filter", {"tenant": "tst", "filter": "f1"}),
    (
        "aci_filter_entry",
        {
            "tenant": "tst",
            "filter": "f1",
            "entry": "https",
            "ether_type": "ip",
            "ip_protocol": "tcp",
            "dst_port": 443,
        },
    ),
    ("aci_contract_subject", {"tenant": "tst", "contract": "c1", "subject": "s1"}),
    ("aci_contract_subject_to_filter", {"tenant": "tst", "contract": "c1", "subject": "s1", "filter": "f1"}),
    ("aci_vzany_to_contract", {"tenant": "tst", "vrf": "v1", "type": "consumer", "contract": "c1"}),
    ("aci_tenant_action_rule_profile", {"tenant": "tst", "action_rule": "r1", "set_preference": 200}),
    ("aci_match_community_term", {"tenant": "tst", "match_rule": "m1", "match_community_term": "t1"}),
    ("aci_l3out_static_routes", {**PROFILE, "pod_id": 1, "node_id": 101, "prefix": "10.8.0.0/24"}),
    ("aci_l3out_interface", SVI),
    ("aci_l3out_logical_interface_vpc_member", {**MEMBER, "side": "A", "address": "192.168.3.1/29"}),
    ("aci_interface_policy_port_channel", {"port_channel": "lacp", "mode": "active"}),
    ("aci_interface_policy_leaf_policy_group", {"policy_group": "g1", "lag_type": "node", "aep": "a1"}),
    ("aci_interface_policy_leaf_profile", {"interface_profile": "if1"}),
    (
        "aci_access_port_to_interface_policy_leaf_profile",
        {
            "interface_profile": "if1",
            "access_port_selector": "p1",
            "from_port": 1,
            "to_port": 2,
            "port_blk": "b1",
            "policy_group": "g1",
            "interface_type": "vpc",
        },
    ),
    ("aci_switch_policy_leaf_profile", {"leaf_profile": "sw1"}),
    ("aci_switch_leaf_selector", {"leaf_profile": "sw1", "leaf": "l1", "leaf_node_blk": "b1", "from": 101, "to": 102}),
    ("aci_interface_selector_to_switch_policy_leaf_profile", {"leaf_profile": "sw1", "interface_selector": "if1"}),
    (
        "aci_switch_policy_vpc_protection_group",
        {"protection_group": "vpc1", "protection_group_id": 7, "switch_1_id": 101, "switch_2_id": 102},
    ),
]
NAMES = [f"{number:02}-{module}" for number, (module, _) in enumerate(STEPS)]


@dataclass
class Outcome:
    """What a module said the first time, the second time, and when it was asked what is there."""

    first: dict = field(default_factory=dict)
    again: dict = field(default_factory=dict)
    read: dict = field(default_factory=dict)
    failure: ModuleFailed | None = None


def call(server, name: str, options: dict, state: str) -> dict:
    module = importlib.import_module(f"ansible_collections.cisco.aci.plugins.modules.{name}")
    login = {"host": "127.0.0.1", "port": server.port, "username": "admin", "password": server.password}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", server.ca)
        return run_module(module, {**login, **options, "state": state})


def outcome(server, name: str, options: dict, state: str) -> Outcome:
    """A step stands on those before it: its failure is kept for its own test, and the others go on."""
    found = Outcome()
    try:
        found.first = call(server, name, options, state)
        found.again = call(server, name, options, state)
        found.read = call(server, name, options, "query") if state == "present" else {}
    except ModuleFailed as failure:
        found.failure = failure
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_apic(tmp_path_factory.mktemp("apic")) as running:
        yield running


@pytest.fixture(scope="module")
def created(server) -> dict[str, Outcome]:
    """Every step once, in their order, whichever tests are run."""
    return {key: outcome(server, *step, "present") for key, step in zip(NAMES, STEPS, strict=True)}


@pytest.fixture(scope="module")
def deleted(server, created) -> dict[str, Outcome]:  # noqa: ARG001 - there must be something to delete
    steps = list(zip(NAMES, STEPS, strict=True))
    return {key: outcome(server, *step, "absent") for key, step in reversed(steps)}


@pytest.mark.parametrize("step", NAMES)
def test_a_module_creates_once_and_reads_back(created, step):
    found = created[step]
    assert found.failure is None
    assert found.first["changed"]
    assert not found.again["changed"]
    assert found.read["current"]


@pytest.mark.parametrize("step", NAMES)
def test_a_module_deletes_once(deleted, step):
    found = deleted[step]
    assert found.failure is None
    assert found.first["changed"]
    assert not found.again["changed"]


def test_after_them_nothing_is_left(server, deleted):  # noqa: ARG001
    tree = str(server.tree())
    assert "tst" not in tree and "vlanns-[p1]" not in tree and "attentp-a1" not in tree


def test_a_refusal_reaches_the_module_with_its_code(server):
    with pytest.raises(ModuleFailed) as problem:
        call(server, "aci_vrf", {"tenant": "missing", "vrf": "v1"}, "present")
    assert problem.value.result["msg"] == (
        "APIC Error 102: configured object ((Dn0)) not found Dn0=uni/tn-missing/ctx-v1, "
    )


def test_a_wrong_password_reaches_the_module_as_such(server):
    with pytest.raises(ModuleFailed) as problem:
        call(server, "aci_tenant", {"password": "wrong"}, "query")
    assert problem.value.result["msg"] == (
        "Authentication failed: 401 Username or password is incorrect - FAILED local authentication"
    )
