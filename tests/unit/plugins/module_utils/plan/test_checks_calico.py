"""Calico's rules, each with the whole text of what the planner says: the cases are in mistakes_calico.yml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.options import CALICO
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.selectors import UNKNOWN, SelectorError, parse
from ansible_collections.kubefabric.bgp.plugins.module_utils.cni.calico.settings import DEFAULTS, LEAF_PEERS
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build

from .intents import white_paper
from .test_mistakes import _findings, _intent

FILE = Path(__file__).with_name("mistakes_calico.yml")
CASES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())


@pytest.mark.parametrize("sentence", CASES)
def test_a_mistake_with_calico_is_reported_in_full(sentence: str) -> None:
    case = CASES[sentence]
    found = _findings(_intent(case))
    if os.environ.get("UPDATE_GOLDEN"):
        case["findings"] = found
        FILE.write_text(yaml.safe_dump(CASES, sort_keys=False, width=118, allow_unicode=True))
    assert found == case["findings"]
    assert found, "a case without a finding is no mistake"


def _calico(**options: Any) -> dict[str, Any]:
    intent = white_paper()
    intent["clusters"]["prod"]["cluster"].update(cni="calico", calico=options)
    return intent


def test_the_source_s_chained_filters_pass_because_the_last_of_them_rejects() -> None:
    remote = {"action": "Accept", "cidr": "77.0.0.0/16", "match_operator": "In", "source": "RemotePeers"}
    first = {
        "default_action": "Accept",
        "export_v4": [remote],
        "import_v4": [{"action": "Reject", "cidr": "44.0.0.0/16", "match_operator": "NotIn"}],
        "import_v6": [{"action": "Accept", "cidr": "5000::/64", "match_operator": "Equal"}],
    }
    second = {"default_action": "Accept", "import_v6": [{"action": "Reject"}]}
    peer = {"name": "peer-with-filter", "peer_selector": "has(filter-bgp)", "filters": ["first", "second"]}
    assert _findings(_calico(filters={"first": first, "second": second}, peers=[peer])) == []


def test_only_what_the_intent_says_of_calico_reaches_the_plan() -> None:
    plan = build(_calico(block_size=27)).plans["prod"]
    assert plan["calico"] == {"block_size": 27}


def test_no_node_gets_the_address_of_a_host_that_reflects() -> None:
    hosts = {"rr1": {"addresses": ["192.168.2.1"]}, "rr2": {"addresses": ["192.168.9.1"]}}
    planned = build(_calico(route_reflectors={"cluster_id": "244.0.0.1", "hosts": hosts})).plans["prod"]
    assert planned["nodes"]["node1"]["addresses"] == {"ipv4": "192.168.2.2"}


def test_what_calico_cannot_do_as_told_is_a_warning() -> None:
    intent = _calico()
    intent["clusters"]["prod"]["cluster"]["bgp"].update(graceful_restart=False, bfd=True)
    assert [str(warning) for warning in build(intent).warnings] == [
        "host_vars/prod: kubefabric_cluster.bgp.bfd: Calico's BGPPeer has no field for BFD (v3.32): nodes answer it "
        "only if something else on them does; remove the key; 2 s and 6 s timers notice a dead node",
        "host_vars/prod: kubefabric_cluster.bgp.graceful_restart: Calico's BIRD announces graceful restart always; "
        "leave it true; leaves help restarting nodes anyway",
    ]


def test_nodes_without_ipv4_need_a_router_id_from_elsewhere_where_manifests_installed_calico() -> None:
    intent = _calico(install="manifest")
    intent["clusters"]["prod"]["cluster"]["networks"] = {
        "node": ["fd00:2::/64"],
        "pod": ["fd00:1::/56"],
        "service": ["fd00:96::/112"],
    }
    (warning,) = build(intent).warnings
    assert str(warning) == (
        "host_vars/prod: kubefabric_cluster.calico.install: nodes without an IPv4 address have a router ID only if "
        "calico-node's environment has CALICO_ROUTER_ID hash; set it in the DaemonSet; the operator does so by itself"
    )
    intent["clusters"]["prod"]["cluster"]["calico"]["install"] = "operator"
    assert build(intent).warnings == []


def test_calico_s_documented_defaults_are_those_that_its_resources_get() -> None:
    documented = {name: option["default"] for name, option in CALICO.items() if "default" in option}
    assert documented == {name: DEFAULTS[name] for name in documented}
    assert set(DEFAULTS) == set(CALICO)
    leaves = CALICO["leaf_peers"]["options"]
    assert set(LEAF_PEERS) <= set(leaves)
    assert leaves["restrict"]["default"] is LEAF_PEERS["restrict"]


@pytest.mark.parametrize("sign", ["(", "!", "!("])
def test_a_selector_nested_deep_is_one_clear_error(sign: str) -> None:
    with pytest.raises(SelectorError, match=r"^more than 100 parentheses and ! are within each other$"):
        parse(sign * 10_000 + "has(a)" + ")" * 10_000 * ("(" in sign))
    assert parse("(" * 100 + "has(a)" + ")" * 100)({"a": ""}) is True
    assert parse("!" * 100 + "has(a)")({"a": ""}) is True
    intent = _calico(peers=[{"name": "p", "peer_ip": "192.0.2.1", "asn": 65010, "node_selector": sign * 10_000}])
    (finding,) = _findings(intent)
    assert "more than 100 parentheses and ! are within each other" in finding
    assert len(finding) < 500


NODE = {"rack_id": "1", "zone": "a.b", "edge": "", "secret": UNKNOWN}


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("", True),
        ("all()", True),
        ("global()", True),
        ('rack_id == "1"', True),
        ("rack_id == '2'", False),
        ('rack_id != "2"', True),
        ('absent != "2"', True),
        ('absent == "2"', False),
        ("has(edge)", True),
        ("!has(absent)", True),
        ('rack_id in {"1", "2"}', True),
        ("rack_id not in {'1'}", False),
        ('zone starts with "a" && zone ends with ".b"', True),
        ('zone contains "x" || has(zone)', True),
        ('!(rack_id == "1" && has(edge))', False),
        ("has(secret)", None),
        ('secret == "x" && rack_id == "2"', False),
        ('secret == "x" || rack_id == "1"', True),
        ('!(secret == "x")', None),
    ],
)
def test_a_selector_is_held_against_labels_as_calico_does(selector: str, matches: bool | None) -> None:
    assert parse(selector)(NODE) is matches


@pytest.mark.parametrize(
    ("selector", "complaint"),
    [
        ("rack_id == rack1", "a quoted text is expected before 'rack1'"),
        ("rack_id", "after 'rack_id', one of ==, !=, in, not in, contains, starts with, ends with is expected"),
        ('rack_id == "1" &&', "a label is expected at the end"),
        ("(has(a)", "')' is expected at the end"),
        ('rack_id in {"1"', "'}' is expected at the end"),
        ("all() all()", "'all' is not expected there"),
        ("a == §", "'§' is not understood"),
    ],
)
def test_a_text_that_is_no_selector_is_told_where_it_goes_wrong(selector: str, complaint: str) -> None:
    with pytest.raises(SelectorError) as raised:
        parse(selector)
    assert str(raised.value) == complaint
