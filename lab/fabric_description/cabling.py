"""The racks on a described fabric: nodes are cabled as the inventory says, to the leaves that there are. Pure."""

from __future__ import annotations

from dataclasses import replace

from lab.fabric_description.model import Description
from lab.topology import Leaf, Topology


def on(topology: Topology, description: Description) -> Topology:
    """The topology with the leaves, their pods and the spines of the description.

    A node keeps its rack; of its leaves those that the fabric does not have are not there for it. A leaf that no rack
    of the inventory has stands in no rack.
    """
    leaves = {
        leaf: replace(topology.leaves.get(leaf, Leaf(leaf, pod, "")), pod=pod)
        for leaf, pod in sorted(description.leaves.items())
    }
    return replace(topology, leaves=leaves, described=dict(description.spines))
