"""Changes that would take down all sessions of a node, or of a leaf, are named; others are not."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.plan.outage import WAYS, objection
from tests.plans import golden, plan

UP = {(str(peer["leaf"]), peer["local_address"]) for node in plan()["nodes"].values() for peer in node["peers"]}


@pytest.mark.parametrize(
    ("resets", "named"),
    [
        ([], None),
        ([{"leaf": 101, "peer": "192.168.2.1"}], None),
        ([{"leaf": 101, "peer": "192.168.2.1"}, {"leaf": 102, "peer": "192.168.2.1"}], "node1"),
        ([{"node": "node1"}, {"node": "node4", "leaf_address": "192.168.2.203"}], "node1"),
        ([{"leaf": 101, "peer": None}], "leaf 101"),
        ([{"leaf": 101, "peer": "192.168.2.0/24"}], "leaf 101"),
        ([{"leaf_address": "192.168.2.201"}], "leaf 101"),
        ([{}], "node1, node2, node3, node4, node5 and 5 more"),
    ],
)
def test_what_loses_all_its_sessions_is_named(resets, named):
    expected = named and f"this resets all BGP sessions of {named} at the same time. {WAYS}"
    assert objection(plan(), resets, UP) == expected


def test_a_session_that_is_down_has_nothing_to_lose():
    both = [{"node": "node1"}]
    assert objection(plan(), both, set()) is None
    assert "node1" in objection(plan(), both, {("101", "192.168.2.1"), ("101", "192.168.2.2")})


def test_without_a_look_at_the_leaves_all_planned_sessions_count():
    assert "node1" in objection(plan(), [{"node": "node1"}])


def test_a_session_that_is_shut_down_on_purpose_does_not_count():
    made = plan()
    for peer in made["nodes"]["node1"]["peers"]:
        peer["disabled"] = True
    assert objection(made, [{"node": "node1"}]) is None


def test_routers_are_named_as_routers():
    made = next(iter(golden("routers-racks").values()))
    assert "router " in objection(made, [{}])
