"""What earlier runs allocated, as people leave it in the file."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.contract.findings import Findings, IntentError
from ansible_collections.kubefabric.bgp.plugins.module_utils.intent.allocations import Earlier, Holder, Kept, ordered
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from tests.unit.plugins.module_utils.plan.intents import add_cluster, white_paper


def test_a_leaf_s_id_may_have_lost_its_quotes() -> None:
    kept: dict[str, Any] = {"prod": {"leaves": {102: {"ipv4": "192.168.2.99"}}}}
    plan = build({**white_paper(), "allocations": kept}).plans["prod"]
    assert plan["leaves"]["102"]["addresses"] == {"ipv4": "192.168.2.99"}


@pytest.mark.parametrize("value", ["2001:db8::1", "nonsense", 5])
def test_an_entry_of_another_kind_is_reported_with_its_path(value: object) -> None:
    with pytest.raises(IntentError) as raised:
        build({**white_paper(), "allocations": {"prod": {"nodes": {"node1": {"ipv4": value}}}}})
    assert raised.value.findings[0].path == "kubefabric_allocations.prod.nodes.node1.ipv4"


def test_clusters_that_left_the_inventory_leave_the_file() -> None:
    intent = white_paper()
    add_cluster(intent, 1)
    kept = build(intent).allocations
    del intent["clusters"]["test1"]
    assert set(build({**intent, "allocations": kept}).allocations) == {"prod"}


def test_the_file_s_order_does_not_depend_on_who_came_first() -> None:
    shuffled = {"b": {"secondary": {"ipv4": "1"}, "nodes": {"node10": {}, "node2": {}}}, "a": {"leaves": {"101": {}}}}
    assert yaml.safe_dump(ordered(shuffled), sort_keys=False) == (
        "a:\n  leaves:\n    '101': {}\nb:\n  nodes:\n    node2: {}\n    node10: {}\n  secondary:\n    ipv4: '1'\n"
    )


def test_clusters_and_their_holders_are_in_the_order_of_people_s_numbers() -> None:
    sections = {name: {"n10": 1, "n2": 2} for name in ("secondary", "floating", "leaves", "vlans", "nodes")}
    found = ordered({"k10": {}, "k2": sections})
    assert list(found) == ["k2", "k10"]
    assert list(found["k2"]) == ["nodes", "vlans", "leaves", "floating", "secondary"]
    assert all(list(section) == ["n2", "n10"] for section in found["k2"].values())


def holder(section: str = "nodes", key: str | None = "n1") -> Holder:
    return Holder("n1", "host n1: addresses", {}, section, key)


def test_what_is_kept_is_in_the_file_and_what_is_new_is_said() -> None:
    kept = Kept()
    kept.keep(holder(), "ipv4", ip_address("192.0.2.1"))
    kept.keep(holder(), "ipv6", ip_address("2001:db8::1"), new=True)
    kept.keep(Holder("the secondary address", "", {}, "secondary"), "ipv4", ip_address("192.0.2.254"), new=True)
    kept.keep_vlan("n1", 400)
    kept.keep_vlan("n2", 401, new=True)
    assert kept.data == {
        "nodes": {"n1": {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}},
        "secondary": {"ipv4": "192.0.2.254"},
        "vlans": {"n1": 400, "n2": 401},
    }
    assert kept.new == ["2001:db8::1 for n1", "192.0.2.254 for the secondary address", "VLAN 401 for n2"]
    assert holder().top is False


def earlier(found: object) -> tuple[Earlier, Findings]:
    findings = Findings()
    return Earlier("k", found, findings), findings


def test_what_the_file_has_is_read_by_holder_and_family() -> None:
    file = {
        "nodes": {"n1": {"ipv4": "192.0.2.1", "ipv6": "2001:db8::/64"}},
        "vlans": {"n1": 400},
        "leaves": {101: {"ipv4": "192.0.2.2"}},
        "secondary": {"ipv4": "192.0.2.254"},
    }
    found, findings = earlier(file)
    assert found.address(holder(), "ipv4") == ip_address("192.0.2.1")
    assert found.network(holder(), "ipv6") == ip_network("2001:db8::/64")
    assert found.address(holder("leaves", "101"), "ipv4") == ip_address("192.0.2.2")
    assert found.address(holder("secondary", None), "ipv4") == ip_address("192.0.2.254")
    assert (found.vlan("n1"), found.vlan("n2")) == (400, None)
    assert (found.address(holder("nodes", "n2"), "ipv4"), found.address(holder("floating", None), "ipv4")) == (
        None,
        None,
    )
    assert findings.errors == []
    assert (found.at(holder(), "ipv4"), found.at(holder("secondary", None), "ipv6")) == (
        "kubefabric_allocations.k.nodes.n1.ipv4",
        "kubefabric_allocations.k.secondary.ipv6",
    )


def test_what_was_allocated_or_freed_is_found_in_every_section_freed_ones_first() -> None:
    file = {
        "nodes": {"n1": {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}, "n2": None, "n3": {"ipv4": "nonsense"}},
        "vlans": {"n1": 400, "n2": "x"},
        "leaves": {"101": {"ipv4": "192.0.2.2"}},
        "floating": {"ipv4": "192.0.2.253"},
        "secondary": {"ipv4": "192.0.2.254"},
        "freed": {"ipv4": ["192.0.2.9", "192.0.2.8", "nonsense"], "vlans": [403, True]},
    }
    found, findings = earlier(file)
    addresses = ["192.0.2.9", "192.0.2.8", "192.0.2.1", "192.0.2.2", "192.0.2.253", "192.0.2.254"]
    assert [str(address) for address in found.left("ipv4", ip_address)] == addresses
    assert found.left_vlans() == [403, 400]
    assert findings.errors == []


@pytest.mark.parametrize(
    ("file", "ask", "said"),
    [
        ({"vlans": {"n1": "400"}}, "vlan", "kubefabric_allocations.k.vlans.n1: '400' is not a VLAN ID"),
        ({"vlans": {"n1": True}}, "vlan", "kubefabric_allocations.k.vlans.n1: True is not a VLAN ID"),
        ({"vlans": [400]}, "vlan", "kubefabric_allocations.k.vlans: [400] is not a dictionary"),
        ({"nodes": {"n1": {"ipv4": "x"}}}, "address", "kubefabric_allocations.k.nodes.n1.ipv4: 'x' is not an address"),
        ({"nodes": {"n1": {"ipv4": "x"}}}, "network", "kubefabric_allocations.k.nodes.n1.ipv4: 'x' is not a network"),
        (
            {"nodes": {"n1": {"ipv4": "2001:db8::1"}}},
            "address",
            "kubefabric_allocations.k.nodes.n1.ipv4: '2001:db8::1' is not an address of family ipv4",
        ),
        ({"nodes": {"n1": 5}}, "address", "kubefabric_allocations.k.nodes.n1: 5 is not a dictionary"),
        ({"nodes": 5}, "address", "kubefabric_allocations.k.nodes: 5 is not a dictionary"),
        (5, "address", "kubefabric_allocations.k: 5 is not a dictionary"),
        ({"freed": 5}, "left", "kubefabric_allocations.k.freed: 5 is not a dictionary"),
        ({"freed": {"ipv4": 5}}, "left", "kubefabric_allocations.k.freed.ipv4: 5 is not a list"),
    ],
)
def test_garbage_in_the_file_is_named_and_nothing_is_taken_from_it(file: object, ask: str, said: str) -> None:
    found, findings = earlier(file)
    asked = {
        "vlan": lambda: found.vlan("n1"),
        "address": lambda: found.address(holder(), "ipv4"),
        "network": lambda: found.network(holder(), "ipv4"),
        "left": lambda: found.left("ipv4", ip_address) or None,
    }
    assert asked[ask]() is None
    assert [str(finding) for finding in findings.errors] == [
        f"{said}; restore the file from version control, or remove this entry"
    ]
