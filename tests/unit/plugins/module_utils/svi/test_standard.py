"""Networks and VLANs of a cluster with standard SVI."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.svi.standard.allocation import layout
from tests.unit.plugins.module_utils.plan.intents import standard


def _addresses(network: str) -> list[str]:
    part = layout(ip_network(network))
    return [str(address) for address in (part.node, *part.sides, part.secondary)]


def test_a_slash_29_is_laid_out_as_the_white_paper_has_it() -> None:
    assert _addresses("192.168.4.8/29") == ["192.168.4.9", "192.168.4.12", "192.168.4.13", "192.168.4.14"]


def test_a_slash_125_is_laid_out_alike_with_its_last_address_in_use() -> None:
    assert _addresses("2001:db8::8/125") == ["2001:db8::9", "2001:db8::d", "2001:db8::e", "2001:db8::f"]


def test_an_ipv6_supernet_of_any_size_is_allocated_from_its_start() -> None:
    intent = standard()
    intent["clusters"]["prod"]["cluster"]["networks"] = {
        "node": ["2001:db8::/32"],
        "pod": ["2001:db9:1000::/52"],
        "service": ["2001:db9:96::/112"],
    }
    nodes = build(intent).plans["prod"]["nodes"]
    assert [node["interfaces"]["ipv6"] for node in nodes.values()] == [
        "2001:db8::1/125",
        "2001:db8::9/125",
        "2001:db8::11/125",
    ]


def test_a_second_supernet_is_used_when_the_first_is_full() -> None:
    intent = standard()
    intent["clusters"]["prod"]["cluster"]["networks"]["node"] = ["192.168.2.0/28", "192.168.9.0/28"]
    nodes = build(intent).plans["prod"]["nodes"]
    assert [node["addresses"]["ipv4"] for node in nodes.values()] == ["192.168.2.1", "192.168.2.9", "192.168.9.1"]


def test_a_vlan_that_left_the_range_is_replaced_and_the_others_stay() -> None:
    intent = standard()
    kept = {"prod": {"vlans": {"node1": 999, "node2": 402}}}
    nodes = build({**intent, "allocations": kept}).plans["prod"]["nodes"]
    assert [node["vlan"] for node in nodes.values()] == [400, 402, 401]


def test_a_vlan_kept_twice_is_an_error() -> None:
    kept = {"prod": {"vlans": {"node1": 400, "node2": 400, "node3": "x"}}}
    with pytest.raises(IntentError) as raised:
        build({**standard(), "allocations": kept})
    assert [str(finding) for finding in raised.value.findings] == [
        "kubefabric_allocations.prod.vlans.node2: VLAN 400 is kept for node2, but node1 has it; remove this entry so "
        "that node2 gets another VLAN",
        "kubefabric_allocations.prod.vlans.node3: 'x' is not a VLAN ID; restore the file from version control, or "
        "remove this entry",
    ]


def test_a_network_kept_twice_is_an_error() -> None:
    kept = {"prod": {"nodes": {"node1": {"ipv4": "192.168.2.0/29"}, "node2": {"ipv4": "192.168.2.0/29"}}}}
    with pytest.raises(IntentError) as raised:
        build({**standard(), "allocations": kept})
    assert [str(finding) for finding in raised.value.findings] == [
        "kubefabric_allocations.prod.nodes.node2.ipv4: 192.168.2.0/29 is kept for node2, but node1 has it; give node1 "
        "another address, or remove this entry so that node2 is renumbered"
    ]


def test_a_kept_network_outside_of_the_node_networks_is_replaced_with_a_warning() -> None:
    kept = {"prod": {"nodes": {"node1": {"ipv4": "192.168.77.0/29"}}}}
    result = build({**standard(), "allocations": kept})
    assert result.plans["prod"]["nodes"]["node1"]["addresses"] == {"ipv4": "192.168.2.1"}
    assert [str(warning) for warning in result.warnings] == [
        "kubefabric_allocations.prod.nodes.node1.ipv4: 192.168.77.0/29 is not a /29 of the node networks; node1 gets a "
        "new network, because the node networks have changed"
    ]
