"""Sessions that are older than what a run changed do not count."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import fabric
from ansible_collections.kubefabric.bgp.plugins.module_utils.verify.resets import without_stale
from tests.plans import plan

AT, NOW = 1000.0, 1010.0


def bgp(uptime: int) -> dict:
    """Every planned session, up for so many seconds."""
    found: dict = {leaf: {"reachable": True, "sessions": [], "routes": []} for leaf in plan()["leaves"]}
    for node in plan()["nodes"].values():
        for peer in node["peers"]:
            entry = {"peer": peer["local_address"], "state": "established", "uptime": uptime}
            found[str(peer["leaf"])]["sessions"].append(entry)
    return found


def stale(uptime: int, **reset: object) -> set:
    found = without_stale(plan(), bgp(uptime), [{"at": AT, **reset}], NOW)
    return {(one.node, one.leaf) for one in fabric.sessions(plan(), found) if one.state == "stale"}


def test_a_session_that_came_up_after_the_change_counts_and_an_older_one_does_not():
    assert stale(9) == set()
    assert len(stale(60)) == 12


@pytest.mark.parametrize(
    ("reset", "expected"),
    [
        ({"leaf": 101}, {("node1", "101"), ("node2", "101"), ("node3", "101")}),
        ({"leaf": 101, "peer": "192.168.2.2"}, {("node2", "101")}),
        ({"leaf": 103, "peer": "192.168.2.0/24"}, {("node4", "103"), ("node5", "103"), ("node6", "103")}),
        ({"node": "node4"}, {("node4", "103"), ("node4", "104")}),
        ({"peer": "2001:db8::/64"}, set()),
        (
            {
                "leaf": None,
                "peer": None,
                "node": "node1",
                "leaf_address": plan()["nodes"]["node1"]["peers"][0]["address"],
            },
            {("node1", "101")},
        ),
    ],
)
def test_only_the_sessions_that_were_reset_have_to_be_new(reset, expected):
    assert stale(60, **reset) == expected
