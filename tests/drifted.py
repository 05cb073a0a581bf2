"""What verification says of our own objects in a real API server."""

from __future__ import annotations

from ansible_collections.kubefabric.bgp.plugins.module_utils.cluster import drift
from ansible_collections.kubefabric.bgp.plugins.modules import cluster_info
from tests.run_module import run_module


def drifted(api, plan: dict) -> list:
    """``[(name, [place, …])]`` of the plan's objects that are not as planned."""
    kinds = drift.kinds(plan)
    asked = {"kubeconfig": str(api.kubeconfig), "objects": list(kinds.values())}
    found = run_module(cluster_info, asked)["objects"]
    assert all(entry["resources"] for entry in found)
    return drift.changed(plan, {name: entry["resources"] for name, entry in zip(kinds, found, strict=True)})
