"""The report's picture."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.drawing import layout
from tests.plans import plan


def test_every_leaf_and_node_has_a_box_in_its_rack_and_none_overlap():
    picture = layout(plan(), [])
    racks = {rack["name"]: rack for rack in picture["racks"]}
    for kind in ("leaves", "nodes"):
        boxes = picture[kind]
        assert all(left["x"] + left["width"] < right["x"] for left, right in zip(boxes, boxes[1:]))
        for box in boxes:
            rack = racks[plan()[kind][box["name"]]["rack"]]
            assert rack["x"] <= box["x"] and box["x"] + box["width"] <= rack["x"] + rack["width"]
    assert picture["width"] > max(box["x"] + box["width"] for box in picture["nodes"])


def test_a_line_per_session_carries_its_state():
    table = [{"node": "node1", "leaf": "101", "family": "ipv4", "state": "established"}]
    links = {(link["node"], link["leaf"]): link["state"] for link in layout(plan(), table)["links"]}
    assert len(links) == 12
    assert links["node1", "101"] == "established" and links["node1", "102"] == "planned"


def test_both_sessions_of_a_dual_stack_pair_are_drawn_side_by_side():
    links = [
        link for link in layout(plan("ipv4", "ipv6"), [])["links"] if (link["node"], link["leaf"]) == ("node1", "101")
    ]
    assert len({link["x1"] for link in links}) == 2
