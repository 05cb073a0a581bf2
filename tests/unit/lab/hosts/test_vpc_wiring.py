"""Which nodes reach which SVI over the lab's cables."""

from __future__ import annotations

import pytest

from lab.fabric import mo, resolve
from lab.hosts.wiring import wire
from lab.topology import Leaf, Node, Topology
from tests import fabric_trees
from tests.fabric_trees import Floating


def bridge_of(tree: dict, *, vlan: int, vpc: str = "", rack: str = "rack1") -> str:
    """What the bridge stands for that a node's port joins; "" if it joins none."""
    topology = Topology("test", 65002, "6.0(9c)")
    topology.leaves.update({leaf: Leaf(leaf, 1, "rack1" if leaf < 103 else "rack2") for leaf in range(101, 105)})
    topology.nodes["node1"] = Node("node1", "test", rack, vlan, 9000, (), (), vpc)
    wiring = wire(topology, resolve.build(mo.parse(tree)).vrfs)
    return wiring.bridges.get(wiring.node_ports[0].bridge, "")


def test_a_floating_svi_is_on_every_port_of_its_leaves():
    assert bridge_of(Floating().tree(), vlan=310) == "uni/tn-k8s/out-prod/vlan-310"
    assert bridge_of(Floating().tree(), vlan=310, vpc="node1") == "uni/tn-k8s/out-prod/vlan-310"


def test_a_node_of_another_vlan_or_rack_reaches_no_other_node():
    assert bridge_of(Floating().tree(), vlan=311) == ""
    assert bridge_of(Floating().tree(), vlan=310, rack="rack2") == ""


@pytest.mark.parametrize(
    ("vpc", "rack", "bridge"),
    [
        ("node1", "rack1", "uni/tn-k8s/out-prod/vlan-311"),
        ("node2", "rack1", ""),
        ("", "rack1", ""),
        ("node1", "rack2", ""),
    ],
)
def test_a_standard_svi_is_on_the_vpc_that_it_names(vpc, rack, bridge):
    assert bridge_of(fabric_trees.standard(), vlan=311, vpc=vpc, rack=rack) == bridge
