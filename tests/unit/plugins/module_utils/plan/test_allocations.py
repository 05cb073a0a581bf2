"""What earlier runs allocated, as people leave it in the file."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.allocations import ordered
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.build import build
from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.errors import IntentError

from .intents import add_cluster, white_paper


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
