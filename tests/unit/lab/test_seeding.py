"""What the lab's fabric has before anybody plans a cluster."""

import json

from lab import seeding
from lab.topology import Leaf, Topology, from_state


def test_spines_have_numbers_that_no_leaf_has():
    assert seeding.spines([101, 102]) == [201, 202]
    assert seeding.spines([201, 202, 204]) == [203, 205]


def test_the_racks_have_the_spines_that_a_plan_makes_route_reflectors():
    topology = Topology("dc1", 65002, "6.0(9c)", {101: Leaf(101, 1, "rack1")}, reflectors=(211, 212))
    assert topology.spines == (201, 202, 211, 212)
    assert from_state(json.loads(json.dumps(topology.to_state()))) == topology
