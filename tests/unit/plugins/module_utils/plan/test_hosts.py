"""The hosts' half of a plan, and the options of node_peering made from it, down to the speakers' configuration."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.kubefabric.bgp.plugins.module_utils.node import checks, model
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.options import REQUIRED_IF, SPEC
from ansible_collections.kubefabric.bgp.plugins.module_utils.node.speakers import SPEAKERS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.accept import accept
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.hosts import HostError, options, planned
from tests.plans import golden, nested_by_hosts, plan

PASSWORD = {"password": "s3cret"}
FIREWALLS = golden("routers-hosts")["firewalls"]


def rendered(speaker: str, given: dict[str, Any]) -> str:
    """The speaker's main file for options of the module."""
    result = ArgumentSpecValidator(SPEC, required_if=REQUIRED_IF).validate({**given, "speaker": speaker})
    assert not result.error_messages
    assert checks.mistakes(result.validated_parameters) == []
    return str(SPEAKERS[speaker].render(model.build(result.validated_parameters), {})[-1].text)


def test_only_plans_whose_hosts_speak_have_hosts() -> None:
    assert "hosts" not in golden("floating-ipv4")["k8s-prod"]
    assert list(golden("hosts")["firewalls"]["hosts"]) == ["fw1", "fw2"]
    assert list(nested_by_hosts()["hosts"]) == ["node1", "node2"]


def test_hosts_that_peer_with_nested_clusters_have_their_address_and_these_clusters() -> None:
    host = nested_by_hosts()["hosts"]["node1"]
    assert host["vip"] == {"addresses": ["169.254.0.179", "fdc9:9723:9bc::1"]}
    assert host["workloads"] == [
        {
            "name": "red",
            "asn": 65010,
            "ranges": ["10.1.240.0/24", "2001:db8:10::/64"],
            "pools": ["10.123.0.0/16", "ca11:c0::/48", "192.168.9.0/24"],
            "password": True,
        }
    ]
    assert host["accept"] == ["10.1.0.0/16", "2001:db8:10::/56", "10.96.0.0/16"]


def test_hosts_hold_no_password() -> None:
    assert "inner" not in json.dumps(nested_by_hosts())
    assert "s3cret" not in json.dumps(nested_by_hosts())


def test_a_router_one_hop_away_is_directly_connected() -> None:
    changed = copy.deepcopy(FIREWALLS)
    changed["nodes"]["fw1"]["peers"][0]["multihop"] = 1
    assert "multihop" not in planned(changed, "fw1")["peers"][0]


def test_a_peer_that_is_shut_on_the_leaf_is_a_peer_of_the_host() -> None:
    changed = plan()
    changed["nodes"]["node1"]["peers"][0]["disabled"] = True
    assert planned(changed, "node1") == planned(plan(), "node1")


# What a session has of its neighbour's block, and what it has not, by speaker: a router three hops away with the
# password, and one at hand without.
FAR = {
    "frr": ["neighbor 198.51.100.1 ebgp-multihop 3", "neighbor 198.51.100.1 password s3cret"],
    "bird": ["multihop 3;", 'password "s3cret";'],
    "gobgp": ["multihop-ttl = 3", 'auth-password = "s3cret"'],
}
OLD = {
    "frr": ["neighbor 192.0.2.9 ebgp-multihop", "neighbor 192.0.2.9 password"],
    "bird": ["multihop", "password"],
    "gobgp": ["multihop", "auth-password"],
}


def session(speaker: str, text: str, address: str) -> str:
    """What a speaker's file says of one neighbour."""
    if speaker == "frr":
        return "\n".join(line for line in text.splitlines() if f" neighbor {address} " in line)
    (found,) = [
        block
        for block in re.split(r"\n(?=protocol |\[\[|})", text)
        if re.search(rf'(neighbor {re.escape(address)} as|neighbor-address = "{re.escape(address)}")', block)
    ]
    return found


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_a_router_s_multihop_and_missing_password_reach_the_speaker(speaker: str) -> None:
    more = {**PASSWORD, **({"bfd": False} if speaker == "gobgp" else {})}
    text = rendered(speaker, options(accept(FIREWALLS), "fw1", more))
    far, old = session(speaker, text, "198.51.100.1"), session(speaker, text, "192.0.2.9")
    assert [part for part in FAR[speaker] if part not in far] == []
    assert "65100" in old
    assert [part for part in OLD[speaker] if part in old] == []


@pytest.mark.parametrize("speaker", SPEAKERS)
def test_the_same_host_is_configured_whether_the_plan_lists_hosts_or_not(speaker: str) -> None:
    """A plan by hand may leave ``hosts`` out, and so may one of an earlier release."""
    more = {**PASSWORD, "workload_passwords": {"red": "inner"}}
    found = nested_by_hosts()
    without = {key: value for key, value in found.items() if key != "hosts"}
    assert rendered(speaker, options(found, "node1", more)) == rendered(speaker, options(without, "node1", more))


def test_what_a_task_gives_wins() -> None:
    given = {"peers": [{"address": "192.0.2.77", "asn": 1}], "hold": 90, "keepalive": None, "bfd": False}
    found = options(accept(FIREWALLS), "fw1", given)
    assert (found["peers"], found["hold"], found["keepalive"], found["bfd"]) == (given["peers"], 90, 3, False)
    assert (found["asn"], found["router_id"]) == (65010, "192.0.2.11")


def test_an_entry_of_hosts_replaces_what_would_follow_from_the_nodes() -> None:
    changed = {**FIREWALLS, "hosts": {"fw1": {"asn": 65020, "router_id": "192.0.2.99", "peers": []}}}
    assert options(accept(changed), "fw1", {}) == changed["hosts"]["fw1"]


def test_a_host_that_is_no_node_has_what_all_hosts_of_the_cluster_have() -> None:
    found = options(accept(FIREWALLS), "rr1", {"asn": 65010, "router_id": "192.0.2.50", **PASSWORD})
    assert (found["hold"], found["bfd"], found["accept"]) == (9, True, ["203.0.113.0/24"])
    assert not found.keys() & {"peers", "vip", "workloads"}


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("fw1", {}, "the plan says that the sessions with leaves or routers have a password: give password"),
        ("fw9", {}, "fw9 is no node of cluster firewalls in the plan: correct host, or give asn and router_id"),
        ("fw9", {"asn": 1}, "fw9 is no node of cluster firewalls in the plan: correct host, or give router_id"),
    ],
)
def test_what_neither_plan_nor_task_says_is_asked_for(name: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(HostError) as raised:
        options(accept(FIREWALLS), name, given)
    assert str(raised.value) == message


def test_a_nested_cluster_s_password_is_asked_for() -> None:
    with pytest.raises(HostError, match=r"with red have a password: give workload_passwords\.red$"):
        options(nested_by_hosts(), "node1", PASSWORD)


def test_a_host_without_ipv4_needs_a_router_id() -> None:
    with pytest.raises(HostError) as raised:
        options(accept(plan("ipv6")), "node1", PASSWORD)
    assert str(raised.value) == "node1 has no IPv4 address in the plan of cluster k8s-prod: give router_id"
