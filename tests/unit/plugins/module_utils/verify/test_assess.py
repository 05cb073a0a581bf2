"""Each test breaks one thing in a world where everything is up, and reads what verification says about it."""

from __future__ import annotations

import pytest

from ansible_collections.kubefabric.bgp.plugins.module_utils.verify import table
from tests.unit.plugins.module_utils.verify.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("families", [("ipv4",), ("ipv6",), ("ipv4", "ipv6")])
def test_a_world_as_planned_has_no_problems(families):
    found = World(*families)
    if "ipv4" not in families:
        found.services = []
    assert found.messages() == []
    assert len(found.assess()["table"]) == 12 * len(families)


def test_the_table_shows_one_row_per_session(world):
    rows = world.assess()["table"]
    assert table.lines(rows)[:3] == [
        "NODE   LEAF  FAMILY  PEER         STATE        UPTIME    IN  OUT  ECMP",
        "node1  101   ipv4    192.168.2.1  Established  00:03:07   2    9     3",
        "node1  102   ipv4    192.168.2.1  Established  00:03:07   2    9     3",
    ]


# -- BFD ----------------------------------------------------------------------------------------------


def with_bfd(world: World, state: str | None) -> World:
    world.plan["l3out"]["bgp"] = {"bfd": True}
    for leaf in world.bgp.values():
        for entry in leaf["sessions"]:
            entry["bfd"] = state
    return world


def test_where_bfd_is_planned_the_table_shows_it(world):
    result = with_bfd(world, "up").assess()
    assert result["ok"]
    assert table.lines(result["table"])[:2] == [
        "NODE   LEAF  FAMILY  PEER         STATE        UPTIME    IN  OUT  ECMP  BFD",
        "node1  101   ipv4    192.168.2.1  Established  00:03:07   2    9     3  up",
    ]


def test_a_session_that_bfd_does_not_watch_is_a_problem_told_once(world):
    with_bfd(world, "up").entry("101", 1)["bfd"] = "down"
    world.entry("102", 1)["bfd"] = None
    assert world.messages() == [
        "BFD is not up on 2 of 12 Established sessions: node1 with leaf 101 (down), node1 with leaf 102 (no session). "
        "Likely cause: kube-router does not run BFD with the leaf, or its packets (UDP port 3784) do not arrive; until "
        "then the hold time alone notices a failure"
    ]


def test_a_session_that_is_down_needs_no_word_about_bfd(world):
    with_bfd(world, "up").entry("101", 1).update(state="idle", bfd="down")
    assert not [problem for problem in world.assess()["problems"] if problem["kind"] == "bfd"]
